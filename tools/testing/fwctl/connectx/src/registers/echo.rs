// SPDX-License-Identifier: GPL-2.0

//! ECHO 0xfe00, 4096 B: keeps what was written. No device has it; tests see by it whether long mailboxes arrive
//! whole in both directions.

use crate::be;
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

/// Bytes of the register.
pub(crate) const SIZE: usize = 4096;

/// What was written last.
#[derive(Debug, Default)]
pub(crate) struct State {
    bytes: Vec<u8>,
}

/// Reads it back; zeros before the first write.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let mut bytes = hw.registers.echo.bytes.clone();
    bytes.resize(SIZE, 0);
    be::put(access.data, 0, &bytes);
    Ok(())
}

/// Keeps all of it.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    hw.registers.echo.bytes = access.sent.iter().copied().take(SIZE).collect();
    Ok(())
}
