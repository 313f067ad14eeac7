// SPDX-License-Identifier: GPL-2.0

//! The port: PTYS 0x5004 (speeds), PAOS 0x5006 (up and down), PMLP 0x5002 (lanes), PDDR 0x5031
//! (diagnostics), SLTP 0x5027 (transmitter settings), and counters that stay zero.

use crate::be;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const UP: u8 = 1;
const DOWN: u8 = 2;
const LANES: u8 = 4;

/// Extended Ethernet protocols: 10G, 40G, 25G, 50G_2X, 100G_4X.
const EXTENDED: u32 = 0x2f0;
const EXTENDED_100G_4X: u32 = 0x200;
/// The same speed in the older field: 100GBASE-CR4.
const LEGACY_100G: u32 = 1 << 20;

/// PDDR pages.
const PAGE_OPERATION: u8 = 0;
const PAGE_TROUBLE: u8 = 1;
const PAGE_MODULE: u8 = 3;
const PROTOCOL_ETHERNET: u32 = 4;
const FSM_ACTIVE: u32 = 3;
const NEGOTIATION_DONE: u32 = 6;
const FEC_RS: u32 = 1 << 2;
const CLOSED_BY_COMMAND: u32 = 1;
const CABLE_PASSIVE: u32 = 3;

/// What an administrator asked for.
#[derive(Debug)]
pub(crate) struct State {
    admin: u8,
}

impl Default for State {
    fn default() -> Self {
        Self { admin: UP }
    }
}

/// There is one port; 0 stands for it as well.
fn own_port(access: &Access<'_>) -> Result<(), Refusal> {
    if be::get8(access.sent, 1) > 1 {
        return Err(Status::BadParam.because(Reason::RegisterIndex));
    }
    Ok(())
}

/// A register with nothing to tell.
pub(crate) fn zeros(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    own_port(access)?;
    if let Some(body) = access.data.get_mut(4..) {
        body.fill(0);
    }
    Ok(())
}

/// PPAOS: nothing is tested, nothing is down.
pub(crate) fn test_mode(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    zeros(hw, access)?;
    be::put16(access.data, 2, 0);
    Ok(())
}

/// PCAM: the feature group comes back, without features.
pub(crate) fn capabilities(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if let Some(body) = access.data.get_mut(4..) {
        body.fill(0);
    }
    Ok(())
}

/// PTYS: 100G over four lanes.
pub(crate) fn speeds(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    zeros(hw, access)?;
    be::put32(access.data, 0x08, EXTENDED);
    be::put32(access.data, 0x0c, LEGACY_100G);
    be::put32(access.data, 0x14, EXTENDED);
    be::put32(access.data, 0x18, LEGACY_100G);
    if hw.registers.port.admin == UP {
        be::put32(access.data, 0x20, EXTENDED_100G_4X);
        be::put32(access.data, 0x24, LEGACY_100G);
    }
    Ok(())
}

/// PAOS: administrative state @0[11:8], operational state @0[3:0].
pub(crate) fn state(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    zeros(hw, access)?;
    let admin = hw.registers.port.admin;
    be::put(access.data, 2, &[admin, admin]);
    Ok(())
}

/// PAOS with `ase` @4[31] set: port up or down.
pub(crate) fn set_state(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    own_port(access)?;
    let admin = be::get8(access.sent, 2) & 0x0f;
    if be::get32(access.sent, 4) >> 31 != 0 {
        if !matches!(admin, UP | DOWN) {
            return Err(Status::BadParam.because(Reason::RegisterValue));
        }
        hw.registers.port.admin = admin;
    }
    state(hw, access)
}

/// PMLP: four lanes of module 0.
pub(crate) fn lanes(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    zeros(hw, access)?;
    be::put(access.data, 3, &[LANES]);
    for lane in 0..LANES {
        let both = (u32::from(lane) << 24) | (u32::from(lane) << 16);
        be::put32(access.data, 4 + 4 * usize::from(lane), both);
    }
    Ok(())
}

/// SLTP: layout version 3.
pub(crate) fn transmitter(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    zeros(hw, access)?;
    let first = be::get8(access.data, 0);
    be::put(access.data, 0, &[first & 0xf0 | 3]);
    Ok(())
}

/// PDDR: the page at byte 7.
pub(crate) fn diagnostics(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    own_port(access)?;
    let page = be::get8(access.sent, 7);
    let up = hw.registers.port.admin == UP;
    let data = &mut *access.data;
    if let Some(body) = data.get_mut(8..) {
        body.fill(0);
    }
    match page {
        PAGE_OPERATION => {
            be::put32(data, 0x08, PROTOCOL_ETHERNET << 20);
            be::put32(data, 0x18, EXTENDED);
            if up {
                be::put32(data, 0x0c, (FSM_ACTIVE << 24) | (NEGOTIATION_DONE << 16));
                be::put32(data, 0x1c, EXTENDED_100G_4X);
                be::put32(data, 0x24, FEC_RS << 16);
            }
        }
        PAGE_TROUBLE if up => be::put_text(data, 0x14, 32, "No issue was observed"),
        PAGE_TROUBLE => {
            be::put32(data, 0x0c, CLOSED_BY_COMMAND);
            be::put_text(data, 0x14, 32, "The port is closed by command");
        }
        PAGE_MODULE => {
            be::put32(data, 0x0c, CABLE_PASSIVE << 28);
            be::put_text(data, 0x1c, 16, "Emulated");
            be::put_text(data, 0x2c, 16, "MCP1600-C001");
            be::put_text(data, 0x44, 16, "FWC00000001");
        }
        _ => {}
    }
    Ok(())
}
