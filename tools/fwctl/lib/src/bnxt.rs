// SPDX-License-Identifier: GPL-2.0

//! NetXtreme: what an RPC of `include/uapi/fwctl/bnxt.h` looks like.
//!
//! Source is `include/linux/bnxt/hsi.h` of the kernel. All fields are little endian.

pub mod commands;
mod error_code;

pub use error_code::ErrorCode;

use std::mem::offset_of;

use crate::device::{Device, DeviceType, Info};
use crate::error::Result;
use crate::sys::uapi::{self, fwctl_info_bnxt};

/// Bytes of the header of a request and of a response, which both have at least.
pub const HEADER_LEN: usize = 16;
/// Bytes of the longest response that there can be.
pub const MAX_RESPONSE_LEN: usize = 4096;

/// What FWCTL_INFO says of a bnxt device, `struct fwctl_info_bnxt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BnxtInfo {
    /// What the driver accepts.
    pub uctx_caps: u32,
}

impl BnxtInfo {
    /// What `info`, which `device` gave, says of a bnxt device.
    ///
    /// # Errors
    ///
    /// [`Error::OtherType`], [`Error::Reply`].
    pub fn parse(device: &Device, info: &Info) -> Result<Self> {
        parse_info(device.name(), info)
    }
}

/// What a driver can accept, by bits of `enum fwctl_bnxt_commands`.
pub const UCTX_CAPS: &[(u32, &str)] = &[
    (1 << uapi::FWCTL_BNXT_INLINE_COMMANDS, "INLINE_COMMANDS"),
    (1 << uapi::FWCTL_BNXT_QUERY_COMMANDS, "QUERY_COMMANDS"),
    (1 << uapi::FWCTL_BNXT_SEND_COMMANDS, "SEND_COMMANDS"),
    (1 << uapi::FWCTL_BNXT_DMA_COMMANDS, "DMA_COMMANDS"),
];

/// What a request asks for, for people: `VER_GET 0x0`.
pub fn describe(request: &[u8]) -> String {
    let Some(&number) = request.first_chunk() else {
        return "RPC without a request type".into();
    };
    let number = u16::from_le_bytes(number);
    format!(
        "{} {number:#x}",
        commands::name(number).unwrap_or("request")
    )
}

/// The firmware's word in a response; `None` if it is shorter than a header.
pub fn error_code(response: &[u8]) -> Option<ErrorCode> {
    let code = response
        .first_chunk()
        .filter(|_| response.len() >= HEADER_LEN)?;
    Some(ErrorCode(u16::from_le_bytes(*code)))
}

fn parse_info(on: &str, info: &Info) -> Result<BnxtInfo> {
    let at = [offset_of!(fwctl_info_bnxt, uctx_caps)];
    let [uctx_caps] = info.words(on, DeviceType::Bnxt, at)?;
    Ok(BnxtInfo { uctx_caps })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Theory: a request is named, and a response that is cut has no word of the firmware.
    #[test]
    fn messages_are_described() {
        assert_eq!(describe(&[0xfd, 0xff, 1]), "NVM_READ 0xfffd");
        assert_eq!(describe(&[0x17, 0]), "request 0x17");
        assert_eq!(describe(&[0]), "RPC without a request type");
        let mut response = [0; HEADER_LEN];
        assert_eq!(error_code(&response), Some(ErrorCode::SUCCESS));
        response[..2].copy_from_slice(&[0xff, 0xff]);
        let code = error_code(&response).unwrap();
        assert_eq!(code.to_string(), "CMD_NOT_SUPPORTED (0xffff)");
        assert_eq!(error_code(&response[1..]), None);
        assert_eq!(ErrorCode(0x77).to_string(), "error 0x77");
    }

    // Theory: data of another type, or too short, is refused.
    #[test]
    fn info_is_checked() {
        let info = |device_type, data: &[u8]| Info {
            device_type,
            data: data.to_vec(),
        };
        let data = 0xfu32.to_ne_bytes();
        let parsed = parse_info("x", &info(DeviceType::Bnxt, &data)).unwrap();
        assert_eq!(parsed.uctx_caps, 0xf);
        assert!(UCTX_CAPS.iter().all(|(bit, _)| parsed.uctx_caps & bit != 0));
        assert!(parse_info("x", &info(DeviceType::Bnxt, &data[..3])).is_err());
        assert!(parse_info("x", &info(DeviceType::Mlx5, &data)).is_err());
    }
}
