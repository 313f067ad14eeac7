// SPDX-License-Identifier: GPL-2.0

//! Memory keys: a window onto user memory that registers can be told to write to.

use pci_model::Bus;

use crate::be;
use crate::command::Call;
use crate::objects::{Body, Kind};
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const CONTEXT: usize = 16;
const CONTEXT_LEN: usize = 64;
/// `mkey_umem_valid`, `mkey_umem_id` and `mkey_umem_offset` of the PRM; reserved in the kernel's header.
const UMEM_VALID: usize = 12;
const UMEM_ID: usize = 0x64;
const UMEM_OFFSET: usize = 0x68;
const MODE_MTT: u32 = 1;
const LOCAL_WRITE: u32 = 1 << 11;

/// The user memory behind a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backing {
    pub(crate) id: u32,
    offset: u64,
}

/// One memory key.
#[derive(Clone, Debug)]
pub(crate) struct Mkey {
    context: Vec<u8>,
    pub(crate) pd: u32,
    pub(crate) umem: Option<Backing>,
    variant: u8,
    start: u64,
    len: u64,
    writable: bool,
}

/// CREATE_MKEY: over user memory (access mode MTT) for user contexts, anything for the kernel.
pub(crate) fn create(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let uid = call.header.uid;
    let context = call
        .input
        .get(CONTEXT..CONTEXT + CONTEXT_LEN)
        .unwrap_or(&[]);
    let flags = be::get32(context, 0);
    let mode = ((flags >> 8) & 0x3) | (((flags >> 26) & 0x7) << 2);
    let pd = be::get24(context, 13);
    let mut mkey = Mkey {
        context: context.to_vec(),
        pd,
        umem: None,
        variant: be::get8(context, 7),
        start: be::get64(context, 16),
        len: be::get64(context, 24),
        writable: flags & LOCAL_WRITE != 0,
    };
    let umem_valid = be::get32(call.input, UMEM_VALID) & (1 << 30) != 0;
    if umem_valid {
        let backing = Backing {
            id: be::get24(call.input, UMEM_ID + 1),
            offset: be::get64(call.input, UMEM_OFFSET),
        };
        let Body::Umem(umem) = hw.objects.get(Kind::Umem, backing.id, uid)? else {
            return Err(Status::BadResource.because(Reason::NoSuchObject));
        };
        let room = umem.len().checked_sub(backing.offset);
        if room.is_none_or(|room| mkey.len > room) || mkey.start.checked_add(mkey.len).is_none() {
            return Err(Status::BadParam.because(Reason::MkeyRange));
        }
        mkey.umem = Some(backing);
    } else if uid != 0 {
        return Err(Status::BadParam.because(Reason::MkeyMode));
    }
    if uid != 0 {
        if mode != MODE_MTT {
            return Err(Status::BadParam.because(Reason::MkeyMode));
        }
        hw.objects.get(Kind::Pd, pd, uid)?;
    }
    let id = hw.objects.add(uid, Body::Mkey(mkey))?;
    be::put32(call.out, 8, id);
    Ok(())
}

/// DESTROY_MKEY.
pub(crate) fn destroy(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = be::get24(call.input, 9);
    hw.objects.remove(Kind::Mkey, id, call.header.uid)?;
    Ok(())
}

/// QUERY_MKEY.
pub(crate) fn query(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = be::get24(call.input, 9);
    let Body::Mkey(mkey) = hw.objects.get(Kind::Mkey, id, call.header.uid)? else {
        return Err(Status::BadResource.because(Reason::NoSuchObject));
    };
    be::put(call.out, CONTEXT, &mkey.context);
    Ok(())
}

/// Writes `data` at virtual address `addr` through `key` (`index << 8 | variant`), as a register with a
/// memory destination does: all of it or nothing, on conditions that [`check`] has.
pub(crate) fn write(
    hw: &ConnectX,
    bus: &mut dyn Bus,
    uid: u16,
    key: u32,
    addr: u64,
    data: &[u8],
) -> Result<(), Refusal> {
    let mut rest = data;
    for (addr, len) in check(hw, uid, key, addr, data.len() as u64)? {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let (part, after) = rest.split_at(len.min(rest.len()));
        bus.dma_write(addr, part)
            .map_err(|_| Status::Internal.because(Reason::DmaFailed))?;
        rest = after;
    }
    Ok(())
}

/// Bus addresses and lengths of what `uid` may write through `key`: the key must be its own, cover the range and
/// allow local writes, and the pages must be writable.
pub(crate) fn check(
    hw: &ConnectX,
    uid: u16,
    key: u32,
    addr: u64,
    len: u64,
) -> Result<Vec<(u64, u64)>, Refusal> {
    let Body::Mkey(mkey) = hw.objects.get(Kind::Mkey, key >> 8, uid)? else {
        return Err(Status::BadResource.because(Reason::NoSuchObject));
    };
    let rights = Status::BadParam.because(Reason::MkeyRights);
    let range = Status::BadParam.because(Reason::MkeyRange);
    if mkey.variant != key as u8 || !mkey.writable {
        return Err(rights);
    }
    let backing = mkey.umem.ok_or(rights)?;
    let Body::Umem(umem) = hw.objects.get(Kind::Umem, backing.id, uid)? else {
        return Err(rights);
    };
    let first = addr.checked_sub(mkey.start).ok_or(range)?;
    let end = first.checked_add(len).ok_or(range)?;
    if end > mkey.len {
        return Err(range);
    }
    umem.writable(backing.offset + first, len).ok_or(rights)
}
