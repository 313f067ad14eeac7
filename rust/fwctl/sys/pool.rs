// SPDX-License-Identifier: GPL-2.0

//! Memory that many users share one after the other.
//!
//! C headers: [`include/linux/list_lru.h`](srctree/include/linux/list_lru.h),
//! [`include/linux/shrinker.h`](srctree/include/linux/shrinker.h)

use core::ptr::{
    self,
    NonNull, //
};
use kernel::{
    bindings,
    error::to_result,
    prelude::*,
    sync::{
        atomic::{
            ordering::Relaxed,
            Atomic, //
        },
        Arc, //
    },
    types::Opaque, //
};

// `rust/helpers/pool.c`.
extern "C" {
    fn fwctl_helper_cache_create(name: *const c_char, size: usize) -> *mut bindings::kmem_cache;
    fn fwctl_helper_shrinker_alloc(name: *const c_char) -> *mut c_void;
    fn fwctl_helper_lru_walk_own(
        lru: *mut bindings::list_lru,
        isolate: bindings::list_lru_walk_cb,
        arg: *mut c_void,
        count: c_ulong,
    );
    fn fwctl_helper_lru_walk_all(
        lru: *mut bindings::list_lru,
        isolate: bindings::list_lru_walk_cb,
        arg: *mut c_void,
        count: c_ulong,
    );
}

/// What a shrinker is told that one buffer is: pages, of the largest there are. It frees a share of
/// what there is, which of one thing alone would be nothing.
const SHRINK_UNITS: c_ulong = 512;

/// Buffers that a taker looks at, so that no lock is held for long.
const LOOK_AT: c_ulong = 8;

/// Buffers that wait for their next user.
///
/// Each stays charged to the memory cgroup of who put it there, and is had by users of that cgroup
/// only. All together are bounded, and given up where memory is short: that of the machine, or that
/// of the cgroup. What is in a buffer stays there: who takes it has an empty vector, and reads what
/// he wrote.
///
/// # Invariants
///
/// `lru` is initialised, and has [`Idle`]s from `cache` only, each of which owns its memory.
/// `shrinker` is ours; its private data is this.
#[pin_data(PinnedDrop)]
pub struct Pool {
    #[pin]
    lru: Opaque<bindings::list_lru>,
    shrinker: NonNull<bindings::shrinker>,
    cache: NonNull<bindings::kmem_cache>,
    /// Bytes in it.
    bytes: Atomic<usize>,
    limit: usize,
}

// SAFETY: The lists have locks of their own.
unsafe impl Send for Pool {}
// SAFETY: As above.
unsafe impl Sync for Pool {}

/// A buffer in the pool.
///
/// # Invariants
///
/// `memory` and `capacity` are those of a [`KVVec`] that this owns.
#[repr(C)]
struct Idle {
    /// First, because the list gives pointers to it.
    link: bindings::list_head,
    memory: *mut u8,
    capacity: usize,
}

/// What a walk is after, and what it has found.
struct Walk {
    /// Bytes that a buffer has to have.
    least: usize,
    /// Buffers still wanted.
    wanted: usize,
    /// Those found, one linked to the next.
    found: *mut Idle,
}

/// Takes what is wanted off its list.
unsafe extern "C" fn isolate(
    item: *mut bindings::list_head,
    list: *mut bindings::list_lru_one,
    walk: *mut c_void,
) -> bindings::lru_status {
    let idle = item.cast::<Idle>();
    // SAFETY: The walk below passes it, and its lists have `Idle`s only, under their lock.
    let (walk, capacity) = unsafe { (&mut *walk.cast::<Walk>(), (*idle).capacity) };
    if walk.wanted == 0 || capacity < walk.least {
        return bindings::lru_status::LRU_SKIP;
    }
    // SAFETY: It is on this list, whose lock is held; from here on it is the walk's.
    unsafe {
        bindings::list_lru_isolate(list, item);
        (*idle).link.next = walk.found.cast();
    }
    walk.found = idle;
    walk.wanted -= 1;
    bindings::lru_status::LRU_REMOVED
}

impl Walk {
    fn new(least: usize, wanted: usize) -> Self {
        Self {
            least,
            wanted,
            found: ptr::null_mut(),
        }
    }

    fn as_arg(&mut self) -> *mut c_void {
        ptr::from_mut(self).cast()
    }

