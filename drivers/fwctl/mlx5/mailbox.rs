// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Layout of mailboxes: their headers and fields.
//!
//! Source: Programmer's Reference Manual, chapter "Command Reference"; `mlx5_ifc.h`. All fields are
//! big endian. A field beyond the end of a mailbox is not there.

/// Bytes of the shortest mailbox, in either direction.
pub(crate) const MIN_LEN: usize = 16;
/// Bytes of the longest: 512 blocks of 512 bytes.
pub(crate) const MAX_LEN: usize = 512 * 512;

/// A 16-bit field at byte `at`; `None` beyond the end.
pub(crate) fn get16(mailbox: &[u8], at: usize) -> Option<u16> {
    let bytes = mailbox.get(at..)?.first_chunk()?;
    Some(u16::from_be_bytes(*bytes))
}

/// A 32-bit field at byte `at`; `None` beyond the end.
pub(crate) fn get32(mailbox: &[u8], at: usize) -> Option<u32> {
    let bytes = mailbox.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

/// A 64-bit field at byte `at`; `None` beyond the end.
pub(crate) fn get64(mailbox: &[u8], at: usize) -> Option<u64> {
    let bytes = mailbox.get(at..)?.first_chunk()?;
    Some(u64::from_be_bytes(*bytes))
}

/// Writes a 16-bit field at byte `at`.
pub(crate) fn set16(mailbox: &mut [u8], at: usize, value: u16) {
    let bytes = mailbox
        .get_mut(at..)
        .and_then(|bytes| bytes.first_chunk_mut());
    if let Some(bytes) = bytes {
        *bytes = value.to_be_bytes();
    }
}

/// Writes a 32-bit field at byte `at`.
pub(crate) fn set32(mailbox: &mut [u8], at: usize, value: u32) {
    let bytes = mailbox
        .get_mut(at..)
        .and_then(|bytes| bytes.first_chunk_mut());
    if let Some(bytes) = bytes {
        *bytes = value.to_be_bytes();
    }
}

/// Writes a 64-bit field at byte `at`.
pub(crate) fn set64(mailbox: &mut [u8], at: usize, value: u64) {
    let bytes = mailbox
        .get_mut(at..)
        .and_then(|bytes| bytes.first_chunk_mut());
    if let Some(bytes) = bytes {
        *bytes = value.to_be_bytes();
    }
}

/// A request, with its header taken apart.
#[derive(Clone, Copy)]
pub(crate) struct Inbox<'a> {
    pub(crate) opcode: u16,
    /// Another function for which the command is meant; 0 for none. Where an opcode does not know
    /// this field, it is reserved.
    pub(crate) vhca_tunnel_id: u16,
    pub(crate) op_mod: u16,
    /// Everything, header included.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Inbox<'a> {
    /// `None` if it is too short to have a header.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        if bytes.len() < MIN_LEN {
            return None;
        }
        Some(Self {
            opcode: get16(bytes, 0)?,
            vhca_tunnel_id: get16(bytes, 4)?,
            op_mod: get16(bytes, 6)?,
            bytes,
        })
    }
}

/// Writes `uid` where the firmware looks for the owner of a command.
pub(crate) fn stamp_uid(inbox: &mut [u8], uid: u16) {
    set16(inbox, 2, uid);
}

/// The firmware's word on a command: status @0, syndrome @4.
#[derive(Clone, Copy)]
pub(crate) struct Outbox {
    /// 0 if the command was carried out.
    pub(crate) status: u8,
    /// Why not; the vendor's own numbers.
    pub(crate) syndrome: u32,
}

impl Outbox {
    /// `None` if it is too short to have a header.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            status: *bytes.first()?,
            syndrome: get32(bytes, 4)?,
        })
    }
}
