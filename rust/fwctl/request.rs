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
/// One piece of memory holds the request and, once that is sent, the reply. It was made, and charged
/// to a memory cgroup, in the context of the caller. Its methods do not sleep, but where they say
/// so.
///
/// # Examples
///
/// A transport that has copied the request when it waits for the reply:
///
/// ```ignore
/// stamp(request.input_mut(), context.uid());
/// let (in_len, out_len) = (request.input().len(), request.output_len());
/// let len = hardware.exec(request.memory(), in_len, out_len)?;
/// Ok(request.into_reply(len))
/// ```
///
/// # Invariants
///
/// `memory` is as long as the longer of `in_len` and `out_len`.
pub struct Request {
    memory: KVVec<u8>,
    in_len: usize,
    out_len: usize,
}

impl Request {
    /// Memory for a request of `in_len` bytes and a reply of `out_len`, all 0.
    ///
    /// `ENOMEM` if it cannot be had; nobody is killed for it. May sleep.
    pub fn new(in_len: usize, out_len: usize) -> Result<Self> {
        // INVARIANT: It is as long as that.
        Ok(Self {
            memory: memory::zeroed_for_user(in_len.max(out_len))?,
            in_len,
            out_len,
        })
    }

    /// The request as user space sent it.
    pub fn input(&self) -> &[u8] {
        self.memory.get(..self.in_len).unwrap_or_default()
    }

    /// The request, to be changed before it is sent.
    pub fn input_mut(&mut self) -> &mut [u8] {
        self.memory.get_mut(..self.in_len).unwrap_or_default()
    }

    /// Bytes of room that the caller has for the reply.
    pub fn output_len(&self) -> usize {
        self.out_len
    }

    /// Room for the reply from its beginning on, at least [`output_len`](Self::output_len) bytes.
    /// The request is in it.
    pub fn memory(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    /// Makes what is in [`memory`](Self::memory) the reply. `len` is what the firmware had to say,
    /// which may be more than fitted there.
    pub fn into_reply(self, len: usize) -> Reply {
        Reply {
            len,
            created: None,
            buffer: self.memory,
        }
    }
}

/// What the firmware answered.
///
/// It may be longer than the caller's room: the caller is told the full length and given what
/// fits. It is in the memory of the request ([`Request::into_reply`]), or in a buffer of the
/// driver's ([`Reply::new`]). None of its methods fails or sleeps.
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
    len: usize,
    created: Option<ResourceId>,
}

impl Reply {
    /// A reply in a buffer of the driver's own. [`room_for_user`](super::room_for_user) has
    /// one that is charged to the user, who is not killed if there is none.
    pub fn new(buffer: KVVec<u8>) -> Self {
        Self {
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
        self.buffer.get(..self.len).unwrap_or(&self.buffer)
    }
}
