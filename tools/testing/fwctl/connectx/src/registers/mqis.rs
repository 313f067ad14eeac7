// SPDX-License-Identifier: GPL-2.0

//! MQIS 0x9064, 24 B and more: strings that describe the device.

use crate::be;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const TEXT: usize = 0x10;

/// Reads part of a string: info_type @0[7:0], info_length @4[15:0], read_offset @8[31:16], read_length @8[15:0].
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let text = match be::get8(access.sent, 3) {
        1 => "MCX623106AN-CDAT emulated".to_owned(),
        2 => "ConnectX-6 Dx EN adapter card, emulated for fwctl tests".to_owned(),
        3 => format!("fwctl-emu {}", hw.config.name),
        4 => hw.config.psid.clone(),
        _ => return Err(Status::BadParam.because(Reason::RegisterIndex)),
    };
    let wanted = usize::from(be::get16(access.sent, 0x0a));
    let offset = usize::from(be::get16(access.sent, 0x08));
    let rest = text.as_bytes().get(offset..).unwrap_or(&[]);
    let part = rest.get(..wanted).unwrap_or(rest);
    let data = &mut *access.data;
    if data.len() < TEXT + part.len() {
        return Err(Status::BadParam.because(Reason::RegisterLength));
    }
    be::put16(data, 0x06, text.len() as u16);
    be::put16(data, 0x0a, part.len() as u16);
    if let Some(space) = data.get_mut(TEXT..) {
        space.fill(0);
    }
    be::put(data, TEXT, part);
    Ok(())
}
