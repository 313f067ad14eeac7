// SPDX-License-Identifier: GPL-2.0

//! What the documents and the tests of all drivers' policies share. Each driver has a binary of its own here, which
//! compiles the driver's very tables for the host.

pub mod document;
#[allow(clippy::panic)]
pub mod kernel;
