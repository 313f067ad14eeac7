// SPDX-License-Identifier: GPL-2.0

//! The command line. Help, man pages and completions are made of this.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use fwctl::Scope;

const EXIT_STATUS: &str = "\
Exit status:
  0  done
  1  something else went wrong, such as a file that cannot be written
  2  the command line makes no sense
  3  there is no such device
  4  a right is missing: not root, or the kernel is locked down
  5  the driver's policy or the kernel does not allow it
  6  the firmware answered with an error status
  7  the request did not get through, or the device is gone
  8  what the firmware answered, or a file, is cut off or makes no sense";

/// Talk to device firmware through /dev/fwctl.
#[derive(Debug, Parser)]
#[command(name = "fwctl", version, after_help = EXIT_STATUS, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "For all commands")]
pub(crate) struct Global {
    /// Print JSON; errors too
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Whether to use colour; auto is on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub(crate) color: Colour,
    /// Print the ioctls and their bytes instead of sending them; answers are taken to be all zero
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Write all ioctls down, as JSON lines
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) record: Option<PathBuf>,
    /// Take the answers from such a file instead of a device
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["record", "dry_run"])]
    pub(crate) replay: Option<PathBuf>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the devices
    List,
    /// Show what stands behind a device
    Info(InfoArgs),
    /// Send one request as it is
    Rpc(RpcArgs),
    /// Watch devices come and go
    Monitor(MonitorArgs),
    /// Commands for NVIDIA ConnectX and BlueField
    #[command(subcommand)]
    Mlx5(Mlx5),
    /// Write man pages or completions
    #[command(subcommand, hide = true)]
    Generate(Generate),
}

/// Which device.
#[derive(Clone, Debug, Args)]
pub(crate) struct DeviceArg {
    /// fwctlN, its path, PCI address, or the name of a network or RDMA interface of it
    #[arg(value_name = "DEVICE")]
    pub(crate) device: String,
}

/// With which rights.
#[derive(Clone, Debug, Args)]
pub(crate) struct ScopeArg {
    /// What the request may do: configuration, debug-read-only, debug-write (taints the kernel) or
    /// debug-write-full (needs CAP_SYS_RAWIO as well)
    #[arg(long, value_name = "SCOPE", value_parser = parse_scope)]
    pub(crate) scope: Option<Scope>,
}

