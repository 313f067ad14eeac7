// SPDX-License-Identifier: GPL-2.0

//! The memory of a context, and the list of a device's contexts.
//!
//! A context is one allocation: the core's part, then the driver's, which begins with a
//! `fwctl_uctx`. That one's list entry is what the list is made of.

use super::RawDevice;
use crate::context::Context;
use core::ptr::{
    self,
    NonNull, //
};
use fwctl::sys::memory;
use kernel::{
    bindings,
    new_mutex,
    prelude::*,
    sync::{
        aref::{
            ARef,
            AlwaysRefCounted, //
        },
        Mutex,
        Refcount, //
    }, //
};

/// Counts the references to a context.
pub(crate) struct References(Refcount);

impl References {
    fn one() -> Self {
        Self(Refcount::new(1))
    }
}

// The driver's part comes right behind, as aligned as kmalloc() promises.
const _: () = assert!(size_of::<Context>() % align_of::<u64>() == 0);
const _: () = assert!(align_of::<Context>() <= align_of::<u64>());

// SAFETY: A context is only made below, and counted; the memory is there until the count is 0.
unsafe impl AlwaysRefCounted for Context {
    fn inc_ref(&self) {
        self.references.0.inc();
    }

    unsafe fn dec_ref(context: NonNull<Self>) {
        // SAFETY: The caller owns a reference.
        if !unsafe { context.as_ref() }.references.0.dec_and_test() {
            return;
        }
        // SAFETY: That was the last one, so nobody else has it; it was initialised when it was made,
        // in kmalloc() memory.
        unsafe {
            ptr::drop_in_place(context.as_ptr());
            bindings::kfree(context.as_ptr().cast());
        }
    }
}

impl Context {
    /// A context as `make` makes it, with zeroed memory for what the driver of `raw` keeps: `driver`
    /// bytes. Charged to the caller. `ENOMEM`.
    pub(crate) fn alloc(
        raw: RawDevice,
        driver: usize,
        make: impl FnOnce(References) -> Self,
    ) -> Result<ARef<Self>> {
        let driver = driver.max(size_of::<bindings::fwctl_uctx>());
        let len = size_of::<Self>().checked_add(driver).ok_or(ENOMEM)?;
        let place = memory::zeroed_for_user(len).ok_or(ENOMEM)?.cast::<Self>();
        // SAFETY: It is memory for a context and what the driver wants, aligned, and nobody else
        // knows it. The count is 1, which is the caller's.
        unsafe {
            place.write(make(References::one()));
            let context = ARef::from_raw(place);
            (*context.uctx()).fwctl = raw.as_ptr();
            Ok(context)
        }
    }

    /// The driver's part.
    pub(super) fn uctx(&self) -> *mut bindings::fwctl_uctx {
        ptr::from_ref(self).cast_mut().wrapping_add(1).cast()
    }
}

/// The contexts of a device that its driver has opened and not closed. It owns a reference to each.
#[pin_data]
pub(crate) struct Contexts {
    #[pin]
    list: Mutex<List>,
}

/// # Invariants
///
/// `first` is null, or the first of a chain of contexts, of each of which this owns a reference. In
/// a context's list entry, `next` and `prev` point to its neighbours, or are null where there is
/// none; both are null for a context that is not in the chain.
struct List {
    first: *mut Context,
}

// SAFETY: A context can be used and dropped by any thread.
unsafe impl Send for List {}

impl List {
    /// # Safety
    ///
    /// `context` must be live, and the caller hold the list's lock or be the only one who has it.
    unsafe fn entry<'a>(context: *mut Context) -> &'a mut bindings::list_head {
        // SAFETY: As required of the caller.
        unsafe { &mut (*(*context).uctx()).uctx_list_entry }
    }

    fn push(&mut self, context: ARef<Context>) {
        let new = ARef::into_raw(context).as_ptr();
        // SAFETY: Both are live, and the list's lock is held. INVARIANT: It becomes the first of the
        // chain, with its reference.
        unsafe {
            let entry = Self::entry(new);
            entry.next = self.first.cast();
            entry.prev = ptr::null_mut();
            if !self.first.is_null() {
                Self::entry(self.first).prev = new.cast();
            }
        }
        self.first = new;
    }

    fn remove(&mut self, context: &Context) -> Option<ARef<Context>> {
        let this = ptr::from_ref(context).cast_mut();
        // SAFETY: It is live, and its neighbours are by the type's invariant.
        unsafe {
            let entry = Self::entry(this);
            let (next, prev) = (entry.next.cast::<Context>(), entry.prev.cast::<Context>());
            if !prev.is_null() {
                Self::entry(prev).next = next.cast();
            } else if self.first == this {
                self.first = next;
            } else {
                return None;
            }
            if !next.is_null() {
                Self::entry(next).prev = prev.cast();
            }
            entry.next = ptr::null_mut();
            entry.prev = ptr::null_mut();
            // INVARIANT: It is out of the chain, so the reference is the caller's.
            Some(ARef::from_raw(NonNull::from(context)))
        }
    }
}

impl Contexts {
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            list <- new_mutex!(List {
                first: ptr::null_mut(),
            }),
        })
    }

    /// Remembers a context that its driver has opened; once.
    pub(crate) fn link(&self, context: ARef<Context>) {
        self.list.lock().push(context);
    }

    /// Takes a context out; `None` if somebody else has.
    pub(crate) fn unlink(&self, context: &Context) -> Option<ARef<Context>> {
        self.list.lock().remove(context)
    }

    /// One of them.
    pub(crate) fn any(&self) -> Option<ARef<Context>> {
        let list = self.list.lock();
        // SAFETY: By the type's invariant it is live.
        unsafe { list.first.as_ref() }.map(ARef::from)
    }

    /// Calls `f` with each. It must not link or unlink one.
    pub(crate) fn each(&self, f: impl Fn(&Context)) {
        let list = self.list.lock();
        let mut at = list.first;
        // SAFETY: By the type's invariant each is live.
        while let Some(context) = unsafe { at.as_ref() } {
            f(context);
            // SAFETY: As above, and the lock is held.
            at = unsafe { Self::next(at) };
        }
    }

    /// # Safety
    ///
    /// `context` must be in the list, whose lock must be held.
    unsafe fn next(context: *mut Context) -> *mut Context {
        // SAFETY: As required of the caller.
        unsafe { List::entry(context) }.next.cast()
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: By the type's invariant it is live.
        while let Some(context) = unsafe { self.first.as_ref() } {
            drop(self.remove(context));
        }
    }
}
