// SPDX-License-Identifier: GPL-2.0

//! MCQS 0x9060, 16 B, and MCQI 0x9061, 24 B and more: components of the firmware and their versions.

use crate::be;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// The boot image, the only component.
const BOOT_IMAGE: u16 = 1;
const LAST: u32 = 1 << 31;

const INFO_TYPE: usize = 8;
const INFO_SIZE: usize = 0x0c;
const INFO: usize = 0x18;

const CAPABILITIES: u8 = 0;
const CAPABILITIES_LEN: u32 = 0x14;
const VERSION: u8 = 1;
const VERSION_LEN: u32 = 0x7c;

const SUPPORTED: u32 = 3;
const COMPONENT_SIZE: u32 = 8 << 20;
/// log_mcda_word_size 2, mcda_max_write_size 128.
const TRANSFER: u32 = 0x2000_0080;
const BUILD_TIME_VALID: u32 = 1 << 29;
const BUILD_DATE: u32 = 0x2025_1103;

/// Reads the component at an index.
pub(crate) fn status(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if be::get16(access.sent, 2) != 0 {
        return Err(Status::BadParam.because(Reason::RegisterIndex));
    }
    let data = &mut *access.data;
    data.fill(0);
    be::put32(data, 0, LAST);
    be::put32(data, 4, u32::from(BOOT_IMAGE));
    Ok(())
}

/// Reads a component's capabilities or version.
pub(crate) fn information(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if be::get16(access.sent, 2) != 0 {
        return Err(Status::BadParam.because(Reason::RegisterIndex));
    }
    let kind = be::get8(access.sent, INFO_TYPE + 3) & 0x1f;
    let len = match kind {
        CAPABILITIES => CAPABILITIES_LEN,
        VERSION => VERSION_LEN,
        _ => return Err(Status::BadParam.because(Reason::RegisterIndex)),
    };
    let asked = be::get32(access.sent, 0x14) & 0xffff;
    let room = access.data.len().saturating_sub(INFO);
    if room < len as usize || (asked != 0 && asked < len) {
        return Err(Status::BadParam.because(Reason::RegisterLength));
    }
    let data = &mut *access.data;
    be::put32(data, INFO_SIZE, len);
    if let Some(info) = data.get_mut(INFO..) {
        info.fill(0);
        if kind == CAPABILITIES {
            capabilities(info);
        } else {
            version(hw, info);
        }
    }
    Ok(())
}

fn capabilities(info: &mut [u8]) {
    be::put32(info, 0x00, SUPPORTED);
    be::put32(info, 0x04, COMPONENT_SIZE);
    be::put32(info, 0x08, COMPONENT_SIZE);
    be::put32(info, 0x0c, TRANSFER);
}

fn version(hw: &ConnectX, info: &mut [u8]) {
    let (major, minor, sub) = hw.config.fw_version;
    let text = format!("{major}.{minor}.{sub}");
    be::put32(info, 0x00, BUILD_TIME_VALID | text.len() as u32);
    let packed = (u32::from(major) << 24) | (u32::from(minor & 0xff) << 16) | u32::from(sub);
    be::put32(info, 0x04, packed);
    be::put32(info, 0x0c, BUILD_DATE);
    be::put_text(info, 0x20, 92, &text);
}
