// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Commands that the driver sends of its own.
//!
//! Source: Programmer's Reference Manual, chapter "Command Reference"; `mlx5_ifc.h`.

use crate::{
    ffi::Mdev,
    mailbox::{
        get16,
        get32,
        set16,
        set32,
        set64,
        stamp_uid,
        Outbox,
        MIN_LEN, //
    },
    policy::mkey, //
};
use fwctl::{
    Completer,
    Request, //
};
use kernel::{
    fmt,
    prelude::*, //
};

pub(crate) const DESTROY_MKEY: u16 = 0x202;
pub(crate) const DEALLOC_PD: u16 = 0x801;
pub(crate) const DESTROY_UMEM: u16 = 0xa0a;
const ALLOC_PD: u16 = 0x800;
const CREATE_UCTX: u16 = 0xa04;
const DESTROY_UCTX: u16 = 0xa06;
const CREATE_UMEM: u16 = 0xa08;

/// Why a command of the driver's own did not succeed.
pub(crate) enum Failure {
    /// The firmware did not carry it out.
    Refused(u16, Outbox),
    /// It was not reached, or did not answer.
    Transport(Error),
}

impl Failure {
    /// For the caller on whose behalf it was sent.
    pub(crate) fn errno(&self) -> Error {
        match self {
            Self::Refused(..) => EIO,
            Self::Transport(e) => *e,
        }
    }

    /// Whether the firmware may have carried it out all the same.
    pub(crate) fn is_unclear(&self) -> bool {
        match self {
            Self::Refused(..) => false,
            // These come before it is queued: no memory, and a device in its error state.
            Self::Transport(e) => ![ENOMEM, ENXIO, EINVAL, EBUSY].contains(e),
        }
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        Self::Transport(e)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(opcode, Outbox { status, syndrome }) => write!(
                f,
                "opcode {opcode:#x} status {status:#x} syndrome {syndrome:#x}"
            ),
            Self::Transport(e) => write!(f, "error {}", e.to_errno()),
        }
    }
}

/// Sends `inbox`, whose opcode this fills in, and wants it carried out.
fn carry_out(
    mdev: &Mdev<'_>,
    opcode: u16,
    inbox: &mut [u8],
    outbox: &mut [u8],
) -> core::result::Result<(), Failure> {
    set16(inbox, 0, opcode);
    mdev.exec(inbox, outbox)?;
    carried_out(opcode, outbox)
}

/// Sends `inbox`, to be answered by the shortest mailbox. False if it was not sent.
fn start(mdev: &Mdev<'_>, inbox: &[u8], completer: Completer) -> bool {
    let Ok(mut memory) = fwctl::room_for_user(inbox.len().max(MIN_LEN)) else {
        return false;
    };
    if memory.extend_from_slice(inbox, GFP_KERNEL_ACCOUNT).is_err() {
        return false;
    }
    match Request::new(memory, MIN_LEN) {
        Ok(request) => mdev.start(request, completer).is_ok(),
        Err(_) => false,
    }
}

/// Whether `outbox` says that the command was carried out.
fn carried_out(opcode: u16, outbox: &[u8]) -> core::result::Result<(), Failure> {
    match Outbox::new(outbox) {
        Some(Outbox { status: 0, .. }) => Ok(()),
        Some(refusal) => Err(Failure::Refused(opcode, refusal)),
        None => Err(EIO.into()),
    }
}

/// A command that makes a user context with the rights `caps`.
///
/// Source: CREATE_UCTX. In, 64 bytes: cap @16. Out: uid @10.
fn create_uctx_inbox(caps: u32) -> [u8; 64] {
    let mut inbox = [0; 64];
    set16(&mut inbox, 0, CREATE_UCTX);
    set32(&mut inbox, 16, caps);
    inbox
}

/// A command that ends a user context.
///
/// Source: DESTROY_UCTX. In: uid @10.
fn destroy_uctx_inbox(uid: u16) -> [u8; MIN_LEN] {
    let mut inbox = [0; MIN_LEN];
    set16(&mut inbox, 0, DESTROY_UCTX);
    set16(&mut inbox, 10, uid);
    inbox
}

/// Makes a user context with the rights `caps`; returns its UID.
pub(crate) fn create_uctx(mdev: &Mdev<'_>, caps: u32) -> core::result::Result<u16, Failure> {
    let mut outbox = [0; MIN_LEN];
    carry_out(mdev, CREATE_UCTX, &mut create_uctx_inbox(caps), &mut outbox)?;
    created_uctx(&outbox)
}

/// The same, not waiting for the answer. False if it was not sent.
pub(crate) fn start_create_uctx(mdev: &Mdev<'_>, caps: u32, completer: Completer) -> bool {
    start(mdev, &create_uctx_inbox(caps), completer)
}

