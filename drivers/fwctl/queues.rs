// SPDX-License-Identifier: GPL-2.0

//! The workers of a device, and whose turn it is.

use crate::device::Device;
use fwctl::sys::{
    queue::OwnedQueue,
    semaphore::Semaphore, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            ordering::Relaxed,
            Atomic, //
        },
        Arc,
        Mutex, //
    },
    workqueue::RawWorkItem, //
};

/// Where a driver works for users who need not wait, until it is gone.
#[pin_data]
pub(crate) struct Queues {
    /// RPCs, in the order in which they came.
    #[pin]
    pub(crate) operations: DeviceQueue,
    /// Of these, those that have not begun.
    waiting: Atomic<u32>,
    /// How many more may begin, with or without a worker.
    #[pin]
    slots: Semaphore,
    /// The opening and closing of contexts, and the end of what killed callers had started, in which
    /// none waits for another.
    #[pin]
    pub(crate) contexts: DeviceQueue,
}

impl Queues {
    /// For a driver that has `parallel` RPCs under way at a time; 0 if it works in its callers.
    /// `ENOMEM`.
    pub(crate) fn new(parallel: u16) -> impl PinInit<Self, Error> {
        let contexts = match parallel {
            0 => 0,
            _ => OwnedQueue::PARALLEL_MAX,
        };
        try_pin_init!(Self {
            operations <- DeviceQueue::new(parallel),
            waiting: Atomic::new(0),
            slots <- Semaphore::new(parallel),
            contexts <- DeviceQueue::new(contexts),
        })
    }
}

/// The turn of an RPC, which comes after those that came before.
pub(crate) struct Turn(Arc<Device>);

impl Turn {
    /// Gets in line, for a worker.
    pub(crate) fn new(device: &Arc<Device>) -> Self {
        device.queues.waiting.fetch_add(1, Relaxed);
        Self(device.clone())
    }

    /// Sleeps until there is a slot, which takes no longer than what is under way.
    pub(crate) fn wait(self) -> Slot {
        self.0.queues.slots.down();
        Slot(self.0.clone())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.queues.waiting.fetch_sub(1, Relaxed);
    }
}

/// The right to have an RPC under way. It can be given back in an interrupt, if it is not the last to
/// have the device.
pub(crate) struct Slot(Arc<Device>);

impl Slot {
    /// One at once; `None` if there is none, or if others are in line for it.
    pub(crate) fn now(device: &Arc<Device>) -> Option<Self> {
        let queues = &device.queues;
        let free = queues.waiting.load(Relaxed) == 0 && queues.slots.try_down();
        free.then(|| Self(device.clone()))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.queues.slots.up();
    }
}

/// A queue that ends before its device does.
#[pin_data]
pub(crate) struct DeviceQueue {
    #[pin]
    queue: Mutex<Option<OwnedQueue>>,
}

impl DeviceQueue {
    fn new(parallel: u16) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            queue <- new_mutex!(match parallel {
                0 => None,
                _ => Some(OwnedQueue::new(c"fwctl", parallel)?),
            }),
        })
    }

    /// Has a worker run `item`, which must not be queued. The driver must be there.
    pub(crate) fn enqueue<W>(&self, item: W)
    where
        W: RawWorkItem<0> + Send + 'static,
    {
        if let Some(queue) = &*self.queue.lock() {
            // It says whether the item was queued before.
            let _ = queue.enqueue(item);
        }
    }

    /// Ends the workers, after what is queued. Nothing may come any more.
    pub(crate) fn stop(&self) {
        let queue = self.queue.lock().take();
        drop(queue);
    }
}