#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// As for other commands; all devices without it
    #[arg(value_name = "DEVICE")]
    pub(crate) device: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RpcArgs {
    #[command(flatten)]
    pub(crate) device: DeviceArg,
    /// Hexadecimal digits, @FILE for the bytes of a file, or - for those of standard input
    #[arg(value_name = "REQUEST")]
    pub(crate) request: String,
    #[command(flatten)]
    pub(crate) scope: ScopeArg,
    /// Pad the request with zeroes to this many bytes
    #[arg(long, value_name = "BYTES", value_parser = parse_len)]
    pub(crate) in_len: Option<usize>,
    /// Room for the reply [default: as long as the request; for bnxt, of any]
    #[arg(long, value_name = "BYTES", value_parser = parse_len)]
    pub(crate) out_len: Option<usize>,
    /// Write the bytes of the reply to this file, or to standard output for -
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct MonitorArgs {
    /// End after so many events, those that are there at the beginning not counted
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// Where the kernel's events cannot be had, look every so many seconds
    #[arg(short, long, value_name = "SECONDS", default_value_t = 1.0, value_parser = parse_seconds)]
    pub(crate) interval: f64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mlx5 {
    /// Show what the device can do
    Caps(CapsArgs),
    /// Read and write registers
    #[command(subcommand)]
    Reg(Reg),
    /// Dump resources of the device, or take a dump apart
    Dump(DumpArgs),
    /// Dump all that the device offers, through memory if possible
    Coredump(CoredumpArgs),
    /// Sample diagnostic counters
    Counters(CountersArgs),
    /// Show what this process is to the firmware, and what it may do
    Objects(DeviceArg),
}

#[derive(Debug, Args)]
pub(crate) struct CapsArgs {
    #[command(flatten)]
    pub(crate) device: DeviceArg,
    /// A group, such as general, debug or roce; can be given again [default: general]
    #[arg(short, long = "group", value_name = "GROUP", value_parser = parse_group)]
    pub(crate) groups: Vec<&'static str>,
    /// All groups; those that the firmware does not know are left out
    #[arg(long, conflicts_with = "groups")]
    pub(crate) all: bool,
    /// Fields that are 0 too
    #[arg(short, long)]
    pub(crate) zero: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Reg {
    /// List the registers whose fields are known, or the fields of one
    List {
        /// Name or number of a register
        #[arg(value_name = "REGISTER")]
        register: Option<String>,
    },
    /// Read a register
    Get(RegGetArgs),
    /// Change fields of a register
    Set(RegSetArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RegGetArgs {
    #[command(flatten)]
    pub(crate) device: DeviceArg,
    /// Name or number
    #[arg(value_name = "REGISTER")]
    pub(crate) register: String,
    /// Which one is meant, where there are several, such as local_port=1
    #[arg(value_name = "FIELD=VALUE")]
    pub(crate) fields: Vec<String>,
    /// Bytes of the register, where they are not known
    #[arg(long, value_name = "BYTES", value_parser = parse_len)]
    pub(crate) len: Option<usize>,
    #[command(flatten)]
    pub(crate) scope: ScopeArg,
    /// The bytes as well
    #[arg(long)]
    pub(crate) raw: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RegSetArgs {
    #[command(flatten)]
    pub(crate) device: DeviceArg,
    /// Name or number
    #[arg(value_name = "REGISTER")]
    pub(crate) register: String,
    /// What to write; fields that say which one is meant as well
    #[arg(value_name = "FIELD=VALUE", required = true)]
    pub(crate) fields: Vec<String>,
    #[command(flatten)]
    pub(crate) scope: ScopeArg,
    /// Do not read the register first: fields that are not given are written as 0
    #[arg(long)]
    pub(crate) no_read: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DumpArgs {
    /// As for other commands
    #[arg(value_name = "DEVICE", required_unless_present = "parse")]
    pub(crate) device: Option<String>,
    /// Name or number of a segment; the menu of all without it
    #[arg(value_name = "SEGMENT")]
    pub(crate) segment: Option<String>,
    /// First index
    #[arg(long, value_name = "N", value_parser = parse_number::<u32>, default_value = "0")]
    pub(crate) index1: u32,
    /// Second index
    #[arg(long, value_name = "N", value_parser = parse_number::<u32>, default_value = "0")]
    pub(crate) index2: u32,
    /// How many from the first index on
    #[arg(long, value_name = "N", value_parser = parse_number::<u16>, default_value = "0")]
    pub(crate) num1: u16,
    /// How many from the second index on
    #[arg(long, value_name = "N", value_parser = parse_number::<u16>, default_value = "0")]
    pub(crate) num2: u16,
    /// Another function; needs --scope debug-write
    #[arg(long, value_name = "N", value_parser = parse_number::<u16>, default_value = "0")]
    pub(crate) vhca_id: u16,
    /// Fetch through so many bytes of memory instead of inline
    #[arg(long, value_name = "BYTES", num_args = 0..=1, default_missing_value = "1M",
          require_equals = true, value_parser = parse_size)]
    pub(crate) umem: Option<usize>,
    /// Write the stream to this file as it is
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Take this file apart instead
    #[arg(long, value_name = "FILE", conflicts_with_all = ["device", "segment", "umem", "output"])]
    pub(crate) parse: Option<PathBuf>,
    /// The bytes of the segments as well
    #[arg(long)]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) scope: ScopeArg,
}

/// Where a core dump comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Source {
    /// Registers if the firmware can, else resources
    #[default]
    Auto,
    /// The device's registers, with CORE_DUMP
    Registers,
    /// All resources that need no index, with RES_DUMP
    Resources,
}

#[derive(Debug, Args)]
pub(crate) struct CoredumpArgs {
    #[command(flatten)]
    pub(crate) device: DeviceArg,
    /// Where it goes
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// What to dump
    #[arg(long, value_enum, value_name = "SOURCE", default_value_t)]
    pub(crate) source: Source,
    /// Only this segment, by name or number, with RES_DUMP
    #[arg(long, value_name = "SEGMENT", conflicts_with = "source")]
    pub(crate) segment: Option<String>,
    /// First index of that segment
    #[arg(long, value_name = "N", value_parser = parse_number::<u32>, default_value = "0",
          requires = "segment")]
    pub(crate) index1: u32,
    /// Memory to register [default: what the device says it needs, or 2M]
    #[arg(long, value_name = "BYTES", value_parser = parse_size)]
    pub(crate) size: Option<usize>,
    /// Fetch inline, which takes an RPC for every 208 bytes
    #[arg(long)]
    pub(crate) no_umem: bool,
    #[command(flatten)]
    pub(crate) scope: ScopeArg,
}

#[derive(Debug, Args)]
pub(crate) struct CountersArgs {
    #[command(flatten)]
    pub(crate) device: DeviceArg,
    /// A counter, by name or number; can be given again [default: those that are sampled, or all]
    #[arg(short, long = "counter", value_name = "COUNTER", value_parser = parse_counter)]
    pub(crate) counters: Vec<u16>,
    /// Only list the counters of the device
    #[arg(long, conflicts_with_all = ["start", "csv", "count"])]
    pub(crate) list: bool,
    /// Switch them on, and back to what they were at the end; taints the kernel
    #[arg(long)]
    pub(crate) start: bool,
    /// Seconds between two samples
    #[arg(short, long, value_name = "SECONDS", default_value_t = 1.0, value_parser = parse_seconds)]
    pub(crate) interval: f64,
    /// End after so many samples
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// Comma-separated values
    #[arg(long, conflicts_with = "json", action = ArgAction::SetTrue)]
    pub(crate) csv: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Generate {
    /// A man page of each command
    Man {
        /// Folder that they go to
        dir: PathBuf,
    },
    /// Completions, to standard output
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    text.parse().map_err(|_| {
        let names = Scope::ALL.map(Scope::name);
        format!("it is one of {}", names.join(", "))
    })
}

fn parse_group(text: &str) -> Result<&'static str, String> {
    fwctl::mlx5::caps::by_name(text)
        .map(|group| group.name)
        .ok_or_else(|| {
            let names: Vec<&str> = fwctl::mlx5::caps::GROUPS
                .iter()
                .map(|group| group.name)
                .collect();
            format!("it is one of {}", names.join(", "))
        })
}

fn parse_counter(text: &str) -> Result<u16, String> {
    fwctl::mlx5::counters::by_name(text)
        .or_else(|| parse_number(text).ok())
        .ok_or_else(|| "it is a name or a number of 16 bits: see --list".into())
}

fn parse_number<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    fwctl::mlx5::layout::number(text)
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| {
            "it is a number in tens or, with 0x, in sixteens, and is not too large".into()
        })
}

