// SPDX-License-Identifier: GPL-2.0

//! One device: its minor number, its contexts, and the way in to its driver.

use crate::{
    ffi::{
        Calls,
        Contexts,
        Driver,
        RawDevice, //
    },
    queues::Queues, //
};
use fwctl::{
    sys::pool::Pool,
    umem::Budget,
    ContextPlace, //
};
use kernel::{
    prelude::*,
    sync::{
        atomic::{
            ordering::Relaxed,
            Atomic, //
        },
        Arc, //
    }, //
};

/// Devices, and thus minor numbers, at most.
pub(crate) const MAX_DEVICES: u32 = 4096;

/// The core's state of a device. It lives as long as the driver's `fwctl_device` or an operation
/// needs it.
#[pin_data]
pub(crate) struct Device {
    /// The driver, while it is there.
    pub(crate) driver: Arc<Driver>,
    raw: RawDevice,
    #[pin]
    pub(crate) queues: Queues,
    /// Whoever takes one out closes it.
    #[pin]
    pub(crate) contexts: Contexts,
    /// For requests that are long.
    pub(crate) pool: Arc<Pool>,
    /// Memory that its users have registered.
    pub(crate) budget: Budget,
    written: Atomic<bool>,
}

impl Device {
    pub(crate) fn new(
        raw: RawDevice,
        driver: Arc<Driver>,
        queues: impl PinInit<Queues, Error>,
        pool: Arc<Pool>,
    ) -> Result<Arc<Self>> {
        Arc::pin_init(
            try_pin_init!(Self {
                driver,
                raw,
                queues <- queues,
                contexts <- Contexts::new(),
                pool,
                budget: Budget::new()?,
                written: Atomic::new(false),
            }),
            GFP_KERNEL,
        )
    }

    /// The driver's `fwctl_device`. To be used inside of the driver's lifetime only.
    pub(crate) fn raw(&self) -> RawDevice {
        self.raw
    }

    /// Whether this is the first RPC that may write to the firmware since the device is there.
    pub(crate) fn first_write(&self) -> bool {
        !self.written.load(Relaxed) && !self.written.xchg(true, Relaxed)
    }

    /// The driver goes: closes every context, and ends the workers. `calls` are the last, and no
    /// operation is in flight.
    pub(crate) fn end(&self, calls: &Calls<'_>) {
        match self.driver.context_place() {
            ContextPlace::Caller => {
                while let Some(context) = self.contexts.any() {
                    context.close(calls);
                }
            }
            // All at once, so that firmware that does not answer is waited for once.
            ContextPlace::Worker => {
                self.contexts.each(|context| context.close_elsewhere(calls));
            }
        }
        self.queues.operations.stop();
        self.queues.contexts.stop();
    }
}

/// The minor numbers and who has them. The lowest free one is given away first. A number is free
/// once its device is unregistered, so that a device that comes back from a reset has its old name
/// although somebody may still hold a descriptor of the time before.
pub(crate) struct Minors {
    slots: KVec<Slot>,
}

enum Slot {
    Free,
    Reserved,
    Taken(Arc<Device>),
}

impl Minors {
    pub(crate) const fn new() -> Self {
        Self { slots: KVec::new() }
    }

    /// Reserves the lowest free number. `ENOSPC` if there is none, `ENOMEM`.
    pub(crate) fn reserve(&mut self) -> Result<u32> {
        let free = self
            .slots
            .iter()
            .position(|slot| matches!(slot, Slot::Free));
        let minor = free.unwrap_or(self.slots.len());
        if minor >= MAX_DEVICES as usize {
            return Err(ENOSPC);
        }
        match self.slots.get_mut(minor) {
            Some(slot) => *slot = Slot::Reserved,
            None => self.slots.push(Slot::Reserved, GFP_KERNEL)?,
        }
        Ok(minor as u32)
    }

    /// Gives a reserved number to `device`.
    pub(crate) fn set(&mut self, minor: u32, device: Arc<Device>) {
        if let Some(slot) = self.slots.get_mut(minor as usize) {
            *slot = Slot::Taken(device);
        }
    }

    /// The device with this number.
    pub(crate) fn get(&self, minor: u32) -> Option<Arc<Device>> {
        match self.slots.get(minor as usize)? {
            Slot::Taken(device) => Some(device.clone()),
            _ => None,
        }
    }

    /// Makes the number of `raw` free again; returns what had it, to be dropped outside of the lock.
    /// Nothing happens if somebody else has the number by now.
    pub(crate) fn release(&mut self, minor: u32, raw: RawDevice) -> Option<Arc<Device>> {
        let slot = self.slots.get_mut(minor as usize)?;
        if !matches!(slot, Slot::Taken(device) if device.raw == raw) {
            return None;
        }
        match core::mem::replace(slot, Slot::Free) {
            Slot::Taken(device) => Some(device),
            _ => None,
        }
    }
}
