// SPDX-License-Identifier: GPL-2.0

//! CORE_DUMP 0x402e, 64 B: the device's registers, written to memory through a key.

use crate::be;
use crate::mkey;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const TO_MEMORY: u8 = 2;
const FIRST_ADDRESS: u32 = 0xf_0000;
const REGISTERS: u32 = 512;

/// Writes pairs of address and value, as many as fit into `size` @0x14 bytes at `address` @0x18 of `mkey` @0x10, and
/// answers with the bytes written.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if be::get8(access.sent, 3) != TO_MEMORY {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    let key = be::get32(access.sent, 0x10);
    let size = be::get32(access.sent, 0x14) as usize;
    let addr = be::get64(access.sent, 0x18);
    let mut dump = Vec::new();
    for register in 0..REGISTERS {
        dump.extend((FIRST_ADDRESS + 4 * register).to_be_bytes());
        dump.extend(register.wrapping_mul(0x0101_0101).to_be_bytes());
    }
    dump.truncate(size & !7);
    mkey::write(hw, access.bus, access.uid, key, addr, &dump)?;
    be::put32(access.data, 0x14, dump.len() as u32);
    Ok(())
}
