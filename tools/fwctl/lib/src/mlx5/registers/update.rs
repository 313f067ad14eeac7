// SPDX-License-Identifier: GPL-2.0

//! Firmware components, their update, and the reset that starts them.

use super::super::layout::{field, flag, text, Field, Names};
use super::{register, view, Access::Both, Access::Read, Register, View};

const COMPONENTS: Names = &[
    (0x01, "BOOT_IMG"),
    (0x04, "OEM_NVCONFIG"),
    (0x05, "MLNX_NVCONFIG"),
    (0x06, "CS_TOKEN"),
    (0x07, "DBG_TOKEN"),
    (0x0a, "GEARBOX"),
    (0x0b, "CC_ALGO"),
    (0x0c, "LINKX_IMG"),
    (0x12, "CLOCK_SYNC_EEPROM"),
    (0x15, "DIGITAL_CACERT"),
    (0x1c, "DPA_COMPONENT"),
];
const COMPONENT_STATES: Names = &[
    (0, "IDLE"),
    (1, "IN_PROGRESS"),
    (2, "APPLIED"),
    (3, "ACTIVE"),
    (4, "ACTIVE_PENDING_RESET"),
    (5, "FAILED"),
    (6, "CANCELED"),
    (7, "BUSY"),
];
const PRESENCE: Names = &[(0, "NOT_PRESENT"), (1, "PRESENT"), (2, "IN_USE")];

const MCQS: &[Field] = &[
    flag("last_index_flag", 0x00, 31),
    flag("component_not_supported", 0x00, 30),
    field("device_index", 0x00, 27, 16).index(),
    field("component_index", 0x00, 15, 0).index(),
    field("identifier", 0x04, 15, 0).one_of(COMPONENTS),
    field("component_status", 0x08, 8, 4).one_of(PRESENCE),
    field("component_update_state", 0x08, 3, 0).one_of(COMPONENT_STATES),
    field("device_type", 0x0c, 7, 0).index(),
];

const INFO: Names = &[
    (0, "CAPABILITIES"),
    (1, "VERSION"),
    (5, "ACTIVATION_METHOD"),
    (6, "LINKX_PROPERTIES"),
    (7, "CLOCK_SOURCE_PROPERTIES"),
    (9, "DPA_APPS_INFO"),
];

const MCQI: &[Field] = &[
    flag("read_pending_component", 0x00, 31).index(),
    field("device_index", 0x00, 27, 16).index(),
    field("component_index", 0x00, 15, 0).index(),
    field("device_type", 0x04, 7, 0).index(),
    field("info_type", 0x08, 4, 0).one_of(INFO).index(),
    field("info_size", 0x0c, 31, 0),
    field("offset", 0x10, 31, 0).index(),
    field("data_size", 0x14, 15, 0).index(),
];

const MCQI_VIEWS: &[View] = &[
    view(
        "info_type",
        0,
        &[
            field("supported_info_bitmask", 0x18, 31, 0).hex(),
            field("component_size", 0x1c, 31, 0),
            field("max_component_size", 0x20, 31, 0),
            field("log_mcda_word_size", 0x24, 31, 28),
            field("mcda_max_write_size", 0x24, 15, 0),
            flag("rd_en", 0x28, 31),
            flag("match_chip_id", 0x28, 29),
            flag("match_psid", 0x28, 28),
            flag("check_user_timestamp", 0x28, 27),
            flag("match_base_guid_mac", 0x28, 26),
        ],
    ),
    view(
        "info_type",
        1,
        &[
            flag("build_time_valid", 0x18, 29),
            flag("user_defined_time_valid", 0x18, 28),
            field("version_string_length", 0x18, 7, 0),
            field("version", 0x1c, 31, 0).hex(),
            field("build_hour", 0x20, 31, 0).hex(),
            field("build_date", 0x24, 31, 0).date(),
            text("version_string", 0x38, 92),
        ],
    ),
    view(
        "info_type",
        5,
        &[
            flag("pending_server_ac_power_cycle", 0x18, 31),
            flag("pending_server_dc_power_cycle", 0x18, 30),
            flag("pending_server_reboot", 0x18, 29),
            flag("pending_fw_reset", 0x18, 28),
            flag("auto_activate", 0x18, 27),
            flag("all_hosts_sync", 0x18, 26),
            flag("device_hw_reset", 0x18, 25),
        ],
    ),
];

