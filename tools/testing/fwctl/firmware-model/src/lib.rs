// SPDX-License-Identifier: GPL-2.0

//! What any emulated firmware needs to be a witness and a saboteur, and nothing that belongs to a vendor: the faults that are
//! armed, the commands that were seen, and what a driver did wrong or left behind.
//!
//! All of it speaks the control protocol: JSON, with numbers such as "0x805".

#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::indexing_slicing, clippy::unwrap_used))]

mod findings;
mod number;
pub mod pattern;
mod records;
mod rules;

pub use findings::{Findings, Leftover};
pub use number::{field, need, Number};
pub use records::{digits, fields, Record, Records};
pub use rules::Rules;
