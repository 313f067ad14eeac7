// SPDX-License-Identifier: GPL-2.0

//! MGIR 0x9020, 160 B: management general information: who the device is and which firmware it runs.

use crate::be;
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

const SOFTWARE: usize = 0x60;
const SOFTWARE_LEN: usize = 0x20;
/// 2025-11-03, 10:15, binary coded decimal.
const BUILD_TIME: u32 = 0x0000_1015;
const BUILD_DATE: u32 = 0x2025_1103;

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
    be::put32(data, 0x00, u32::from(config.device_id()));
    be::put32(data, 0x04, 1 << 16);
    be::put32(data, 0x08, u32::from(config.hw_id));
    be::put64(data, 0x10, config.mac);
    let short = (u32::from(major & 0xff) << 16) | (u32::from(minor & 0xff) << 8);
    be::put32(data, 0x20, short | u32::from(sub & 0xff));
    be::put32(data, 0x24, BUILD_TIME);
    be::put32(data, 0x28, BUILD_DATE);
    be::put_text(data, 0x30, 16, &config.psid);
    be::put32(data, 0x44, u32::from(major));
    be::put32(data, 0x48, u32::from(minor));
    be::put32(data, 0x4c, u32::from(sub));
    be::put(data, SOFTWARE, &hw.registers.mgir.software);
    Ok(())
}

/// Keeps the software information; the rest is read only.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let sent = access.sent.get(SOFTWARE..SOFTWARE + SOFTWARE_LEN);
    be::put(&mut hw.registers.mgir.software, 0, sent.unwrap_or(&[]));
    read(hw, access)
}
