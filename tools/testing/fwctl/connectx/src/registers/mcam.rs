// SPDX-License-Identifier: GPL-2.0

//! MCAM 0x907f, 72 B: which management registers and features exist.
//!
//! The 128-bit masks at 8 and 0x28 count bits from their last dword.

use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

const FEATURE_GROUP: Field = field("feature_group", 0x0, 23, 16);
const REGISTER_GROUP: Field = field("access_reg_group", 0x0, 7, 0);

/// Of mng_access_reg_cap_mask, bits 100 to 96 and 32.
const REGISTERS: &[Field] = &[
    field("mqis", 0x8, 4, 4),
    field("mcda", 0x8, 3, 3),
    field("mcc", 0x8, 2, 2),
    field("mcqi", 0x8, 1, 1),
    field("mcqs", 0x8, 0, 0),
    field("mgir", 0x10, 0, 0),
];

/// Of mng_feature_cap_mask, bits 17, 16 and 9.
const FEATURES: &[Field] = &[
    field("pci_status_and_power", 0x34, 17, 17),
    field("long_keys", 0x34, 16, 16),
    field("dynamic_tx_overflow", 0x34, 9, 9),
];

/// Registers 0x9001 to 0x907f.
const GROUP_FIRST: u32 = 0;

/// Reads the masks of a group; groups without a register read zero.
pub(crate) fn read(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let group = REGISTER_GROUP.get(access.sent);
    let data = &mut *access.data;
    data.fill(0);
    FEATURE_GROUP.put(data, FEATURE_GROUP.get(access.sent));
    REGISTER_GROUP.put(data, group);
    if group == GROUP_FIRST {
        for there in REGISTERS.iter().chain(FEATURES) {
            there.put(data, 1);
        }
    }
    Ok(())
}
