// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Which commands pass, in which scope, and why. What no row names is refused.
//!
//! [`commands`] and [`registers`] are tables to be read from top to bottom; [`memory`] and
//! [`mkey`] look into requests where a row is not enough. Nothing here knows of a descriptor's
//! objects: what a request needs of them is in the [`Verdict`], for `objects.rs` to look up.

pub(crate) mod commands;
mod memory;
pub(crate) mod mkey;
pub(crate) mod registers;

use crate::mailbox::Inbox;
use fwctl::Scope;

/// Who sends a request.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    /// The scope of the RPC.
    pub(crate) scope: Scope,
    /// The UID has the rights to the resources for tools.
    pub(crate) tools: bool,
    /// The module was loaded with `strict`.
    pub(crate) strict: bool,
}

/// Objects of the firmware that a descriptor can own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Pd,
    Mkey,
}

/// What a command does to the objects of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    Creates(Kind),
    Destroys(Kind),
}

/// Memory that a request makes the device write: `len` bytes from `addr` on, by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) mkey: u32,
    pub(crate) addr: u64,
    pub(crate) len: u32,
}

/// What a look into a request found.
#[derive(Clone, Copy)]
enum Look {
    /// It may pass.
    Fine,
    /// It may pass if the descriptor owns the memory.
    Reaches(Reach),
    /// It may not pass.
    Bad,
}

impl Look {
    fn fine_if(fine: bool) -> Self {
        if fine {
            Self::Fine
        } else {
            Self::Bad
        }
    }
}

/// A look into a request, where its header does not say enough. `None` where a field that it looks
/// for is beyond the end, which is a refusal as well.
type Checker = fn(Inbox<'_>, Caller) -> Option<Look>;

/// What a row says of a request.
#[derive(Clone, Copy)]
enum Rule {
    /// Passes from this scope on.
    From(Scope),
    /// Passes from this scope on, if the checker agrees.
    Checked(Scope, Checker),
    /// Gives away keys or bus addresses: passes from DEBUG_READ_ONLY on, with `strict` from
    /// DEBUG_WRITE on.
    Discloses,
    /// Never passes.
    Never,
}

impl Rule {
    fn look(self, inbox: Inbox<'_>, caller: Caller) -> Look {
        match self {
            Self::From(least) => Look::fine_if(caller.scope >= least),
            Self::Discloses => Look::fine_if(caller.scope >= disclosure(caller)),
            Self::Checked(least, check) if caller.scope >= least => {
                check(inbox, caller).unwrap_or(Look::Bad)
            }
            Self::Checked(..) | Self::Never => Look::Bad,
        }
    }
}

#[cfg(not(MODULE))]
impl Rule {
    /// For people who read the table.
    fn words(self) -> &'static str {
        match self {
            Self::From(scope) => scope.name(),
            Self::Checked(Scope::Configuration, _) => "CONFIGURATION, looked into",
            Self::Checked(Scope::DebugReadOnly, _) => "DEBUG_READ_ONLY, looked into",
            Self::Checked(Scope::DebugWrite, _) => "DEBUG_WRITE, looked into",
            Self::Checked(Scope::DebugWriteFull, _) => "DEBUG_WRITE_FULL, looked into",
            Self::Discloses => "DEBUG_READ_ONLY; strict: DEBUG_WRITE",
            Self::Never => "never",
        }
    }
}

fn disclosure(caller: Caller) -> Scope {
    if caller.strict {
        Scope::DebugWrite
    } else {
        Scope::DebugReadOnly
    }
}

/// That a request may pass, and on what terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) effect: Effect,
    /// Memory that the descriptor has to own.
    pub(crate) reach: Option<Reach>,
}

impl Verdict {
    /// Whether nothing that a descriptor owns comes of it, or is needed for it.
    pub(crate) fn is_plain(&self) -> bool {
        self.effect == Effect::None && self.reach.is_none()
    }
}

/// Whether the firmware may see this request of this caller; `None` if not.
pub(crate) fn judge(inbox: Inbox<'_>, caller: Caller) -> Option<Verdict> {
    // No command of the table gives the field a meaning that a tool needs; to those that do not
    // know it, it is reserved.
    if inbox.vhca_tunnel_id != 0 {
        return None;
    }
    let command = commands::find(inbox.opcode)?;
    let reach = match command.rule.look(inbox, caller) {
        Look::Fine => None,
        Look::Reaches(reach) => Some(reach),
        Look::Bad => return None,
    };
    Some(Verdict {
        effect: command.effect,
        reach,
    })
}
