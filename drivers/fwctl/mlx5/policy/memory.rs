// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Requests that can make the device write to memory, or act on another function.
//!
//! Source of layouts: Programmer's Reference Manual, chapter "Registers"; `mlx5_ifc.h`.

use super::{
    registers::DATA,
    Caller,
    Look,
    Reach, //
};
use crate::mailbox::{
    get16,
    get32,
    get64,
    Inbox, //
};
use fwctl::Scope;

/// Another function's state is for those who debug with writes.
fn function_is_allowed(vhca_id: u16, caller: Caller) -> bool {
    vhca_id == 0 || caller.scope >= Scope::DebugWrite
}

/// Memory that is named by mkey @0, size in bytes @4 and address @8 from `at` on.
fn reach(inbox: Inbox<'_>, at: usize) -> Option<Reach> {
    Some(Reach {
        mkey: get32(inbox.bytes, at)?,
        len: get32(inbox.bytes, at + 4)?,
        addr: get64(inbox.bytes, at + 8)?,
    })
}

/// A register that dumps inline or to memory, which is named at `at`.
fn dump(
    inbox: Inbox<'_>,
    caller: Caller,
    vhca_id: u16,
    to_memory: bool,
    at: usize,
) -> Option<Look> {
    let reach = reach(inbox, at)?;
    Some(if !function_is_allowed(vhca_id, caller) {
        Look::Bad
    } else if to_memory {
        Look::Reaches(reach)
    } else {
        Look::fine_if(reach.mkey == 0)
    })
}

/// CORE_DUMP: core_dump_type @3, 2 is to memory; vhca_id @0xa; memory @0x10.
pub(super) fn core_dump(inbox: Inbox<'_>, caller: Caller) -> Option<Look> {
    const TO_MEMORY: u32 = 2;

    let kind = get32(inbox.bytes, DATA)? & 0xff;
    let vhca_id = get16(inbox.bytes, DATA + 0xa)?;
    dump(inbox, caller, vhca_id, kind == TO_MEMORY, DATA + 0x10)
}

/// RES_DUMP: inline_dump @0 bit 30, vhca_id @6, memory @0x20.
pub(super) fn resource_dump(inbox: Inbox<'_>, caller: Caller) -> Option<Look> {
    const INLINE: u32 = 1 << 30;

    let is_inline = get32(inbox.bytes, DATA)? & INLINE != 0;
    let vhca_id = get16(inbox.bytes, DATA + 6)?;
    dump(inbox, caller, vhca_id, !is_inline, DATA + 0x20)
}

/// SET_DIAGNOSTIC_PARAMS, context @8: tracer_dump bit 25 of its second word, which sends samples to
/// the tracer's memory, which is mlx5_core's. Of the four words after that nothing is public: where
/// they are there and not zero they are taken for memory to sample to, mkey @8, size in bytes @0xc
/// and address @0x10 of the context.
pub(super) fn diagnostic_params(inbox: Inbox<'_>, _: Caller) -> Option<Look> {
    const CONTEXT: usize = 8;
    const TRACER_DUMP: u32 = 1 << 25;

    let is_none = inbox
        .bytes
        .iter()
        .skip(CONTEXT + 8)
        .take(16)
        .all(|&byte| byte == 0);
    Some(if get32(inbox.bytes, CONTEXT + 4)? & TRACER_DUMP != 0 {
        Look::Bad
    } else if is_none {
        Look::Fine
    } else {
        Look::Reaches(reach(inbox, CONTEXT + 8)?)
    })
}
