// SPDX-License-Identifier: GPL-2.0

//! The time during which user space can reach a device.

use super::{
    Device,
    Operations, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    device,
    devres,
    error::to_result,
    prelude::*,
    sync::aref::ARef, //
};

/// Makes devices visible. There is no handle to keep: the bound device owns the registration and
/// undoes it when it is unbound, so that forgetting something cannot outlive the driver.
///
/// # Context
///
/// The end of a registration waits for the operations that run, within the bound of the transport,
/// and for nothing that user space does. Descriptors that are open stay so; all that is asked of
/// them is `ENODEV` from then on.
///
/// # Examples
///
/// From the probe of a driver on the auxiliary bus, whose operations borrow from that device:
///
/// ```ignore
/// let adev: &auxiliary::Device<Bound> = adev;
/// Registration::<Context>::register(adev, parent, |adev| Hardware::of(adev))?;
/// ```
pub struct Registration<T: Operations>(PhantomData<T>);

impl<T: Operations> Registration<T> {
    /// Makes a new fwctl device below `parent` and keeps it until `bound` is unbound from its
    /// driver.
    ///
    /// `bound` is the device that the driver is probing, most often on the auxiliary bus; `parent`
    /// the hardware that user space should see behind the node. `data` makes what the operations
    /// need; it may borrow from the bound device and from nothing that lives shorter.
    ///
    /// Operations can be called before this returns, so what they need is there by then. `ENOMEM`
    /// if memory or minor numbers ran out; else the error of `data` or of the device core. May
    /// sleep; takes locks of the device core, so none that an operation takes may be held.
    pub fn register<D>(
        bound: &D,
        parent: &device::Device,
        data: impl for<'a> FnOnce(&'a D) -> Result<T::RegistrationData<'a>>,
    ) -> Result<ARef<Device<T>>>
    where
        D: device::AsBusDevice<device::Bound>,
    {
        let device = Device::<T>::new(parent)?;
        let data = KBox::into_raw(KBox::new(data(bound)?, GFP_KERNEL)?);
        let mut registered = Registered::<'_, T> {
            device: device.clone(),
            data,
            shown: false,
        };
        // SAFETY: The device was just made; it is not registered.
        unsafe { device.set_data(data.cast()) };
        // SAFETY: `device` came from the core and was not registered before.
        to_result(unsafe { bindings::fwctl_register(device.as_raw()) })?;
        registered.shown = true;

        // SAFETY: `data` is generic in its lifetime, so it can only have borrowed from the bus
        // device itself, which stays bound until devres has dropped the erased value, or until it
        // is dropped right here. Lifetimes have no part in the layout.
        let registered: Registered<'static, T> = unsafe { registered.erase() };
        devres::register::<_, Error>(bound.as_ref(), Ok(registered), GFP_KERNEL)?;
        Ok(device)
    }
}

/// # Invariants
///
/// `data` came from a box; `device` is registered with the core exactly if `shown`.
struct Registered<'a, T: Operations> {
    device: ARef<Device<T>>,
    data: *mut T::RegistrationData<'a>,
    shown: bool,
}

impl<T: Operations> Registered<'_, T> {
    /// # Safety
    ///
    /// The result must be dropped within the lifetime of `self`.
    unsafe fn erase(self) -> Registered<'static, T> {
        let this = core::mem::ManuallyDrop::new(self);
        Registered {
            // SAFETY: `this` is not dropped, so the reference moves.
            device: unsafe { ARef::from_raw(NonNull::from(&*this.device)) },
            data: this.data.cast(),
            shown: this.shown,
        }
    }
}

impl<T: Operations> Drop for Registered<'_, T> {
    fn drop(&mut self) {
        if self.shown {
            // SAFETY: By the invariants it is registered.
            unsafe { bindings::fwctl_unregister(self.device.as_raw()) };
        }
        // SAFETY: It is unregistered, so the core no longer calls the driver for it.
        unsafe { self.device.set_data(core::ptr::null_mut()) };
        // SAFETY: By the invariants `data` came from a box, and nobody else uses it now.
        drop(unsafe { KBox::from_raw(self.data) });
    }
}

// SAFETY: The device is counted atomically and the data is `Send` and `Sync` by the bound of
// `RegistrationData`.
unsafe impl<T: Operations> Send for Registered<'_, T> {}
