// SPDX-License-Identifier: GPL-2.0

//! Memory that is charged to its user.
//!
//! C headers: [`include/linux/memcontrol.h`](srctree/include/linux/memcontrol.h),
//! [`include/linux/sched/mm.h`](srctree/include/linux/sched/mm.h)

use core::{
    mem::MaybeUninit,
    ptr::NonNull, //
};
use kernel::{
    bindings,
    prelude::*, //
};

extern "C" {
    fn fwctl_helper_kzalloc(len: usize) -> *mut u8;
    fn fwctl_helper_kvmalloc(len: usize) -> *mut u8;
    fn fwctl_helper_memcg_current() -> *mut c_void;
    fn fwctl_helper_memcg_put(memcg: *mut c_void);
    fn fwctl_helper_memcg_enter(memcg: *mut c_void) -> *mut c_void;
}

// Not a part of what a driver's own types make of the function below: the helper is the core's.
#[inline(never)]
fn allocate(len: usize) -> Option<NonNull<u8>> {
    // SAFETY: It has no preconditions.
    NonNull::new(unsafe { fwctl_helper_kvmalloc(len) })
}

/// `len` bytes of kmalloc() memory, all 0, that are charged to the caller; `None` if there are none.
/// May sleep.
pub fn zeroed_for_user(len: usize) -> Option<NonNull<u8>> {
    // SAFETY: It has no preconditions.
    NonNull::new(unsafe { fwctl_helper_kzalloc(len) })
}

/// Room for `count` elements, a number that a user chose; charged to the memory cgroup of whom it is
/// for.
///
/// `ENOMEM` if there is none, or the cgroup is at its limit: nobody is killed for it, as somebody
/// may be for a vector that grows. May sleep.
pub fn for_user<T>(count: usize) -> Result<KVVec<T>> {
    // What the allocator aligns to.
    const { assert!(align_of::<T>() <= align_of::<u64>() && size_of::<T>() > 0) };
    let len = count.checked_mul(size_of::<T>()).ok_or(ENOMEM)?;
    if len == 0 {
        return Ok(KVVec::new());
    }
    let memory = allocate(len).ok_or(ENOMEM)?;
    // SAFETY: Memory for `count` elements, nobody else's; kvfree() is what frees it.
    Ok(unsafe { KVVec::from_raw_parts(memory.as_ptr().cast(), 0, count) })
}

/// A value in memory of its own that is charged to the caller. `ENOMEM`. May sleep.
///
/// [`KBox::pin_init`] comes to the same by way of krealloc(), which takes half as much again.
pub fn boxed_for_user<T, E>(init: impl PinInit<T, E>) -> Result<Pin<KBox<T>>>
where
    Error: From<E>,
{
    // What the allocator aligns to.
    const { assert!(align_of::<T>() <= align_of::<u64>() && size_of::<T>() > 0) };
    let memory = allocate(size_of::<T>()).ok_or(ENOMEM)?;
    // SAFETY: Memory for one, nobody else's; it is short enough to be of kmalloc().
    let place = unsafe { KBox::<MaybeUninit<T>>::from_raw(memory.as_ptr().cast()) };
    Ok(place.write_pin_init(init)?)
}

/// The flags for what the kernel allocates in parts.
pub(crate) fn flags_for_user() -> bindings::gfp_t {
    const RETRY_MAYFAIL: bindings::gfp_t = 1 << bindings::___GFP_RETRY_MAYFAIL_BIT;

    bindings::GFP_KERNEL_ACCOUNT | RETRY_MAYFAIL | bindings::__GFP_NOWARN
}

/// The memory cgroup of a task, for a worker that works for it.
///
/// # Invariants
///
/// The pointer is null, or a reference that this owns.
pub struct Memcg(*mut c_void);

// SAFETY: A reference to a cgroup can be used and dropped by any task.
unsafe impl Send for Memcg {}
// SAFETY: As above.
unsafe impl Sync for Memcg {}

impl Memcg {
    /// That of the calling task.
    pub fn current() -> Self {
        // INVARIANT: It takes a reference.
        // SAFETY: It has no preconditions.
        Self(unsafe { fwctl_helper_memcg_current() })
    }

    /// Calls `f` with allocations of the calling worker charged to this cgroup.
    pub fn charged<R>(&self, f: impl FnOnce() -> R) -> R {
        // SAFETY: The reference is kept until the one before is entered again.
        let before = unsafe { fwctl_helper_memcg_enter(self.0) };
        let result = f();
        // SAFETY: It was entered before.
        unsafe { fwctl_helper_memcg_enter(before) };
        result
    }
}

impl Drop for Memcg {
    fn drop(&mut self) {
        // SAFETY: By the type's invariant; it takes null.
        unsafe { fwctl_helper_memcg_put(self.0) };
    }
}
