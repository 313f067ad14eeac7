// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Which commands pass, in which scope, and why. What no row names is refused.

mod commands;
mod registers;

use crate::cmd::Inbox;
use fwctl::Scope;

/// Who sends a request.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    /// The scope of the RPC.
    pub(crate) scope: Scope,
    /// The UID has the rights to the resources for tools.
    pub(crate) tools: bool,
}

/// A look into a request, where its header does not say enough. `None` where a field that it looks
/// for is beyond the end, which is a refusal as well.
type Checker = fn(Inbox<'_>, Caller) -> Option<bool>;

/// What a row says of a request.
#[derive(Clone, Copy)]
enum Rule {
    /// Passes from this scope on.
    From(Scope),
    /// Passes from this scope on, if the checker agrees.
    Checked(Scope, Checker),
    /// Never passes.
    Never,
}

impl Rule {
    fn admits(self, inbox: Inbox<'_>, caller: Caller) -> bool {
        match self {
            Self::From(least) => caller.scope >= least,
            Self::Checked(least, agrees) => {
                caller.scope >= least && agrees(inbox, caller) == Some(true)
            }
            Self::Never => false,
        }
    }
}

/// Whether the firmware may see this request of this caller.
pub(crate) fn admits(inbox: Inbox<'_>, caller: Caller) -> bool {
    // No command of the table gives the field a meaning that a tool needs; to those that do not
    // know it, it is reserved.
    inbox.vhca_tunnel_id == 0
        && commands::rule(inbox.opcode).is_some_and(|rule| rule.admits(inbox, caller))
}
