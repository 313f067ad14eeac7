// SPDX-License-Identifier: GPL-2.0

//! MFRL 0x9028, 8 B: which kinds of reset firmware can do, and a request for one. Requests are kept, never carried
//! out: a test resets the function itself.

use crate::be;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// Levels 0, 3 and 6, one bit each.
const LEVELS: u8 = 0x49;
/// Full chip.
const TYPES: u8 = 1;

/// Reads what can be asked for; no reset is under way.
pub(crate) fn read(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    be::put(access.data, 6, &[TYPES, LEVELS]);
    Ok(())
}

/// Asks for a reset of one level, or of none.
pub(crate) fn write(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let level = be::get8(access.sent, 7);
    if level & !LEVELS != 0 || level.count_ones() > 1 {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    Ok(())
}
