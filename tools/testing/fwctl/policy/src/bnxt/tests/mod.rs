// SPDX-License-Identifier: GPL-2.0

//! The policy against what did not come out of it: the kernel's own driver, the layouts of its header,
//! and lists written by hand.

mod attacks;
mod document;
mod hsi;
mod layouts;
mod walk;

use crate::{
    mailbox::{MAX_LEN, TARGET_SELF},
    policy::{self, commands::Command, Caller},
    Scope,
};

const SCOPES: [Scope; 4] = [
    Scope::Configuration,
    Scope::DebugReadOnly,
    Scope::DebugWrite,
    Scope::DebugWriteFull,
];

/// A caller of each kind.
fn callers() -> impl Iterator<Item = Caller> {
    let of = |strict| {
        SCOPES
            .into_iter()
            .map(move |scope| Caller { scope, strict })
    };
    of(false).chain(of(true))
}

/// What the driver makes of a request; `None` where it refuses it.
fn judge(request: &[u8], caller: Caller) -> Option<&'static Command> {
    policy::judge(request, caller)
}

/// A request to be written piece by piece, as long as there can be one.
#[derive(Clone)]
struct Ask([u8; MAX_LEN]);

impl Ask {
    /// A header as tools send it, and zeroes.
    fn new(number: u16) -> Self {
        Self([0; MAX_LEN])
            .with(0, &number.to_le_bytes())
            .with(2, &[0xff, 0xff])
            .with(6, &TARGET_SELF.to_le_bytes())
    }

    fn with(mut self, at: usize, bytes: &[u8]) -> Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// From which scope on it passes.
    fn least(&self, strict: bool) -> Option<Scope> {
        let passes = |&scope: &Scope| judge(&self.0, Caller { scope, strict }).is_some();
        let least = SCOPES.into_iter().find(passes)?;
        // What passes in a scope passes in all above it.
        assert!(SCOPES
            .into_iter()
            .filter(|&scope| scope >= least)
            .all(|scope| passes(&scope)));
        Some(least)
    }
}
