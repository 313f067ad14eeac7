// SPDX-License-Identifier: GPL-2.0

//! MCQS 0x9060, 16 B, and MCQI 0x9061, 24 B and more: components of the firmware and their versions.

use crate::be;
use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// Both begin with it.
const COMPONENT_INDEX: Field = field("component_index", 0x0, 15, 0);

/// MCQS.
const LAST_INDEX: Field = field("last_index_flag", 0x0, 31, 31);
const IDENTIFIER: Field = field("identifier", 0x4, 15, 0);

/// MCQI.
const INFO_TYPE: Field = field("info_type", 0x8, 4, 0);
const INFO_SIZE: Field = field("info_size", 0xc, 31, 0);
const DATA_SIZE: Field = field("data_size", 0x14, 15, 0);
const INFO: usize = 0x18;

/// Its capabilities.
const SUPPORTED_INFO: Field = field("supported_info_bitmask", 0x0, 31, 0);
const COMPONENT_SIZE: Field = field("component_size", 0x4, 31, 0);
const MAX_COMPONENT_SIZE: Field = field("max_component_size", 0x8, 31, 0);
const WORD_SIZE: Field = field("log_mcda_word_size", 0xc, 31, 28);
const MAX_WRITE_SIZE: Field = field("mcda_max_write_size", 0xc, 15, 0);
const CAPABILITIES_LEN: u32 = 0x14;

/// Its version.
const BUILD_TIME_VALID: Field = field("build_time_valid", 0x0, 29, 29);
const STRING_LENGTH: Field = field("version_string_length", 0x0, 7, 0);
const MAJOR: Field = field("version_major", 0x4, 31, 24);
const MINOR: Field = field("version_minor", 0x4, 23, 16);
const SUB_MINOR: Field = field("version_sub_minor", 0x4, 15, 0);
const BUILD_DATE: Field = field("build_time_date", 0xc, 31, 0);
const STRING: usize = 0x20;
const STRING_LEN: usize = 92;
const VERSION_LEN: u32 = 0x7c;

/// The boot image, the only component.
const BOOT_IMAGE: u32 = 1;

/// Values of info_type.
const CAPABILITIES: u32 = 0;
const VERSION: u32 = 1;

/// Both of them, one bit each.
const SUPPORTED: u32 = 3;
const BOOT_IMAGE_SIZE: u32 = 8 << 20;
/// Dwords, log 2 of their bytes.
const WORD: u32 = 2;
const MAX_WRITE: u32 = 128;
/// Binary coded decimal.
const DATE: u32 = 0x2025_1103;

/// Reads the component at an index.
pub(crate) fn status(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    only_component(access)?;
    let data = &mut *access.data;
    data.fill(0);
    LAST_INDEX.put(data, 1);
    IDENTIFIER.put(data, BOOT_IMAGE);
    Ok(())
}

fn only_component(access: &Access<'_>) -> Result<(), Refusal> {
    if COMPONENT_INDEX.get(access.sent) != 0 {
        return Err(Status::BadParam.because(Reason::RegisterIndex));
    }
    Ok(())
}

/// Reads a component's capabilities or version.
pub(crate) fn information(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    only_component(access)?;
    let kind = INFO_TYPE.get(access.sent);
    let len = match kind {
        CAPABILITIES => CAPABILITIES_LEN,
        VERSION => VERSION_LEN,
        _ => return Err(Status::BadParam.because(Reason::RegisterIndex)),
    };
    let asked = DATA_SIZE.get(access.sent);
    let room = access.data.len().saturating_sub(INFO);
    if room < len as usize || (asked != 0 && asked < len) {
        return Err(Status::BadParam.because(Reason::RegisterLength));
    }
    let data = &mut *access.data;
    INFO_SIZE.put(data, len);
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
    SUPPORTED_INFO.put(info, SUPPORTED);
    COMPONENT_SIZE.put(info, BOOT_IMAGE_SIZE);
    MAX_COMPONENT_SIZE.put(info, BOOT_IMAGE_SIZE);
    WORD_SIZE.put(info, WORD);
    MAX_WRITE_SIZE.put(info, MAX_WRITE);
}

fn version(hw: &ConnectX, info: &mut [u8]) {
    let (major, minor, sub) = hw.config.fw_version;
    let text = format!("{major}.{minor}.{sub}");
    BUILD_TIME_VALID.put(info, 1);
    STRING_LENGTH.put(info, text.len() as u32);
    MAJOR.put(info, major.into());
    MINOR.put(info, minor.into());
    SUB_MINOR.put(info, sub.into());
    BUILD_DATE.put(info, DATE);
    be::put_text(info, STRING, STRING_LEN, &text);
}
