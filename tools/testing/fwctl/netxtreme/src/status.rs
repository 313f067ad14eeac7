// SPDX-License-Identifier: GPL-2.0

//! What a response says of a command that was not carried out. Source: `HWRM_ERR_CODE_*` in `hsi.h`.

/// Bytes of a response that is an error.
pub(crate) const ERROR_LEN: usize = 16;

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    /// The command's own word, byte 14 of the response.
    pub(crate) detail: u8,
}

/// Error codes that the model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Code {
    Fail = 0x1,
    InvalidParams = 0x2,
    AccessDenied = 0x3,
    AllocError = 0x4,
    EntityNotPresent = 0x13,
    NotSupported = 0xffff,
}

impl Code {
    /// The refusal, with a word of the command.
    pub(crate) fn detail(self, detail: u8) -> Refusal {
        Refusal {
            code: self as u16,
            detail,
        }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        code.detail(0)
    }
}
