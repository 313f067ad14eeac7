// SPDX-License-Identifier: GPL-2.0

//! VHCA_ICM_CTRL 0xc010, 64 B: memory that a function's firmware took from its host. vhca_id counts with its valid bit;
//! the threshold is in `mstflint`'s layout only.

use crate::hca;
use crate::layout::{field, Field};
use crate::objects::Kind;
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

const VHCA_ID_VALID: Field = field("vhca_id_valid", 0x0, 31, 31);
const VHCA_ID: Field = field("vhca_id", 0x0, 15, 0);
const THRESHOLD: Field = field("max_alloc_icm_th", 0x10, 31, 0);
const NOW: Field = field("cur_alloc_icm", 0x18, 31, 0);

/// What was set.
#[derive(Debug, Default)]
pub(crate) struct State {
    threshold: u32,
}

fn own(hw: &ConnectX, access: &Access<'_>) -> Result<(), Refusal> {
    if VHCA_ID_VALID.get(access.sent) != 0 {
        hca::own_vhca(hw, VHCA_ID.get(access.sent) as u16)?;
    }
    Ok(())
}

/// Reads the threshold and the pages that firmware has.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    own(hw, access)?;
    let pages = hw.objects.count(Kind::Page);
    if let Some(body) = access.data.get_mut(4..) {
        body.fill(0);
    }
    THRESHOLD.put(access.data, hw.registers.icm.threshold);
    NOW.put(access.data, pages as u32);
    Ok(())
}

/// Sets the threshold, which nothing here ever reaches.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    own(hw, access)?;
    hw.registers.icm.threshold = THRESHOLD.get(access.sent);
    read(hw, access)
}
