// SPDX-License-Identifier: GPL-2.0

//! Device classes.
//!
//! C header: [`include/linux/device/class.h`](srctree/include/linux/device/class.h)

use core::marker::PhantomData;
use kernel::{
    bindings,
    error::to_result,
    prelude::*,
    types::Opaque, //
};

/// What a class is.
///
/// # Safety
///
/// `release` must free what it is given and nothing else.
pub unsafe trait Class {
    /// Name below `/sys/class`, and the folder below `/dev` in which the nodes are.
    const NAME: &'static CStr;

    /// Frees a device of this class whose last reference is gone.
    ///
    /// # Safety
    ///
    /// `dev` must be a device of this class that nobody refers to.
    unsafe fn release(dev: *mut bindings::device);
}

/// A class that is registered for as long as this lives.
///
/// # Invariants
///
/// `class` is registered.
#[pin_data(PinnedDrop)]
pub struct ClassRegistration<T: Class> {
    #[pin]
    class: Opaque<bindings::class>,
    _class: PhantomData<T>,
}

// SAFETY: A class can be unregistered by any task.
unsafe impl<T: Class> Send for ClassRegistration<T> {}
// SAFETY: Nothing but its address can be had from a shared reference.
unsafe impl<T: Class> Sync for ClassRegistration<T> {}

impl<T: Class> ClassRegistration<T> {
    /// Registers the class. May sleep.
    pub fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            class <- Opaque::try_ffi_init(|slot: *mut bindings::class| {
                let mut class: bindings::class = pin_init::zeroed();
                class.name = T::NAME.as_char_ptr();
                class.dev_release = Some(Self::dev_release);
                class.devnode = Some(Self::devnode);
                // SAFETY: `slot` is memory for a class.
                unsafe { slot.write(class) };
                // SAFETY: It stays where it is until it is unregistered, because it is pinned.
                to_result(unsafe { bindings::class_register(slot) })
            }),
            _class: PhantomData,
        })
    }

    /// The class for a `struct device`.
    pub fn as_raw(&self) -> *const bindings::class {
        self.class.get()
    }

    unsafe extern "C" fn dev_release(dev: *mut bindings::device) {
        // SAFETY: The device core calls it for devices of this class without references.
        unsafe { T::release(dev) }
    }

    unsafe extern "C" fn devnode(
        dev: *const bindings::device,
        _mode: *mut bindings::umode_t,
    ) -> *mut c_char {
        // SAFETY: The format takes two strings. `dev` has a name while it is registered.
        unsafe {
            bindings::kasprintf(
                bindings::GFP_KERNEL,
                c"%s/%s".as_char_ptr(),
                T::NAME.as_char_ptr(),
                bindings::dev_name(dev),
            )
        }
    }
}

#[pinned_drop]
impl<T: Class> PinnedDrop for ClassRegistration<T> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type's invariant it is registered.
        unsafe { bindings::class_unregister(self.class.get()) }
    }
}
