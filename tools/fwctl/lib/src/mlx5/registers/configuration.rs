// SPDX-License-Identifier: GPL-2.0

//! Settings that outlast a reset: TLVs, selected by their type.
//!
//! Source of the items: `drivers/net/ethernet/mellanox/mlx5/core/lib/nv_param.c`.

use super::super::layout::{field, flag, Field, Names};
use super::{register, view, Access::Both, Access::Read, Access::Write, Register, View};

const PCI_CONF: u64 = 0x80;
const PCI_CAP: u64 = 0x81;
const SW_OFFLOAD_CONFIG: u64 = 0x10a;
const SW_ACCELERATE_CONF: u64 = 0x11d;

const ITEMS: Names = &[
    (PCI_CONF, "GLOBAL_PCI_CONF"),
    (PCI_CAP, "GLOBAL_PCI_CAP"),
    (SW_OFFLOAD_CONFIG, "SW_OFFLOAD_CONFIG"),
    (0x10b, "SW_OFFLOAD_CAP"),
    (SW_ACCELERATE_CONF, "SW_ACCELERATE_CONF"),
];
const MODES: Names = &[(0, "NEXT"), (1, "CURRENT"), (2, "FACTORY")];
const WRITERS: Names = &[
    (0x0, "UNSPECIFIED"),
    (0x1, "CHASSIS_BMC"),
    (0x2, "MAD"),
    (0x3, "BMC"),
    (0x4, "COMMAND_INTERFACE"),
    (0x5, "ICMD"),
    (0x6, "ICMD_UEFI_HII"),
    (0x7, "ICMD_UEFI_CLP"),
    (0x8, "ICMD_FLEXBOOT"),
    (0x9, "ICMD_MLXCONFIG"),
];

const MNVDA: &[Field] = &[
    field("valid", 0x00, 31, 30),
    field("priority", 0x00, 29, 28),
    flag("ovr_en", 0x00, 25).writable(),
    flag("rd_en", 0x00, 24).writable(),
    field("access_mode", 0x00, 23, 22).one_of(MODES).index(),
    field("writer_id", 0x00, 20, 16).one_of(WRITERS),
    field("version", 0x00, 15, 12).writable(),
    flag("host_id_valid", 0x00, 9).index(),
    field("length", 0x00, 8, 0).writable(),
    field("type", 0x04, 31, 0).one_of(ITEMS).index(),
];

const MNVDA_VIEWS: &[View] = &[
    view(
        "type",
        PCI_CONF,
        &[
            flag("sriov_valid", 0x0c, 31).writable(),
            flag("per_pf_num_sf", 0x0c, 20).writable(),
            flag("per_pf_total_vf", 0x0c, 14).writable(),
            flag("sriov_en", 0x10, 31).writable(),
            field("num_pfs", 0x10, 23, 16).writable(),
            field("total_vfs", 0x10, 15, 0).writable(),
        ],
    ),
    view(
        "type",
        PCI_CAP,
        &[
            flag("sriov_support", 0x10, 31),
            field("max_vfs_per_pf", 0x10, 15, 0),
        ],
    ),
];

const MNVQC: &[Field] = &[
    field("type", 0x00, 31, 0).one_of(ITEMS).index(),
    field("version", 0x04, 7, 4),
    flag("support_wr", 0x04, 1),
    flag("support_rd", 0x04, 0),
];

const MNVIA: &[Field] = &[
    field("writer_id", 0x00, 8, 4).one_of(WRITERS).write_only(),
    field("target", 0x00, 2, 0).write_only(),
];

const MNVGC: &[Field] = &[
    flag("priv_nv_other_host", 0x00, 2),
    flag("nvda_read_current_settings", 0x00, 1),
    flag("nvda_read_factory_settings", 0x00, 0),
];

pub(super) const REGISTERS: &[Register] = &[
    register(0x9024, "MNVDA", 268, Both, "a non-volatile setting", MNVDA)
        .views(MNVDA_VIEWS)
        .defaults(&[("type", PCI_CONF)]),
    register(
        0x9030,
        "MNVQC",
        8,
        Read,
        "whether there is a non-volatile setting",
        MNVQC,
    )
    .defaults(&[("type", PCI_CONF)]),
    register(
        0x9033,
        "MNVIA",
        8,
        Write,
        "non-volatile settings back to defaults",
        MNVIA,
    ),
    register(
        0x9034,
        "MNVGC",
        16,
        Read,
        "which queries of settings there are",
        MNVGC,
    ),
];
