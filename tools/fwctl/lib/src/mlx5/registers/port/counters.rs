// SPDX-License-Identifier: GPL-2.0

//! Counters of the port. Source: `eth_802_3_cntrs_grp_data_layout`, `eth_2863_cntrs_grp_data_layout` and
//! `phys_layer_cntrs` of `mlx5_ifc.h`.

use super::super::super::layout::{field, flag, wide, Field, Names};
use super::super::{view, View};

const GROUPS: Names = &[
    (0x00, "IEEE_802_3"),
    (0x01, "RFC_2863"),
    (0x02, "RFC_2819"),
    (0x03, "RFC_3635"),
    (0x05, "ETHERNET_EXTENDED"),
    (0x06, "ETHERNET_DISCARD"),
    (0x10, "PER_PRIORITY"),
    (0x11, "PER_TRAFFIC_CLASS"),
    (0x12, "PHYSICAL_LAYER"),
    (0x13, "PER_TRAFFIC_CLASS_CONGESTION"),
    (0x16, "PHYSICAL_LAYER_STATISTICAL"),
];

pub(super) const PPCNT: &[Field] = &[
    field("swid", 0x00, 31, 24).index(),
    field("local_port", 0x00, 23, 16).index(),
    field("pnat", 0x00, 15, 14).index(),
    field("grp", 0x00, 5, 0).one_of(GROUPS).index(),
    flag("clr", 0x04, 31).write_only(),
    field("plane_ind", 0x04, 11, 8).index(),
    field("prio_tc", 0x04, 4, 0).index(),
];

pub(super) const PPCNT_VIEWS: &[View] = &[
    view("grp", 0x00, IEEE_802_3),
    view("grp", 0x01, RFC_2863),
    view("grp", 0x12, PHYSICAL_LAYER),
];

#[rustfmt::skip]
const IEEE_802_3: &[Field] = &[
    wide("frames_transmitted_ok", 0x08),
    wide("frames_received_ok", 0x10),
    wide("frame_check_sequence_errors", 0x18),
    wide("alignment_errors", 0x20),
    wide("octets_transmitted_ok", 0x28),
    wide("octets_received_ok", 0x30),
    wide("multicast_frames_xmitted_ok", 0x38),
    wide("broadcast_frames_xmitted_ok", 0x40),
    wide("multicast_frames_received_ok", 0x48),
    wide("broadcast_frames_received_ok", 0x50),
    wide("in_range_length_errors", 0x58),
    wide("out_of_range_length_field", 0x60),
    wide("frame_too_long_errors", 0x68),
    wide("symbol_error_during_carrier", 0x70),
    wide("mac_control_frames_transmitted", 0x78),
    wide("mac_control_frames_received", 0x80),
    wide("unsupported_opcodes_received", 0x88),
    wide("pause_mac_ctrl_frames_received", 0x90),
    wide("pause_mac_ctrl_frames_transmitted", 0x98),
];

#[rustfmt::skip]
const RFC_2863: &[Field] = &[
    wide("if_in_octets", 0x08),
    wide("if_in_ucast_pkts", 0x10),
    wide("if_in_discards", 0x18),
    wide("if_in_errors", 0x20),
    wide("if_in_unknown_protos", 0x28),
    wide("if_out_octets", 0x30),
    wide("if_out_ucast_pkts", 0x38),
    wide("if_out_discards", 0x40),
    wide("if_out_errors", 0x48),
    wide("if_in_multicast_pkts", 0x50),
    wide("if_in_broadcast_pkts", 0x58),
    wide("if_out_multicast_pkts", 0x60),
    wide("if_out_broadcast_pkts", 0x68),
];

#[rustfmt::skip]
const PHYSICAL_LAYER: &[Field] = &[
    wide("time_since_last_clear", 0x08),
    wide("symbol_errors", 0x10),
    wide("sync_headers_errors", 0x18),
    wide("edpl_bip_errors_lane0", 0x20),
    wide("edpl_bip_errors_lane1", 0x28),
    wide("edpl_bip_errors_lane2", 0x30),
    wide("edpl_bip_errors_lane3", 0x38),
    wide("fc_fec_corrected_blocks_lane0", 0x40),
    wide("fc_fec_corrected_blocks_lane1", 0x48),
    wide("fc_fec_corrected_blocks_lane2", 0x50),
    wide("fc_fec_corrected_blocks_lane3", 0x58),
    wide("fc_fec_uncorrectable_blocks_lane0", 0x60),
    wide("fc_fec_uncorrectable_blocks_lane1", 0x68),
    wide("fc_fec_uncorrectable_blocks_lane2", 0x70),
    wide("fc_fec_uncorrectable_blocks_lane3", 0x78),
    wide("rs_fec_corrected_blocks", 0x80),
    wide("rs_fec_uncorrectable_blocks", 0x88),
    wide("rs_fec_no_errors_blocks", 0x90),
    wide("rs_fec_single_error_blocks", 0x98),
    wide("rs_fec_corrected_symbols_total", 0xa0),
    wide("rs_fec_corrected_symbols_lane0", 0xa8),
    wide("rs_fec_corrected_symbols_lane1", 0xb0),
    wide("rs_fec_corrected_symbols_lane2", 0xb8),
    wide("rs_fec_corrected_symbols_lane3", 0xc0),
    field("link_down_events", 0xc8, 31, 0),
    field("successful_recovery_events", 0xcc, 31, 0),
];
