// SPDX-License-Identifier: GPL-2.0

//! Which commands pass, in which scope, and why. What no row names is refused.
//!
//! [`commands`] is a table to be read from top to bottom; [`looks`] looks into requests where a row is
//! not enough. Nothing here sends anything.

pub(crate) mod commands;
mod looks;

use crate::mailbox::{
    self,
    Header, //
};
use commands::Command;
use fwctl::Scope;

/// Who sends a request.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    /// The scope of the RPC.
    pub(crate) scope: Scope,
    /// The module was loaded with `strict`.
    pub(crate) strict: bool,
}

impl Caller {
    fn may_write_if_strict(self) -> bool {
        !self.strict || self.scope >= Scope::DebugWrite
    }
}

/// What a command does; how long it may take follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Reads,
    Configures,
    /// Reads or writes the flash.
    Flash,
    /// Collects memory of the firmware.
    Dumps,
    Tests,
    Resets,
}

impl Effect {
    /// Milliseconds until the firmware is given up, four times as long as bnxt_en waits where it has no
    /// other word. What comes later costs memory until the device is reset.
    pub(crate) fn timeout(self) -> u32 {
        match self {
            Self::Reads | Self::Configures => 2_000,
            Self::Flash | Self::Dumps | Self::Tests | Self::Resets => 60_000,
        }
    }
}

/// What a row says of a request.
#[derive(Clone, Copy)]
enum Rule {
    /// Passes from this scope on.
    From(Scope),
    /// Passes from the first scope on, with `strict` from the second.
    Strict(Scope, Scope),
    /// Passes from this scope on, if the look agrees.
    Checked(Scope, fn(&[u8], Caller) -> bool),
}

impl Rule {
    fn admits(self, request: &[u8], caller: Caller) -> bool {
        match self {
            Self::From(least) => caller.scope >= least,
            Self::Strict(least, strict) => {
                caller.scope >= if caller.strict { strict } else { least }
            }
            Self::Checked(least, look) => caller.scope >= least && look(request, caller),
        }
    }
}

#[cfg(not(MODULE))]
impl Rule {
    /// For people who read the table.
    fn words(self) -> &'static str {
        match self {
            Self::From(scope) => scope.name(),
            Self::Strict(Scope::Configuration, _) => "CONFIGURATION; strict: DEBUG_WRITE",
            Self::Strict(..) => "DEBUG_READ_ONLY; strict: DEBUG_WRITE",
            Self::Checked(Scope::Configuration, _) => "CONFIGURATION, looked into",
            Self::Checked(Scope::DebugReadOnly, _) => "DEBUG_READ_ONLY, looked into",
            Self::Checked(Scope::DebugWrite, _) => "DEBUG_WRITE, looked into",
            Self::Checked(Scope::DebugWriteFull, _) => "DEBUG_WRITE_FULL, looked into",
        }
    }
}

/// Whether the firmware may see this request of this caller, and as what; `None` if not.
pub(crate) fn judge(request: &[u8], caller: Caller) -> Option<&'static Command> {
    let header = Header::of(request)?;
    // The firmware itself; other functions and processors are none of a tool's business.
    if ![
        mailbox::TARGET_NONE,
        mailbox::TARGET_TOOLS,
        mailbox::TARGET_SELF,
    ]
    .contains(&header.target)
    {
        return None;
    }
    let command = commands::find(header.request)?;
    match command.len {
        // What a later firmware may read there is not known.
        Some(len) if request.iter().skip(len).any(|&byte| byte != 0) => return None,
        None if caller.strict => return None,
        _ => (),
    }
    command.rule.admits(request, caller).then_some(command)
}
