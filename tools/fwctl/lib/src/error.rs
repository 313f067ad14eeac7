// SPDX-License-Identifier: GPL-2.0

//! What can go wrong, and on which device.

use std::error;
use std::fmt;
use std::path::PathBuf;

use crate::bnxt::ErrorCode;
use crate::device::DeviceType;
use crate::errno::Errno;
use crate::mlx5::Status;
use crate::scope::Scope;

/// Short for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An RPC, as errors name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rpc {
    /// The scope that it was labelled with.
    pub scope: Scope,
    /// What it asks for, such as `ACCESS_REG 0x805 (read MGIR 0x9020)`.
    pub what: String,
}

/// A call that failed. The kernel's refusal, the firmware's refusal and replies without sense are kept
/// apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No device is of that name, or more than one.
    NoDevice {
        /// The name that was looked for.
        wanted: String,
        /// Why there is none.
        why: NoDevice,
    },
    /// A node or a file of sysfs could not be opened or read.
    Open {
        /// Its path.
        path: PathBuf,
        /// Why.
        errno: Errno,
    },
    /// The kernel refused an ioctl, or could not deliver it.
    Kernel {
        /// Name of the ioctl, such as `FWCTL_RPC`.
        ioctl: &'static str,
        /// Name of the device, such as `fwctl0`.
        on: String,
        /// Why.
        errno: Errno,
        /// Which RPC, if it was one.
        rpc: Option<Rpc>,
    },
    /// The firmware answered with an error status.
    Firmware {
        /// Name of the device.
        on: String,
        /// Which RPC.
        rpc: Rpc,
        /// Status of the outbox.
        status: Status,
        /// The firmware's own code for what it disliked; only its vendor knows more.
        syndrome: u32,
    },
    /// The firmware of a NetXtreme answered with an error code.
    Hwrm {
        /// Name of the device.
        on: String,
        /// Which RPC.
        rpc: Rpc,
        /// Error code of the response.
        code: ErrorCode,
    },
    /// The firmware answered something that makes no sense.
    Reply {
        /// Name of the device.
        on: String,
        /// What was asked for.
        what: String,
        /// What is wrong with the answer.
        why: String,
    },
    /// The device is not of the kind that the call is for.
    OtherType {
        /// Name of the device.
        on: String,
        /// What it is.
        is: DeviceType,
        /// What it should be.
        wanted: DeviceType,
    },
    /// A stand-in for the kernel could not answer.
    StandIn {
        /// Name of the device.
        on: String,
        /// Why.
        why: String,
    },
}

/// Why there is no device of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoDevice {
    /// The kernel has no class `fwctl`: the module is not loaded.
    NoClass,
    /// There are no devices.
    None,
    /// None is of that name; these there are.
    Unknown(Vec<String>),
    /// All of these are of that name.
    Several(Vec<String>),
}

impl Error {
    pub(crate) fn kernel(ioctl: &'static str, on: &str, errno: Errno) -> Self {
        Self::Kernel {
            ioctl,
            on: on.to_owned(),
            errno,
            rpc: None,
        }
    }

    pub(crate) fn reply(on: &str, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Reply {
            on: on.to_owned(),
            what: what.into(),
            why: why.into(),
        }
    }

    /// Says what an RPC asked for, where that is not known yet.
    pub fn about(mut self, what: &str) -> Self {
        if let Self::Kernel { rpc: Some(rpc), .. } = &mut self {
            what.clone_into(&mut rpc.what);
        }
        self
    }

    /// The errno, where the kernel gave one.
    pub fn errno(&self) -> Option<Errno> {
        match self {
            Self::Open { errno, .. } | Self::Kernel { errno, .. } => Some(*errno),
            _ => None,
        }
    }

    /// Status and syndrome, where the firmware gave them.
    pub fn firmware(&self) -> Option<(Status, u32)> {
        match self {
            Self::Firmware {
                status, syndrome, ..
            } => Some((*status, *syndrome)),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDevice { wanted, why } => match why {
                NoDevice::NoClass => write!(f, "{wanted}: the kernel has no fwctl"),
                NoDevice::None => write!(f, "{wanted}: there are no fwctl devices"),
                NoDevice::Unknown(have) => {
                    write!(f, "{wanted}: no such device; there is {}", have.join(", "))
                }
                NoDevice::Several(all) => {
                    write!(f, "{wanted}: can be any of {}", all.join(", "))
                }
            },
            Self::Open { path, errno } => {
                let (path, why) = (path.display(), errno.message());
                write!(f, "{path}: cannot be opened: {why} ({errno})")
            }
            Self::Kernel {
                ioctl,
                on,
                errno,
                rpc,
            } => {
                let why = errno.message();
                match rpc {
                    Some(Rpc { scope, what }) => {
                        write!(f, "{on}: {what} in scope {scope}: {why} ({errno})")
                    }
                    None => write!(f, "{on}: {ioctl}: {why} ({errno})"),
                }
            }
            Self::Firmware {
                on,
                rpc,
                status,
                syndrome,
            } => write!(
                f,
                "{on}: {}: the firmware answers {status}, syndrome {syndrome:#x}",
                rpc.what
            ),
            Self::Hwrm { on, rpc, code } => {
                write!(f, "{on}: {}: the firmware answers {code}", rpc.what)
            }
            Self::Reply { on, what, why } => write!(f, "{on}: {what}: {why}"),
            Self::OtherType { on, is, wanted } => {
                write!(f, "{on}: is no {wanted} device but {is}")
            }
            Self::StandIn { on, why } => write!(f, "{on}: {why}"),
        }
    }
}

impl error::Error for Error {}