const INSTRUCTIONS: Names = &[
    (0x01, "LOCK_UPDATE_HANDLE"),
    (0x02, "RELEASE_UPDATE_HANDLE"),
    (0x03, "UPDATE_COMPONENT"),
    (0x04, "VERIFY_COMPONENT"),
    (0x06, "ACTIVATE"),
    (0x07, "READ_COMPONENT"),
    (0x08, "CANCEL"),
    (0x09, "CHECK_UPDATE_HANDLE"),
    (0x0a, "FORCE_HANDLE_RELEASE"),
    (0x0b, "READ_PENDING_COMPONENT"),
];
const CONTROL_STATES: Names = &[
    (0, "IDLE"),
    (1, "LOCKED"),
    (2, "INITIALIZE"),
    (3, "DOWNLOAD"),
    (4, "VERIFY"),
    (5, "APPLY"),
    (6, "ACTIVATE"),
    (7, "UPLOAD"),
    (8, "UPLOAD_PENDING"),
];

const MCC: &[Field] = &[
    field("time_elapsed_since_last_cmd", 0x00, 27, 16),
    field("activation_delay_sec", 0x00, 15, 8).writable(),
    field("instruction", 0x00, 7, 0)
        .one_of(INSTRUCTIONS)
        .writable(),
    field("component_index", 0x04, 15, 0).index(),
    flag("auto_update", 0x08, 31).write_only(),
    field("update_handle", 0x08, 23, 0).hex().writable(),
    field("handle_owner_type", 0x0c, 31, 28),
    field("handle_owner_host_id", 0x0c, 27, 24),
    field("control_progress", 0x0c, 22, 16),
    field("error_code", 0x0c, 15, 8),
    field("control_state", 0x0c, 3, 0).one_of(CONTROL_STATES),
    field("component_size", 0x10, 31, 0).write_only(),
    field("device_index", 0x14, 27, 16).index(),
    field("device_type", 0x14, 7, 0).index(),
];

const MCDA: &[Field] = &[
    field("update_handle", 0x00, 23, 0).hex().writable(),
    field("offset", 0x04, 31, 0).writable(),
    field("size", 0x08, 15, 0).writable(),
];

const LEVELS: Names = &[(1 << 0, "LEVEL0"), (1 << 3, "LEVEL3"), (1 << 6, "LEVEL6")];
const TYPES: Names = &[(1 << 0, "FULL_CHIP"), (1 << 1, "NET_PORT_ALIVE")];
const METHODS: Names = &[(0, "LINK_TOGGLE"), (1, "HOT_RESET")];
const RESET_STATES: Names = &[
    (0, "IDLE"),
    (1, "IN_NEGOTIATION"),
    (2, "RESET_IN_PROGRESS"),
    (3, "NEG_TIMEOUT"),
    (4, "NACK"),
    (5, "UNLOAD_TIMEOUT"),
];

const MFRL: &[Field] = &[
    flag("pci_sync_for_fw_update_start", 0x04, 29).write_only(),
    field("pci_sync_for_fw_update_resp", 0x04, 28, 27).writable(),
    field("rst_type_sel", 0x04, 26, 24).writable(),
    field("pci_reset_req_method", 0x04, 23, 21)
        .one_of(METHODS)
        .writable(),
    field("reset_state", 0x04, 19, 16).one_of(RESET_STATES),
    field("reset_type", 0x04, 15, 8).set_of(TYPES),
    field("reset_level", 0x04, 7, 0).set_of(LEVELS).writable(),
];

pub(super) const REGISTERS: &[Register] = &[
    register(0x9028, "MFRL", 8, Both, "resets of the firmware", MFRL),
    register(0x9060, "MCQS", 16, Read, "components of the firmware", MCQS),
    register(
        0x9061,
        "MCQI",
        148,
        Read,
        "a component of the firmware",
        MCQI,
    )
    .views(MCQI_VIEWS)
    .defaults(&[("info_type", 1), ("data_size", 0x7c)]),
    register(0x9062, "MCC", 32, Both, "firmware update: control", MCC),
    register(0x9063, "MCDA", 144, Both, "firmware update: data", MCDA),
];
