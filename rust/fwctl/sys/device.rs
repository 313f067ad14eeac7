// SPDX-License-Identifier: GPL-2.0

//! Devices, for C.
//!
//! C header: [`include/linux/device.h`](srctree/include/linux/device.h)

use kernel::{
    bindings,
    device, //
};

/// The `struct device` of a device. Valid as long as that is.
pub(crate) fn as_raw(device: &device::Device) -> *mut bindings::device {
    // `Device` is a transparent wrapper, whose own accessor is the kernel crate's alone.
    core::ptr::from_ref(device).cast_mut().cast()
}
