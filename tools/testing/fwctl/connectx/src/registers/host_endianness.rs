// SPDX-License-Identifier: GPL-2.0

//! HOST_ENDIANNESS 0x7004, 16 B: byte order of the host's own structures, byte 0 bit 7 for big-endian.

use crate::be;
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

/// The last byte written.
#[derive(Debug, Default)]
pub(crate) struct State {
    order: u8,
}

/// Reads it back.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    be::put(access.data, 0, &[hw.registers.host_endianness.order]);
    Ok(())
}

/// Set once by the driver.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    hw.registers.host_endianness.order = be::get8(access.sent, 0);
    Ok(())
}
