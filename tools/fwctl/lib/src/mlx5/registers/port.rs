// SPDX-License-Identifier: GPL-2.0

//! The network port and its transceiver module.

mod counters;
mod diagnostics;
mod lanes;

use super::super::layout::{field, flag, Field, Names};
use super::{register, Access::Both, Access::Read, Register};

/// Source: `enum mlx5e_link_mode` of `include/linux/mlx5/port.h`.
const SPEEDS: Names = &[
    (1 << 0, "1000BASE-CX-SGMII"),
    (1 << 1, "1000BASE-KX"),
    (1 << 2, "10GBASE-CX4"),
    (1 << 3, "10GBASE-KX4"),
    (1 << 4, "10GBASE-KR"),
    (1 << 5, "20GBASE-KR2"),
    (1 << 6, "40GBASE-CR4"),
    (1 << 7, "40GBASE-KR4"),
    (1 << 8, "56GBASE-R4"),
    (1 << 12, "10GBASE-CR"),
    (1 << 13, "10GBASE-SR"),
    (1 << 14, "10GBASE-ER"),
    (1 << 15, "40GBASE-SR4"),
    (1 << 16, "40GBASE-LR4"),
    (1 << 18, "50GBASE-SR2"),
    (1 << 20, "100GBASE-CR4"),
    (1 << 21, "100GBASE-SR4"),
    (1 << 22, "100GBASE-KR4"),
    (1 << 23, "100GBASE-LR4"),
    (1 << 24, "100BASE-TX"),
    (1 << 25, "1000BASE-T"),
    (1 << 26, "10GBASE-T"),
    (1 << 27, "25GBASE-CR"),
    (1 << 28, "25GBASE-KR"),
    (1 << 29, "25GBASE-SR"),
    (1 << 30, "50GBASE-CR2"),
    (1 << 31, "50GBASE-KR2"),
];

/// Speed and lanes. Source: `enum mlx5e_ext_link_mode` of `include/linux/mlx5/port.h`.
const EXTENDED_SPEEDS: Names = &[
    (1 << 0, "SGMII-100M"),
    (1 << 1, "1G"),
    (1 << 3, "5G"),
    (1 << 4, "10G"),
    (1 << 5, "40G-4X"),
    (1 << 6, "25G"),
    (1 << 7, "50G-2X"),
    (1 << 8, "50G-1X"),
    (1 << 9, "100G-4X"),
    (1 << 10, "100G-2X"),
    (1 << 11, "100G-1X"),
    (1 << 12, "200G-4X"),
    (1 << 13, "200G-2X"),
    (1 << 14, "200G-1X"),
    (1 << 15, "400G-8X"),
    (1 << 16, "400G-4X"),
    (1 << 17, "400G-2X"),
    (1 << 19, "800G-8X"),
    (1 << 20, "800G-4X"),
    (1 << 23, "1600G-8X"),
];

const IB_SPEEDS: Names = &[
    (1 << 0, "SDR"),
    (1 << 1, "DDR"),
    (1 << 2, "QDR"),
    (1 << 3, "FDR10"),
    (1 << 4, "FDR"),
    (1 << 5, "EDR"),
    (1 << 6, "HDR"),
    (1 << 7, "NDR"),
    (1 << 8, "XDR"),
];
const PROTOCOLS: Names = &[(1, "INFINIBAND"), (2, "NVLINK"), (4, "ETHERNET")];
const NEGOTIATION: Names = &[
    (0, "UNAVAILABLE"),
    (1, "COMPLETED"),
    (2, "FAILED"),
    (3, "NOT_PERFORMED_LINK_UP"),
    (4, "NOT_PERFORMED_LINK_DOWN"),
];
const CONNECTORS: Names = &[
    (0, "UNKNOWN"),
    (1, "NONE"),
    (2, "TP"),
    (3, "AUI"),
    (4, "BNC"),
    (5, "MII"),
    (6, "FIBRE"),
    (7, "DA"),
    (8, "OTHER"),
];

const PTYS: &[Field] = &[
    flag("an_disable_admin", 0x00, 30).writable(),
    flag("an_disable_cap", 0x00, 29),
    field("local_port", 0x00, 23, 16).index(),
    field("plane_ind", 0x00, 7, 4).index(),
    field("proto_mask", 0x00, 2, 0).set_of(PROTOCOLS).index(),
    field("an_status", 0x04, 31, 28).one_of(NEGOTIATION),
    field("data_rate_oper", 0x04, 15, 0),
    field("ext_eth_proto_capability", 0x08, 31, 0).set_of(EXTENDED_SPEEDS),
    field("eth_proto_capability", 0x0c, 31, 0).set_of(SPEEDS),
    field("ib_link_width_capability", 0x10, 31, 16),
    field("ib_proto_capability", 0x10, 15, 0).set_of(IB_SPEEDS),
    field("ext_eth_proto_admin", 0x14, 31, 0)
        .set_of(EXTENDED_SPEEDS)
        .writable(),
    field("eth_proto_admin", 0x18, 31, 0)
        .set_of(SPEEDS)
        .writable(),
    field("ib_link_width_admin", 0x1c, 31, 16).writable(),
    field("ib_proto_admin", 0x1c, 15, 0)
        .set_of(IB_SPEEDS)
        .writable(),
    field("ext_eth_proto_oper", 0x20, 31, 0).set_of(EXTENDED_SPEEDS),
    field("eth_proto_oper", 0x24, 31, 0).set_of(SPEEDS),
    field("ib_link_width_oper", 0x28, 31, 16),
    field("ib_proto_oper", 0x28, 15, 0).set_of(IB_SPEEDS),
    field("lane_rate_oper", 0x2c, 23, 4),
    field("connector_type", 0x2c, 3, 0).one_of(CONNECTORS),
    field("eth_proto_lp_advertise", 0x30, 31, 0).set_of(SPEEDS),
];

