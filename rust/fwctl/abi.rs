// SPDX-License-Identifier: GPL-2.0

//! The table through which the core calls a Rust driver, and the trampolines that fill it.
//!
//! Both sides are built by one compiler against one copy of this crate, so the table may hold
//! Rust types. Drivers do not use this module by name.

use super::{
    Device,
    DeviceType,
    Operations,
    Reply,
    Request,
    Scope, //
};
use kernel::{
    bindings,
    prelude::*,
    transmute::AsBytes,
    types::Opaque, //
};

/// Operations of a Rust driver.
///
/// Every function wants a live `fwctl_uctx` that is the first member of `uctx_size` bytes, of a
/// device that was allocated with this table and is registered. `close`, `info`, `check` and `rpc`
/// want one for which `open` succeeded and `close` was not called; `open` and `close` want no
/// other function to run on it.
pub struct DriverOps {
    /// The number for FWCTL_INFO.
    pub device_type: DeviceType,
    /// See [`Operations::PARALLEL`].
    pub parallel: u16,
    /// Bytes of a context, a zeroed `fwctl_uctx` included.
    pub uctx_size: usize,
    /// See [`Operations::open`].
    pub open: unsafe fn(*mut bindings::fwctl_uctx) -> Result,
    /// See [`Operations::close`].
    pub close: unsafe fn(*mut bindings::fwctl_uctx),
    /// See [`Operations::info`]; the bytes of [`Operations::Info`].
    pub info: unsafe fn(*mut bindings::fwctl_uctx) -> Result<KVec<u8>>,
    /// See [`Operations::check`].
    pub check: unsafe fn(*mut bindings::fwctl_uctx, Scope, &Request) -> Result,
    /// See [`Operations::rpc`].
    pub rpc: unsafe fn(*mut bindings::fwctl_uctx, Scope, Request) -> Result<Reply>,
}

extern "C" {
    /// Allocates a `fwctl_device` as the first member of `size` zeroed bytes, for a driver with
    /// the [`DriverOps`] at `ops`; null if memory or minor numbers ran out. Defined by the core.
    ///
    /// # Safety
    ///
    /// `parent` must be a valid `struct device`. `ops` must point to a [`DriverOps`] that stays valid until the
    /// device is unregistered, and `size` must be at least that of a `fwctl_device`.
    pub(crate) fn fwctl_alloc_owned(
        parent: *mut c_void,
        ops: *const c_void,
        size: usize,
    ) -> *mut c_void;
}

/// The context of one descriptor: the core's part first, then the driver's.
#[repr(C)]
struct Context<T> {
    uctx: Opaque<bindings::fwctl_uctx>,
    inner: T,
}

/// The table of `T`.
pub(crate) const fn ops<T: Operations>() -> DriverOps {
    const {
        // kmalloc() promises no more for an arbitrary size.
        assert!(core::mem::align_of::<Context<T>>() <= core::mem::align_of::<u64>());
    }
    DriverOps {
        device_type: T::DEVICE_TYPE,
        parallel: T::PARALLEL,
        uctx_size: core::mem::size_of::<Context<T>>(),
        open: open::<T>,
        close: close::<T>,
        info: info::<T>,
        check: check::<T>,
        rpc: rpc::<T>,
    }
}

/// # Safety
///
/// As [`DriverOps`] says; `uctx` is one of `T`'s.
unsafe fn device<'a, T: Operations>(uctx: *mut bindings::fwctl_uctx) -> &'a Device<T> {
    // SAFETY: The core set `fwctl` when it made the context, to a device of this table, and holds
    // a reference to it for as long.
    unsafe { Device::from_raw((*uctx).fwctl) }
}

/// # Safety
///
/// As [`DriverOps`] says; `uctx` is one of `T`'s and open.
unsafe fn inner<'a, T: Operations>(uctx: *mut bindings::fwctl_uctx) -> Pin<&'a T> {
    // SAFETY: `open` initialised the driver's part, which stays where it is until it is freed.
    unsafe { Pin::new_unchecked(&(*uctx.cast::<Context<T>>()).inner) }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn open<T: Operations>(uctx: *mut bindings::fwctl_uctx) -> Result {
    // SAFETY: As required of the caller.
    let device = unsafe { device::<T>(uctx) };
    // SAFETY: The core calls the driver now.
    unsafe {
        device.with_data(|device, data| {
            let slot = &raw mut (*uctx.cast::<Context<T>>()).inner;
            // The driver's part is memory of this allocation; nobody uses it before this returns
            // and it does not move afterwards.
            pin_init::raw_try_init(slot, T::open(device, data))
        })
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn close<T: Operations>(uctx: *mut bindings::fwctl_uctx) {
    // SAFETY: As required of the caller.
    let device = unsafe { device::<T>(uctx) };
    // SAFETY: The core calls the driver now. Nothing else runs on this context, and `open`
    // initialised it; it is not used after this.
    unsafe {
        let slot = &raw mut (*uctx.cast::<Context<T>>()).inner;
        device.with_data(|device, data| T::close(Pin::new_unchecked(&mut *slot), device, data));
        core::ptr::drop_in_place(slot);
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn info<T: Operations>(uctx: *mut bindings::fwctl_uctx) -> Result<KVec<u8>> {
    // SAFETY: As required of the caller.
    let (device, this) = unsafe { (device::<T>(uctx), inner::<T>(uctx)) };
    // SAFETY: The core calls the driver now.
    let info = unsafe { device.with_data(|device, data| T::info(this, device, data)) }?;
    let mut bytes = KVec::new();
    bytes.extend_from_slice(info.as_bytes(), GFP_KERNEL_ACCOUNT)?;
    Ok(bytes)
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn check<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    scope: Scope,
    request: &Request,
) -> Result {
    // SAFETY: As required of the caller.
    let (device, this) = unsafe { (device::<T>(uctx), inner::<T>(uctx)) };
    // SAFETY: The core calls the driver now.
    unsafe { device.with_data(|device, data| T::check(this, device, data, scope, request)) }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn rpc<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    scope: Scope,
    request: Request,
) -> Result<Reply> {
    // SAFETY: As required of the caller.
    let (device, this) = unsafe { (device::<T>(uctx), inner::<T>(uctx)) };
    // SAFETY: The core calls the driver now.
    unsafe { device.with_data(|device, data| T::rpc(this, device, data, scope, request)) }
}
