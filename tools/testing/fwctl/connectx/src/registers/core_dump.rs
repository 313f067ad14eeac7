// SPDX-License-Identifier: GPL-2.0

//! CORE_DUMP 0x402e, 64 B and more: the device's registers as pairs of address and value, [`crate::Config::dump_len`] bytes of them.
//!
//! core_dump_type @3, vhca_id @0xa and qpn @0xd are those of `mlx5_ifc.h`; type 2 (to memory) with mkey @0x10, size @0x14
//! and address @0x18 is what the `mlx5ctl` tool sends. The answer has the bytes given @0x14.
//!
//! This model's own, for want of a public layout: offset @0x20 (64 bits) is where in the dump to begin and, in the answer,
//! where it ended; more @0[31] says that this is not the end; type 3 gives the dump inline, from @0x40 to the end of the
//! register, however long the caller made it. Register `i` lies at 0xf0000 + 4 `i`, its value is dword `i` of the seed's
//! pattern ([`crate::Config::dump_seed`]).

use crate::be;
use crate::hca;
use crate::mkey;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::{Config, ConnectX};
use firmware_model::pattern;

const GENERAL: u8 = 0;
const TO_MEMORY: u8 = 2;
const INLINE: u8 = 3;
const MORE: u32 = 1 << 31;

const TYPE: usize = 3;
const VHCA_ID: usize = 0x0a;
const MKEY: usize = 0x10;
const SIZE: usize = 0x14;
const ADDRESS: usize = 0x18;
const OFFSET: usize = 0x20;
const DATA: usize = 0x40;

const FIRST_ADDRESS: u32 = 0xf_0000;
/// Bytes of an address and a value.
const PAIR: u32 = 8;

/// As many whole pairs as fit into `room` bytes, from byte `offset` on.
fn part(config: &Config, offset: u32, room: u32) -> Vec<u8> {
    let end = config.dump_len.min(offset.saturating_add(room));
    (offset / PAIR..end / PAIR)
        .flat_map(|i| [FIRST_ADDRESS + 4 * i, pattern::dword(config.dump_seed, i)])
        .flat_map(u32::to_be_bytes)
        .collect()
}

/// Gives the dump, or a part of it.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let bad = Status::BadParam.because(Reason::RegisterValue);
    hca::own_vhca(hw, be::get16(access.sent, VHCA_ID))?;
    let kind = be::get8(access.sent, TYPE);
    let room = match kind {
        TO_MEMORY => be::get32(access.sent, SIZE),
        INLINE => access.data.len().saturating_sub(DATA) as u32,
        _ => return Err(bad),
    };
    let offset = u32::try_from(be::get64(access.sent, OFFSET)).map_err(|_| bad)?;
    if offset > hw.config.dump_len || offset % PAIR != 0 {
        return Err(bad);
    }
    let part = part(&hw.config, offset, room);
    if kind == TO_MEMORY {
        let key = be::get32(access.sent, MKEY);
        let addr = be::get64(access.sent, ADDRESS);
        mkey::write(hw, access.bus, access.uid, key, addr, &part)?;
    } else {
        if let Some(space) = access.data.get_mut(DATA..) {
            space.fill(0);
        }
        be::put(access.data, DATA, &part);
    }
    let end = offset + part.len() as u32;
    let more = if end < hw.config.dump_len { MORE } else { 0 };
    be::put32(access.data, 0, more | u32::from(kind));
    be::put32(access.data, SIZE, part.len() as u32);
    be::put64(access.data, OFFSET, u64::from(end));
    Ok(())
}

/// Dumps into the firmware's own trace, which nobody reads here.
pub(crate) fn trigger(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    hca::own_vhca(hw, be::get16(access.sent, VHCA_ID))?;
    if be::get8(access.sent, TYPE) != GENERAL {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    Ok(())
}
