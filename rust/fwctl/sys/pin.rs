// SPDX-License-Identifier: GPL-2.0

//! User memory that stays where it is, so that a device may write it.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{
    memory,
    task, //
};
use core::ptr::NonNull;
use kernel::{
    bindings,
    page::{
        PAGE_SHIFT,
        PAGE_SIZE, //
    },
    prelude::*,
    uaccess::UserPtr, //
};

extern "C" {
    fn fwctl_helper_user_get() -> *mut c_void;
    fn fwctl_helper_mm_get() -> *mut c_void;
    fn fwctl_helper_has_pages(addr: usize, pages: *const *mut c_void, count: usize) -> bool;
    fn fwctl_helper_mm_put(mm: *mut c_void);
    fn fwctl_helper_memlock_limit() -> usize;
    fn fwctl_helper_charge(user: *mut c_void, mm: *mut c_void, pages: usize, limit: usize) -> bool;
    fn fwctl_helper_uncharge(user: *mut c_void, mm: *mut c_void, pages: usize, limited: bool);
}

/// Pages pinned between two looks at pending signals.
const CHUNK: usize = 512;

/// Pages that somebody pays for: against RLIMIT_MEMLOCK as what the user has locked, unless
/// CAP_IPC_LOCK frees of that, and as what the address space has pinned.
///
/// # Invariants
///
/// `user` and `mm` are references that this owns; `pages` were charged to both, to `user` only if
/// `limited`.
struct Charge {
    user: NonNull<c_void>,
    mm: NonNull<c_void>,
    pages: usize,
    limited: bool,
}

// SAFETY: References to a user and to an address space can be dropped by any task.
unsafe impl Send for Charge {}
// SAFETY: It has nothing to share.
unsafe impl Sync for Charge {}

impl Charge {
    /// Charges `pages` to the calling task. `ENOMEM` if its limit does not allow them.
    fn current(pages: usize) -> Result<Self> {
        // SAFETY: They look at the current task, which is one of user space, and take references.
        let (user, mm, limit) = unsafe {
            (
                fwctl_helper_user_get(),
                fwctl_helper_mm_get(),
                fwctl_helper_memlock_limit(),
            )
        };
        let mut charge = Self {
            user: NonNull::new(user).ok_or(ENOMEM)?,
            mm: NonNull::new(mm).ok_or(ENOMEM)?,
            pages: 0,
            limited: limit != usize::MAX,
        };
        // SAFETY: Both are referenced.
        if !unsafe { fwctl_helper_charge(user, mm, pages, limit) } {
            return Err(ENOMEM);
        }
        // INVARIANT: They were just charged.
        charge.pages = pages;
        Ok(charge)
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        // SAFETY: By the type's invariants.
        unsafe {
            fwctl_helper_uncharge(
                self.user.as_ptr(),
                self.mm.as_ptr(),
                self.pages,
                self.limited,
            );
            bindings::free_uid(self.user.as_ptr().cast());
            fwctl_helper_mm_put(self.mm.as_ptr());
        }
    }
}

/// A range of user memory whose pages are pinned for long, and charged to who pinned them.
///
/// # Invariants
///
/// Each of `pages` is pinned by this, for writing.
pub struct PinnedPages {
    pages: KVVec<*mut bindings::page>,
    addr: usize,
    len: usize,
    _charge: Charge,
}

// SAFETY: Pinned pages can be used and unpinned by any task.
unsafe impl Send for PinnedPages {}
// SAFETY: As above.
unsafe impl Sync for PinnedPages {}

impl PinnedPages {
    /// Bytes of the pages that hold `len` bytes at `addr`. `EINVAL` if that is nothing or wraps around.
    pub fn span(addr: UserPtr, len: usize) -> Result<usize> {
        let addr = addr.as_const_ptr().addr();
        let end = addr.checked_add(len).ok_or(EINVAL)?;
        if len == 0 || end > usize::MAX - PAGE_SIZE {
            return Err(EINVAL);
        }
        Ok(end.next_multiple_of(PAGE_SIZE) - (addr & !(PAGE_SIZE - 1)))
    }

    /// Pins `len` bytes at `addr` of the calling task.
    ///
    /// `EINVAL` if that is nothing or wraps around; `EFAULT` if a page is not there, cannot be
    /// written or belongs to a file that does not allow it; `ENOMEM` for want of memory or of
    /// RLIMIT_MEMLOCK; `EINTR` if the task is being killed. Takes page faults, so no lock may be
    /// held that others wait for.
    pub fn pin(addr: UserPtr, len: usize) -> Result<Self> {
        let count = Self::span(addr, len)? >> PAGE_SHIFT;
        let addr = addr.as_const_ptr().addr();
        let first = addr & !(PAGE_SIZE - 1);
        let charge = Charge::current(count)?;
        let mut this = Self {
            pages: memory::for_user(count)?,
            addr,
            len,
            _charge: charge,
        };
        while this.pages.len() < count {
            if task::killed() {
                return Err(EINTR);
            }
            let done = this.pages.len();
            let wanted = (count - done).min(CHUNK);
            let room = this.pages.spare_capacity_mut();
            // SAFETY: There is room for `wanted` pointers. It checks the user range itself.
            let pinned = unsafe {
                bindings::pin_user_pages_fast(
                    first + (done << PAGE_SHIFT),
                    wanted as c_int,
                    bindings::FOLL_WRITE | bindings::FOLL_LONGTERM,
                    room.as_mut_ptr().cast(),
                )
            };
            match usize::try_from(pinned) {
                Ok(0) => return Err(EFAULT),
                // SAFETY: So many were written, and are pinned.
                Ok(pinned) => unsafe { this.pages.inc_len(pinned) },
                // A page of a file that must not be pinned for writing is no memory for this.
                Err(_) => {
                    return Err(match Error::from_errno(pinned) {
                        e if e == ENOMEM || e == EINTR => e,
                        _ => EFAULT,
                    })
                }
            }
        }
        Ok(this)
    }

    /// Where the user has it.
    pub fn addr(&self) -> usize {
        self.addr
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none. There always are.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Whether these very pages are what the calling task has at the `len` bytes at `addr`, writable,
    /// as far as that can be seen without a page fault. They are not if it has mapped something else
    /// there meanwhile, or is another process.
    pub fn are_there(&self, addr: usize, len: usize) -> bool {
        let first = addr & !(PAGE_SIZE - 1);
        let Some(before) = first.checked_sub(self.addr & !(PAGE_SIZE - 1)) else {
            return false;
        };
        let Ok(span) = Self::span(UserPtr::from_addr(addr), len) else {
            return false;
        };
        let before = before >> PAGE_SHIFT;
        let pages = self.pages.get(before..before + (span >> PAGE_SHIFT));
        // SAFETY: There are as many pointers, which are compared and not followed.
        pages.is_some_and(|pages| unsafe {
            fwctl_helper_has_pages(first, pages.as_ptr().cast(), pages.len())
        })
    }

    /// Pages, whole ones, that hold the bytes.
    pub fn count(&self) -> usize {
        self.pages.len()
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut *mut bindings::page {
        self.pages.as_mut_ptr()
    }
}

impl Drop for PinnedPages {
    fn drop(&mut self) {
        // SAFETY: By the type's invariant; the device may have written to them.
        unsafe {
            bindings::unpin_user_pages_dirty_lock(self.pages.as_mut_ptr(), self.pages.len(), true);
        }
    }
}
