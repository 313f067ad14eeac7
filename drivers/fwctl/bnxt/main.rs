// SPDX-License-Identifier: GPL-2.0

//! fwctl on Broadcom NetXtreme-C and NetXtreme-E functions.
//!
//! Binds the auxiliary device `bnxt_en.fwctl` that bnxt_en makes for each of its functions, and
//! forwards messages of user space through bnxt_en's command channel.
//!
//! | module | job |
//! | --- | --- |
//! | [`context`] | one descriptor, and the way of its RPCs |
//! | [`policy`] | which commands pass in which scope, what they transfer, and why |
//! | [`mailbox`] | layout of requests and responses |
//! | [`cmd`] | what the end of a message means; commands of the driver's own |
//! | [`umem`] | memory of users that the device uses where it is |
//! | [`ffi`] | bnxt_en. The only unsafe code. |

#![deny(unsafe_code)]

mod cmd;
mod context;
#[allow(unsafe_code)]
mod ffi;
mod mailbox;
mod policy;
mod umem;

use crate::{
    context::Context,
    ffi::Edev, //
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

struct BnxtDriver;

kernel::auxiliary_device_table!(
    ID_TABLE,
    <BnxtDriver as auxiliary::Driver>::IdInfo,
    [(auxiliary::DeviceId::new(c"bnxt_en", c"fwctl"), ())]
);

impl auxiliary::Driver for BnxtDriver {
    type IdInfo = ();
    type Data<'bound> = Self;

    const ID_TABLE: auxiliary::IdTable<Self::IdInfo> = &ID_TABLE;

    fn probe<'bound>(
        adev: &'bound auxiliary::Device<Core<'_>>,
        _info: &'bound Self::IdInfo,
    ) -> impl PinInit<Self, Error> + 'bound {
        let adev: &auxiliary::Device<Bound> = adev;
        Registration::<Context>::register(adev, adev.parent(), |adev| Edev::of(adev))?;
        Ok(BnxtDriver)
    }
}

kernel::module_auxiliary_driver! {
    type: BnxtDriver,
    name: "bnxt_fwctl",
    authors: ["The fwctl-rust developers"],
    description: "Firmware control for Broadcom NetXtreme",
    license: "GPL",
    imports_ns: ["FWCTL"],
    params: {
        strict: bool {
            default: false,
            description: "Refuse commands whose layout is not known, and raise what discloses keys or addresses, or changes the flash's directory, to DEBUG_WRITE",
        },
    },
}
