// SPDX-License-Identifier: GPL-2.0

//! fwctl, the core: `/dev/fwctl/fwctlN`, through which user space sends RPCs to the firmware of a
//! device.
//!
//! A call of user space goes down this list and its answer back up:
//!
//! | module | job |
//! | --- | --- |
//! | [`ioctl`] | numbers, sizes and fields; copies of user memory |
//! | [`gate`] | scope, capability, lockdown, taint |
//! | [`context`] | what one descriptor owns |
//! | [`umem`] | user memory that the device may write |
//! | [`operation`] | work in flight for a driver, which outlives a killed caller |
//! | [`device`] | one device, its minor number, and the time during which its driver is there |
//! | [`ffi`] | the drivers' side: C interface, calls into a driver. The only unsafe code. |

#![deny(unsafe_code)]

mod buffers;
mod context;
mod device;
#[allow(unsafe_code)]
mod ffi;
mod flight;
mod gate;
mod ioctl;
mod operation;
mod queues;
mod transition;
mod umem;

use ::fwctl::{
    quarantine,
    sys::chrdev::CharDevices, //
};
use kernel::prelude::*;

module! {
    type: Fwctl,
    name: "fwctl",
    authors: ["The fwctl-rust developers"],
    description: "Firmware control: RPCs from user space to device firmware",
    license: "GPL",
    params: {
        max_umem_mb: u32 {
            default: 64,
            description: "MiB of one umem, at most",
        },
        max_device_mb: u32 {
            default: 512,
            description: "MiB of all umems of one device, at most",
        },
    },
}

/// What exists while the module is loaded; undone from the first field to the last.
#[pin_data]
struct Fwctl {
    #[pin]
    nodes: CharDevices<ioctl::Node>,
    #[pin]
    subsystem: ffi::Subsystem,
    #[pin]
    quarantine: quarantine::Watch,
}

impl kernel::InPlaceModule for Fwctl {
    fn init(module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            // In this order, because a node can be opened as soon as it is served.
            quarantine <- quarantine::Watch::new(module),
            subsystem <- ffi::Subsystem::new(),
            nodes <- CharDevices::new(c"fwctl", device::MAX_DEVICES),
            _: { subsystem.start(nodes.first(), buffers::pool()?) },
        })
    }
}
