// SPDX-License-Identifier: GPL-2.0

//! What is made when it is needed, and takes a word until then.

use core::{
    marker::PhantomData,
    ptr, //
};
use kernel::{
    prelude::*,
    sync::atomic::{
        ordering::{
            Acquire,
            Full, //
        },
        Atomic, //
    }, //
};

/// A place for one value, which stays once it is there.
///
/// # Invariants
///
/// The pointer is null, or that of a pinned box which this owns, and does not change any more.
pub struct Lazy<T> {
    value: Atomic<*mut T>,
    _owner: PhantomData<KBox<T>>,
}

impl<T> Lazy<T> {
    /// An empty place.
    pub fn empty() -> Self {
        // INVARIANT: It is null.
        Self {
            value: Atomic::new(ptr::null_mut()),
            _owner: PhantomData,
        }
    }

    /// What is there.
    pub fn get(&self) -> Option<&T> {
        // SAFETY: By the type's invariant it is live as long as this.
        unsafe { self.value.load(Acquire).as_ref() }
    }

    /// What is there, and if nothing is, what `make` makes. Of two callers at the same time both have
    /// what the first made.
    pub fn get_or_make(&self, make: impl FnOnce() -> Result<Pin<KBox<T>>>) -> Result<&T> {
        if let Some(value) = self.get() {
            return Ok(value);
        }
        // SAFETY: It goes into a pinned box again, here or in `drop`.
        let new = KBox::into_raw(unsafe { Pin::into_inner_unchecked(make()?) });
        // INVARIANT: It was null, and is not written again.
        let value = match self.value.cmpxchg(ptr::null_mut(), new, Full) {
            Ok(_) => new,
            Err(first) => {
                // SAFETY: It was a box a moment ago, and nobody else has seen it.
                drop(unsafe { Pin::new_unchecked(KBox::from_raw(new)) });
                first
            }
        };
        // SAFETY: By the type's invariant it is live as long as this.
        Ok(unsafe { &*value })
    }
}

impl<T> Drop for Lazy<T> {
    fn drop(&mut self) {
        let value = self.value.load(Acquire);
        if !value.is_null() {
            // SAFETY: By the type's invariant this owns it, and it was pinned.
            drop(unsafe { Pin::new_unchecked(KBox::from_raw(value)) });
        }
    }
}
