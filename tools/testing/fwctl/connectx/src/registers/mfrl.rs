// SPDX-License-Identifier: GPL-2.0

//! MFRL 0x9028, 8 B: which kinds of reset firmware can do, and a request for one.
//!
//! A request for level 3 or 6 is carried out at the next reset of the function, with which the host's part in it
//! begins: the firmware starts anew.

use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const TYPES: Field = field("reset_type", 0x4, 15, 8);
const LEVEL: Field = field("reset_level", 0x4, 7, 0);

/// 0 (on the fly), 3 (with the PCI link) and 6 (cold), one bit each.
const LEVELS: u32 = 0x49;
const ON_THE_FLY: u32 = 1;
/// Full chip.
const FULL: u32 = 1;

/// Whether the firmware is to start anew.
#[derive(Debug, Default)]
pub(crate) struct State {
    asked: bool,
}

impl State {
    /// Whether it was asked for, once.
    pub(crate) fn take(&mut self) -> bool {
        std::mem::take(&mut self.asked)
    }
}

/// Reads what can be asked for; no reset is under way.
pub(crate) fn read(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    TYPES.put(access.data, FULL);
    LEVEL.put(access.data, LEVELS);
    Ok(())
}

/// Asks for a reset of one level, or of none.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let level = LEVEL.get(access.sent);
    if level & !LEVELS != 0 || level.count_ones() > 1 {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    hw.registers.mfrl.asked = level & !ON_THE_FLY != 0;
    Ok(())
}
