// SPDX-License-Identifier: GPL-2.0

//! The bnxt driver's policy, compiled for the host: the very table of the driver.
//!
//! Prints `Documentation/userspace-api/fwctl/bnxt-policy.rst`. The tests compare the table with the
//! kernel's own driver, with the layouts in its header, and with what an attacker would send.

#![cfg_attr(test, allow(clippy::panic, clippy::unwrap_used))]

// By these names the driver's files know what they use.
extern crate self as fwctl;
extern crate self as kernel;

mod document;
#[cfg(test)]
mod tests;

// The document has no need of what judges a request; the tests do.
#[allow(dead_code)]
#[path = "../../../../../../drivers/fwctl/bnxt"]
mod driver {
    pub(crate) mod mailbox;
    pub(crate) mod policy;
}
// As public there as in the crate that it is from.
#[allow(dead_code, unreachable_pub)]
#[path = "../../../../../../rust/fwctl/scope.rs"]
mod scope;

use driver::{mailbox, policy};
use scope::Scope;

/// What the driver's files use of the kernel.
#[allow(unreachable_pub)]
mod prelude {
    /// An errno.
    #[derive(Debug, PartialEq, Eq)]
    pub struct Error(&'static str);
    pub(crate) const EMSGSIZE: Error = Error("EMSGSIZE");
    pub(crate) const EOPNOTSUPP: Error = Error("EOPNOTSUPP");
    pub(crate) type Result<T> = core::result::Result<T, Error>;
}

/// As in `rust/fwctl/attachment.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    ToDevice,
    FromDevice,
}

/// As there.
const MAX_ATTACHMENTS: usize = 2;

fn main() {
    print!("{}", document::text());
}
