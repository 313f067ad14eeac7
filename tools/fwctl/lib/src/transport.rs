// SPDX-License-Identifier: GPL-2.0

//! What an open node can be asked: the ioctls, or a stand-in for them.

#[cfg(feature = "record")]
mod record;
#[cfg(feature = "record")]
mod recorder;
#[cfg(feature = "record")]
mod replay;

use std::fs::File;
use std::os::fd::AsFd;
use std::sync::Arc;

use crate::discovery::Node;
use crate::errno::Errno;
use crate::error::Error;
use crate::scope::Scope;
use crate::sys::{self, Memory};
use crate::umem::UmemFlags;

#[cfg(feature = "record")]
pub use record::{Entry, Header, Host, Line, RecordedNode, Span, Write, FORMAT, VERSION};
#[cfg(feature = "record")]
pub use recorder::{Recorder, Recording};
#[cfg(feature = "record")]
pub use replay::{Replay, ReplayFile};

/// Number of each ioctl, and bytes of its argument, for those who show them.
pub mod numbers {
    use crate::sys::{size_of, uapi};

    /// FWCTL_INFO.
    pub const INFO: (u32, u32) = (uapi::FWCTL_IOCTL_INFO, size_of::<uapi::fwctl_info>());
    /// FWCTL_RPC.
    pub const RPC: (u32, u32) = (uapi::FWCTL_IOCTL_RPC, size_of::<uapi::fwctl_rpc>());
    /// FWCTL_RSC_DESTROY.
    pub const DESTROY: (u32, u32) = (
        uapi::FWCTL_IOCTL_RSC_DESTROY,
        size_of::<uapi::fwctl_rsc_destroy>(),
    );
    /// FWCTL_RSC_UMEM_REG.
    pub const UMEM_REG: (u32, u32) = (
        uapi::FWCTL_IOCTL_RSC_UMEM_REG,
        size_of::<uapi::fwctl_rsc_umem_reg>(),
    );
}

/// What FWCTL_RSC_UMEM_REG answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The firmware's number.
    pub umem_id: u32,
    /// The key, 0 without one.
    pub mkey: u32,
    /// The number for FWCTL_RSC_DESTROY.
    pub rsc_id: u32,
    /// What the key calls the first byte: its user address.
    pub device_address: u64,
}

/// One open node. Each call is one ioctl, or stands for one; all can come from several threads.
pub trait Transport: Send + Sync {
    /// FWCTL_INFO: type and length of the device's data, with which `data` is filled as far as it goes.
    ///
    /// # Errors
    ///
    /// Those of the ioctl; see `include/uapi/fwctl/fwctl.h`. So for all calls.
    fn info(&self, data: &mut [u8]) -> Result<(u32, u32), Errno>;

    /// FWCTL_RPC: bytes that the firmware answered, of which at most the room was filled.
    ///
    /// # Errors
    ///
    /// As above. An error status of the firmware is success.
    fn rpc(&self, scope: Scope, request: &[u8], reply: &mut [u8]) -> Result<u32, Errno>;

    /// FWCTL_RSC_UMEM_REG.
    ///
    /// # Errors
    ///
    /// As above.
    fn umem_register(&self, memory: &Arc<Memory>, flags: UmemFlags) -> Result<Registered, Errno>;

    /// FWCTL_RSC_DESTROY of a umem.
    ///
    /// # Errors
    ///
    /// As above.
    fn umem_destroy(&self, rsc_id: u32) -> Result<(), Errno>;

    /// What the stand-in itself has to say of the call that just failed, where it is not the
    /// kernel's answer.
    fn complaint(&self) -> Option<String> {
        None
    }
}

/// The ioctls of an open node.
#[derive(Debug)]
pub struct Ioctls {
    file: File,
}

impl Ioctls {
    /// Opens the node.
    ///
    /// # Errors
    ///
    /// [`Error::Open`].
    pub fn open(node: &Node) -> Result<Self, Error> {
        let file = File::options().read(true).write(true).open(&node.path);
        let file = file.map_err(|error| Error::Open {
            path: node.path.clone(),
            errno: error.raw_os_error().map_or(Errno::IO, Errno::from_number),
        })?;
        Ok(Self { file })
    }
}

impl Transport for Ioctls {
    fn info(&self, data: &mut [u8]) -> Result<(u32, u32), Errno> {
        sys::info(self.file.as_fd(), data)
    }

    fn rpc(&self, scope: Scope, request: &[u8], reply: &mut [u8]) -> Result<u32, Errno> {
        sys::rpc(self.file.as_fd(), scope, request, reply)
    }

    fn umem_register(&self, memory: &Arc<Memory>, flags: UmemFlags) -> Result<Registered, Errno> {
        let ids = sys::umem_register(self.file.as_fd(), memory, flags)?;
        Ok(Registered {
            umem_id: ids.umem_id,
            mkey: ids.mkey,
            rsc_id: ids.rsc_id,
            device_address: memory.address(),
        })
    }

    fn umem_destroy(&self, rsc_id: u32) -> Result<(), Errno> {
        sys::umem_destroy(self.file.as_fd(), rsc_id)
    }
}
