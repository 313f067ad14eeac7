// SPDX-License-Identifier: GPL-2.0

//! Why a link is up or down, and what is plugged in: PDDR, page by page.

use super::super::super::layout::{field, flag, text, Field, Names};
use super::super::{view, View};
use super::{EXTENDED_SPEEDS, IB_SPEEDS};

const PAGES: Names = &[
    (0, "OPERATION"),
    (1, "TROUBLESHOOTING"),
    (2, "PHY"),
    (3, "MODULE"),
    (6, "LINK_DOWN"),
    (8, "LINK_UP"),
    (9, "MODULE_LATCHED_FLAGS"),
];

pub(super) const PDDR: &[Field] = &[
    field("local_port", 0x00, 23, 16).index(),
    field("pnat", 0x00, 15, 14).index(),
    field("port_type", 0x00, 7, 4).index(),
    field("page_select", 0x04, 7, 0).one_of(PAGES).index(),
];

pub(super) const PDDR_VIEWS: &[View] = &[
    view("page_select", 0, OPERATION),
    view("page_select", 1, TROUBLE),
    view("page_select", 3, MODULE),
];

const PROTOCOLS: Names = &[(1, "INFINIBAND"), (4, "ETHERNET"), (8, "NVLINK")];
const NEGOTIATED: Names = &[
    (0, "NONE"),
    (1, "MLPN_REV0"),
    (2, "CL73_ETHERNET"),
    (3, "PARALLEL_DETECT"),
    (4, "STANDARD_IB"),
];
const MANAGER: Names = &[
    (0x0, "DISABLED"),
    (0x1, "OPEN_PORT"),
    (0x2, "POLLING"),
    (0x3, "ACTIVE"),
    (0x4, "CLOSE_PORT"),
    (0x5, "PHY_UP"),
    (0x6, "SLEEP"),
    (0x7, "RX_DISABLE"),
    (0x8, "SIGNAL_DETECT"),
    (0x9, "RECEIVER_DETECT"),
    (0xa, "SYNC_PEER"),
    (0xb, "NEGOTIATION"),
    (0xc, "TRAINING"),
    (0xd, "SUBFSM_ACTIVE"),
    (0xe, "PROTOCOL_DETECT"),
];
const LOOPBACKS: Names = &[
    (0, "NONE"),
    (1, "PHY_REMOTE"),
    (2, "PHY_LOCAL"),
    (4, "EXTERNAL_LOCAL"),
];

const OPERATION: &[Field] = &[
    field("proto_active", 0x08, 23, 20).one_of(PROTOCOLS),
    field("neg_mode_active", 0x08, 19, 16).one_of(NEGOTIATED),
    field("phy_mngr_fsm_state", 0x0c, 31, 24).one_of(MANAGER),
    field("eth_an_fsm_state", 0x0c, 23, 16),
    field("ib_phy_fsm_state", 0x0c, 15, 8),
    field("phy_manager_link_enabled", 0x10, 31, 0).set_of(EXTENDED_SPEEDS),
    field("core_to_phy_link_enabled", 0x14, 31, 0).set_of(EXTENDED_SPEEDS),
    field("cable_proto_cap", 0x18, 31, 0).set_of(EXTENDED_SPEEDS),
    field("link_active", 0x1c, 31, 0).set_of(EXTENDED_SPEEDS),
    field("loopback_mode", 0x20, 11, 0).one_of(LOOPBACKS),
    field("fec_mode_active", 0x24, 31, 16).hex(),
    field("fec_mode_request", 0x24, 15, 0).hex(),
    field("profile_fec_in_use", 0x28, 31, 16).hex(),
    field("eth_25g_50g_fec_support", 0x28, 7, 4),
    field("eth_100g_fec_support", 0x28, 3, 0),
    field("pd_link_enabled", 0x2c, 31, 0).set_of(EXTENDED_SPEEDS),
    field("phy_hst_link_enabled", 0x30, 31, 0).set_of(EXTENDED_SPEEDS),
    field("eth_an_link_enabled", 0x34, 31, 0).set_of(EXTENDED_SPEEDS),
];

const TROUBLE: &[Field] = &[
    field("group_opcode", 0x08, 15, 0),
    field("monitor_opcode", 0x0c, 15, 0),
    text("status_message", 0x14, 236),
];

const CABLES: Names = &[
    (0, "UNIDENTIFIED"),
    (1, "ACTIVE_CABLE"),
    (2, "OPTICAL_MODULE"),
    (3, "PASSIVE_COPPER_CABLE"),
    (4, "UNPLUGGED"),
    (5, "TWISTED_PAIR"),
    (6, "CPO"),
    (7, "OE"),
    (8, "ELS"),
];
const VENDORS: Names = &[
    (0, "OTHER"),
    (1, "MELLANOX"),
    (2, "KNOWN_OUI"),
    (3, "NVIDIA"),
];
const MODULE_STATES: Names = &[
    (1, "LOW_POWER"),
    (2, "POWER_UP"),
    (3, "READY"),
    (4, "POWER_DOWN"),
    (5, "FAULT"),
];

const MODULE: &[Field] = &[
    field("cable_technology", 0x08, 31, 24),
    field("cable_breakout", 0x08, 23, 16),
    field("ext_ethernet_compliance_code", 0x08, 15, 8),
    field("ethernet_compliance_code", 0x08, 7, 0),
    field("cable_type", 0x0c, 31, 28).one_of(CABLES),
    field("cable_vendor", 0x0c, 27, 24).one_of(VENDORS),
    field("cable_length", 0x0c, 23, 16),
    field("cable_identifier", 0x0c, 15, 8),
    field("cable_power_class", 0x0c, 7, 0),
    field("max_power", 0x10, 31, 24),
    text("vendor_name", 0x1c, 16),
    text("vendor_pn", 0x2c, 16),
    text("vendor_rev", 0x3c, 4),
    field("fw_version", 0x40, 31, 0).hex(),
    text("vendor_sn", 0x44, 16),
    field("temperature", 0x54, 31, 16),
    field("voltage", 0x54, 15, 0),
    field("rx_power_lane0", 0x58, 31, 16),
    field("rx_power_lane1", 0x58, 15, 0),
    field("rx_power_lane2", 0x5c, 31, 16),
    field("rx_power_lane3", 0x5c, 15, 0),
    field("tx_power_lane0", 0x68, 31, 16),
    field("tx_power_lane1", 0x68, 15, 0),
    field("tx_power_lane2", 0x6c, 31, 16),
    field("tx_power_lane3", 0x6c, 15, 0),
    field("module_st", 0x9c, 31, 29).one_of(MODULE_STATES),
    flag("did_cap", 0x9c, 27),
    field("smf_length", 0x9c, 25, 16),
    field("wavelength", 0x9c, 15, 0),
    field("ib_compliance_code", 0xa0, 9, 0).set_of(IB_SPEEDS),
];
