// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Which commands pass, in which scope, and why. What no row names is refused.

mod commands;
mod registers;

use crate::cmd::Inbox;
use fwctl::Scope;

/// A look into a request, where its header does not say enough.
type Checker = fn(Inbox<'_>, Scope) -> bool;

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
    fn admits(self, inbox: Inbox<'_>, scope: Scope) -> bool {
        match self {
            Self::From(least) => scope >= least,
            Self::Checked(least, agrees) => scope >= least && agrees(inbox, scope),
            Self::Never => false,
        }
    }
}

/// Whether the firmware may see this request in this scope.
pub(crate) fn admits(inbox: Inbox<'_>, scope: Scope) -> bool {
    // No command of the table gives the field a meaning that a tool needs; to those that do not
    // know it, it is reserved.
    inbox.vhca_tunnel_id() == 0
        && commands::rule(inbox.opcode()).is_some_and(|rule| rule.admits(inbox, scope))
}
