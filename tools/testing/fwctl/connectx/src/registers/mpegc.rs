// SPDX-License-Identifier: GPL-2.0

//! MPEGC 0x9056, 12 B: congestion settings of the PCIe interface; the usual example of a writable register.

use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const RESERVED: Field = field("reserved_at_20", 0x4, 31, 16);
const FIELD_SELECT: Field = field("field_select", 0x4, 15, 0);
const SETTINGS: Field = field("settings", 0x8, 31, 0);
const MODE: Field = field("tx_overflow_sense", 0x8, 31, 31);
const ACTION: Field = field("tx_lossy_overflow_oper", 0x8, 1, 0);

/// What field_select names.
const SELECT_ACTION: u32 = 2;
const SELECT_MODE: u32 = 8;

/// The settings.
#[derive(Debug, Default)]
pub(crate) struct State {
    mode: u32,
    action: u32,
}

/// Reads the settings.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let state = &hw.registers.mpegc;
    SETTINGS.put(access.data, 0);
    MODE.put(access.data, state.mode);
    ACTION.put(access.data, state.action);
    Ok(())
}

/// Changes the fields that field_select names.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let select = FIELD_SELECT.get(access.sent);
    if RESERVED.get(access.sent) != 0 || select & !(SELECT_ACTION | SELECT_MODE) != 0 {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    let state = &mut hw.registers.mpegc;
    if select & SELECT_ACTION != 0 {
        state.action = ACTION.get(access.sent);
    }
    if select & SELECT_MODE != 0 {
        state.mode = MODE.get(access.sent);
    }
    read(hw, access)
}
