// SPDX-License-Identifier: GPL-2.0

//! Errors: one line that says what failed, on what, and what to do; and the exit status.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use fwctl::transport::Host;
use fwctl::{Errno, Error, Scope};
use serde::Serialize;

use crate::host::lockdown;

/// Exit status. The numbers are in the help, and do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Failed = 1,
    Usage = 2,
    NoDevice = 3,
    Permission = 4,
    Refused = 5,
    Firmware = 6,
    Transport = 7,
    Data = 8,
}

/// A failure, ready to be shown.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) exit: Exit,
    source: Option<Box<Error>>,
    /// The reader of our output went away, which is no failure.
    quiet: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    errno: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    syndrome: Option<u32>,
}

/// Status of the firmware, in JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    code: u16,
    name: Option<&'static str>,
}

impl From<fwctl::mlx5::Status> for Status {
    fn from(status: fwctl::mlx5::Status) -> Self {
        Self {
            code: status.0.into(),
            name: status.name(),
        }
    }
}

impl From<fwctl::bnxt::ErrorCode> for Status {
    fn from(code: fwctl::bnxt::ErrorCode) -> Self {
        Self {
            code: code.0,
            name: code.name(),
        }
    }
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            exit,
            source: None,
            quiet: false,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::new(Exit::Failed, format!("{}: {error}", path.display()))
    }

    /// What a call of the library failed with.
    pub(crate) fn of(error: Error, host: &Host) -> Self {
        let (exit, hint) = advise(&error, host);
        Self {
            message: error.to_string(),
            hint,
            exit,
            source: Some(Box::new(error)),
            quiet: false,
        }
    }

    /// What the library said, where it was the library.
    pub(crate) fn error(&self) -> Option<&Error> {
        self.source.as_deref()
    }

    /// Shows it on standard error.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        if self.quiet {
            return ExitCode::SUCCESS;
        }
        let error = self.source.as_deref();
        let firmware = error.and_then(Error::firmware);
        let status = match error {
            Some(Error::Hwrm { code, .. }) => Some((*code).into()),
            _ => firmware.map(|(status, _)| status.into()),
        };
        let report = Report {
            error: Body {
                message: &self.message,
                hint: self.hint.as_deref(),
                exit: self.exit as u8,
                errno: error.and_then(Error::errno).map(|errno| errno.to_string()),
                status,
                syndrome: firmware.map(|(_, syndrome)| syndrome),
            },
        };
        match serde_json::to_string(&report) {
            Ok(text) if json => eprintln!("{text}"),
            _ => eprintln!("fwctl: {self}"),
        }
        ExitCode::from(self.exit as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.hint {
            Some(hint) => write!(f, "{}: {hint}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Of writing to standard output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let mut failure = Self::new(Exit::Failed, format!("standard output: {error}"));
        failure.quiet = error.kind() == io::ErrorKind::BrokenPipe;
        failure
    }
}

/// Exit status, and what to do.
fn advise(error: &Error, host: &Host) -> (Exit, Option<String>) {
    use fwctl::NoDevice;
    let say = |exit, hint: &str| (exit, Some(hint.to_owned()));
    match error {
        Error::NoDevice { why, .. } => match why {
            NoDevice::NoClass => say(Exit::NoDevice, "load a driver of it, such as mlx5_fwctl or bnxt_fwctl"),
            NoDevice::None => say(
                Exit::NoDevice,
                "see with lspci -k whether the hardware has its driver, and with lsmod whether mlx5_fwctl or bnxt_fwctl is there",
            ),
            NoDevice::Unknown(_) => say(Exit::NoDevice, "see fwctl list"),
            NoDevice::Several(_) => say(Exit::NoDevice, "name one of them"),
        },
        Error::Open { errno, .. } => opening(*errno, host),
        Error::Kernel {
            errno, rpc, ioctl, ..
        } => match rpc {
            Some(rpc) => sending(*errno, rpc.scope, host),
            None => other_ioctl(ioctl, *errno),
        },
        Error::Firmware { status, .. } => {
            (Exit::Firmware, status.meaning().map(str::to_owned))
        }
        Error::Hwrm { code, .. } => (Exit::Firmware, code.meaning().map(str::to_owned)),
        Error::Reply { .. } => (Exit::Data, None),
        Error::OtherType { wanted, .. } => (
            Exit::NoDevice,
            Some(format!("this command is for {wanted} devices")),
        ),
        _ => (Exit::Failed, None),
    }
}

fn opening(errno: Errno, host: &Host) -> (Exit, Option<String>) {
    match errno {
        Errno::ACCES | Errno::PERM if host.euid != 0 => {
            (Exit::Permission, Some("run it as root".into()))
        }
        Errno::ACCES | Errno::PERM => (Exit::Permission, None),
        Errno::NOENT | Errno::NODEV | Errno::NXIO => {
            let hint = "the device went away, or /dev is not that of the kernel";
            (Exit::NoDevice, Some(hint.into()))
        }
        _ => (Exit::Transport, Some("see the kernel's log".into())),
    }
}

fn sending(errno: Errno, scope: Scope, host: &Host) -> (Exit, Option<String>) {
    let (exit, hint) = match errno {
        Errno::BADMSG => {
            let hint = match scope.above() {
                Some(above) => format!("the driver does not allow it in this scope: --scope {above} may do, or nothing"),
                None => "the driver does not allow it in any scope".into(),
            };
            return (Exit::Refused, Some(hint));
        }
        Errno::PERM => return (Exit::Permission, Some(not_permitted(scope, host))),
        Errno::OPNOTSUPP => (Exit::Refused, "this kernel does not know the scope"),
        Errno::MSGSIZE => (
            Exit::Refused,
            "mlx5 takes 16 bytes to 256 KiB in either direction, bnxt requests of 16 to 128 bytes, in words",
        ),
        Errno::NOENT => (
            Exit::Refused,
            "it names an object that this process did not make",
        ),
        Errno::FAULT => (Exit::Refused, "it names memory that is not there, or that its key does not cover"),
        Errno::BUSY => (Exit::Refused, "something else needs the object still"),
        Errno::NOSPC => (Exit::Refused, "this process has as many objects as it may"),
        Errno::NOMEM => (
            Exit::Transport,
            "no memory, or the limit of the cgroup is reached",
        ),
        Errno::NODEV => (
            Exit::Transport,
            "the device is gone or was reset: try again when fwctl list shows it",
        ),
        Errno::TIMEDOUT => (
            Exit::Transport,
            "the firmware did not answer in time: see the kernel's log",
        ),
        _ => (Exit::Transport, "see the kernel's log"),
    };
    (exit, Some(hint.to_owned()))
}

fn not_permitted(scope: Scope, host: &Host) -> String {
    match lockdown(host) {
        Some(level) if host.rawio && scope == Scope::DebugWriteFull => format!(
            "the kernel is locked down ({level}), so this scope counts as debug-write, which does not allow it"
        ),
        _ if !host.rawio => "the scope needs CAP_SYS_RAWIO: run it as root, or in a lower scope".into(),
        _ => "a security module forbids it".into(),
    }
}

fn other_ioctl(ioctl: &str, errno: Errno) -> (Exit, Option<String>) {
    let is_umem = ioctl == "FWCTL_RSC_UMEM_REG";
    let (exit, hint) = match errno {
        Errno::NODEV => (Exit::Transport, "the device is gone or was reset"),
        Errno::NOMEM if ioctl == "mmap" => {
            (Exit::Failed, "there is not so much memory: ask for less")
        }
        Errno::NOMEM if is_umem => (
            Exit::Refused,
            "the limit on locked memory is reached: raise it (ulimit -l), or ask for less",
        ),
        Errno::INVAL if is_umem => (
            Exit::Refused,
            "memory can be as large as max_umem_mb of the module fwctl says",
        ),
        Errno::NOTTY if is_umem => (Exit::Refused, "this kernel cannot give the device memory"),
        Errno::OPNOTSUPP if is_umem => (Exit::Refused, "this device cannot be given memory"),
        Errno::NOSPC => (
            Exit::Refused,
            "this process has as many resources as it may",
        ),
        _ => (Exit::Transport, "see the kernel's log"),
    };
    (exit, Some(hint.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fwctl::Rpc;

    fn host(euid: u32, rawio: bool, lockdown: &str) -> Host {
        Host {
            euid,
            rawio,
            lockdown: lockdown.into(),
        }
    }

    fn rpc(errno: Errno, scope: Scope) -> Error {
        Error::Kernel {
            ioctl: "FWCTL_RPC",
            on: "fwctl0".into(),
            errno,
            rpc: Some(Rpc {
                scope,
                what: "NOP 0x80d".into(),
            }),
        }
    }

    // Theory: each refusal of the kernel has its own exit status and says in one line what to do.
    #[test]
    fn each_refusal_says_what_to_do() {
        let root = host(0, true, "none");
        let locked = host(0, true, "integrity");
        let user = host(1000, false, "");
        let cases = [
            (
                rpc(Errno::BADMSG, Scope::Configuration),
                &root,
                Exit::Refused,
                "--scope debug-read-only",
            ),
            (
                rpc(Errno::BADMSG, Scope::DebugWriteFull),
                &root,
                Exit::Refused,
                "in any scope",
            ),
            (
                rpc(Errno::PERM, Scope::DebugWriteFull),
                &locked,
                Exit::Permission,
                "locked down (integrity)",
            ),
            (
                rpc(Errno::PERM, Scope::DebugWriteFull),
                &user,
                Exit::Permission,
                "CAP_SYS_RAWIO",
            ),
            (
                rpc(Errno::NOENT, Scope::DebugReadOnly),
                &root,
                Exit::Refused,
                "did not make",
            ),
            (
                rpc(Errno::NODEV, Scope::DebugReadOnly),
                &root,
                Exit::Transport,
                "gone",
            ),
            (
                rpc(Errno::TIMEDOUT, Scope::DebugReadOnly),
                &root,
                Exit::Transport,
                "in time",
            ),
            (
                Error::Open {
                    path: "/dev/fwctl/fwctl0".into(),
                    errno: Errno::ACCES,
                },
                &user,
                Exit::Permission,
                "as root",
            ),
        ];
        for (error, host, exit, wanted) in cases {
            let failure = Failure::of(error, host);
            let text = failure.to_string();
            assert_eq!(failure.exit, exit, "{text}");
            assert!(text.contains(wanted) && !text.contains('\n'), "{text}");
        }
    }

    // Theory: a status of the firmware is named, and the syndrome is there.
    #[test]
    fn firmware_is_named() {
        let error = Error::Firmware {
            on: "fwctl0".into(),
            rpc: Rpc {
                scope: Scope::Configuration,
                what: "NOP 0x80d".into(),
            },
            status: fwctl::mlx5::Status::BAD_PARAM,
            syndrome: 0x1234,
        };
        let failure = Failure::of(error, &host(0, true, ""));
        assert_eq!(failure.exit, Exit::Firmware);
        assert!(failure.to_string().starts_with(
            "fwctl0: NOP 0x80d: the firmware answers BAD_PARAM (0x3), syndrome 0x1234: "
        ));
    }
}