/// Lengths of requests, replies and registers.
fn parse_len(text: &str) -> Result<usize, String> {
    let len = parse_size(text)?;
    if len > fwctl::MAX_RPC_LEN {
        return Err(format!("at most {} bytes", fwctl::MAX_RPC_LEN));
    }
    Ok(len)
}

/// A number of bytes, with K, M or G for 1,024, its square and its cube.
fn parse_size(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (text.get(..text.len() - 1), 10),
        Some(b'M' | b'm') => (text.get(..text.len() - 1), 20),
        Some(b'G' | b'g') => (text.get(..text.len() - 1), 30),
        _ => (Some(text), 0),
    };
    let number: Option<usize> = digits.and_then(|digits| parse_number(digits).ok());
    number
        .filter(|&number| number > 0)
        .and_then(|number| number.checked_mul(1 << shift))
        .ok_or_else(|| "it is a number of bytes, with K, M or G for more".into())
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    let seconds: Option<f64> = text.parse().ok();
    // Also refuses what is not a number.
    seconds
        .filter(|seconds| (0.0..=86_400.0).contains(seconds))
        .ok_or_else(|| "it is a number of seconds, at most a day".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    // Theory: the definition has no contradiction.
    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    // Theory: sizes and seconds are taken in the usual forms, and nothing else.
    #[test]
    fn sizes_and_seconds_are_checked() {
        assert_eq!(parse_size("2M"), Ok(2 << 20));
        assert_eq!(parse_size("0x10"), Ok(16));
        for wrong in ["", "0", "M", "-1", "2T", "99999999999G"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_seconds("0.5"), Ok(0.5));
        for wrong in ["nan", "-1", "inf", "1e9"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
        assert!(parse_len("2097153").is_err());
    }
}
