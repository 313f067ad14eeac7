// SPDX-License-Identifier: GPL-2.0

//! Scopes of RPCs.

use std::fmt;
use std::str::FromStr;

use crate::sys::uapi;

/// What the caller says that an RPC may do, `enum fwctl_rpc_scope`. Each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Settings within what the vendor supports.
    Configuration,
    /// Reads that give no secrets away.
    DebugReadOnly,
    /// Writes that can leave the supported state; taints the kernel.
    DebugWrite,
    /// Everything; taints the kernel, needs CAP_SYS_RAWIO, counts as [`Scope::DebugWrite`] under
    /// lockdown.
    DebugWriteFull,
}

impl Scope {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [
        Self::Configuration,
        Self::DebugReadOnly,
        Self::DebugWrite,
        Self::DebugWriteFull,
    ];

    /// Its number in the user interface.
    pub fn number(self) -> u32 {
        match self {
            Self::Configuration => uapi::FWCTL_RPC_CONFIGURATION,
            Self::DebugReadOnly => uapi::FWCTL_RPC_DEBUG_READ_ONLY,
            Self::DebugWrite => uapi::FWCTL_RPC_DEBUG_WRITE,
            Self::DebugWriteFull => uapi::FWCTL_RPC_DEBUG_WRITE_FULL,
        }
    }

    /// Its name, as [`Scope::from_str`] takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::DebugReadOnly => "debug-read-only",
            Self::DebugWrite => "debug-write",
            Self::DebugWriteFull => "debug-write-full",
        }
    }

    /// The next one that allows more.
    pub fn above(self) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| *scope > self)
    }

    /// Whether an RPC in it taints the kernel.
    pub fn taints(self) -> bool {
        self >= Self::DebugWrite
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = String;

    /// A name, or the number of the user interface.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.name() == text || scope.number().to_string() == text)
            .ok_or_else(|| format!("no scope {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Theory: names and numbers lead back to the scope, and the order is that of the numbers.
    #[test]
    fn names_and_numbers_lead_back() {
        for (number, scope) in (0u32..).zip(Scope::ALL) {
            assert_eq!(scope.number(), number);
            assert_eq!(scope.name().parse(), Ok(scope));
            assert_eq!(number.to_string().parse(), Ok(scope));
        }
        assert!("4".parse::<Scope>().is_err());
        assert_eq!(Scope::DebugWriteFull.above(), None);
        assert_eq!(Scope::Configuration.above(), Some(Scope::DebugReadOnly));
    }
}
