// SPDX-License-Identifier: GPL-2.0

//! MCAM 0x907f, 72 B: which management registers and features exist.
//!
//! The 128-bit masks at 8 and 0x28 count bits from their last dword.

use crate::be;
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

/// Registers 0x9001 to 0x907f.
const GROUP_FIRST: u8 = 0;
/// Bits 96 to 127: MCQS, MCQI, MCC, MCDA, MQIS.
const UPDATE_REGISTERS: u32 = 0x1f;
/// Bits 32 to 63: MGIR.
const INFORMATION_REGISTERS: u32 = 1;
/// Features 0 to 31: congestion settings of the PCIe interface.
const FEATURES: u32 = (1 << 9) | (1 << 16) | (1 << 17);

/// Reads the masks of the group at byte 3; groups without a register read zero.
pub(crate) fn read(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let group = be::get8(access.sent, 3);
    let feature_group = be::get8(access.sent, 1);
    let data = &mut *access.data;
    data.fill(0);
    be::put(data, 1, &[feature_group, 0, group]);
    if group == GROUP_FIRST {
        be::put32(data, 0x08, UPDATE_REGISTERS);
        be::put32(data, 0x10, INFORMATION_REGISTERS);
        be::put32(data, 0x34, FEATURES);
    }
    Ok(())
}
