// SPDX-License-Identifier: GPL-2.0

//! Counting semaphores.
//!
//! C header: [`include/linux/semaphore.h`](srctree/include/linux/semaphore.h)

use kernel::{
    bindings,
    prelude::*,
    types::Opaque, //
};

extern "C" {
    fn fwctl_helper_sema_init(semaphore: *mut bindings::semaphore, count: c_int);
}

/// Who asks first is served first.
///
/// # Invariants
///
/// `inner` is an initialised `struct semaphore`.
#[pin_data]
pub struct Semaphore {
    #[pin]
    inner: Opaque<bindings::semaphore>,
}

// SAFETY: A semaphore is made for use by several tasks.
unsafe impl Send for Semaphore {}
// SAFETY: As above.
unsafe impl Sync for Semaphore {}

impl Semaphore {
    /// One that `count` can have.
    pub fn new(count: u16) -> impl PinInit<Self> {
        pin_init!(Self {
            // SAFETY: `slot` is memory for a semaphore.
            inner <- Opaque::ffi_init(|slot| unsafe {
                fwctl_helper_sema_init(slot, count.into())
            }),
        })
    }

    /// Has it, when it is free. Sleeps until then, and cannot be interrupted.
    pub fn down(&self) {
        // SAFETY: By the type's invariant.
        unsafe { bindings::down(self.inner.get()) }
    }

    /// Whether it was free, and is had now.
    pub fn try_down(&self) -> bool {
        // SAFETY: By the type's invariant.
        unsafe { bindings::down_trylock(self.inner.get()) == 0 }
    }

    /// Gives it back, from any context.
    pub fn up(&self) {
        // SAFETY: By the type's invariant.
        unsafe { bindings::up(self.inner.get()) }
    }
}
