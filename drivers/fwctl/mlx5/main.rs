// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! fwctl on ConnectX and BlueField functions.
//!
//! Binds the auxiliary device `mlx5_core.fwctl` that mlx5_core makes for a function whose firmware
//! knows user contexts, and forwards commands of user space through mlx5_core's command queue.
//!
//! | module | job |
//! | --- | --- |
//! | [`context`] | one descriptor: its UID, and the way of its RPCs |
//! | [`policy`] | which commands pass in which scope, and why |
//! | [`objects`] | what a descriptor owns in the firmware beside its UID |
//! | [`umem`] | user memory in the firmware, and keys over it |
//! | [`mailbox`] | layout of mailboxes |
//! | [`cmd`] | commands of the driver's own |
//! | [`ffi`] | mlx5_core. The only unsafe code. |

#![deny(unsafe_code)]

mod cmd;
mod context;
#[allow(unsafe_code)]
mod ffi;
mod mailbox;
mod objects;
mod policy;
mod umem;

use crate::{
    context::Context,
    ffi::Mdev, //
};
use ::fwctl::Registration;
use kernel::{
    auxiliary,
    device::{
        Bound,
        Core, //
    },
    prelude::*, //
};

struct Mlx5Driver;

kernel::auxiliary_device_table!(
    ID_TABLE,
    <Mlx5Driver as auxiliary::Driver>::IdInfo,
    [(auxiliary::DeviceId::new(c"mlx5_core", c"fwctl"), ())]
);

impl auxiliary::Driver for Mlx5Driver {
    type IdInfo = ();
    type Data<'bound> = Self;

    const ID_TABLE: auxiliary::IdTable<Self::IdInfo> = &ID_TABLE;

    fn probe<'bound>(
        adev: &'bound auxiliary::Device<Core<'_>>,
        _info: &'bound Self::IdInfo,
    ) -> impl PinInit<Self, Error> + 'bound {
        let adev: &auxiliary::Device<Bound> = adev;
        let parent = Mdev::parent(adev)?;
        Registration::<Context>::register(adev, parent, |adev| Mdev::of(adev))?;
        Ok(Mlx5Driver)
    }
}

kernel::module_auxiliary_driver! {
    type: Mlx5Driver,
    name: "mlx5_fwctl",
    authors: ["The fwctl-rust developers"],
    description: "Firmware control for NVIDIA ConnectX and BlueField",
    license: "Dual BSD/GPL",
    imports_ns: ["FWCTL"],
    params: {
        strict: bool {
            default: false,
            description: "Refuse registers that the policy does not name, and raise what discloses keys or addresses to DEBUG_WRITE",
        },
        max_objects: u32 {
            default: 1024,
            description: "Firmware objects of one descriptor, at most",
        },
    },
}
