// SPDX-License-Identifier: GPL-2.0

//! The buffers of one RPC. The core owns them, never the caller's stack: a caller that is killed
//! leaves them behind for the driver to finish with.

use super::ResourceId;
use core::mem::MaybeUninit;
use kernel::prelude::*;

/// One RPC on its way to the firmware.
///
/// One piece of memory holds the request and, once that is sent, the reply. It is charged to the
/// memory cgroup of the caller. Others may have used it before: what is in it beyond the request
/// comes out as zeroes, until it is filled. Its methods do not sleep.
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
/// `memory` has room for the longer of `in_len` and `out_len`, and at least `in_len` bytes. All the
/// bytes that it has are of this RPC.
pub struct Request {
    memory: KVVec<u8>,
    in_len: usize,
    out_len: usize,
}

impl Request {
    /// The request in `memory`, which has room for a reply of `out_len` bytes.
    ///
    /// `ENOMEM` if it has not.
    #[inline]
    pub fn new(memory: KVVec<u8>, out_len: usize) -> Result<Self> {
        if memory.capacity() < out_len {
            return Err(ENOMEM);
        }
        // INVARIANT: It was looked at.
        Ok(Self {
            in_len: memory.len(),
            out_len,
            memory,
        })
    }

    /// The request as user space sent it.
    #[inline]
    pub fn input(&self) -> &[u8] {
        self.memory.get(..self.in_len).unwrap_or_default()
    }

    /// The request, to be changed before it is sent.
    #[inline]
    pub fn input_mut(&mut self) -> &mut [u8] {
        self.memory.get_mut(..self.in_len).unwrap_or_default()
    }

    /// Bytes of room that the caller has for the reply.
    #[inline]
    pub fn output_len(&self) -> usize {
        self.out_len
    }

    /// Zeroes what is not filled of the first `len` bytes.
    #[inline]
    fn fill(&mut self, len: usize) {
        let missing = len.saturating_sub(self.memory.len());
        if let Some(rest) = self.memory.spare_capacity_mut().get_mut(..missing) {
            rest.fill(MaybeUninit::new(0));
            // SAFETY: There is room for them, and they were just written.
            unsafe { self.memory.inc_len(missing) };
        }
    }

    /// Room for the reply from its beginning on, at least [`output_len`](Self::output_len) bytes.
    /// The request is in it, and zeroes after that.
    pub fn memory(&mut self) -> &mut [u8] {
        self.fill(self.in_len.max(self.out_len));
        &mut self.memory
    }

    /// The same for a transport that fills it, with [`filled`](Self::filled) to be told so: a pointer
    /// to the longer of the request and [`output_len`](Self::output_len) bytes. What is not of the
    /// request may be of anybody.
    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.memory.as_mut_ptr()
    }

    /// The first [`output_len`](Self::output_len) bytes are the reply's.
    ///
    /// # Safety
    ///
    /// They must all have been written for this RPC, through [`as_mut_ptr`](Self::as_mut_ptr).
    pub unsafe fn filled(&mut self) {
        let missing = self.out_len.saturating_sub(self.memory.len());
        // SAFETY: By the type's invariant there is room for them; the rest is required of the caller.
        unsafe { self.memory.inc_len(missing) };
    }

    /// Makes what is in [`memory`](Self::memory) the reply. `len` is what the firmware had to say,
    /// which may be more than fitted there.
    #[inline]
    pub fn into_reply(mut self, len: usize) -> Reply {
        self.fill(len.min(self.in_len.max(self.out_len)));
        Reply {
            len,
            created: None,
            buffer: self.memory,
        }
    }

    /// To write the reply over the request, front to back.
    pub fn into_writer(self) -> ReplyWriter {
        let mut memory = self.memory;
        memory.clear();
        ReplyWriter {
            memory,
            room: self.out_len,
            len: 0,
        }
    }

    /// The memory, for another request.
    #[inline]
    pub fn into_memory(self) -> KVVec<u8> {
        self.memory
    }
}

/// A reply that is being written. What the caller has no room for is counted and left out.
///
/// # Examples
///
/// ```ignore
/// let mut reply = request.into_writer();
/// reply.write(&header);
/// for block in hardware.blocks() {
///     reply.write(block);
/// }
/// Ok(reply.finish())
/// ```
pub struct ReplyWriter {
    memory: KVVec<u8>,
    room: usize,
    len: usize,
}

impl ReplyWriter {
    /// The next `len` bytes that there is room for.
    fn next(&mut self, len: usize) -> &mut [MaybeUninit<u8>] {
        self.len = self.len.saturating_add(len);
        let room = self.room.saturating_sub(self.memory.len());
        let spare = self.memory.spare_capacity_mut();
        spare.get_mut(..len.min(room)).unwrap_or_default()
    }

    /// Writes `bytes`.
    pub fn write(&mut self, bytes: &[u8]) {
        let next = self.next(bytes.len());
        let fitting = next.len();
        // SAFETY: It has room for as many, and does not overlap with what somebody else has.
        unsafe {
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), next.as_mut_ptr().cast(), fitting);
            self.memory.inc_len(fitting);
        }
    }

    /// Writes `byte`, `len` times.
    pub fn repeat(&mut self, byte: u8, len: usize) {
        let next = self.next(len);
        next.fill(MaybeUninit::new(byte));
        let fitting = next.len();
        // SAFETY: There was room for them, and they were just written.
        unsafe { self.memory.inc_len(fitting) };
    }

    /// `len` bytes that the firmware had to say, and that nobody has.
    pub fn skip(&mut self, len: usize) {
        self.len = self.len.saturating_add(len);
    }

    /// The reply.
    pub fn finish(self) -> Reply {
        Reply {
            buffer: self.memory,
            len: self.len,
            created: None,
        }
    }
}

/// What the firmware answered.
///
/// It may be longer than the caller's room: the caller is told the full length and given what
/// fits. It is in the memory of the request ([`Request::into_reply`], [`Request::into_writer`]), or in
/// a buffer of the driver's. None of its methods fails or sleeps.
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
    /// one that is charged to the user, who is not killed if there is none. The core may keep it for
    /// the user's next request.
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
    #[inline]
    pub fn created(&self) -> Option<ResourceId> {
        self.created
    }

    /// Bytes that the firmware had to say.
    #[inline]
    pub fn full_len(&self) -> usize {
        self.len
    }

    /// The memory, for another request.
    #[inline]
    pub fn into_memory(self) -> KVVec<u8> {
        self.buffer
    }

    /// The bytes of the reply, as many as there was room for.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or(&self.buffer)
    }
}
