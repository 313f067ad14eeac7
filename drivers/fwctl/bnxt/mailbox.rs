// SPDX-License-Identifier: GPL-2.0

//! Layout of requests and responses: their headers and fields.
//!
//! Source: `struct input`, `struct output` and their kin in `include/linux/bnxt/hsi.h`. All fields are
//! little endian. A field beyond the end of a request is 0.

use super::policy::commands::{
    Command,
    Length, //
};
use kernel::prelude::*;

/// Bytes of the shortest request, which is its header.
pub(crate) const MIN_LEN: usize = 16;
/// Bytes of the longest that fits in the window.
pub(crate) const MAX_LEN: usize = 128;
/// Bytes of the shortest response: an error.
pub(crate) const MIN_RESPONSE: usize = 16;
/// Bytes of the longest that bnxt_en has room for.
pub(crate) const MAX_RESPONSE: usize = 4096;
/// Bytes of one transfer beside them, at most. Source: FWCTL_BNXT_MAX_DMABUF in
/// `include/uapi/fwctl/bnxt.h`.
pub(crate) const MAX_TRANSFER: u64 = 0x10000;

/// Whom a request is for: nobody in particular, what serves tools, the firmware itself.
pub(crate) const TARGET_NONE: u16 = 0;
pub(crate) const TARGET_TOOLS: u16 = 0xfffd;
pub(crate) const TARGET_SELF: u16 = 0xffff;
/// No completion is wanted: the response itself is looked at.
const NO_RING: u16 = 0xffff;

fn get<const N: usize>(from: &[u8], at: usize) -> [u8; N] {
    let field = from.get(at..).and_then(|rest| rest.first_chunk());
    field.copied().unwrap_or([0; N])
}

/// One byte.
pub(crate) fn get8(from: &[u8], at: usize) -> u8 {
    u8::from_le_bytes(get(from, at))
}

/// A 16-bit field.
pub(crate) fn get16(from: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(get(from, at))
}

/// A 32-bit field.
pub(crate) fn get32(from: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(get(from, at))
}

/// A 64-bit field.
pub(crate) fn get64(from: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(get(from, at))
}

/// The header of a request, as far as it is the caller's.
#[derive(Clone, Copy)]
pub(crate) struct Header {
    pub(crate) request: u16,
    pub(crate) target: u16,
}

impl Header {
    /// `None` if it is too short to have one.
    pub(crate) fn of(request: &[u8]) -> Option<Self> {
        (request.len() >= MIN_LEN).then(|| Self {
            request: get16(request, 0),
            target: get16(request, 6),
        })
    }
}

/// A request as it is sent: as long as the window, with a header of ours. What is behind the caller's
/// bytes is 0.
#[repr(C, align(8))]
pub(crate) struct Message {
    bytes: [u8; MAX_LEN],
    len: usize,
}

impl Message {
    /// The caller's `request` for `command`.
    pub(crate) fn new(request: &[u8], command: &Command) -> Self {
        let len = command.len.unwrap_or(MAX_LEN).min(MAX_LEN);
        let mut message = Self {
            bytes: [0; MAX_LEN],
            len,
        };
        for (to, from) in message.bytes.iter_mut().zip(request).take(len) {
            *to = *from;
        }
        message.address(get16(request, 0));
        message
    }

    /// One of the driver's own, which is nothing but a header and zeroes.
    pub(crate) fn plain(request: u16, len: usize) -> Self {
        let mut message = Self {
            bytes: [0; MAX_LEN],
            len: len.min(MAX_LEN),
        };
        message.address(request);
        message
    }

    /// Writes the header: bnxt_en fills in the number and the address of the response.
    fn address(&mut self, request: u16) {
        self.set(0, request.to_le_bytes());
        self.set(2, NO_RING.to_le_bytes());
        self.set(4, [0; 2]);
        self.set(6, TARGET_SELF.to_le_bytes());
        self.set(8, [0; 8]);
    }

    fn set<const N: usize>(&mut self, at: usize, value: [u8; N]) {
        let field = self
            .bytes
            .get_mut(at..)
            .and_then(|rest| rest.first_chunk_mut());
        if let Some(field) = field {
            *field = value;
        }
    }

    /// Writes the bus address of a transfer, at its place in the request.
    pub(crate) fn set_address(&mut self, at: usize, addr: u64) {
        self.set(at, addr.to_le_bytes());
    }

    /// What bnxt_en sends, and writes its part of the header to.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.len).unwrap_or_default()
    }

    /// Whether `response` is the answer to this message, which was sent.
    pub(crate) fn is_answered_by(&self, response: &Response<'_>) -> bool {
        // bnxt_en writes both where it sends a message as it is. Where it sends a copy there is nothing
        // to compare with.
        let (seq, sent_as_it_is) = (get16(&self.bytes, 4), get64(&self.bytes, 8) != 0);
        usize::from(response.len) >= MIN_RESPONSE
            && response.request == get16(&self.bytes, 0)
            && (!sent_as_it_is || response.seq == seq)
    }
}

/// The header of a response.
#[derive(Clone, Copy)]
pub(crate) struct Response<'a> {
    /// 0 if the command was carried out.
    pub(crate) error: u16,
    request: u16,
    seq: u16,
    /// Bytes that the firmware had to say.
    pub(crate) len: u16,
    /// Everything that there was room for.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Response<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            error: get16(bytes, 0),
            request: get16(bytes, 2),
            seq: get16(bytes, 4),
            len: get16(bytes, 6),
            bytes,
        }
    }
}

/// Bytes that `request` transfers by a field of this kind; `EMSGSIZE` above [`MAX_TRANSFER`].
pub(crate) fn transfer_len(request: &[u8], len: Length) -> Result<usize> {
    /// NVM_WRITE: the flag of a batch @38, its part @48, all of the data @32.
    const BATCH: u16 = 1 << 1;
    let bytes = match len {
        Length::Fixed(bytes) => bytes.into(),
        Length::Bytes16(at) | Length::Doubtful16(at) => get16(request, at).into(),
        Length::Bytes32(at) => get32(request, at).into(),
        Length::Words16(at) => u64::from(get16(request, at)) * 2,
        Length::Dwords32(at) => u64::from(get32(request, at)) * 4,
        Length::Bits16(at) => u64::from(get16(request, at)).div_ceil(8),
        Length::Directory => MAX_TRANSFER,
        Length::Batch if get16(request, 38) & BATCH != 0 => get32(request, 48).into(),
        Length::Batch => get32(request, 32).into(),
    };
    if bytes > MAX_TRANSFER {
        return Err(EMSGSIZE);
    }
    Ok(bytes as usize)
}