    /// The next that was found, which is the caller's.
    fn next(&mut self) -> Option<NonNull<Idle>> {
        let idle = NonNull::new(self.found)?;
        // SAFETY: It was isolated, so its link is ours.
        self.found = unsafe { (*idle.as_ptr()).link.next.cast() };
        Some(idle)
    }
}

impl Pool {
    /// A pool that keeps up to `limit` bytes. `ENOMEM`.
    pub fn new(name: &'static CStr, limit: usize) -> Result<Arc<Self>> {
        // SAFETY: The name is a string.
        let cache = unsafe { fwctl_helper_cache_create(name.as_char_ptr(), size_of::<Idle>()) };
        let cache = Cache(NonNull::new(cache).ok_or(ENOMEM)?);
        // SAFETY: As above.
        let shrinker = unsafe { fwctl_helper_shrinker_alloc(name.as_char_ptr()) };
        let shrinker = Shrinker(NonNull::new(shrinker.cast()).ok_or(ENOMEM)?);
        let raw = shrinker.0.as_ptr();
        let pool = Arc::pin_init(
            try_pin_init!(Self {
                lru <- Opaque::try_ffi_init(|lru: *mut bindings::list_lru| {
                    // SAFETY: It is memory for a list, and stays where it is; zero is what a list is
                    // before, with no lock class of its own. The shrinker was made for memory cgroups.
                    to_result(unsafe {
                        lru.write_bytes(0, 1);
                        bindings::__list_lru_init(lru, true, raw)
                    })
                }),
                // From here on the drop of this frees both.
                shrinker: shrinker.into_raw(),
                cache: cache.into_raw(),
                bytes: Atomic::new(0),
                limit,
            }),
            GFP_KERNEL,
        )?;
        // SAFETY: It is not registered yet, and the pool unregisters it before it goes.
        unsafe {
            (*raw).count_objects = Some(count);
            (*raw).scan_objects = Some(scan);
            (*raw).private_data = Arc::as_ptr(&pool).cast_mut().cast();
            // Nothing has to be read back for what is freed.
            (*raw).seeks = 0;
            (*raw).batch = 1;
            bindings::shrinker_register(raw);
        }
        Ok(pool)
    }

    /// Takes a buffer of the caller's cgroup of `least` bytes or more, if there is one.
    pub fn take(&self, least: usize) -> Option<KVVec<u8>> {
        let mut walk = Walk::new(least, 1);
        // SAFETY: The list is initialised; `isolate` takes a `Walk`.
        unsafe { fwctl_helper_lru_walk_own(self.lru.get(), Some(isolate), walk.as_arg(), LOOK_AT) };
        // SAFETY: The walk found it in this pool.
        Some(unsafe { self.wake(walk.next()?) })
    }

    /// Keeps `memory`, which was charged to the caller's cgroup, or frees it. May sleep.
    pub fn put(&self, memory: KVVec<u8>) {
        let capacity = memory.capacity();
        if capacity == 0 || capacity > self.limit {
            return;
        }
        let flags = super::memory::flags_for_user();
        // SAFETY: Both are initialised. It makes the lists of the caller's cgroup, too.
        let idle = unsafe {
            bindings::kmem_cache_alloc_lru_noprof(self.cache.as_ptr(), self.lru.get(), flags)
        };
        let Some(idle) = NonNull::new(idle.cast::<Idle>()) else {
            return;
        };
        while self.bytes.load(Relaxed).saturating_add(capacity) > self.limit {
            if self.free(1, |lru, walk, count| {
                // SAFETY: The list is initialised; `isolate` takes a `Walk`.
                unsafe { fwctl_helper_lru_walk_all(lru, Some(isolate), walk, count) }
            }) == 0
            {
                break;
            }
        }
        self.bytes.add(capacity, Relaxed);
        let (memory, _, capacity) = memory.into_raw_parts();
        // INVARIANT: They are those of the vector that was.
        // SAFETY: It is memory for an `Idle`, and ours until it is on the list. An empty link is what
        // the list wants of one that is not on it.
        unsafe {
            let link = &raw mut (*idle.as_ptr()).link;
            idle.write(Idle {
                link: bindings::list_head {
                    next: link,
                    prev: link,
                },
                memory,
                capacity,
            });
            bindings::list_lru_add_obj(self.lru.get(), link);
        }
    }

