// SPDX-License-Identifier: GPL-2.0

//! VHCA_ICM_CTRL 0xc010, 64 B: memory that a function's firmware took from its host. vhca_id @2 counts with its valid bit
//! @0[31], threshold @0x10 and pages now @0x18; the threshold is in `mstflint`'s layout only.

use crate::be;
use crate::hca;
use crate::objects::Kind;
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

const VALID: u32 = 1 << 31;
const THRESHOLD: usize = 0x10;
const NOW: usize = 0x18;

/// What was set.
#[derive(Debug, Default)]
pub(crate) struct State {
    threshold: u32,
}

fn own(hw: &ConnectX, access: &Access<'_>) -> Result<(), Refusal> {
    if be::get32(access.sent, 0) & VALID != 0 {
        hca::own_vhca(hw, be::get16(access.sent, 2))?;
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
    be::put32(access.data, THRESHOLD, hw.registers.icm.threshold);
    be::put32(access.data, NOW, pages as u32);
    Ok(())
}

/// Sets the threshold, which nothing here ever reaches.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    own(hw, access)?;
    hw.registers.icm.threshold = be::get32(access.sent, THRESHOLD);
    read(hw, access)
}
