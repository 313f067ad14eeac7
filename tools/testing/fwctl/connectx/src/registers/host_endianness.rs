// SPDX-License-Identifier: GPL-2.0

//! HOST_ENDIANNESS 0x7004, 16 B: byte order of the host's own structures.

use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

/// The byte that the driver has: bit 7, all that `mlx5_ifc.h` has of it, for big-endian.
const ORDER: Field = field("he", 0x0, 31, 24);

/// The last byte written.
#[derive(Debug, Default)]
pub(crate) struct State {
    order: u32,
}

/// Reads it back.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    ORDER.put(access.data, hw.registers.host_endianness.order);
    Ok(())
}

/// Set once by the driver.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    hw.registers.host_endianness.order = ORDER.get(access.sent);
    Ok(())
}
