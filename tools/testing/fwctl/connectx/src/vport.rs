// SPDX-License-Identifier: GPL-2.0

//! The function's virtual port: QUERY_VPORT_STATE and QUERY_NIC_VPORT_CONTEXT. Both can ask for another function's
//! port (other_vport @8[31], vport_number @8[15:0]), which no caller of this function may see.

use crate::be;
use crate::command::Call;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const OTHER_VPORT: u32 = 1 << 31;
const VPORT_NUMBER: u32 = 0xffff;

/// max_tx_speed, in units of 100 Mb/s.
const SPEED: u16 = 1000;
const UP: u8 = 1;

const CONTEXT: usize = 16;
const MTU: usize = CONTEXT + 0x26;
const SYSTEM_IMAGE_GUID: usize = CONTEXT + 0x28;
const PORT_GUID: usize = CONTEXT + 0x30;
const NODE_GUID: usize = CONTEXT + 0x38;
const PERMANENT_ADDRESS: usize = CONTEXT + 0xf4;

fn own(call: &Call<'_>) -> Result<(), Refusal> {
    if be::get32(call.input, 8) & (OTHER_VPORT | VPORT_NUMBER) != 0 {
        return Err(Status::BadParam.because(Reason::OtherFunction));
    }
    Ok(())
}

/// QUERY_VPORT_STATE: up, and meant to be.
pub(crate) fn state(_hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    own(call)?;
    be::put16(call.out, 12, SPEED);
    be::put(call.out, 15, &[(UP << 4) | UP]);
    Ok(())
}

/// QUERY_NIC_VPORT_CONTEXT: addresses and MTU.
pub(crate) fn context(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    own(call)?;
    be::put16(call.out, MTU, 1500);
    for at in [SYSTEM_IMAGE_GUID, PORT_GUID, NODE_GUID, PERMANENT_ADDRESS] {
        be::put64(call.out, at, hw.config.mac);
    }
    Ok(())
}
