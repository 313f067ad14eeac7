// SPDX-License-Identifier: GPL-2.0

//! The PCIe link: MPEIN 0x9050, 48 B, and MPIR 0x9059, 16 B. Both select by depth @0[29:24], index @0[23:16] and node
//! @0[15:8]; this function is at the origin.

use crate::be;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// 16 GT/s over 16 lanes: width [23:16], speed [15:0], one bit each.
const LINK: u32 = (16 << 16) | 8;
/// Bus 1, device 0, function 0: behind a root port.
const BDF: u32 = 0x0100;

fn origin(access: &Access<'_>) -> Result<(), Refusal> {
    if be::get32(access.sent, 0) & 0x3fff_ff00 != 0 {
        return Err(Status::BadParam.because(Reason::RegisterIndex));
    }
    Ok(())
}

/// Reads width and speed.
pub(crate) fn link(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    origin(access)?;
    access.data.fill(0);
    be::put32(access.data, 0x08, LINK);
    be::put32(access.data, 0x0c, LINK);
    be::put32(access.data, 0x14, BDF << 16);
    Ok(())
}

/// Reads where the port hangs.
pub(crate) fn position(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    origin(access)?;
    access.data.fill(0);
    be::put32(access.data, 0x08, 1 << 24);
    Ok(())
}
