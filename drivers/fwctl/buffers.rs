// SPDX-License-Identifier: GPL-2.0

//! The memory of requests, most of which comes from the request before.
//!
//! A kernel that zeroes what it allocates does so for each request, and a user overwrites it at
//! once. So a short request leaves its memory to its descriptor, a long one to a pool that all
//! devices share. It is left when the RPC is over: not while a driver has it, nor by a caller who
//! was killed. What a user reads of it is what was written for him: see [`fwctl::Request`].

use crate::context::Context;
use fwctl::{
    room_for_user,
    sys::pool::Pool, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// Bytes that one descriptor keeps, at most: the longest reply of most commands, and its header.
const SHORT: usize = 8 << 10;
/// Bytes that the pool keeps, at most: four of the longest requests.
const POOL: usize = 8 << 20;
/// Of the shortest buffer, so that the next request finds room in it.
const LEAST: usize = 64;

/// The pool. `ENOMEM`.
pub(crate) fn pool() -> Result<Arc<Pool>> {
    Pool::new(c"fwctl_rpc", POOL)
}

impl Context {
    /// An empty vector with room for `len` bytes, charged to the caller. `ENOMEM`; nobody is killed
    /// for it. May sleep.
    pub(crate) fn room(&self, len: usize) -> Result<KVVec<u8>> {
        let kept = if len <= SHORT {
            self.spare.take()
        } else {
            self.device.pool.take(len)
        };
        match kept {
            Some(kept) if kept.capacity() >= len => return Ok(kept),
            kept => drop(kept),
        }
        // Whole pages would be had for a long one, and what kmalloc() has for a short one.
        let len = if len <= SHORT {
            len.max(LEAST).checked_next_power_of_two()
        } else {
            len.checked_next_multiple_of(kernel::page::PAGE_SIZE)
        };
        room_for_user(len.ok_or(ENOMEM)?)
    }

    /// Keeps what [`room`](Self::room) or a driver gave, whose RPC is over. May sleep.
    pub(crate) fn keep(&self, memory: KVVec<u8>) {
        if memory.capacity() <= SHORT {
            self.spare.put(memory);
        } else {
            self.device.pool.put(memory);
        }
    }
}
