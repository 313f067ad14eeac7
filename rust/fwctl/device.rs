// SPDX-License-Identifier: GPL-2.0

//! The device in `/sys/class/fwctl`, as a driver sees it.

use super::{
    abi,
    sys::device::as_raw,
    Operations, //
};
use core::{
    cell::UnsafeCell,
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    device,
    prelude::*,
    sync::aref::{
        ARef,
        AlwaysRefCounted, //
    },
    types::Opaque, //
};

/// A fwctl device of a driver whose contexts are `T`.
///
/// # Invariants
///
/// - `dev` was allocated by the core with the operations of `T`, is the first member of an
///   allocation as large as `Self`, and is counted by its `struct device`.
/// - `data` is null or points to the `T::RegistrationData` of the one registration of this
///   device. It changes only before the core can call the driver and after it no longer can.
#[repr(C)]
pub struct Device<T: Operations> {
    dev: Opaque<bindings::fwctl_device>,
    data: UnsafeCell<*mut c_void>,
    _operations: PhantomData<T>,
}

impl<T: Operations> Device<T> {
    /// Allocates a device below `parent`. `ENOMEM` if memory or minor numbers ran out.
    pub(crate) fn new(parent: &device::Device) -> Result<ARef<Self>> {
        let ops: *const abi::DriverOps = const { &abi::ops::<T>() };
        // SAFETY: `device::Device` is a transparent wrapper of `struct device` and `parent` is
        // valid; `ops` is static and made for `T`; the size is that of `Self`.
        let dev = unsafe {
            abi::fwctl_alloc_owned(
                as_raw(parent).cast(),
                ops.cast(),
                core::mem::size_of::<Self>(),
            )
        };
        let this = NonNull::new(dev.cast::<Self>()).ok_or(ENOMEM)?;
        // INVARIANT: The core allocated it, zeroed, which makes `data` null.
        // SAFETY: The core gave us one reference to it.
        Ok(unsafe { ARef::from_raw(this) })
    }

    /// # Safety
    ///
    /// `dev` must have been allocated by [`Device::<T>::new`] and be alive for `'a`.
    pub(crate) unsafe fn from_raw<'a>(dev: *mut bindings::fwctl_device) -> &'a Self {
        // SAFETY: By the type's invariants `dev` is the first member of a `Self`.
        unsafe { &*dev.cast() }
    }

    pub(crate) fn as_raw(&self) -> *mut bindings::fwctl_device {
        self.dev.get()
    }

    /// # Safety
    ///
    /// The core must not be able to call the driver for this device.
    pub(crate) unsafe fn set_data(&self, data: *mut c_void) {
        // SAFETY: By the requirement nobody reads it now.
        unsafe { *self.data.get() = data }
    }

    /// Calls `f` with the driver's data for this device.
    ///
    /// # Safety
    ///
    /// Must be called from inside of a call of the core into the driver.
    pub(crate) unsafe fn with_data<R>(
        &self,
        f: impl for<'a> FnOnce(&Self, &T::RegistrationData<'a>) -> R,
    ) -> R {
        // SAFETY: While the core calls the driver, `data` points to the registration's data. The
        // closure is generic in both lifetimes, so it can keep nothing of it.
        f(self, unsafe { &*(*self.data.get()).cast() })
    }

    /// The hardware behind it.
    ///
    /// # Safety
    ///
    /// Must be called from inside of a call of the core into the driver.
    pub(crate) unsafe fn parent(&self) -> &device::Device<device::Bound> {
        // SAFETY: A registered device has a reference to its parent. The driver, which the core calls,
        // is bound to it or to a device that the hardware's driver has made and takes back first.
        unsafe { device::Device::from_raw((*self.as_raw()).dev.parent) }
    }
}

impl<T: Operations> AsRef<device::Device> for Device<T> {
    fn as_ref(&self) -> &device::Device {
        // SAFETY: By the invariants `dev` is a live `fwctl_device`; its `struct device` is
        // initialised and lives as long.
        unsafe { device::Device::from_raw(&raw mut (*self.as_raw()).dev) }
    }
}

// SAFETY: `get_device` and `put_device` count the references of the embedded `struct device`,
// whose release frees the allocation.
unsafe impl<T: Operations> AlwaysRefCounted for Device<T> {
    fn inc_ref(&self) {
        // SAFETY: `self` is alive.
        unsafe { bindings::get_device(&raw mut (*self.as_raw()).dev) };
    }

    unsafe fn dec_ref(this: NonNull<Self>) {
        let dev = this.cast::<bindings::fwctl_device>().as_ptr();
        // SAFETY: The caller owns a reference, so `dev` is alive, and gives it up.
        unsafe { bindings::put_device(&raw mut (*dev).dev) };
    }
}

// SAFETY: A `struct device` can be released from any thread.
unsafe impl<T: Operations> Send for Device<T> {}
// SAFETY: `data` does not change while the driver can be called, and `RegistrationData` is `Sync`.
unsafe impl<T: Operations> Sync for Device<T> {}
