// SPDX-License-Identifier: GPL-2.0

//! ConnectX and BlueField: what an RPC of `include/uapi/fwctl/mlx5.h` looks like.
//!
//! Sources are the Programmer's Reference Manual (PRM) and `include/linux/mlx5/` of the kernel. All
//! fields are big endian.

pub mod bits;
pub mod caps;
pub mod commands;
pub mod core_dump;
pub mod counters;
pub mod dump;
pub mod layout;
mod pieces;
pub mod registers;
pub mod resource_dump;
mod status;

pub use pieces::Fetched;
pub use status::Status;

use std::mem::offset_of;

use crate::device::{Device, DeviceType, Info};
use crate::error::{Error, Result, Rpc};
use crate::scope::Scope;
use crate::sys::uapi::fwctl_info_mlx5;

use bits::{get32, set16};

/// Bytes of the shortest mailbox, in either direction.
pub const MIN_LEN: usize = 16;
/// Bytes of the longest: 512 blocks of 512 bytes.
pub const MAX_LEN: usize = 512 * 512;

const ACCESS_REG: u16 = 0x805;
/// Byte of ACCESS_REG at which the register begins.
const REGISTER: usize = 0x10;

/// What FWCTL_INFO says of an mlx5 device, `struct fwctl_info_mlx5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mlx5Info {
    /// The user context of this descriptor.
    pub uid: u32,
    /// Its rights.
    pub uctx_caps: u32,
}

/// Rights of a user context, `MLX5_UCTX_OBJECT_CAP_*` of `mlx5_ifc.h`.
pub const UCTX_CAPS: &[(u32, &str)] = &[
    (1 << 0, "RAW_TX"),
    (1 << 1, "INTERNAL_DEVICE_RESOURCES"),
    (1 << 2, "TOOLS_RESOURCES"),
    (1 << 3, "RDMA_CTRL"),
    (1 << 4, "RDMA_CTRL_OTHER_VHCA"),
];

/// How a register is accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `op_mod` 1.
    Read,
    /// `op_mod` 0.
    Write,
}

/// A request of ACCESS_REG with this register.
pub fn access_register(method: Method, id: u16, register: &[u8]) -> Vec<u8> {
    let mut request = vec![0; REGISTER];
    set16(&mut request, 0, ACCESS_REG);
    set16(&mut request, 6, u16::from(method == Method::Read));
    set16(&mut request, 0xa, id);
    request.extend_from_slice(register);
    request
}

/// A request of a command with nothing but a header.
pub fn command(opcode: u16, op_mod: u16, len: usize) -> Vec<u8> {
    let mut request = vec![0; len.max(MIN_LEN)];
    set16(&mut request, 0, opcode);
    set16(&mut request, 6, op_mod);
    request
}

/// What a request asks for, for people: `QUERY_HCA_CAP 0x100`, `ACCESS_REG 0x805 (read MGIR 0x9020)`.
pub fn describe(request: &[u8]) -> String {
    let Some(opcode) = bits::get16(request, 0) else {
        return "RPC without an opcode".into();
    };
    let name = commands::name(opcode).unwrap_or("command");
    match (opcode, bits::get16(request, 6), bits::get16(request, 0xa)) {
        (ACCESS_REG | commands::ACCESS_REGISTER_USER, Some(op_mod), Some(id)) => {
            let method = match op_mod {
                0 => "write",
                1 => "read",
                _ => "access",
            };
            match registers::by_id(id) {
                Some(register) => {
                    format!("{name} {opcode:#x} ({method} {} {id:#x})", register.name)
                }
                None => format!("{name} {opcode:#x} ({method} {id:#x})"),
            }
        }
        _ => format!("{name} {opcode:#x}"),
    }
}

/// An open mlx5 device.
#[derive(Clone, Debug)]
pub struct Mlx5<'a> {
    device: &'a Device,
    info: Mlx5Info,
}

impl<'a> Mlx5<'a> {
    /// Asks whether it is one.
    ///
    /// # Errors
    ///
    /// [`Error::OtherType`], [`Error::Reply`]; [`Error::Kernel`] of [`Device::info`].
    pub fn new(device: &'a Device) -> Result<Self> {
        let info = parse_info(device.name(), &device.info()?)?;
        Ok(Self { device, info })
    }

    /// What `info`, which `device` gave, says of an mlx5 device.
    ///
    /// # Errors
    ///
    /// [`Error::OtherType`], [`Error::Reply`].
    pub fn parse_info(device: &Device, info: &Info) -> Result<Mlx5Info> {
        parse_info(device.name(), info)
    }

