// SPDX-License-Identifier: GPL-2.0

//! Where the core meets C and the drivers: the only module of the core with unsafe code.
//!
//! - [`context`]: the memory of contexts, and their list;
//! - [`driver`]: calls into a driver, and the proof that it is there;
//! - [`subsystem`]: the class, the list of devices, `struct fwctl_device`;
//! - [`exports`]: the C interface;
//! - [`uapi`]: structures of user space;
//! - [`layout`]: that all agree with the C headers.

mod context;
mod driver;
mod exports;
mod layout;
mod subsystem;
pub(crate) mod uapi;

pub(crate) use self::{
    context::{
        Contexts,
        References, //
    },
    driver::{
        CReply,
        Calls,
        Driver,
        Entered,
        InFlight, //
    },
    subsystem::{
        find_device,
        RawDevice,
        Subsystem, //
    }, //
};
