// SPDX-License-Identifier: GPL-2.0

//! The PCIe interface. Where there are several, depth, index and node say which.

use super::super::layout::{field, flag, wide, Field, Names};
use super::{register, view, Access::Both, Access::Read, Register, View};

const SPEEDS: Names = &[
    (1 << 0, "2.5G"),
    (1 << 1, "5G"),
    (1 << 2, "8G"),
    (1 << 4, "16G"),
    (1 << 5, "32G"),
    (1 << 6, "64G"),
];
const DEVICE_STATUS: Names = &[
    (1 << 0, "CORRECTABLE_ERROR"),
    (1 << 1, "NON_FATAL_ERROR"),
    (1 << 2, "FATAL_ERROR"),
    (1 << 3, "UNSUPPORTED_REQUEST"),
    (1 << 4, "AUX_POWER"),
    (1 << 5, "TRANSACTION_PENDING"),
];

const MPEIN: &[Field] = &[
    flag("DPNv", 0x00, 30).index(),
    field("depth", 0x00, 29, 24).index(),
    field("pcie_index", 0x00, 23, 16).index(),
    field("node", 0x00, 15, 8).index(),
    field("capability_mask", 0x04, 31, 0).hex(),
    field("link_width_enabled", 0x08, 23, 16),
    field("link_speed_enabled", 0x08, 15, 0).set_of(SPEEDS),
    field("lane0_physical_position", 0x0c, 31, 24),
    field("link_width_active", 0x0c, 23, 16),
    field("link_speed_active", 0x0c, 15, 0).set_of(SPEEDS),
    field("num_of_pfs", 0x10, 31, 16),
    field("num_of_vfs", 0x10, 15, 0),
    field("bdf0", 0x14, 31, 16).hex(),
    field("max_read_request_size", 0x18, 31, 28),
    field("max_payload_size", 0x18, 27, 24),
    field("pwr_status", 0x18, 18, 16),
    field("port_type", 0x18, 15, 12),
    flag("lane_reversal", 0x18, 0),
    field("link_peer_max_speed", 0x1c, 31, 16).set_of(SPEEDS),
    field("pci_power", 0x1c, 11, 0),
    field("device_status", 0x24, 31, 16).set_of(DEVICE_STATUS),
    field("port_state", 0x24, 15, 8),
    field("receiver_detect_result", 0x28, 15, 0),
];

const MPCNT: &[Field] = &[
    flag("DPNv", 0x00, 30).index(),
    field("depth", 0x00, 29, 24).index(),
    field("pcie_index", 0x00, 23, 16).index(),
    field("node", 0x00, 15, 8).index(),
    field("grp", 0x00, 5, 0).one_of(COUNTERS).index(),
    flag("clr", 0x04, 31).write_only(),
];

const COUNTERS: Names = &[
    (0, "PERFORMANCE"),
    (3, "PHYSICAL_LAYER"),
    (4, "PERFORMANCE_2"),
];

/// Source: `pcie_perf_cntrs_grp_data_layout` of `mlx5_ifc.h`.
const MPCNT_VIEWS: &[View] = &[view(
    "grp",
    0,
    &[
        wide("life_time_counter", 0x08),
        field("rx_errors", 0x10, 31, 0),
        field("tx_errors", 0x14, 31, 0),
        field("l0_to_recovery_eieos", 0x18, 31, 0),
        field("l0_to_recovery_ts", 0x1c, 31, 0),
        field("l0_to_recovery_framing", 0x20, 31, 0),
        field("l0_to_recovery_retrain", 0x24, 31, 0),
        field("crc_error_dllp", 0x28, 31, 0),
        field("crc_error_tlp", 0x2c, 31, 0),
        wide("tx_overflow_buffer_pkt", 0x30),
        field("outbound_stalled_reads", 0x38, 31, 0),
        field("outbound_stalled_writes", 0x3c, 31, 0),
        field("outbound_stalled_reads_events", 0x40, 31, 0),
        field("outbound_stalled_writes_events", 0x44, 31, 0),
    ],
)];

/// Which of the fields a write is about.
const SELECT: Names = &[
    (1 << 1, "TX_LOSSY_OVERFLOW_OPER"),
    (1 << 3, "TX_OVERFLOW_SENSE"),
];

const MPEGC: &[Field] = &[
    flag("DPNv", 0x00, 30).index(),
    field("depth", 0x00, 29, 24).index(),
    field("pcie_index", 0x00, 23, 16).index(),
    field("node", 0x00, 15, 8).index(),
    field("field_select", 0x04, 15, 0)
        .set_of(SELECT)
        .write_only(),
    flag("tx_overflow_sense", 0x08, 31).writable(),
    flag("mark_cqe", 0x08, 30).writable(),
    flag("mark_cnp", 0x08, 29).writable(),
    field("tx_lossy_overflow_oper", 0x08, 1, 0).writable(),
    field("outbound_stalled_reads_th", 0x0c, 14, 8).writable(),
    field("outbound_stalled_writes_th", 0x0c, 6, 0).writable(),
];

const MPIR: &[Field] = &[
    flag("sdm", 0x00, 31),
    flag("DPNv", 0x00, 30).index(),
    field("depth", 0x00, 29, 24).index(),
    field("pcie_index", 0x00, 23, 16).index(),
    field("node", 0x00, 15, 8).index(),
    field("host_buses", 0x00, 3, 0),
    field("secondary_bus", 0x04, 15, 8).hex(),
    field("subordinate_bus", 0x04, 7, 0).hex(),
    field("local_port", 0x08, 31, 24),
    field("bus", 0x08, 23, 16).hex(),
    field("device", 0x08, 7, 3),
    field("sd_group", 0x08, 2, 0),
    flag("slot_cap", 0x0c, 31),
    field("host_index", 0x0c, 30, 24),
    field("num_con_devices", 0x0c, 23, 16),
    field("slot_number", 0x0c, 12, 0),
];

pub(super) const REGISTERS: &[Register] = &[
    register(0x9050, "MPEIN", 48, Read, "PCIe: link", MPEIN),
    register(0x9051, "MPCNT", 256, Read, "PCIe: counters", MPCNT).views(MPCNT_VIEWS),
    register(
        0x9056,
        "MPEGC",
        44,
        Both,
        "PCIe: congestion settings",
        MPEGC,
    ),
    register(0x9059, "MPIR", 16, Read, "PCIe: addresses", MPIR),
];
