// SPDX-License-Identifier: GPL-2.0

//! Completions that a killed task stops waiting for.
//!
//! C header: [`include/linux/completion.h`](srctree/include/linux/completion.h)

use kernel::{
    bindings,
    prelude::*,
    types::Opaque, //
};

extern "C" {
    fn fwctl_helper_wait_killable(done: *mut bindings::completion) -> c_int;
}

/// An event that happens once.
///
/// # Invariants
///
/// `inner` is an initialised `struct completion`.
#[pin_data]
pub struct Completion {
    #[pin]
    inner: Opaque<bindings::completion>,
}

// SAFETY: A completion is made for use by several tasks.
unsafe impl Send for Completion {}
// SAFETY: As above.
unsafe impl Sync for Completion {}

impl Completion {
    /// An event that has not happened.
    pub fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            // SAFETY: `slot` is memory for a completion.
            inner <- Opaque::ffi_init(|slot| unsafe { bindings::init_completion(slot) }),
        })
    }

    /// It happened, for all who wait and will wait.
    pub fn complete_all(&self) {
        // SAFETY: By the type's invariant.
        unsafe { bindings::complete_all(self.inner.get()) }
    }

    /// Waits for it. Not to be interrupted.
    pub fn wait(&self) {
        // SAFETY: By the type's invariant.
        unsafe { bindings::wait_for_completion(self.inner.get()) }
    }

    /// Waits for it; `EINTR` if the task is killed first. The system can suspend meanwhile, so no
    /// lock may be held.
    pub fn wait_killable(&self) -> Result {
        // SAFETY: By the type's invariant.
        match unsafe { fwctl_helper_wait_killable(self.inner.get()) } {
            0 => Ok(()),
            _ => Err(EINTR),
        }
    }
}
