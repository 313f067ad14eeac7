// SPDX-License-Identifier: GPL-2.0

//! Status of an outbox, `MLX5_CMD_STAT_*` of `include/linux/mlx5/device.h`.

use std::fmt;

use crate::codes::{self, Code};

/// What the firmware says of a command. 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status(pub u8);

const NAMES: &[Code<u8>] = &[
    (0x00, "OK", "carried out"),
    (0x01, "INTERNAL_ERR", "an error inside of the firmware"),
    (0x02, "BAD_OP", "it does not know this command or modifier"),
    (
        0x03,
        "BAD_PARAM",
        "it does not take this parameter, or does not know this register",
    ),
    (
        0x04,
        "BAD_SYS_STATE",
        "not in the present state of the device",
    ),
    (
        0x05,
        "BAD_RESOURCE",
        "there is no such resource, or it belongs to another",
    ),
    (0x06, "RESOURCE_BUSY", "the resource is in use: try again"),
    (0x07, "NOT_READY", "not ready: try again"),
    (0x08, "EXCEED_LIM", "a limit of the device is reached"),
    (
        0x09,
        "BAD_RES_STATE",
        "the resource is not in the right state",
    ),
    (0x0a, "BAD_INDEX", "there is no such index"),
    (0x0f, "NO_RESOURCES", "the device has none left"),
    (
        0x10,
        "BAD_QP_STATE",
        "the queue pair is not in the right state",
    ),
    (0x30, "BAD_PKT", "a malformed packet"),
    (0x40, "BAD_SIZE", "more outstanding completions than fit"),
    (
        0x50,
        "BAD_INPUT_LEN",
        "the request is too short or too long",
    ),
    (
        0x51,
        "BAD_OUTPUT_LEN",
        "the room for the reply is too small",
    ),
];

impl Status {
    /// Carried out.
    pub const OK: Self = Self(0);
    /// Unknown command or modifier.
    pub const BAD_OP: Self = Self(0x02);
    /// Unknown parameter, register or group.
    pub const BAD_PARAM: Self = Self(0x03);
    /// No such resource.
    pub const BAD_RESOURCE: Self = Self(0x05);

    /// Its name; `None` for one that the kernel does not know either.
    pub fn name(self) -> Option<&'static str> {
        codes::find(NAMES, self.0).map(|row| row.1)
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> Option<&'static str> {
        codes::find(NAMES, self.0).map(|row| row.2)
    }

    /// Whether another try can help.
    pub fn is_passing(self) -> bool {
        matches!(self.0, 0x06 | 0x07)
    }
}

impl fmt::Display for Status {
    /// Name and number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        codes::show(f, NAMES, "status", self.0)
    }
}
