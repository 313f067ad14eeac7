// SPDX-License-Identifier: GPL-2.0

//! What any emulated PCI function needs, and nothing that belongs to a vendor.
//!
//! A vendor's model implements [`Function`] and reaches the machine through [`Bus`]. An [`Endpoint`]
//! joins it with a configuration space and MSI-X bookkeeping. Nothing here knows how the
//! endpoint is connected to a guest, so tests drive the same code through a bus in plain memory.

#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod bus;
mod config;
mod endpoint;
mod function;
mod msix;
mod plain;
pub mod vpd;

pub use bus::{Bus, BusError, Gate};
pub use config::{ConfigChange, ConfigSpace, CONFIG_SIZE};
pub use endpoint::Endpoint;
pub use function::{Bar, Function, MsixLayout, Reset, Spec, SpecError, Vpd};
pub use msix::Msix;
pub use plain::PlainBus;
