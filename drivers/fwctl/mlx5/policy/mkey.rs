// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! CREATE_MKEY: what a key may be, and the mailbox that makes it.
//!
//! A key can open all memory to the device, so none of the user's bytes reach the firmware: the
//! request is taken apart into [`Request`], of which nothing but a window into a umem can be said,
//! and written anew from it.
//!
//! Source: CREATE_MKEY and the mkey context of the Programmer's Reference Manual; `mlx5_ifc.h`. The
//! fields of the umem are reserved there; public user-space headers have them.

use super::{
    Caller,
    Look, //
};
use crate::mailbox::{
    get32,
    get64,
    set16,
    set32,
    set64,
    Inbox, //
};

pub(crate) const CREATE_MKEY: u16 = 0x200;

/// Bytes of the mailbox without translations.
pub(crate) const LEN: usize = 0x110;

/// Flags @0xc: mkey_umem_valid; pg_access, data_direct and the rest have to be 0.
const FLAGS: usize = 0xc;
const UMEM_VALID: u32 = 1 << 30;
/// The mkey context.
const CONTEXT: usize = 0x10;
/// In its first word: local write and read, and access mode 1, translations. All else is 0: other
/// modes, remote access, atomics, updates by work requests, relaxed ordering.
const LOCAL_WRITE: u32 = 1 << 11;
const LOCAL_READ: u32 = 1 << 10;
const MODE_MTT: u32 = 1 << 8;
/// `qpn` and `mkey_7_0`.
const NAME: usize = CONTEXT + 0x4;
/// `pd`, and flags that have to be 0: length64, bsf_en, sync_umr, en_rinval.
const PD: usize = CONTEXT + 0xc;
const START_ADDR: usize = CONTEXT + 0x10;
const LENGTH: usize = CONTEXT + 0x18;
const OCTWORDS: usize = CONTEXT + 0x34;
const LOG_PAGE_SIZE: usize = CONTEXT + 0x38;
const ACTUAL_OCTWORDS: usize = 0x60;
const UMEM_ID: usize = 0x64;
const UMEM_OFFSET: usize = 0x68;
/// Translations in the mailbox itself, which have to be absent.
const TRANSLATIONS: usize = LEN;

/// Any queue pair.
const ANY_QPN: u32 = 0xff_ffff;

/// A key over a part of a umem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) umem_id: u32,
    /// Bytes into the umem at which the window begins.
    pub(crate) umem_offset: u64,
    /// What the device calls the first byte.
    pub(crate) start_addr: u64,
    /// Bytes of the window.
    pub(crate) len: u64,
    pub(crate) pd: u32,
    /// The lowest byte of the key, which its user chooses.
    pub(crate) variant: u8,
    pub(crate) writable: bool,
    pub(crate) readable: bool,
}

impl Request {
    /// Takes a mailbox apart; `None` if it asks for anything else than a window into a umem.
    pub(crate) fn parse(mailbox: &[u8]) -> Option<Self> {
        let access = get32(mailbox, CONTEXT)?;
        let pd = get32(mailbox, PD)?;
        let name = get32(mailbox, NAME)?;
        let len = get64(mailbox, LENGTH)?;
        let start_addr = get64(mailbox, START_ADDR)?;
        let plain = get32(mailbox, FLAGS)? == UMEM_VALID
            && access & !(LOCAL_WRITE | LOCAL_READ) == MODE_MTT
            && name >> 8 == ANY_QPN
            && pd >> 24 == 0
            && len != 0
            && start_addr.checked_add(len).is_some()
            && mailbox.get(TRANSLATIONS..)?.iter().all(|&byte| byte == 0);
        plain.then_some(Self {
            umem_id: get32(mailbox, UMEM_ID)?,
            umem_offset: get64(mailbox, UMEM_OFFSET)?,
            start_addr,
            len,
            pd,
            variant: name as u8,
            writable: access & LOCAL_WRITE != 0,
            readable: access & LOCAL_READ != 0,
        })
    }

    /// The mailbox that asks the firmware for it, over a umem with pages of `1 << page_shift`
    /// bytes of which the window touches `pages`.
    pub(crate) fn mailbox(&self, page_shift: u32, pages: u64) -> [u8; LEN] {
        let mut mailbox = [0; LEN];
        let mut access = MODE_MTT;
        if self.writable {
            access |= LOCAL_WRITE;
        }
        if self.readable {
            access |= LOCAL_READ;
        }
        // Two translations to an octword.
        let octwords = u32::try_from(pages.div_ceil(2)).unwrap_or(u32::MAX);
        set16(&mut mailbox, 0, CREATE_MKEY);
        set32(&mut mailbox, FLAGS, UMEM_VALID);
        set32(&mut mailbox, CONTEXT, access);
        set32(&mut mailbox, NAME, ANY_QPN << 8 | u32::from(self.variant));
        set32(&mut mailbox, PD, self.pd);
        set64(&mut mailbox, START_ADDR, self.start_addr);
        set64(&mut mailbox, LENGTH, self.len);
        set32(&mut mailbox, OCTWORDS, octwords);
        set32(&mut mailbox, LOG_PAGE_SIZE, page_shift & 0x3f);
        set32(&mut mailbox, ACTUAL_OCTWORDS, octwords);
        set32(&mut mailbox, UMEM_ID, self.umem_id);
        set64(&mut mailbox, UMEM_OFFSET, self.umem_offset);
        mailbox
    }
}

/// Whether CREATE_MKEY asks for nothing but a window into a umem.
pub(super) fn is_a_window(inbox: Inbox<'_>, _: Caller) -> Option<Look> {
    Some(Look::fine_if(Request::parse(inbox.bytes).is_some()))
}
