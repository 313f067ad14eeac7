// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Mailboxes: their headers, and the commands that the driver sends of its own.
//!
//! Source: Programmer's Reference Manual, chapter "Command Reference"; `mlx5_ifc.h`. All fields are
//! big endian.

use crate::ffi::Mdev;
use kernel::{
    fmt,
    prelude::*, //
};

/// Bytes of the shortest mailbox, in either direction.
pub(crate) const MIN_LEN: usize = 16;
/// Bytes of the longest: 512 blocks of 512 bytes.
pub(crate) const MAX_LEN: usize = 512 * 512;

const CREATE_UCTX: u16 = 0xa04;
const DESTROY_UCTX: u16 = 0xa06;

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

fn set16(mailbox: &mut [u8], at: usize, value: u16) {
    let bytes = mailbox
        .get_mut(at..)
        .and_then(|bytes| bytes.first_chunk_mut());
    if let Some(bytes) = bytes {
        *bytes = value.to_be_bytes();
    }
}

fn set32(mailbox: &mut [u8], at: usize, value: u32) {
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

/// The firmware's word on a command that it did not carry out.
#[derive(Clone, Copy)]
pub(crate) struct Refusal {
    opcode: u16,
    status: u8,
    syndrome: u32,
}

impl Refusal {
    fn check(opcode: u16, outbox: &[u8]) -> core::result::Result<(), Self> {
        match outbox.first() {
            Some(0) => Ok(()),
            status => Err(Self {
                opcode,
                status: status.copied().unwrap_or_default(),
                syndrome: get32(outbox, 4).unwrap_or_default(),
            }),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "opcode {:#x} status {:#x} syndrome {:#x}",
            self.opcode, self.status, self.syndrome
        )
    }
}

/// Why a command of the driver's own did not succeed.
pub(crate) enum Failure {
    /// The firmware said so.
    Refused(Refusal),
    /// It was not reached, or did not answer.
    Transport(Error),
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        Self::Transport(e)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Transport(e) => write!(f, "error {}", e.to_errno()),
        }
    }
}

/// Makes a user context with the rights `caps`; returns its UID.
///
/// Source: CREATE_UCTX. In, 64 bytes: cap @16. Out: uid @10.
pub(crate) fn create_uctx(mdev: &Mdev<'_>, caps: u32) -> core::result::Result<u16, Failure> {
    let mut inbox = [0; 64];
    let mut outbox = [0; 16];
    set16(&mut inbox, 0, CREATE_UCTX);
    set32(&mut inbox, 16, caps);
    mdev.exec(&mut inbox, &mut outbox)?;
    Refusal::check(CREATE_UCTX, &outbox)?;
    match get16(&outbox, 10) {
        // 0 is mlx5_core itself: a descriptor with its rights could do anything.
        None | Some(0) => Err(EIO.into()),
        Some(uid) => Ok(uid),
    }
}

/// Ends a user context, which must have no objects left.
///
/// Source: DESTROY_UCTX. In: uid @10.
pub(crate) fn destroy_uctx(mdev: &Mdev<'_>, uid: u16) -> core::result::Result<(), Failure> {
    let mut inbox = [0; 16];
    let mut outbox = [0; 16];
    set16(&mut inbox, 0, DESTROY_UCTX);
    set16(&mut inbox, 10, uid);
    mdev.exec(&mut inbox, &mut outbox)?;
    Ok(Refusal::check(DESTROY_UCTX, &outbox)?)
}
