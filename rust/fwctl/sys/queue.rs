// SPDX-License-Identifier: GPL-2.0

//! A work queue of one's own.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use core::{
    ops::Deref,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    prelude::*,
    workqueue::Queue, //
};

/// An unbound work queue whose items may sleep for long.
///
/// # Invariants
///
/// The pointer is to a queue that `alloc_workqueue` returned and nobody else destroys.
pub struct OwnedQueue(NonNull<bindings::workqueue_struct>);

// SAFETY: Work queues are made for use by several tasks.
unsafe impl Send for OwnedQueue {}
// SAFETY: As above.
unsafe impl Sync for OwnedQueue {}

impl OwnedQueue {
    /// Allocates a queue that is called `name` in listings. `ENOMEM`. May sleep.
    pub fn new(name: &'static CStr) -> Result<Self> {
        // SAFETY: The format takes one string, and `name` is one. A `max_active` of 0 is the
        // kernel's default.
        let queue = unsafe {
            bindings::alloc_workqueue_noprof(
                c"%s".as_char_ptr(),
                bindings::wq_flags_WQ_UNBOUND,
                0,
                name.as_char_ptr(),
            )
        };
        // INVARIANT: It was just allocated.
        NonNull::new(queue).map(Self).ok_or(ENOMEM)
    }

    /// Waits until everything that was queued before has returned. Not from an item of the queue.
    pub fn flush(&self) {
        // SAFETY: By the type's invariant.
        unsafe { bindings::__flush_workqueue(self.0.as_ptr()) }
    }
}

impl Deref for OwnedQueue {
    type Target = Queue;

    fn deref(&self) -> &Queue {
        // SAFETY: By the type's invariant it is valid as long as `self`.
        unsafe { Queue::from_raw(self.0.as_ptr()) }
    }
}

impl Drop for OwnedQueue {
    fn drop(&mut self) {
        // SAFETY: By the type's invariant; it waits for what is queued.
        unsafe { bindings::destroy_workqueue(self.0.as_ptr()) }
    }
}