/// The UID in the answer `outbox`.
pub(crate) fn created_uctx(outbox: &[u8]) -> core::result::Result<u16, Failure> {
    carried_out(CREATE_UCTX, outbox)?;
    match get16(outbox, 10) {
        // 0 is mlx5_core itself: a descriptor with its rights could do anything.
        None | Some(0) => Err(EIO.into()),
        Some(uid) => Ok(uid),
    }
}

/// Ends a user context, which must have no objects left.
pub(crate) fn destroy_uctx(mdev: &Mdev<'_>, uid: u16) -> core::result::Result<(), Failure> {
    carry_out(
        mdev,
        DESTROY_UCTX,
        &mut destroy_uctx_inbox(uid),
        &mut [0; MIN_LEN],
    )
}

/// The same, not waiting for the answer. False if it was not sent.
pub(crate) fn start_destroy_uctx(mdev: &Mdev<'_>, uid: u16, completer: Completer) -> bool {
    start(mdev, &destroy_uctx_inbox(uid), completer)
}

/// Whether the answer `outbox` says that the user context is gone.
pub(crate) fn destroyed_uctx(outbox: &[u8]) -> core::result::Result<(), Failure> {
    carried_out(DESTROY_UCTX, outbox)
}

/// Where commands that make or end an object have its number, in 24 bits.
pub(crate) const NUMBER: usize = 8;
const NUMBER_MASK: u32 = 0xff_ffff;

/// The number of an object in a mailbox that makes or ends it; `None` if the mailbox is too short.
pub(crate) fn number(mailbox: &[u8]) -> Option<u32> {
    Some(get32(mailbox, NUMBER)? & NUMBER_MASK)
}

/// Sends `inbox` for the user context `uid` and returns the number of the object that it made.
fn make(
    mdev: &Mdev<'_>,
    opcode: u16,
    uid: u16,
    inbox: &mut [u8],
) -> core::result::Result<u32, Failure> {
    let mut outbox = [0; 16];
    stamp_uid(inbox, uid);
    carry_out(mdev, opcode, inbox, &mut outbox)?;
    Ok(number(&outbox).ok_or(EIO)?)
}

/// Makes a protection domain; returns its number.
///
/// Source: ALLOC_PD.
pub(crate) fn alloc_pd(mdev: &Mdev<'_>, uid: u16) -> core::result::Result<u32, Failure> {
    make(mdev, ALLOC_PD, uid, &mut [0; 16])
}

/// Makes a key; returns its index.
///
/// Source: CREATE_MKEY.
pub(crate) fn create_mkey(
    mdev: &Mdev<'_>,
    uid: u16,
    mut inbox: [u8; mkey::LEN],
) -> core::result::Result<u32, Failure> {
    make(mdev, mkey::CREATE_MKEY, uid, &mut inbox)
}

/// Largest `page_shift` of a umem: the field has 5 bits, from 4 KiB on.
pub(crate) const MAX_PAGE_SHIFT: u32 = 12 + 31;

/// Makes a umem of `count` pages of `1 << page_shift` bytes at the bus addresses `pages`, beginning
/// `offset` bytes into the first; returns its number.
///
/// Source: CREATE_UMEM. In: log_page_size @0x20 from 4 KiB on, page_offset @0x24, num_of_mtt @0x28,
/// from @0x30 on 8 bytes for each page, bits 1 and 0 for writing and reading.
pub(crate) fn create_umem(
    mdev: &Mdev<'_>,
    uid: u16,
    page_shift: u32,
    offset: u32,
    count: u64,
    pages: impl Iterator<Item = u64>,
) -> core::result::Result<u32, Failure> {
    const TRANSLATIONS: usize = 0x30;
    const WRITE_READ: u64 = 3;

    let len = usize::try_from(count)
        .ok()
        .and_then(|count| count.checked_mul(8)?.checked_add(TRANSLATIONS))
        .ok_or(ENOMEM)?;
    let mut inbox = fwctl::room_for_user(len)?;
    inbox
        .resize(TRANSLATIONS, 0, GFP_KERNEL_ACCOUNT)
        .map_err(Error::from)?;
    for page in pages {
        inbox
            .extend_from_slice(&(page | WRITE_READ).to_be_bytes(), GFP_KERNEL_ACCOUNT)
            .map_err(Error::from)?;
    }
    set32(&mut inbox, 0x20, page_shift - 12);
    set32(&mut inbox, 0x24, offset);
    set64(&mut inbox, 0x28, count);
    make(mdev, CREATE_UMEM, uid, &mut inbox)
}

/// Ends an object of the user context `uid`, by a command that names it @8.
///
/// Source: DEALLOC_PD, DESTROY_MKEY, DESTROY_UMEM. In: uid @2, 24 bits of number @8.
pub(crate) fn destroy_object(
    mdev: &Mdev<'_>,
    opcode: u16,
    uid: u16,
    number: u32,
) -> core::result::Result<(), Failure> {
    let mut inbox = [0; 16];
    let mut outbox = [0; 16];
    set16(&mut inbox, 2, uid);
    set32(&mut inbox, NUMBER, number);
    carry_out(mdev, opcode, &mut inbox, &mut outbox)
}
