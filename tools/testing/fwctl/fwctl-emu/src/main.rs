// SPDX-License-Identifier: GPL-2.0

//! Serves one emulated PCI function to a hypervisor over vfio-user, with a control socket beside it.

mod control;
mod devices;
mod dma;
mod machine;
mod server;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::thread;

use anyhow::{bail, Context, Result};
use clap::{Args, Parser, Subcommand};
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
    Connectx {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        device: devices::connectx::Args,
    },
    /// A Broadcom BCM57414 function.
    Netxtreme {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        device: devices::netxtreme::Args,
    },
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
    #[arg(long, default_value = "emulated")]
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
    let (common, function): (Common, Box<dyn Function>) = match cli.device {
        Device::Connectx { common, device } => {
            let function = device.function(&common.name)?;
            (common, Box::new(function))
        }
        Device::Netxtreme { common, device } => {
            let function = device.function(&common.name);
            (common, Box::new(function))
        }
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
