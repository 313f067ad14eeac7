// SPDX-License-Identifier: GPL-2.0

//! MTCAP 0x9009, 16 B, and MTMP 0x900a, 32 B: one sensor, in eighths of a degree.

use crate::be;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const NOW: u16 = 50 * 8;
const HIGHEST: u16 = 58 * 8;
const ALARM: u16 = 105 * 8;
const ALARM_OVER: u16 = 95 * 8;

/// Reads the number of sensors: sensor_count @0[6:0], of which internal @4[6:0], and sensor_map @8.
pub(crate) fn sensors(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    be::put32(access.data, 0, 1);
    be::put32(access.data, 4, 1);
    be::put64(access.data, 8, 1);
    Ok(())
}

/// Reads the sensor @0[11:0].
pub(crate) fn read(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if be::get16(access.sent, 2) & 0x0fff != 0 {
        return Err(Status::BadParam.because(Reason::RegisterIndex));
    }
    let data = &mut *access.data;
    data.fill(0);
    be::put16(data, 0x06, NOW);
    be::put16(data, 0x0a, HIGHEST);
    be::put16(data, 0x0e, ALARM);
    be::put16(data, 0x12, ALARM_OVER);
    be::put_text(data, 0x18, 8, "asic");
    Ok(())
}
