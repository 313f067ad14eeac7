// SPDX-License-Identifier: GPL-2.0

//! MQIS 0x9064, 24 B and more: strings that describe the device.

use crate::be;
use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const INFO_TYPE: Field = field("info_type", 0x0, 7, 0);
const INFO_LENGTH: Field = field("info_length", 0x4, 15, 0);
const READ_OFFSET: Field = field("read_offset", 0x8, 31, 16);
const READ_LENGTH: Field = field("read_length", 0x8, 15, 0);
const INFO_STRING: usize = 0x10;

/// Reads part of a string.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let text = match INFO_TYPE.get(access.sent) {
        1 => "MCX623106AN-CDAT emulated".to_owned(),
        2 => "ConnectX-6 Dx EN adapter card, emulated for fwctl tests".to_owned(),
        3 => format!("fwctl-emu {}", hw.config.name),
        4 => hw.config.psid.clone(),
        _ => return Err(Status::BadParam.because(Reason::RegisterIndex)),
    };
    let wanted = READ_LENGTH.get(access.sent) as usize;
    let offset = READ_OFFSET.get(access.sent) as usize;
    let rest = text.as_bytes().get(offset..).unwrap_or(&[]);
    let part = rest.get(..wanted).unwrap_or(rest);
    let data = &mut *access.data;
    if data.len() < INFO_STRING + part.len() {
        return Err(Status::BadParam.because(Reason::RegisterLength));
    }
    INFO_LENGTH.put(data, text.len() as u32);
    READ_LENGTH.put(data, part.len() as u32);
    if let Some(space) = data.get_mut(INFO_STRING..) {
        space.fill(0);
    }
    be::put(data, INFO_STRING, part);
    Ok(())
}
