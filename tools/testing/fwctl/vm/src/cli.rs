// SPDX-License-Identifier: GPL-2.0
//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use regex::Regex;

use crate::model::{self, Model};

const AFTER_HELP: &str = "\
Exit status: that of the command; 1 where the command succeeded but the kernel, the emulated firmware
or a test complained; 124 for a VM that took too long; 125 for one that could not be run or died;
130 or 143 when interrupted.";

#[derive(Debug, Parser)]
#[command(version, about = "Run things in a VM with emulated fwctl devices", after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) action: Action,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Run one command and return its exit status
    Run(RunArgs),
    /// Run kselftest programs and judge their TAP output
    Tap(TapArgs),
    /// Open an interactive shell (Ctrl-A X quits)
    Shell(ShellArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) vm: VmArgs,
    /// The command ends the VM, and the console says so; nothing inside checks out then
    #[arg(long, value_name = "REGEX")]
    pub(crate) expect_end: Option<Regex>,
    /// The command and its arguments
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TapArgs {
    #[command(flatten)]
    pub(crate) vm: VmArgs,
    /// Write the results to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    /// Seconds that one test program may take
    #[arg(long, value_name = "S", default_value_t = 300)]
    pub(crate) test_timeout: u64,
    /// Test programs, or folders of them (every executable file, in order of names)
    #[arg(required = true, value_name = "DIR|FILE")]
    pub(crate) tests: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ShellArgs {
    #[command(flatten)]
    pub(crate) vm: VmArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccelChoice {
    /// KVM where a probe boot succeeds, else TCG
    Auto,
    Kvm,
    Tcg,
    /// TCG with one CPU, whose clock counts instructions
    Icount,
}

/// What every kind of run takes.
#[derive(Debug, Args)]
pub(crate) struct VmArgs {
    /// Number of emulated devices
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) devices: usize,
    /// Model of each device in turn; the last is that of the rest, too [default: connectx]
    #[arg(long, value_enum)]
    pub(crate) model: Vec<Model>,
    /// Folder of our own .ko files (searched below it too)
    #[arg(long, value_name = "DIR")]
    pub(crate) modules_dir: Option<PathBuf>,
    /// Load no module by itself: neither the kernel's drivers nor ours
    #[arg(long)]
    pub(crate) no_autoload: bool,
    /// fwctl nodes to wait for [default: one per device whose fwctl driver is given]
    #[arg(long, value_name = "N")]
    pub(crate) nodes: Option<usize>,
    /// Seconds that the whole VM may take [default: 300, tests 1800, shell no limit]
    #[arg(long, value_name = "S")]
    pub(crate) vm_timeout: Option<u64>,
    /// Further kernel parameters
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub(crate) append: Vec<String>,
    /// Kernel image [default: from the cache]
    #[arg(long, value_name = "FILE")]
    pub(crate) kernel: Option<PathBuf>,
    /// Initramfs made by guest/mkinitrd [default: from the cache]
    #[arg(long, value_name = "FILE")]
    pub(crate) initrd: Option<PathBuf>,
    /// Root file system of the VM, used read-only [default: from the cache]
    #[arg(long, value_name = "DIR")]
    pub(crate) guest_root: Option<PathBuf>,
    /// The kernel's own modules (a lib/modules/RELEASE folder) [default: that of the guest root]
    #[arg(long, value_name = "DIR")]
    pub(crate) stock_modules: Option<PathBuf>,
    /// Further stock modules that the VM shall have, by name
    #[arg(long, value_name = "NAME")]
    pub(crate) stock_module: Vec<String>,
    /// Folder to share with the VM, writable, at the same path
    #[arg(long, value_name = "DIR")]
    pub(crate) share: Vec<PathBuf>,
    /// Environment variable of the command
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    #[arg(long, value_enum, default_value_t = AccelChoice::Auto)]
    pub(crate) accel: AccelChoice,
    /// CPU model [default: host under KVM, max under TCG]
    #[arg(long, value_name = "MODEL")]
    pub(crate) cpu: Option<String>,
    /// Memory of the VM, MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub(crate) memory: u64,
    /// CPUs of the VM
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) smp: u32,
    /// Give the VM an emulated IOMMU
    #[arg(long)]
    pub(crate) iommu: bool,
    /// Let the VM survive that it suspends
    #[arg(long)]
    pub(crate) suspend: bool,
    /// Argument for each emulator, or N:ARG for that of device N
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    pub(crate) emu_arg: Vec<String>,
    /// The emulator's binary [default: beside this one, in the target folder, in PATH]
    #[arg(long, value_name = "FILE")]
    pub(crate) emu: Option<PathBuf>,
    /// Further argument for QEMU
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    pub(crate) qemu_arg: Vec<String>,
    /// A kernel complaint that this run provokes; it must appear
    #[arg(long, value_name = "REGEX")]
    pub(crate) expect_dmesg: Vec<Regex>,
    /// Objects lost at this moment (flr, teardown) are what the test wants
    #[arg(long, value_name = "WHERE")]
    pub(crate) allow_leak_at: Vec<String>,
    /// What a driver does wrong to a device that this run is about
    #[arg(long, value_name = "REGEX")]
    pub(crate) allow_violation: Vec<Regex>,
    /// Put the logs here and keep them [default: a temporary folder, kept on failure]
    #[arg(long, value_name = "DIR")]
    pub(crate) run_dir: Option<PathBuf>,
    /// Keep the run directory in any case
    #[arg(long)]
    pub(crate) keep: bool,
    /// Say what is done, and how long it took
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

impl VmArgs {
    /// The model of each device.
    pub(crate) fn models(&self) -> Vec<Model> {
        model::of_devices(&self.model, self.devices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn command_keeps_its_own_options() {
        let cli = Cli::parse_from([
            "fwctl-vm",
            "run",
            "--devices",
            "2",
            "--append",
            "-x",
            "--",
            "ls",
            "-l",
        ]);
        let Action::Run(run) = cli.action else {
            panic!("not a run");
        };
        assert_eq!(run.command, ["ls", "-l"]);
        assert_eq!(run.vm.devices, 2);
        assert_eq!(run.vm.append, ["-x"]);
    }

    #[test]
    fn bad_regex_is_refused() {
        assert!(
            Cli::try_parse_from(["fwctl-vm", "run", "--expect-dmesg", "(", "--", "true"]).is_err()
        );
    }
}
