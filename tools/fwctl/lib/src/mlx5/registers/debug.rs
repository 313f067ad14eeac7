// SPDX-License-Identifier: GPL-2.0

//! Dumps, the tracer, and the firmware's time limits. Dumps to memory have commands of their own.

use super::super::layout::{field, flag, wide, Field, Names};
use super::{register, Access::Both, Access::Read, Register};

const DUMPS: Names = &[(0, "GENERAL"), (1, "QP"), (2, "CR_DUMP_TO_MEM")];

const CORE_DUMP: &[Field] = &[
    flag("more_dump", 0x00, 31),
    field("core_dump_type", 0x00, 7, 0).one_of(DUMPS).index(),
    field("vhca_id", 0x08, 15, 0).index(),
    field("qpn", 0x0c, 23, 0).index(),
    field("mkey", 0x10, 31, 0).hex().index(),
    field("size", 0x14, 31, 0).index(),
    wide("address", 0x18).hex().index(),
    wide("cookie", 0x20).hex().index(),
];

const RES_DUMP: &[Field] = &[
    flag("more_dump", 0x00, 31).index(),
    flag("inline_dump", 0x00, 30).index(),
    field("seq_num", 0x00, 19, 16).index(),
    field("segment_type", 0x00, 15, 0).hex().index(),
    field("vhca_id", 0x04, 15, 0).index(),
    field("index1", 0x08, 31, 0).index(),
    field("index2", 0x0c, 31, 0).index(),
    field("num_of_obj1", 0x10, 31, 16).index(),
    field("num_of_obj2", 0x10, 15, 0).index(),
    wide("device_opaque", 0x18).hex().index(),
    field("mkey", 0x20, 31, 0).hex().index(),
    field("size", 0x24, 31, 0).index(),
    wide("address", 0x28).hex().index(),
];

const MTRC_CAP: &[Field] = &[
    flag("trace_owner", 0x00, 31).writable(),
    flag("trace_to_memory", 0x00, 30),
    field("trc_ver", 0x00, 25, 24),
    field("num_string_db", 0x00, 3, 0),
    field("first_string_trace", 0x04, 31, 24),
    field("num_string_trace", 0x04, 23, 16),
    field("log_max_trace_buffer_size", 0x08, 7, 0),
];

const MTRC_CTRL: &[Field] = &[
    field("trace_status", 0x00, 31, 30).writable(),
    flag("arm_event", 0x00, 27).writable(),
    field("modify_field_select", 0x00, 15, 0).write_only(),
    field("current_timestamp_52_32", 0x08, 20, 0),
    field("current_timestamp_31_0", 0x0c, 31, 0),
];

const UNITS: Names = &[
    (0, "MILLISECONDS"),
    (1, "SECONDS"),
    (2, "MINUTES"),
    (3, "HOURS"),
];

#[rustfmt::skip]
const DTOR: &[Field] = &[
    field("pcie_toggle_unit", 0x04, 31, 29).one_of(UNITS),
    field("pcie_toggle", 0x04, 19, 0),
    field("health_poll_unit", 0x14, 31, 29).one_of(UNITS),
    field("health_poll", 0x14, 19, 0),
    field("full_crdump_unit", 0x18, 31, 29).one_of(UNITS),
    field("full_crdump", 0x18, 19, 0),
    field("fw_reset_unit", 0x1c, 31, 29).one_of(UNITS),
    field("fw_reset", 0x1c, 19, 0),
    field("flush_on_err_unit", 0x20, 31, 29).one_of(UNITS),
    field("flush_on_err", 0x20, 19, 0),
    field("pci_sync_update_unit", 0x24, 31, 29).one_of(UNITS),
    field("pci_sync_update", 0x24, 19, 0),
    field("tear_down_unit", 0x28, 31, 29).one_of(UNITS),
    field("tear_down", 0x28, 19, 0),
    field("fsm_reactivate_unit", 0x2c, 31, 29).one_of(UNITS),
    field("fsm_reactivate", 0x2c, 19, 0),
    field("reclaim_pages_unit", 0x30, 31, 29).one_of(UNITS),
    field("reclaim_pages", 0x30, 19, 0),
    field("reclaim_vfs_pages_unit", 0x34, 31, 29).one_of(UNITS),
    field("reclaim_vfs_pages", 0x34, 19, 0),
    field("reset_unload_unit", 0x38, 31, 29).one_of(UNITS),
    field("reset_unload", 0x38, 19, 0),
];

pub(super) const REGISTERS: &[Register] = &[
    register(
        0x402e,
        "CORE_DUMP",
        64,
        Read,
        "the device's registers",
        CORE_DUMP,
    ),
    register(
        0x9040,
        "MTRC_CAP",
        128,
        Both,
        "tracer: capabilities",
        MTRC_CAP,
    ),
    register(0x9043, "MTRC_CTRL", 64, Both, "tracer: control", MTRC_CTRL),
    register(
        0xc000,
        "RES_DUMP",
        256,
        Read,
        "segments of the device's resources",
        RES_DUMP,
    ),
    register(
        0xc00e,
        "DTOR",
        64,
        Read,
        "time limits of the firmware",
        DTOR,
    ),
];
