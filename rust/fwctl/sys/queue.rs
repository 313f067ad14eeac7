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

/// An unbound work queue whose items may sleep for long, and run in the order of their arrival.
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
    /// Items that can run at a time, at most.
    pub const PARALLEL_MAX: u16 = bindings::wq_consts_WQ_MAX_ACTIVE as u16;

    /// Allocates a queue that is called `name` in listings and runs `parallel` items at a time.
    /// `ENOMEM`. May sleep.
    pub fn new(name: &'static CStr, parallel: u16) -> Result<Self> {
        // SAFETY: The format takes one string, and `name` is one.
        let queue = unsafe {
            bindings::alloc_workqueue_noprof(
                c"%s".as_char_ptr(),
                bindings::wq_flags_WQ_UNBOUND,
                c_int::from(parallel.clamp(1, Self::PARALLEL_MAX)),
                name.as_char_ptr(),
            )
        };
        // INVARIANT: It was just allocated.
        NonNull::new(queue).map(Self).ok_or(ENOMEM)
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