    /// The device.
    pub fn device(&self) -> &'a Device {
        self.device
    }

    /// What FWCTL_INFO says.
    pub fn info(&self) -> Mlx5Info {
        self.info
    }

    /// Sends a mailbox and gives the outbox, `room` bytes of it, if the firmware carried it out.
    ///
    /// # Errors
    ///
    /// [`Error::Kernel`] of [`Device::rpc`]; [`Error::Firmware`] with status and syndrome;
    /// [`Error::Reply`] if the outbox is shorter than a header.
    pub fn send(&self, scope: Scope, request: &[u8], room: usize) -> Result<Vec<u8>> {
        let what = describe(request);
        let reply = self
            .device
            .rpc(scope, request, room)
            .map_err(|error| error.about(&what))?;
        let on = self.device.name();
        let (Some(&status), Some(syndrome)) = (reply.bytes.first(), get32(&reply.bytes, 4)) else {
            let why = format!("the reply has only {} bytes", reply.bytes.len());
            return Err(Error::reply(on, what, why));
        };
        if status != 0 {
            return Err(Error::Firmware {
                on: on.to_owned(),
                rpc: Rpc { scope, what },
                status: Status(status),
                syndrome,
            });
        }
        Ok(reply.bytes)
    }

    /// Reads a register. `register` has its length, and the fields that select what is read.
    ///
    /// # Errors
    ///
    /// As [`Mlx5::send`].
    pub fn read_register(&self, id: u16, register: &[u8]) -> Result<Vec<u8>> {
        self.access(Scope::DebugReadOnly, Method::Read, id, register)
    }

    /// Writes a register, and gives what the firmware made of it.
    ///
    /// # Errors
    ///
    /// As [`Mlx5::send`].
    pub fn write_register(&self, scope: Scope, id: u16, register: &[u8]) -> Result<Vec<u8>> {
        self.access(scope, Method::Write, id, register)
    }

    /// Accesses a register in this scope.
    ///
    /// # Errors
    ///
    /// As [`Mlx5::send`].
    pub fn access(
        &self,
        scope: Scope,
        method: Method,
        id: u16,
        register: &[u8],
    ) -> Result<Vec<u8>> {
        let request = access_register(method, id, register);
        let mut reply = self.send(scope, &request, request.len())?;
        if reply.len() < request.len() {
            let why = format!("the reply has {} bytes of {}", reply.len(), request.len());
            return Err(Error::reply(self.device.name(), describe(&request), why));
        }
        Ok(reply.split_off(REGISTER))
    }

    /// QUERY_HCA_CAP of one group: its 4,096 bytes.
    ///
    /// # Errors
    ///
    /// As [`Mlx5::send`]; firmware that does not know the group answers BAD_PARAM.
    pub fn query_caps(&self, group: u16, mode: caps::Mode) -> Result<Vec<u8>> {
        let request = command(commands::QUERY_HCA_CAP, (group << 1) | mode.bit(), MIN_LEN);
        let mut reply = self.send(Scope::Configuration, &request, MIN_LEN + caps::LEN)?;
        if reply.len() < MIN_LEN {
            return Err(Error::reply(
                self.device.name(),
                describe(&request),
                "the reply has no capabilities",
            ));
        }
        Ok(reply.split_off(MIN_LEN))
    }
}

fn parse_info(on: &str, info: &Info) -> Result<Mlx5Info> {
    let at = [
        offset_of!(fwctl_info_mlx5, uid),
        offset_of!(fwctl_info_mlx5, uctx_caps),
    ];
    let [uid, uctx_caps] = info.words(on, DeviceType::Mlx5, at)?;
    Ok(Mlx5Info { uid, uctx_caps })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Theory: a request is what the PRM says, and its description names what it does.
    #[test]
    fn requests_are_those_of_the_prm() {
        let request = access_register(Method::Read, 0x9020, &[7; 4]);
        let wanted = [
            8, 5, 0, 0, 0, 0, 0, 1, 0, 0, 0x90, 0x20, 0, 0, 0, 0, 7, 7, 7, 7,
        ];
        assert_eq!(request, wanted);
        assert_eq!(describe(&request), "ACCESS_REG 0x805 (read MGIR 0x9020)");
        let request = access_register(Method::Write, 0xabcd, &[]);
        assert_eq!(describe(&request), "ACCESS_REG 0x805 (write 0xabcd)");
        assert_eq!(describe(&command(0x100, 1, 0)), "QUERY_HCA_CAP 0x100");
        assert_eq!(describe(&[0xff, 0xff]), "command 0xffff");
        assert_eq!(describe(&[0xff]), "RPC without an opcode");
    }

    // Theory: data of another type, or too short, is refused.
    #[test]
    fn info_is_checked() {
        let info = |device_type, data: &[u8]| Info {
            device_type,
            data: data.to_vec(),
        };
        let mut data = 7u32.to_ne_bytes().to_vec();
        data.extend(4u32.to_ne_bytes());
        let parsed = parse_info("x", &info(DeviceType::Mlx5, &data)).unwrap();
        assert_eq!((parsed.uid, parsed.uctx_caps), (7, 4));
        assert!(parse_info("x", &info(DeviceType::Mlx5, &data[..7])).is_err());
        assert!(parse_info("x", &info(DeviceType::Cxl, &data)).is_err());
    }
}
