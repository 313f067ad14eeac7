// SPDX-License-Identifier: GPL-2.0

//! Serves one emulated PCI function to a hypervisor over vfio-user, with a control socket beside it.

mod control;
mod dma;
mod machine;
mod server;
mod settings;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::thread;

use anyhow::{bail, Context, Result};
use clap::{Args, Parser, Subcommand, ValueEnum};
use connectx::{Config, ConnectX, FunctionKind};
use pci_model::Function;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tracing::level_filters::LevelFilter;

use machine::Machine;

/// Emulated PCI functions for testing fwctl, served over vfio-user.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    device: Device,
}

#[derive(Subcommand)]
enum Device {
    /// An NVIDIA ConnectX function.
    Connectx(ConnectxArgs),
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Physical function.
    Pf,
    /// Virtual function.
    Vf,
}

#[derive(Args)]
struct ConnectxArgs {
    #[command(flatten)]
    common: Common,
    /// Physical or virtual function.
    #[arg(long, value_enum, default_value = "pf")]
    function: Kind,
    /// Firmware version that the device reports.
    #[arg(long, value_name = "MAJOR.MINOR.SUB", value_parser = Config::parse_version)]
    fw_version: Option<(u16, u16, u16)>,
    /// Board id that the device reports, at most 16 characters.
    #[arg(long, value_parser = Config::parse_psid)]
    psid: Option<String>,
    /// Base MAC address, 12 hexadecimal digits.
    #[arg(long, value_parser = hexadecimal::<0xffff_ffff_ffff>)]
    mac: Option<u64>,
    /// Capabilities that a user context may be given, hexadecimal; bit 2 is TOOLS_RESOURCES.
    #[arg(long, value_parser = hexadecimal::<0xffff_ffff>)]
    uctx_cap: Option<u64>,
    /// Command timeout that the driver is told, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    exec_timeout: Option<u32>,
    /// Number of the function among the virtual HCAs of the device.
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u16).range(1..))]
    vhca_id: Option<u16>,
    /// What dumps and counters are made of, hexadecimal; see `Config::dump_seed` of the model.
    #[arg(long, value_name = "SEED", value_parser = hexadecimal::<0xffff_ffff>)]
    dump_seed: Option<u64>,
    /// Length of a dump of the registers, a power of two.
    #[arg(long, value_name = "BYTES", value_parser = Config::parse_dump_len)]
    dump_len: Option<u32>,
    /// Keep the non-volatile configuration here, JSON; without it, only as long as the process lives.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

#[derive(Args)]
struct Common {
    /// Where the hypervisor connects.
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
    /// Where tests connect to look inside and to inject faults.
    #[arg(long, value_name = "PATH")]
    control: PathBuf,
    /// Name of the device in reports.
    #[arg(long, default_value = "cx0")]
    name: String,
    /// Write the log here instead of to standard error.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Say more; twice for every mapping and interrupt.
    #[arg(long, short, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// Ends the process and takes its sockets along.
pub(crate) struct Exit {
    sockets: Vec<PathBuf>,
}

impl Exit {
    /// Does not return.
    pub(crate) fn now(&self) -> ! {
        for path in &self.sockets {
            // Nobody is left to tell that it was gone already.
            let _ = fs::remove_file(path);
        }
        process::exit(0)
    }
}

fn main() {
    if let Err(error) = run(Cli::parse()) {
        eprintln!("fwctl-emu: {error:#}");
        process::exit(1);
    }
}

fn run(cli: Cli) -> Result<()> {
    let (common, function) = match cli.device {
        Device::Connectx(args) => connectx(args)?,
    };
    start_log(&common)?;
    let spec = function.spec();
    let machine = Arc::new(Machine::new(function).context("the device cannot exist")?);
    let exit = Arc::new(Exit {
        sockets: vec![common.socket.clone(), common.control.clone()],
    });

    let server = server::listen(&common.socket, &spec)?;
    let listener = control::listen(&common.control)?;
    let mut signals = Signals::new([SIGTERM, SIGINT]).context("cannot handle signals")?;
    thread::spawn({
        let exit = Arc::clone(&exit);
        move || {
            if signals.forever().next().is_some() {
                exit.now();
            }
        }
    });
    thread::spawn({
        let machine = Arc::clone(&machine);
        move || machine.tick_for_ever()
    });
    thread::spawn({
        let machine = Arc::clone(&machine);
        let exit = Arc::clone(&exit);
        move || control::serve(&listener, &machine, &exit)
    });
    eprintln!(
        "fwctl-emu: {} ({:04x}:{:04x}) ready on {}, control on {}",
        common.name,
        spec.vendor,
        spec.device,
        common.socket.display(),
        common.control.display()
    );
    server::serve(&server, &machine);
    Ok(())
}

fn connectx(args: ConnectxArgs) -> Result<(Common, Box<dyn Function>)> {
    let mut config = Config {
        name: args.common.name.clone(),
        kind: match args.function {
            Kind::Pf => FunctionKind::Physical,
            Kind::Vf => FunctionKind::Virtual,
        },
        ..Config::default()
    };
    if let Some(version) = args.fw_version {
        config.fw_version = version;
    }
    if let Some(psid) = args.psid {
        config.psid = psid;
    }
    if let Some(mac) = args.mac {
        config.mac = mac;
    }
    if let Some(caps) = args.uctx_cap {
        config.uctx_cap = caps as u32;
    }
    if let Some(seconds) = args.exec_timeout {
        config.exec_timeout = seconds;
    }
    if let Some(id) = args.vhca_id {
        config.vhca_id = id;
    }
    if let Some(seed) = args.dump_seed {
        config.dump_seed = seed as u32;
    }
    if let Some(len) = args.dump_len {
        config.dump_len = len;
    }
    let mut function = ConnectX::new(config);
    if let Some(path) = args.settings {
        function = function.with_settings(settings::load(&path)?, settings::keep(path));
    }
    Ok((args.common, Box::new(function)))
}

fn hexadecimal<const MAX: u64>(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u64::from_str_radix(digits, 16)
        .ok()
        .filter(|value| *value <= MAX)
        .ok_or_else(|| format!("\"{text}\" is not a hexadecimal number up to {MAX:x}"))
}

fn start_log(common: &Common) -> Result<()> {
    let level = match common.verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false);
    match &common.log {
        Some(path) => {
            let file = File::create(path)
                .with_context(|| format!("cannot write the log {}", path.display()))?;
            log.with_writer(Arc::new(file)).init();
        }
        None => log.with_writer(io::stderr).init(),
    }
    Ok(())
}

/// Removes a socket that nobody listens on any more.
pub(crate) fn remove_stale(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", path.display())),
        Ok(found) if found.file_type().is_socket() => {
            if std::os::unix::net::UnixStream::connect(path).is_ok() {
                bail!(
                    "{} is in use by another process; choose another path",
                    path.display()
                );
            }
            fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))
        }
        Ok(_) => bail!(
            "{} exists and is not a socket; choose another path",
            path.display()
        ),
    }
}
