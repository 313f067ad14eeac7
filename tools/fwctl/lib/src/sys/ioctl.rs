// SPDX-License-Identifier: GPL-2.0

//! The ioctls of `include/uapi/fwctl/fwctl.h`.

use std::os::fd::BorrowedFd;

use rustix::ioctl::{ioctl, Opcode, Updater};

use super::{uapi, Memory};
use crate::errno::Errno;
use crate::scope::Scope;
use crate::umem::UmemFlags;

/// What FWCTL_RSC_UMEM_REG answers.
pub(crate) struct UmemIds {
    pub(crate) umem_id: u32,
    pub(crate) mkey: u32,
    pub(crate) rsc_id: u32,
}

/// Bytes of an argument; all are far below what `u32` holds.
pub(crate) const fn size_of<T>() -> u32 {
    std::mem::size_of::<T>() as u32
}

fn size_of_bytes(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Sends a command whose argument is `argument`.
///
/// # Safety
///
/// `T` is the structure of the command `OPCODE`, and what its pointers point at can be read and
/// written as the command does.
unsafe fn send<const OPCODE: Opcode, T>(fd: BorrowedFd<'_>, argument: &mut T) -> Result<(), Errno> {
    // SAFETY: the kernel reads and writes no more than the size that stands in the structure, which
    // the caller says is T.
    unsafe { ioctl(fd, Updater::<OPCODE, T>::new(argument)) }.map_err(Errno::from)
}

/// FWCTL_INFO with `data` as room for the device's data: type and length of the data.
pub(crate) fn info(fd: BorrowedFd<'_>, data: &mut [u8]) -> Result<(u32, u32), Errno> {
    let mut argument = uapi::fwctl_info {
        size: size_of::<uapi::fwctl_info>(),
        device_data_len: size_of_bytes(data.len()),
        out_device_data: data.as_mut_ptr() as u64,
        ..Default::default()
    };
    // SAFETY: the room is exclusively ours and as long as the structure says.
    unsafe { send::<{ uapi::FWCTL_IOCTL_INFO }, _>(fd, &mut argument) }?;
    Ok((argument.out_device_type, argument.device_data_len))
}

/// FWCTL_RPC: bytes that the firmware answered, of which at most the room was filled.
pub(crate) fn rpc(
    fd: BorrowedFd<'_>,
    scope: Scope,
    request: &[u8],
    reply: &mut [u8],
) -> Result<u32, Errno> {
    let mut argument = uapi::fwctl_rpc {
        size: size_of::<uapi::fwctl_rpc>(),
        scope: scope.number(),
        in_len: size_of_bytes(request.len()),
        out_len: size_of_bytes(reply.len()),
        in_: request.as_ptr() as u64,
        out: reply.as_mut_ptr() as u64,
    };
    // SAFETY: the request is only read; the reply is exclusively ours and as long as the structure
    // says.
    unsafe { send::<{ uapi::FWCTL_IOCTL_RPC }, _>(fd, &mut argument) }?;
    Ok(argument.out_len)
}

/// FWCTL_RSC_UMEM_REG of all of `memory`.
pub(crate) fn umem_register(
    fd: BorrowedFd<'_>,
    memory: &Memory,
    flags: UmemFlags,
) -> Result<UmemIds, Errno> {
    let mut argument = uapi::fwctl_rsc_umem_reg {
        size: size_of::<uapi::fwctl_rsc_umem_reg>(),
        flags: flags.bits(),
        addr: memory.address(),
        len: memory.len() as u64,
        ..Default::default()
    };
    // SAFETY: `memory` allows others to write it at any time, and a mapping that ends while the
    // device has its pages leaves them with the kernel.
    unsafe { send::<{ uapi::FWCTL_IOCTL_RSC_UMEM_REG }, _>(fd, &mut argument) }?;
    Ok(UmemIds {
        umem_id: argument.umem_id,
        mkey: argument.mkey_id,
        rsc_id: argument.rsc_id,
    })
}

/// FWCTL_RSC_DESTROY of a umem.
pub(crate) fn umem_destroy(fd: BorrowedFd<'_>, rsc_id: u32) -> Result<(), Errno> {
    let mut argument = uapi::fwctl_rsc_destroy {
        size: size_of::<uapi::fwctl_rsc_destroy>(),
        type_: uapi::FWCTL_RSC_TYPE_UMEM,
        rsc_id,
        ..Default::default()
    };
    // SAFETY: the structure has no pointers.
    unsafe { send::<{ uapi::FWCTL_IOCTL_RSC_DESTROY }, _>(fd, &mut argument) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::offset_of;

    // Theory: what bindgen made of the headers has the sizes and offsets that deployed clients use.
    #[test]
    fn structures_are_those_of_deployed_clients() {
        assert_eq!(size_of::<uapi::fwctl_info>(), 24);
        assert_eq!(offset_of!(uapi::fwctl_info, out_device_data), 16);
        assert_eq!(size_of::<uapi::fwctl_rpc>(), 32);
        assert_eq!(offset_of!(uapi::fwctl_rpc, out), 24);
        assert_eq!(size_of::<uapi::fwctl_rsc_destroy>(), 24);
        assert_eq!(offset_of!(uapi::fwctl_rsc_destroy, rsc_id), 20);
        assert_eq!(size_of::<uapi::fwctl_rsc_umem_reg>(), 48);
        assert_eq!(offset_of!(uapi::fwctl_rsc_umem_reg, rsc_id), 40);
        assert_eq!(size_of::<uapi::fwctl_info_mlx5>(), 8);
        assert_eq!(uapi::FWCTL_IOCTL_INFO, 0x9a00);
        assert_eq!(uapi::FWCTL_IOCTL_RSC_UMEM_REG, 0x9a03);
    }

    // Theory: an errno of the kernel comes back as it is.
    #[test]
    fn errno_comes_back() {
        use std::os::fd::AsFd;
        let null = std::fs::File::open("/dev/null").unwrap();
        assert_eq!(info(null.as_fd(), &mut []).err(), Some(Errno::NOTTY));
    }
}
