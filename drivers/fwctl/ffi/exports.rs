// SPDX-License-Identifier: GPL-2.0

//! The interface for drivers: the C functions of `include/linux/fwctl.h`, and one more for the
//! Rust crate. `rust/helpers/exports.c` exports them.

use super::{
    driver::Ops,
    RawDevice, //
};
use core::ptr::NonNull;
use fwctl::abi::DriverOps;
use kernel::{
    bindings,
    prelude::*, //
};

/// # Safety
///
/// As `include/linux/fwctl.h` says; the arguments are those of `fwctl_alloc_device()`.
#[export]
pub(crate) unsafe extern "C" fn _fwctl_alloc_device(
    parent: *mut bindings::device,
    ops: *const bindings::fwctl_ops,
    size: usize,
) -> *mut bindings::fwctl_device {
    let Some(ops) = NonNull::new(ops.cast_mut()) else {
        return core::ptr::null_mut();
    };
    // SAFETY: As required of the caller.
    unsafe { alloc(parent, Ops::C(ops), size) }
}

/// # Safety
///
/// As `fwctl::abi` says.
#[no_mangle]
pub(crate) unsafe extern "C" fn fwctl_alloc_owned(
    parent: *mut c_void,
    ops: *const c_void,
    size: usize,
) -> *mut c_void {
    let Some(ops) = NonNull::new(ops.cast::<DriverOps>().cast_mut()) else {
        return core::ptr::null_mut();
    };
    // SAFETY: As required of the caller.
    unsafe { alloc(parent.cast(), Ops::Rust(ops), size) }.cast()
}

/// # Safety
///
/// `parent` must be valid and `size` at least that of a `fwctl_device`.
unsafe fn alloc(
    parent: *mut bindings::device,
    ops: Ops,
    size: usize,
) -> *mut bindings::fwctl_device {
    // SAFETY: As required of the caller.
    match unsafe { RawDevice::alloc(parent, ops, size) } {
        Ok(device) => device.as_ptr(),
        Err(_) => core::ptr::null_mut(),
    }
}

/// # Safety
///
/// As `include/linux/fwctl.h` says.
#[export]
pub(crate) unsafe extern "C" fn fwctl_register(fwctl: *mut bindings::fwctl_device) -> c_int {
    // SAFETY: As required of the caller.
    match unsafe { RawDevice::from_ptr(fwctl).and_then(|device| device.show()) } {
        Ok(()) => 0,
        Err(e) => e.to_errno(),
    }
}

/// # Safety
///
/// As `include/linux/fwctl.h` says.
#[export]
pub(crate) unsafe extern "C" fn fwctl_unregister(fwctl: *mut bindings::fwctl_device) {
    if let Ok(device) = RawDevice::from_ptr(fwctl) {
        // SAFETY: As required of the caller.
        unsafe { device.hide() }
    }
}
