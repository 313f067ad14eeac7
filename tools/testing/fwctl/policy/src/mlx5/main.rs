// SPDX-License-Identifier: GPL-2.0

//! The mlx5 driver's policy, compiled for the host: the very tables of the driver.
//!
//! Prints `Documentation/userspace-api/fwctl/mlx5-policy.rst`. The tests compare the tables with the
//! kernel's own driver, with the layouts in its headers, and with what an attacker would send.

#![cfg_attr(test, allow(clippy::panic, clippy::unwrap_used))]

// By these names the driver's files know what they use.
extern crate self as fwctl;
extern crate self as kernel;

mod document;
#[cfg(test)]
mod tests;

// The document has no need of what judges a request; the tests do. The kernel allows that lint for
// this compiler, too.
#[allow(dead_code, clippy::precedence)]
#[path = "../../../../../../drivers/fwctl/mlx5"]
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

/// What `scope.rs` uses of the kernel.
#[allow(unreachable_pub)]
mod prelude {
    /// An errno.
    pub struct Error;
    pub(crate) const EOPNOTSUPP: Error = Error;
    pub(crate) type Result<T> = core::result::Result<T, Error>;
}

fn main() {
    print!("{}", document::text());
}