const ADMIN: Names = &[
    (1, "UP"),
    (2, "DOWN"),
    (3, "UP_ONCE"),
    (4, "DISABLED_BY_SYSTEM"),
    (6, "SLEEP"),
];
const OPER: Names = &[(1, "UP"), (2, "DOWN"), (4, "DOWN_BY_PORT_FAILURE")];
const EVENTS: Names = &[
    (0, "DO_NOT_GENERATE"),
    (1, "GENERATE"),
    (2, "GENERATE_SINGLE"),
];

const PAOS: &[Field] = &[
    field("swid", 0x00, 31, 24).index(),
    field("local_port", 0x00, 23, 16).index(),
    field("admin_status", 0x00, 11, 8).one_of(ADMIN).writable(),
    field("plane_ind", 0x00, 7, 4).index(),
    field("oper_status", 0x00, 3, 0).one_of(OPER),
    flag("ase", 0x04, 31).write_only(),
    flag("ee", 0x04, 30).write_only(),
    field("physical_state_status", 0x04, 7, 4),
    field("e", 0x04, 1, 0).one_of(EVENTS).writable(),
];

const PMTU: &[Field] = &[
    field("local_port", 0x00, 23, 16).index(),
    field("max_mtu", 0x04, 31, 16),
    field("admin_mtu", 0x08, 31, 16).writable(),
    field("oper_mtu", 0x0c, 31, 16),
];

const MODULE_ADMIN: Names = &[
    (1, "ENABLED"),
    (2, "DISABLED_BY_CONFIGURATION"),
    (3, "ENABLED_ONCE"),
    (0xe, "DISCONNECT_CABLE"),
];
const MODULE_OPER: Names = &[
    (0, "INITIALIZING"),
    (1, "PLUGGED_ENABLED"),
    (2, "UNPLUGGED"),
    (3, "PLUGGED_WITH_ERROR"),
    (5, "UNKNOWN"),
];

const PMAOS: &[Field] = &[
    flag("rst", 0x00, 31).write_only(),
    field("slot_index", 0x00, 27, 24).index(),
    field("module", 0x00, 23, 16).index(),
    field("admin_status", 0x00, 11, 8)
        .one_of(MODULE_ADMIN)
        .writable(),
    field("oper_status", 0x00, 3, 0).one_of(MODULE_OPER),
    flag("ase", 0x04, 31).write_only(),
    flag("ee", 0x04, 30).write_only(),
    field("operational_notification", 0x04, 19, 16),
    field("error_type", 0x04, 12, 8),
    field("e", 0x04, 1, 0).one_of(EVENTS).writable(),
];

/// A module's own memory is in 32 dwords after these fields.
const MCIA: &[Field] = &[
    flag("l", 0x00, 31).writable(),
    field("module", 0x00, 23, 16).index(),
    field("slot_index", 0x00, 15, 12).index(),
    field("status", 0x00, 7, 0),
    field("i2c_device_address", 0x04, 31, 24).hex().index(),
    field("page_number", 0x04, 23, 16).index(),
    field("device_address", 0x04, 15, 0).index(),
    field("bank_number", 0x08, 23, 16).index(),
    field("size", 0x08, 15, 0).index(),
];

const PORT: &[(&str, u64)] = &[("local_port", 1)];

pub(super) const REGISTERS: &[Register] = &[
    register(0x5002, "PMLP", 64, Both, "port: lanes", lanes::PMLP).defaults(PORT),
    register(0x5003, "PMTU", 16, Both, "port: MTU", PMTU).defaults(PORT),
    register(0x5004, "PTYS", 64, Both, "port: types and speeds", PTYS)
        .defaults(&[("local_port", 1), ("proto_mask", 4)]),
    register(
        0x5006,
        "PAOS",
        16,
        Both,
        "port: administrative and operational status",
        PAOS,
    )
    .defaults(PORT),
    register(
        0x5008,
        "PPCNT",
        256,
        Both,
        "port: counters",
        counters::PPCNT,
    )
    .views(counters::PPCNT_VIEWS)
    .defaults(PORT),
    register(0x5012, "PMAOS", 16, Both, "module: status", PMAOS),
    register(
        0x5023,
        "PPLM",
        120,
        Both,
        "port: forward error correction",
        lanes::PPLM,
    )
    .defaults(PORT),
    register(
        0x5031,
        "PDDR",
        256,
        Read,
        "port: troubleshooting",
        diagnostics::PDDR,
    )
    .views(diagnostics::PDDR_VIEWS)
    .defaults(PORT),
    register(
        0x9014,
        "MCIA",
        148,
        Both,
        "memory of a transceiver module",
        MCIA,
    )
    .defaults(&[("i2c_device_address", 0x50), ("size", 48)]),
];
