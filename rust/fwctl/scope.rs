// SPDX-License-Identifier: GPL-2.0

//! The label that user space puts on each RPC.

use kernel::prelude::*;

/// What an RPC may do, as its caller labelled it. Ordered: a later scope includes the earlier.
///
/// Source: `enum fwctl_rpc_scope` in `include/uapi/fwctl/fwctl.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Scope {
    /// Settings within what the vendor supports.
    Configuration = 0,
    /// Reads that give no secrets away.
    DebugReadOnly = 1,
    /// Writes that can leave the supported state. Taints the kernel.
    DebugWrite = 2,
    /// Everything. Needs `CAP_SYS_RAWIO`, taints the kernel.
    DebugWriteFull = 3,
}

impl Scope {
    /// Whether the use of this scope is to be recorded as a taint of the kernel.
    pub fn taints(self) -> bool {
        self >= Self::DebugWrite
    }

    /// The name without its prefix, as messages print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "CONFIGURATION",
            Self::DebugReadOnly => "DEBUG_READ_ONLY",
            Self::DebugWrite => "DEBUG_WRITE",
            Self::DebugWriteFull => "DEBUG_WRITE_FULL",
        }
    }
}

impl TryFrom<u32> for Scope {
    type Error = Error;

    /// `EOPNOTSUPP` for a number that no scope has.
    fn try_from(number: u32) -> Result<Self> {
        match number {
            0 => Ok(Self::Configuration),
            1 => Ok(Self::DebugReadOnly),
            2 => Ok(Self::DebugWrite),
            3 => Ok(Self::DebugWriteFull),
            _ => Err(EOPNOTSUPP),
        }
    }
}
