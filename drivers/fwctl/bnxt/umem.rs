// SPDX-License-Identifier: GPL-2.0

//! Memory of users that the device reads and writes itself.
//!
//! The firmware is not told of it: a command that names a part of it is given the bus address of that
//! in place of a copy's.

use crate::context::Context;
use fwctl::{
    Operations,
    Resource,
    ResourceType,
    Umem, //
};
use kernel::sync::atomic::{
    ordering::Relaxed,
    Atomic, //
};

// One command at a time knows a umem, so that its answer is the end of all that do.
const _: () = assert!(<Context as Operations>::PARALLEL == 1);

/// A umem of a descriptor.
pub(crate) struct UmemObject {
    umem: Umem,
    /// A command that knows a part of it was not answered.
    is_lost: Atomic<bool>,
}

impl Resource for UmemObject {
    fn resource_type(&self) -> Option<ResourceType> {
        Some(ResourceType::Umem)
    }
}

impl UmemObject {
    pub(crate) fn new(umem: Umem) -> Self {
        Self {
            umem,
            is_lost: Atomic::new(false),
        }
    }

    /// Whether the bytes at the user address `addr` are in it, if it is what the user has there.
    pub(crate) fn covers(&self, addr: u64, len: usize) -> bool {
        self.umem.covers(addr, len as u64)
    }

    /// Whether the caller's bytes at `addr` can be used where they are: the device takes one address
    /// for all of them.
    pub(crate) fn is_in_place(&self, addr: u64, len: usize) -> bool {
        self.umem.is_in_place(addr, len as u64)
    }

    /// Their bus address, for one command. `None` if it does not have them in one piece.
    pub(crate) fn expose(&self, addr: u64, len: usize) -> Option<u64> {
        if self.umem.is_free() {
            // What was lost cannot come any more: the device was reset.
            self.is_lost.store(false, Relaxed);
        }
        self.umem.expose_at(addr, len as u64)
    }

    /// The command was answered, or not sent.
    pub(crate) fn released(&self) {
        if !self.is_lost.load(Relaxed) {
            self.umem.released();
        }
    }

    /// It was not, and the firmware may write there yet.
    pub(crate) fn lost(&self) {
        self.is_lost.store(true, Relaxed);
    }
}
