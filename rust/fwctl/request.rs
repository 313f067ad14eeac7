// SPDX-License-Identifier: GPL-2.0

//! The buffers of one RPC. The core owns them, never the caller's stack: a caller that is killed
//! leaves them behind for the driver to finish with.

use super::{
    sys::memory,
    ResourceId, //
};
use kernel::prelude::*;

/// One RPC on its way to the firmware.
///
/// One allocation holds the request and, behind it, zeroed room for the reply. It was made, and
/// charged to a memory cgroup, in the context of the caller. Its methods do not sleep, but where
/// they say so.
///
/// # Examples
///
/// A transport that takes a mailbox and fills another one:
///
/// ```ignore
/// let (inbox, outbox) = request.buffers();
/// stamp(inbox, context.uid());
/// let len = hardware.exec(inbox, outbox)?;
/// Ok(request.into_reply(len))
/// ```
///
/// # Invariants
///
/// `in_len <= out_start` and `out_start + out_len == buffer.len()`.
pub struct Request {
    buffer: KVVec<u8>,
    in_len: usize,
    out_start: usize,
    out_len: usize,
}

/// Alignment of the reply in the buffer: that of any structure of a firmware interface.
const OUT_ALIGN: usize = 16;

impl Request {
    /// An empty buffer with memory for a request of `in_len` bytes and a reply of `out_len`.
    ///
    /// `ENOMEM` if it cannot be had. May sleep.
    pub fn allocate(in_len: usize, out_len: usize) -> Result<KVVec<u8>> {
        let len = in_len
            .checked_next_multiple_of(OUT_ALIGN)
            .and_then(|start| start.checked_add(out_len))
            .ok_or(ENOMEM)?;
        memory::for_user(len)
    }

    /// Takes `buffer`, which holds the request, and makes room for a reply of `out_len` bytes.
    ///
    /// Needs no memory if `buffer` came from [`allocate`](Self::allocate); else `ENOMEM`.
    pub fn new(mut buffer: KVVec<u8>, out_len: usize) -> Result<Self> {
        let in_len = buffer.len();
        let out_start = in_len.checked_next_multiple_of(OUT_ALIGN).ok_or(ENOMEM)?;
        let len = out_start.checked_add(out_len).ok_or(ENOMEM)?;
        buffer.resize(len, 0, GFP_KERNEL_ACCOUNT)?;
        // INVARIANT: By the computation above.
        Ok(Self {
            buffer,
            in_len,
            out_start,
            out_len,
        })
    }

    /// The request as user space sent it.
    pub fn input(&self) -> &[u8] {
        self.buffer.get(..self.in_len).unwrap_or_default()
    }

    /// Bytes of room that the caller has for the reply.
    pub fn output_len(&self) -> usize {
        self.out_len
    }

    /// The request, to be changed before it is sent, and the room for the reply.
    pub fn buffers(&mut self) -> (&mut [u8], &mut [u8]) {
        // By the invariants neither length is out of bounds.
        match self.buffer.split_at_mut_checked(self.out_start) {
            Some((input, output)) => (input.get_mut(..self.in_len).unwrap_or_default(), output),
            None => (&mut [], &mut []),
        }
    }

    /// Makes the room for the reply the reply. `len` is what the firmware had to say, which may be
    /// more than fitted there.
    pub fn into_reply(self, len: usize) -> Reply {
        Reply {
            start: self.out_start,
            held: self.out_len.min(len),
            len,
            created: None,
            buffer: self.buffer,
        }
    }

    /// Makes the request the reply, `len` bytes of it at most.
    pub fn into_reply_in_place(self, len: usize) -> Reply {
        let len = len.min(self.in_len);
        Reply {
            start: 0,
            held: len,
            len,
            created: None,
            buffer: self.buffer,
        }
    }
}

/// What the firmware answered.
///
/// It may be longer than the caller's room: the caller is told the full length and given what
/// fits. There are three: the request's own room ([`Request::into_reply`]), the request itself
/// ([`Request::into_reply_in_place`]), and a buffer of the driver's ([`Reply::new`]). None of its
/// methods fails or sleeps.
///
/// # Examples
///
/// ```ignore
/// let mut dump = fwctl::room_for_user(hardware.dump_len())?;
/// hardware.dump(&mut dump)?;
/// Ok(Reply::new(dump))
/// ```
pub struct Reply {
    buffer: KVVec<u8>,
    start: usize,
    /// Bytes that are in `buffer` from `start` on.
    held: usize,
    len: usize,
    created: Option<ResourceId>,
}

impl Reply {
    /// A reply in a buffer of the driver's own. [`Request::allocate`] has one that is charged to the
    /// user, who is not killed if there is none.
    pub fn new(buffer: KVVec<u8>) -> Self {
        Self {
            start: 0,
            held: buffer.len(),
            len: buffer.len(),
            created: None,
            buffer,
        }
    }

    /// A reply without content.
    pub fn empty() -> Self {
        Self::new(KVVec::new())
    }

    /// The same, telling of a new resource: if nobody can be told of it, it is destroyed.
    pub fn with_created(mut self, id: ResourceId) -> Self {
        self.created = Some(id);
        self
    }

    /// The resource that it tells of.
    pub fn created(&self) -> Option<ResourceId> {
        self.created
    }

    /// Bytes that the firmware had to say.
    pub fn full_len(&self) -> usize {
        self.len
    }

    /// The bytes of the reply, as many as there was room for.
    pub fn as_bytes(&self) -> &[u8] {
        let end = self.start.saturating_add(self.held);
        self.buffer.get(self.start..end).unwrap_or_default()
    }
}
