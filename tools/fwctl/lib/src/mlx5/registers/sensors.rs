// SPDX-License-Identifier: GPL-2.0

//! Temperatures.

use super::super::layout::{field, flag, text, wide, Field, Names};
use super::{register, Access::Both, Access::Read, Register};

const MTCAP: &[Field] = &[
    field("slot_index", 0x00, 19, 16).index(),
    field("sensor_count", 0x00, 6, 0),
    field("internal_sensor_count", 0x04, 7, 0),
    wide("sensor_map", 0x08).hex(),
];

const EVENTS: Names = &[
    (0, "DO_NOT_GENERATE"),
    (1, "GENERATE"),
    (2, "GENERATE_SINGLE"),
];

const MTMP: &[Field] = &[
    field("slot_index", 0x00, 19, 16).index(),
    field("sensor_index", 0x00, 11, 0).index(),
    field("temperature", 0x04, 15, 0).celsius(),
    flag("mte", 0x08, 31).writable(),
    flag("mtr", 0x08, 30).write_only(),
    field("max_temperature", 0x08, 15, 0).celsius(),
    field("tee", 0x0c, 31, 30).one_of(EVENTS).writable(),
    field("temp_threshold_hi", 0x0c, 15, 0).celsius().writable(),
    field("temp_threshold_lo", 0x10, 15, 0).celsius().writable(),
    text("sensor_name", 0x18, 8),
];

pub(super) const REGISTERS: &[Register] = &[
    register(0x9009, "MTCAP", 16, Read, "sensors", MTCAP),
    register(0x900a, "MTMP", 32, Both, "temperature", MTMP),
];
