// SPDX-License-Identifier: GPL-2.0

//! MPEGC 0x9056, 12 B: congestion settings of the PCIe interface; the usual example of a writable register.

use crate::be;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const FIELD_SELECT: usize = 4;
const SETTINGS: usize = 8;

/// Action, bits 1:0 of the settings.
const FIELD_ACTION: u32 = 2;
const ACTION: u32 = 0x3;
/// Mode, bit 31 of the settings.
const FIELD_MODE: u32 = 8;
const MODE: u32 = 1 << 31;

/// The settings dword.
#[derive(Debug, Default)]
pub(crate) struct State {
    settings: u32,
}

/// Reads the settings.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    be::put32(access.data, SETTINGS, hw.registers.mpegc.settings);
    Ok(())
}

/// Changes the fields that field_select names.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let select = be::get32(access.sent, FIELD_SELECT);
    if select & !(FIELD_ACTION | FIELD_MODE) != 0 {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    let mut mask = 0;
    if select & FIELD_ACTION != 0 {
        mask |= ACTION;
    }
    if select & FIELD_MODE != 0 {
        mask |= MODE;
    }
    let state = &mut hw.registers.mpegc;
    state.settings = (state.settings & !mask) | (be::get32(access.sent, SETTINGS) & mask);
    be::put32(access.data, SETTINGS, state.settings);
    Ok(())
}