    /// The buffer of `idle`, which ends.
    ///
    /// # Safety
    ///
    /// It must have been in this pool, and now be the caller's.
    unsafe fn wake(&self, idle: NonNull<Idle>) -> KVVec<u8> {
        // SAFETY: By the type's invariant it owns its memory, which is the vector's from here on.
        let memory = unsafe {
            let Idle {
                memory, capacity, ..
            } = idle.read();
            bindings::kmem_cache_free(self.cache.as_ptr(), idle.as_ptr().cast());
            KVVec::from_raw_parts(memory, 0, capacity)
        };
        self.bytes.fetch_sub(memory.capacity(), Relaxed);
        memory
    }

    /// Frees up to `count` buffers that `walk` finds; returns how many.
    fn free(
        &self,
        count: usize,
        walk: impl FnOnce(*mut bindings::list_lru, *mut c_void, c_ulong),
    ) -> usize {
        let mut found = Walk::new(0, count);
        walk(self.lru.get(), found.as_arg(), count);
        let mut freed = 0;
        while let Some(idle) = found.next() {
            // SAFETY: The walk found it in this pool.
            drop(unsafe { self.wake(idle) });
            freed += 1;
        }
        freed
    }
}

/// # Safety
///
/// To be called as `count_objects` of the shrinker of a [`Pool`].
unsafe extern "C" fn count(
    shrinker: *mut bindings::shrinker,
    sc: *mut bindings::shrink_control,
) -> c_ulong {
    // SAFETY: The private data is the pool, which is there until the shrinker is unregistered.
    let buffers = unsafe {
        let pool = &*(*shrinker).private_data.cast::<Pool>();
        bindings::list_lru_count_one(pool.lru.get(), (*sc).nid, (*sc).memcg)
    };
    buffers.saturating_mul(SHRINK_UNITS)
}

/// # Safety
///
/// To be called as `scan_objects` of the shrinker of a [`Pool`].
unsafe extern "C" fn scan(
    shrinker: *mut bindings::shrinker,
    sc: *mut bindings::shrink_control,
) -> c_ulong {
    // SAFETY: As above; the arguments are the caller's for the time of the call.
    let (pool, sc) = unsafe { (&*(*shrinker).private_data.cast::<Pool>(), &mut *sc) };
    let freed = pool.free(
        sc.nr_to_scan.div_ceil(SHRINK_UNITS),
        |lru, walk, mut count| {
            // SAFETY: The list is initialised; `isolate` takes a `Walk`.
            unsafe {
                bindings::list_lru_walk_one(lru, sc.nid, sc.memcg, Some(isolate), walk, &mut count);
            }
        },
    );
    sc.nr_scanned = sc.nr_to_scan;
    freed.saturating_mul(SHRINK_UNITS)
}

#[pinned_drop]
impl PinnedDrop for Pool {
    fn drop(self: Pin<&mut Self>) {
        // Nobody comes in any more but this.
        drop(Shrinker(self.shrinker));
        self.free(usize::MAX, |lru, walk, count| {
            // SAFETY: The list is initialised; `isolate` takes a `Walk`.
            unsafe { fwctl_helper_lru_walk_all(lru, Some(isolate), walk, count) }
        });
        // SAFETY: It is initialised, and empty.
        unsafe { bindings::list_lru_destroy(self.lru.get()) };
        drop(Cache(self.cache));
    }
}

/// A cache with nothing in it when this is dropped.
struct Cache(NonNull<bindings::kmem_cache>);

impl Cache {
    fn into_raw(self) -> NonNull<bindings::kmem_cache> {
        core::mem::ManuallyDrop::new(self).0
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // SAFETY: It was created, and is not used any more.
        unsafe { bindings::kmem_cache_destroy(self.0.as_ptr()) }
    }
}

/// A shrinker, registered or not.
struct Shrinker(NonNull<bindings::shrinker>);

impl Shrinker {
    fn into_raw(self) -> NonNull<bindings::shrinker> {
        core::mem::ManuallyDrop::new(self).0
    }
}

impl Drop for Shrinker {
    fn drop(&mut self) {
        // SAFETY: It was allocated, and is not used any more.
        unsafe { bindings::shrinker_free(self.0.as_ptr()) }
    }
}
