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
    sync::Arc,
    workqueue::{
        HasDelayedWork,
        Queue,
        WorkItem, //
    }, //
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

/// Takes back a delayed item that waits for its time, and waits for the end of one that runs, which
/// must not queue itself again. To be done before its queue goes: that does not know of it until its
/// time has come. May sleep.
pub(crate) fn cancel_delayed<T>(item: &Arc<T>)
where
    T: WorkItem<Pointer = Arc<T>> + HasDelayedWork<T>,
{
    const { assert!(core::mem::offset_of!(bindings::delayed_work, work) == 0) };
    let item = Arc::as_ptr(item).cast_mut();
    // SAFETY: `item` is alive.
    let work = unsafe { T::raw_get_work(item) };
    // SAFETY: It is the work of a `DelayedWork`, and that begins with it.
    if unsafe { bindings::cancel_delayed_work_sync(work.cast()) } {
        // SAFETY: This is the reference that was queued; it will not run any more.
        drop(unsafe { Arc::from_raw(item) });
    }
}

impl Drop for OwnedQueue {
    fn drop(&mut self) {
        // SAFETY: By the type's invariant; it waits for what is queued, but for no timer.
        unsafe { bindings::destroy_workqueue(self.0.as_ptr()) }
    }
}
