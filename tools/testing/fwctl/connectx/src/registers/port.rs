// SPDX-License-Identifier: GPL-2.0

//! The port: PTYS 0x5004 (speeds), PAOS 0x5006 (up and down), PMLP 0x5002 (lanes), PDDR 0x5031
//! (diagnostics), SLTP 0x5027 (transmitter settings), and counters that stay zero.

use crate::be;
use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// All but PCAM have it.
const LOCAL_PORT: Field = field("local_port", 0x0, 23, 16);

/// PTYS.
const EXT_CAPABILITY: Field = field("ext_eth_proto_capability", 0x8, 31, 0);
const ETH_CAPABILITY: Field = field("eth_proto_capability", 0xc, 31, 0);
const EXT_ADMIN: Field = field("ext_eth_proto_admin", 0x14, 31, 0);
const ETH_ADMIN: Field = field("eth_proto_admin", 0x18, 31, 0);
const EXT_OPER: Field = field("ext_eth_proto_oper", 0x20, 31, 0);
const ETH_OPER: Field = field("eth_proto_oper", 0x24, 31, 0);

/// PAOS.
const ADMIN_STATUS: Field = field("admin_status", 0x0, 11, 8);
const OPER_STATUS: Field = field("oper_status", 0x0, 3, 0);
const ASE: Field = field("ase", 0x4, 31, 31);
/// The half with both; PPAOS has the states of its test mode there.
const STATES: Field = field("states", 0x0, 15, 0);

/// PMLP, and each of its mappings, a dword.
const WIDTH: Field = field("width", 0x0, 7, 0);
const RX_LANE: Field = field("rx_lane", 0x0, 27, 24);
const TX_LANE: Field = field("tx_lane", 0x0, 19, 16);

/// SLTP.
const VERSION: Field = field("version", 0x0, 27, 24);

/// PDDR.
const PAGE_SELECT: Field = field("page_select", 0x4, 7, 0);

/// Its page of operation.
const PROTO_ACTIVE: Field = field("proto_active", 0x8, 23, 20);
const FSM_STATE: Field = field("phy_mngr_fsm_state", 0xc, 31, 24);
const NEGOTIATION_STATE: Field = field("eth_an_fsm_state", 0xc, 23, 16);
const CABLE_PROTO_CAP: Field = field("cable_proto_cap", 0x18, 31, 0);
const LINK_ACTIVE: Field = field("link_active", 0x1c, 31, 0);
const FEC_MODE_ACTIVE: Field = field("fec_mode_active", 0x24, 31, 16);

/// Of trouble.
const STATUS_OPCODE: Field = field("status_opcode", 0xc, 31, 0);
const STATUS_MESSAGE: usize = 0x14;

/// Of the module.
const CABLE_TYPE: Field = field("cable_type", 0xc, 31, 28);
const VENDOR_NAME: usize = 0x1c;
const VENDOR_PN: usize = 0x2c;
const VENDOR_SN: usize = 0x44;

const UP: u32 = 1;
const DOWN: u32 = 2;
const LANES: u32 = 4;
const SLTP_VERSION: u32 = 3;

/// Extended Ethernet protocols: 10G, 40G, 25G, 50G_2X, 100G_4X.
const EXTENDED: u32 = 0x2f0;
const EXTENDED_100G_4X: u32 = 0x200;
/// The same speed in the older field: 100GBASE-CR4.
const LEGACY_100G: u32 = 1 << 20;

/// PDDR pages.
const PAGE_OPERATION: u32 = 0;
const PAGE_TROUBLE: u32 = 1;
const PAGE_MODULE: u32 = 3;
const PROTOCOL_ETHERNET: u32 = 4;
const FSM_ACTIVE: u32 = 3;
const NEGOTIATION_DONE: u32 = 6;
const FEC_RS: u32 = 1 << 2;
const CLOSED_BY_COMMAND: u32 = 1;
const CABLE_PASSIVE: u32 = 3;

/// What an administrator asked for.
#[derive(Debug)]
pub(crate) struct State {
    admin: u32,
}

impl Default for State {
    fn default() -> Self {
        Self { admin: UP }
    }
}

/// There is one port; 0 stands for it as well.
fn own_port(access: &Access<'_>) -> Result<(), Refusal> {
    if LOCAL_PORT.get(access.sent) > 1 {
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
    STATES.put(access.data, 0);
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
    EXT_CAPABILITY.put(access.data, EXTENDED);
    ETH_CAPABILITY.put(access.data, LEGACY_100G);
    EXT_ADMIN.put(access.data, EXTENDED);
    ETH_ADMIN.put(access.data, LEGACY_100G);
    if hw.registers.port.admin == UP {
        EXT_OPER.put(access.data, EXTENDED_100G_4X);
        ETH_OPER.put(access.data, LEGACY_100G);
    }
    Ok(())
}

/// PAOS: administrative and operational state.
pub(crate) fn state(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    zeros(hw, access)?;
    let admin = hw.registers.port.admin;
    STATES.put(access.data, 0);
    ADMIN_STATUS.put(access.data, admin);
    OPER_STATUS.put(access.data, admin);
    Ok(())
}

/// PAOS with ase set: port up or down.
pub(crate) fn set_state(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    own_port(access)?;
    let admin = ADMIN_STATUS.get(access.sent);
    if ASE.get(access.sent) != 0 {
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
    WIDTH.put(access.data, LANES);
    let mappings = access.data.chunks_exact_mut(4).skip(1);
    for (lane, mapping) in (0..LANES).zip(mappings) {
        RX_LANE.put(mapping, lane);
        TX_LANE.put(mapping, lane);
    }
    Ok(())
}

/// SLTP: layout version 3.
pub(crate) fn transmitter(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    zeros(hw, access)?;
    VERSION.put(access.data, SLTP_VERSION);
    Ok(())
}

/// PDDR: one of its pages.
pub(crate) fn diagnostics(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    own_port(access)?;
    let page = PAGE_SELECT.get(access.sent);
    let up = hw.registers.port.admin == UP;
    let data = &mut *access.data;
    if let Some(body) = data.get_mut(8..) {
        body.fill(0);
    }
    match page {
        PAGE_OPERATION => {
            PROTO_ACTIVE.put(data, PROTOCOL_ETHERNET);
            CABLE_PROTO_CAP.put(data, EXTENDED);
            if up {
                FSM_STATE.put(data, FSM_ACTIVE);
                NEGOTIATION_STATE.put(data, NEGOTIATION_DONE);
                LINK_ACTIVE.put(data, EXTENDED_100G_4X);
                FEC_MODE_ACTIVE.put(data, FEC_RS);
            }
        }
        PAGE_TROUBLE if up => be::put_text(data, STATUS_MESSAGE, 32, "No issue was observed"),
        PAGE_TROUBLE => {
            STATUS_OPCODE.put(data, CLOSED_BY_COMMAND);
            be::put_text(data, STATUS_MESSAGE, 32, "The port is closed by command");
        }
        PAGE_MODULE => {
            CABLE_TYPE.put(data, CABLE_PASSIVE);
            be::put_text(data, VENDOR_NAME, 16, "Emulated");
            be::put_text(data, VENDOR_PN, 16, "MCP1600-C001");
            be::put_text(data, VENDOR_SN, 16, "FWC00000001");
        }
        _ => {}
    }
    Ok(())
}
