// SPDX-License-Identifier: GPL-2.0

//! Error code of a response, `HWRM_ERR_CODE_*` of `include/linux/bnxt/hsi.h`.

use std::fmt;

use crate::codes::{self, Code};

/// What the firmware says of a request. 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub u16);

const NAMES: &[Code<u16>] = &[
    (0x00, "SUCCESS", "carried out"),
    (0x01, "FAIL", "an error inside of the firmware"),
    (0x02, "INVALID_PARAMS", "it does not take these parameters"),
    (0x03, "RESOURCE_ACCESS_DENIED", "this function may not"),
    (0x04, "RESOURCE_ALLOC_ERROR", "the device has none left"),
    (0x05, "INVALID_FLAGS", "it does not take these flags"),
    (0x06, "INVALID_ENABLES", "it does not take what is enabled"),
    (0x07, "UNSUPPORTED_TLV", "it does not know this extension"),
    (0x08, "NO_BUFFER", "it has no memory left"),
    (
        0x09,
        "UNSUPPORTED_OPTION_ERR",
        "it does not know this option",
    ),
    (0x0a, "HOT_RESET_PROGRESS", "it is being reset: try again"),
    (0x0b, "HOT_RESET_FAIL", "a reset has failed"),
    (
        0x0c,
        "NO_FLOW_COUNTER_DURING_ALLOC",
        "the device has no counter left",
    ),
    (0x0d, "KEY_HASH_COLLISION", "the key collides with another"),
    (0x0e, "KEY_ALREADY_EXISTS", "the key is there already"),
    (0x0f, "HWRM_ERROR", "an error of the interface"),
    (0x10, "BUSY", "busy: try again"),
    (0x11, "RESOURCE_LOCKED", "the resource is in use: try again"),
    (0x12, "PF_UNAVAILABLE", "the physical function is not there"),
    (0x13, "ENTITY_NOT_PRESENT", "there is no such thing"),
    (0x14, "SECURE_SOC_ERROR", "the secure processor refuses"),
    (0x8000, "TLV_ENCAPSULATED_RESPONSE", "an extended response"),
    (0xfffe, "UNKNOWN_ERR", "an error that has no name"),
    (0xffff, "CMD_NOT_SUPPORTED", "it does not know this request"),
];

impl ErrorCode {
    /// Carried out.
    pub const SUCCESS: Self = Self(0);

    /// Its name; `None` for one that the kernel does not know either.
    pub fn name(self) -> Option<&'static str> {
        codes::find(NAMES, self.0).map(|row| row.1)
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> Option<&'static str> {
        codes::find(NAMES, self.0).map(|row| row.2)
    }
}

impl fmt::Display for ErrorCode {
    /// Name and number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        codes::show(f, NAMES, "error", self.0)
    }
}
