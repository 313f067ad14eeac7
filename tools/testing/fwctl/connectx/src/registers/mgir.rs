// SPDX-License-Identifier: GPL-2.0

//! MGIR 0x9020, 160 B: management general information: who the device is and which firmware it runs.

use crate::be;
use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

/// hw_info.
const DEVICE_ID: Field = field("device_id", 0x0, 15, 0);
const NUM_PORTS: Field = field("num_ports", 0x4, 27, 16);
const HW_DEV_ID: Field = field("hw_dev_id", 0x8, 15, 0);
const BASE_MAC: usize = 0x10;

/// fw_info. The extended numbers have room for those above 255.
const MAJOR: Field = field("major", 0x20, 23, 16);
const MINOR: Field = field("minor", 0x20, 15, 8);
const SUB_MINOR: Field = field("sub_minor", 0x20, 7, 0);
const BUILD_ID: Field = field("build_id", 0x24, 31, 0);
const MONTH: Field = field("month", 0x28, 31, 24);
const DAY: Field = field("day", 0x28, 23, 16);
const YEAR: Field = field("year", 0x28, 15, 0);
const HOUR: Field = field("hour", 0x2c, 15, 0);
const PSID: usize = 0x30;
const PSID_LEN: usize = 16;
const EXTENDED_MAJOR: Field = field("extended_major", 0x44, 31, 0);
const EXTENDED_MINOR: Field = field("extended_minor", 0x48, 31, 0);
const EXTENDED_SUB_MINOR: Field = field("extended_sub_minor", 0x4c, 31, 0);

/// sw_info.
const SOFTWARE: usize = 0x60;
const SOFTWARE_LEN: usize = 0x20;

const BUILD: u32 = 0x1014;

/// The software information that a driver left.
#[derive(Debug, Default)]
pub(crate) struct State {
    software: [u8; SOFTWARE_LEN],
}

/// Reads identity and versions.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let config = &hw.config;
    let (major, minor, sub) = config.fw_version;
    let data = &mut *access.data;
    data.fill(0);
    for (field, value) in [
        (DEVICE_ID, config.device_id().into()),
        (NUM_PORTS, 1),
        (HW_DEV_ID, config.hw_id.into()),
        (MAJOR, major.into()),
        (MINOR, minor.into()),
        (SUB_MINOR, sub.into()),
        (BUILD_ID, BUILD),
        // Binary coded decimal.
        (MONTH, 0x11),
        (DAY, 0x03),
        (YEAR, 0x2025),
        (HOUR, 0x1015),
        (EXTENDED_MAJOR, major.into()),
        (EXTENDED_MINOR, minor.into()),
        (EXTENDED_SUB_MINOR, sub.into()),
    ] {
        field.put(data, value);
    }
    be::put64(data, BASE_MAC, config.mac);
    be::put_text(data, PSID, PSID_LEN, &config.psid);
    be::put(data, SOFTWARE, &hw.registers.mgir.software);
    Ok(())
}

/// Keeps the software information; the rest is read only.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let sent = access.sent.get(SOFTWARE..SOFTWARE + SOFTWARE_LEN);
    be::put(&mut hw.registers.mgir.software, 0, sent.unwrap_or(&[]));
    read(hw, access)
}
