// SPDX-License-Identifier: GPL-2.0

//! Which lanes of which module the port has, and its forward error correction.

use super::super::super::layout::{field, flag, Field, Names};

const WIDTHS: Names = &[(0, "UNMAPPED"), (1, "X1"), (2, "X2"), (4, "X4"), (8, "X8")];

#[rustfmt::skip]
pub(super) const PMLP: &[Field] = &[
    flag("rxtx", 0x00, 31).writable(),
    field("local_port", 0x00, 23, 16).index(),
    field("width", 0x00, 7, 0).one_of(WIDTHS).writable(),
    field("lane0_rx_lane", 0x04, 27, 24).writable(),
    field("lane0_tx_lane", 0x04, 19, 16).writable(),
    field("lane0_module", 0x04, 7, 0).writable(),
    field("lane1_rx_lane", 0x08, 27, 24).writable(),
    field("lane1_tx_lane", 0x08, 19, 16).writable(),
    field("lane1_module", 0x08, 7, 0).writable(),
    field("lane2_rx_lane", 0x0c, 27, 24).writable(),
    field("lane2_tx_lane", 0x0c, 19, 16).writable(),
    field("lane2_module", 0x0c, 7, 0).writable(),
    field("lane3_rx_lane", 0x10, 27, 24).writable(),
    field("lane3_tx_lane", 0x10, 19, 16).writable(),
    field("lane3_module", 0x10, 7, 0).writable(),
    field("lane4_rx_lane", 0x14, 27, 24).writable(),
    field("lane4_tx_lane", 0x14, 19, 16).writable(),
    field("lane4_module", 0x14, 7, 0).writable(),
    field("lane5_rx_lane", 0x18, 27, 24).writable(),
    field("lane5_tx_lane", 0x18, 19, 16).writable(),
    field("lane5_module", 0x18, 7, 0).writable(),
    field("lane6_rx_lane", 0x1c, 27, 24).writable(),
    field("lane6_tx_lane", 0x1c, 19, 16).writable(),
    field("lane6_module", 0x1c, 7, 0).writable(),
    field("lane7_rx_lane", 0x20, 27, 24).writable(),
    field("lane7_tx_lane", 0x20, 19, 16).writable(),
    field("lane7_module", 0x20, 7, 0).writable(),
];

const FEC: Names = &[(1, "NO_FEC"), (2, "FIRECODE"), (4, "RS")];
const FEC_50G_LANES: Names = &[
    (1 << 0, "NO_FEC"),
    (1 << 7, "RS_544_514"),
    (1 << 9, "LL_RS_272_257"),
];
const FEC_ACTIVE: Names = &[
    (1 << 0, "NO_FEC"),
    (1 << 1, "FIRECODE"),
    (1 << 2, "RS_528_514"),
    (1 << 3, "LL_RS_271_257"),
    (1 << 6, "INTERLEAVED_RS_544_514"),
    (1 << 7, "RS_544_514"),
    (1 << 9, "LL_RS_272_257"),
];

pub(super) const PPLM: &[Field] = &[
    field("local_port", 0x00, 23, 16).index(),
    field("port_profile_mode", 0x08, 31, 24),
    field("static_port_profile", 0x08, 23, 16),
    field("active_port_profile", 0x08, 15, 8),
    field("fec_mode_active", 0x0c, 23, 0).set_of(FEC_ACTIVE),
    field("rs_fec_correction_bypass_cap", 0x10, 31, 28),
    field("fec_override_cap_56g", 0x10, 19, 16).set_of(FEC),
    field("fec_override_cap_100g", 0x10, 15, 12).set_of(FEC),
    field("fec_override_cap_50g", 0x10, 11, 8).set_of(FEC),
    field("fec_override_cap_25g", 0x10, 7, 4).set_of(FEC),
    field("fec_override_cap_10g_40g", 0x10, 3, 0).set_of(FEC),
    field("rs_fec_correction_bypass_admin", 0x14, 31, 28).writable(),
    field("fec_override_admin_56g", 0x14, 19, 16)
        .set_of(FEC)
        .writable(),
    field("fec_override_admin_100g", 0x14, 15, 12)
        .set_of(FEC)
        .writable(),
    field("fec_override_admin_50g", 0x14, 11, 8)
        .set_of(FEC)
        .writable(),
    field("fec_override_admin_25g", 0x14, 7, 4)
        .set_of(FEC)
        .writable(),
    field("fec_override_admin_10g_40g", 0x14, 3, 0)
        .set_of(FEC)
        .writable(),
    field("fec_override_cap_400g_8x", 0x18, 31, 16).set_of(FEC_50G_LANES),
    field("fec_override_cap_200g_4x", 0x18, 15, 0).set_of(FEC_50G_LANES),
    field("fec_override_cap_100g_2x", 0x1c, 31, 16).set_of(FEC_50G_LANES),
    field("fec_override_cap_50g_1x", 0x1c, 15, 0).set_of(FEC_50G_LANES),
    field("fec_override_admin_400g_8x", 0x20, 31, 16)
        .set_of(FEC_50G_LANES)
        .writable(),
    field("fec_override_admin_200g_4x", 0x20, 15, 0)
        .set_of(FEC_50G_LANES)
        .writable(),
    field("fec_override_admin_100g_2x", 0x24, 31, 16)
        .set_of(FEC_50G_LANES)
        .writable(),
    field("fec_override_admin_50g_1x", 0x24, 15, 0)
        .set_of(FEC_50G_LANES)
        .writable(),
];
