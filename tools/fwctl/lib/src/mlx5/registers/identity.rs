// SPDX-License-Identifier: GPL-2.0

//! Who the device is, and what it can be asked.

use super::super::layout::{field, flag, text, wide, Field, Names};
use super::{register, Access::Both, Access::Read, Register};

const CHIPS: Names = &[
    (0x1ff, "Connect-IB"),
    (0x209, "ConnectX-4"),
    (0x20b, "ConnectX-4 Lx"),
    (0x20d, "ConnectX-5"),
    (0x20f, "ConnectX-6"),
    (0x211, "BlueField"),
    (0x212, "ConnectX-6 Dx"),
    (0x214, "BlueField-2"),
    (0x216, "ConnectX-6 Lx"),
    (0x218, "ConnectX-7"),
    (0x21c, "BlueField-3"),
    (0x21e, "ConnectX-8"),
];

const MGIR: &[Field] = &[
    field("device_hw_revision", 0x00, 31, 16).hex(),
    field("device_id", 0x00, 15, 0).hex(),
    field("num_ports", 0x04, 27, 16),
    field("technology", 0x04, 15, 11),
    field("pvs", 0x04, 4, 0),
    field("hw_dev_id", 0x08, 15, 0).one_of(CHIPS),
    wide("manufacturing_base_mac", 0x10).mac(),
    field("uptime", 0x1c, 31, 0),
    flag("dev_sc", 0x20, 30),
    flag("string_tlv", 0x20, 28),
    flag("dev", 0x20, 27),
    flag("debug", 0x20, 26),
    flag("signed_fw", 0x20, 25),
    flag("secured", 0x20, 24),
    field("fw_major", 0x20, 23, 16),
    field("fw_minor", 0x20, 15, 8),
    field("fw_sub_minor", 0x20, 7, 0),
    field("build_id", 0x24, 31, 0).hex(),
    field("fw_month", 0x28, 31, 24).hex(),
    field("fw_day", 0x28, 23, 16).hex(),
    field("fw_year", 0x28, 15, 0).hex(),
    field("fw_hour", 0x2c, 15, 0).hex(),
    text("psid", 0x30, 16),
    field("ini_file_version", 0x40, 31, 0),
    field("extended_major", 0x44, 31, 0),
    field("extended_minor", 0x48, 31, 0),
    field("extended_sub_minor", 0x4c, 31, 0),
    field("isfu_major", 0x50, 15, 0),
    field("life_cycle", 0x54, 1, 0),
    flag("sec_boot", 0x54, 2),
    flag("encryption", 0x54, 3),
    field("sw_major", 0x60, 23, 16).writable(),
    field("sw_minor", 0x60, 15, 8).writable(),
    field("sw_sub_minor", 0x60, 7, 0).writable(),
    text("dev_branch_tag", 0x80, 28),
];

const GROUPS: Names = &[
    (0, "0x9001-0x907f"),
    (1, "0x9080-0x90ff"),
    (2, "0x9100-0x917f"),
    (3, "0x9180-0x91ff"),
];

/// The masks are 128 bits that count from their last dword.
const MCAM: &[Field] = &[
    field("feature_group", 0x00, 23, 16).index(),
    field("access_reg_group", 0x00, 7, 0).one_of(GROUPS).index(),
    field("reg_cap_127_96", 0x08, 31, 0).hex(),
    field("reg_cap_95_64", 0x0c, 31, 0).hex(),
    field("reg_cap_63_32", 0x10, 31, 0).hex(),
    field("reg_cap_31_0", 0x14, 31, 0).hex(),
    field("feature_cap_127_96", 0x28, 31, 0).hex(),
    field("feature_cap_95_64", 0x2c, 31, 0).hex(),
    field("feature_cap_63_32", 0x30, 31, 0).hex(),
    field("feature_cap_31_0", 0x34, 31, 0).set_of(FEATURES),
];

const FEATURES: Names = &[
    (1 << 0, "pcie_performance_group"),
    (1 << 1, "mtpps_fs"),
    (1 << 2, "mtpps_enh_out_per_adj"),
    (1 << 3, "tx_overflow_buffer_pkt"),
    (1 << 4, "pcie_outbound_stalled"),
    (1 << 9, "dynamic_tx_overflow"),
    (1 << 10, "mark_tx_action_cqe"),
    (1 << 11, "mark_tx_action_cnp"),
    (1 << 17, "pci_status_and_power"),
    (1 << 20, "ptpcyc2realtime_modify"),
    (1 << 21, "reset_state"),
];

const STRINGS: Names = &[
    (1, "MODEL_NAME"),
    (2, "MODEL_DESCRIPTION"),
    (3, "IMAGE_VSD"),
    (4, "DEVICE_VSD"),
    (5, "ROM_INFO"),
];

/// Strings come in pieces of eight characters.
const MQIS: &[Field] = &[
    field("info_type", 0x00, 7, 0).one_of(STRINGS).index(),
    field("info_length", 0x04, 15, 0),
    field("read_offset", 0x08, 31, 16).index(),
    field("read_length", 0x08, 15, 0).index(),
    text("info_string", 0x10, 8),
];

const PCAM: &[Field] = &[
    field("feature_group", 0x00, 23, 16).index(),
    field("access_reg_group", 0x00, 7, 0).index(),
    field("reg_cap_127_96", 0x08, 31, 0).hex(),
    field("reg_cap_95_64", 0x0c, 31, 0).hex(),
    field("reg_cap_63_32", 0x10, 31, 0).hex(),
    field("reg_cap_31_0", 0x14, 31, 0).hex(),
    field("feature_cap_127_96", 0x28, 31, 0).hex(),
    field("feature_cap_95_64", 0x2c, 31, 0).hex(),
    field("feature_cap_63_32", 0x30, 31, 0).hex(),
    field("feature_cap_31_0", 0x34, 31, 0).hex(),
];

pub(super) const REGISTERS: &[Register] = &[
    register(
        0x507f,
        "PCAM",
        80,
        Read,
        "which port registers there are",
        PCAM,
    ),
    register(
        0x9020,
        "MGIR",
        160,
        Both,
        "identity of the device and its firmware",
        MGIR,
    ),
    register(
        0x9064,
        "MQIS",
        24,
        Read,
        "names and vital product data",
        MQIS,
    )
    .defaults(&[("info_type", 1), ("read_length", 8)]),
    register(
        0x907f,
        "MCAM",
        72,
        Read,
        "which management registers there are",
        MCAM,
    ),
];
