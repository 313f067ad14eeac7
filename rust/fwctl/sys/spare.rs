// SPDX-License-Identifier: GPL-2.0

//! Memory that one user keeps for what comes next.

use core::ptr::{
    self,
    NonNull, //
};
use kernel::{
    prelude::*,
    sync::atomic::{
        ordering::Full,
        Atomic, //
    }, //
};

/// A place for one buffer, which any thread may put there and take away.
///
/// What is in the buffer stays there: who takes it has an empty vector, and reads what he wrote.
///
/// # Invariants
///
/// The pointer is null, or to memory of a [`KVVec`] that this owns and whose first word is its
/// capacity in bytes.
pub struct Spare(Atomic<*mut usize>);

// What the allocator aligns to.
const _: () = assert!(align_of::<usize>() <= align_of::<u64>());

impl Spare {
    /// An empty place.
    #[inline]
    pub fn empty() -> Self {
        // INVARIANT: It is null.
        Self(Atomic::new(ptr::null_mut()))
    }

    /// Takes the buffer, if there is one.
    #[inline]
    pub fn take(&self) -> Option<KVVec<u8>> {
        self.swap(ptr::null_mut())
    }

    /// Puts `memory`, of which the type's invariant must be true, where another was.
    #[inline]
    fn swap(&self, memory: *mut usize) -> Option<KVVec<u8>> {
        // INVARIANT: As required of the caller.
        let before = NonNull::new(self.0.xchg(memory, Full))?.as_ptr();
        // SAFETY: By the type's invariant it was owned by this, and now is by nobody.
        Some(unsafe { KVVec::from_raw_parts(before.cast(), 0, before.read()) })
    }

    /// Keeps `memory` instead of what is there. May sleep.
    #[inline]
    pub fn put(&self, memory: KVVec<u8>) {
        if memory.capacity() < size_of::<usize>() {
            return;
        }
        let (memory, _, capacity) = memory.into_raw_parts();
        let memory = memory.cast::<usize>();
        // SAFETY: It is ours, has room for a word, and is aligned as the allocator does.
        unsafe { memory.write(capacity) };
        drop(self.swap(memory));
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        drop(self.take());
    }
}
