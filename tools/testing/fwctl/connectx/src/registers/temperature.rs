// SPDX-License-Identifier: GPL-2.0

//! MTCAP 0x9009, 16 B, and MTMP 0x900a, 32 B: one sensor, in eighths of a degree.

use crate::be;
use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// MTCAP.
const SENSOR_COUNT: Field = field("sensor_count", 0x0, 6, 0);
const INTERNAL_COUNT: Field = field("internal_sensor_count", 0x4, 6, 0);
const SENSOR_MAP: usize = 0x8;

/// MTMP.
const SENSOR_INDEX: Field = field("sensor_index", 0x0, 11, 0);
const TEMPERATURE: Field = field("temperature", 0x4, 15, 0);
const MAX_TEMPERATURE: Field = field("max_temperature", 0x8, 15, 0);
const THRESHOLD_HI: Field = field("temp_threshold_hi", 0xc, 15, 0);
const THRESHOLD_LO: Field = field("temp_threshold_lo", 0x10, 15, 0);
const SENSOR_NAME: usize = 0x18;
const SENSOR_NAME_LEN: usize = 8;

const NOW: u32 = 50 * 8;
const HIGHEST: u32 = 58 * 8;
const ALARM: u32 = 105 * 8;
const ALARM_OVER: u32 = 95 * 8;

/// Reads the number of sensors, how many of them are internal, and which there are.
pub(crate) fn sensors(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    SENSOR_COUNT.put(access.data, 1);
    INTERNAL_COUNT.put(access.data, 1);
    be::put64(access.data, SENSOR_MAP, 1);
    Ok(())
}

/// Reads a sensor.
pub(crate) fn read(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if SENSOR_INDEX.get(access.sent) != 0 {
        return Err(Status::BadParam.because(Reason::RegisterIndex));
    }
    let data = &mut *access.data;
    data.fill(0);
    TEMPERATURE.put(data, NOW);
    MAX_TEMPERATURE.put(data, HIGHEST);
    THRESHOLD_HI.put(data, ALARM);
    THRESHOLD_LO.put(data, ALARM_OVER);
    be::put_text(data, SENSOR_NAME, SENSOR_NAME_LEN, "asic");
    Ok(())
}
