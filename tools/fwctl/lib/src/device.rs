// SPDX-License-Identifier: GPL-2.0

//! One open device.

use std::fmt;
use std::sync::Arc;

use crate::discovery::Node;
use crate::errno::Errno;
use crate::error::{Error, Result, Rpc};
use crate::scope::Scope;
use crate::sys::{uapi, Memory};
use crate::transport::{Ioctls, Transport};
use crate::umem::{Umem, UmemFlags};

/// Bytes of the longest request and reply that the kernel takes, `struct fwctl_rpc`. Drivers have
/// limits of their own below it.
pub const MAX_RPC_LEN: usize = 2 << 20;

/// Room for INFO data; what a kernel has beyond is not asked for.
const INFO_ROOM: usize = 64;

/// Who defines the layout of RPCs and of INFO data, `enum fwctl_device_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceType {
    /// NVIDIA ConnectX and BlueField, `include/uapi/fwctl/mlx5.h`.
    Mlx5,
    /// CXL.
    Cxl,
    /// Broadcom NetXtreme.
    Bnxt,
    /// AMD Pensando.
    Pds,
    /// One that this version does not know.
    Other(u32),
}

impl DeviceType {
    /// The type of this number.
    pub fn from_number(number: u32) -> Self {
        match number {
            uapi::FWCTL_DEVICE_TYPE_MLX5 => Self::Mlx5,
            uapi::FWCTL_DEVICE_TYPE_CXL => Self::Cxl,
            uapi::FWCTL_DEVICE_TYPE_BNXT => Self::Bnxt,
            uapi::FWCTL_DEVICE_TYPE_PDS => Self::Pds,
            number => Self::Other(number),
        }
    }

    /// Its number in the user interface.
    pub fn number(self) -> u32 {
        match self {
            Self::Mlx5 => uapi::FWCTL_DEVICE_TYPE_MLX5,
            Self::Cxl => uapi::FWCTL_DEVICE_TYPE_CXL,
            Self::Bnxt => uapi::FWCTL_DEVICE_TYPE_BNXT,
            Self::Pds => uapi::FWCTL_DEVICE_TYPE_PDS,
            Self::Other(number) => number,
        }
    }
}

impl fmt::Display for DeviceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mlx5 => f.write_str("mlx5"),
            Self::Cxl => f.write_str("cxl"),
            Self::Bnxt => f.write_str("bnxt"),
            Self::Pds => f.write_str("pds"),
            Self::Other(number) => write!(f, "type {number}"),
        }
    }
}

/// What FWCTL_INFO says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// What stands behind the node.
    pub device_type: DeviceType,
    /// The device's data, in the layout of its type.
    pub data: Vec<u8>,
}

impl Info {
    /// Words of the data, by where they are, of the device `on`, which should be of type `wanted`.
    pub(crate) fn words<const N: usize>(
        &self,
        on: &str,
        wanted: DeviceType,
        at: [usize; N],
    ) -> Result<[u32; N]> {
        if self.device_type != wanted {
            return Err(Error::OtherType {
                on: on.to_owned(),
                is: self.device_type,
                wanted,
            });
        }
        let mut words = [0; N];
        for (word, at) in words.iter_mut().zip(at) {
            let bytes = self.data.get(at..).and_then(|from| from.first_chunk());
            let Some(&bytes) = bytes else {
                let why = format!("{} bytes of {wanted} data", self.data.len());
                return Err(Error::reply(on, "FWCTL_INFO", why));
            };
            // A structure of the kernel, so in its byte order.
            *word = u32::from_ne_bytes(bytes);
        }
        Ok(words)
    }
}

/// What the firmware answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// As much of it as there was room for.
    pub bytes: Vec<u8>,
    /// Bytes of all of it.
    pub full_len: u32,
}

/// An open device. What it makes in the firmware ends with it.
#[derive(Clone)]
pub struct Device {
    node: Node,
    transport: Arc<dyn Transport>,
}

impl Device {
    /// Opens the node, for which one needs to be root.
    ///
    /// # Errors
    ///
    /// [`Error::Open`]: EACCES, ENOENT, ENODEV, or what the driver says of a new user context.
    pub fn open(node: &Node) -> Result<Self> {
        let ioctls = Ioctls::open(node)?;
        Ok(Self::with_transport(node.clone(), Box::new(ioctls)))
    }

    /// A device behind something else than ioctls.
    pub fn with_transport(node: Node, transport: Box<dyn Transport>) -> Self {
        Self {
            node,
            transport: Arc::from(transport),
        }
    }

    /// What is known of it without opening it.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Its name, such as `fwctl0`.
    pub fn name(&self) -> &str {
        &self.node.name
    }

    fn failure(&self, ioctl: &'static str, errno: Errno) -> Error {
        match self.transport.complaint() {
            Some(why) => Error::StandIn {
                on: self.name().to_owned(),
                why,
            },
            None => Error::kernel(ioctl, self.name(), errno),
        }
    }

    /// Asks what stands behind the node.
    ///
    /// # Errors
    ///
    /// [`Error::Kernel`]: ENODEV.
    pub fn info(&self) -> Result<Info> {
        let mut data = vec![0; INFO_ROOM];
        let (number, len) = self
            .transport
            .info(&mut data)
            .map_err(|errno| self.failure("FWCTL_INFO", errno))?;
        data.truncate(usize::try_from(len).unwrap_or(usize::MAX));
        Ok(Info {
            device_type: DeviceType::from_number(number),
            data,
        })
    }

    /// Sends `request` and gives what the firmware answered, at most `room` bytes of it. The layout of
    /// both is that of the device type; an error status of the firmware is in the reply.
    ///
    /// # Errors
    ///
    /// [`Error::Kernel`] with its `rpc`: EBADMSG, the driver does not allow this RPC in this scope;
    /// EPERM, a capability is missing or lockdown forbids it; EMSGSIZE, a length is out of bounds;
    /// ENOENT, EFAULT, EBUSY, it names what the descriptor does not own, or what is in use; ENODEV;
    /// others tell why it did not reach the firmware, such as ETIMEDOUT.
    pub fn rpc(&self, scope: Scope, request: &[u8], room: usize) -> Result<Reply> {
        let what = format!("RPC of {} bytes", request.len());
        let refused = |errno| match self.failure("FWCTL_RPC", errno) {
            Error::Kernel {
                ioctl, on, errno, ..
            } => Error::Kernel {
                ioctl,
                on,
                errno,
                rpc: Some(Rpc {
                    scope,
                    what: what.clone(),
                }),
            },
            other => other,
        };
        if request.len().max(room) > MAX_RPC_LEN {
            return Err(refused(Errno::MSGSIZE));
        }
        let mut bytes = vec![0; room];
        let full_len = self
            .transport
            .rpc(scope, request, &mut bytes)
            .map_err(refused)?;
        bytes.truncate(usize::try_from(full_len).unwrap_or(usize::MAX));
        Ok(Reply { bytes, full_len })
    }

    /// Makes memory of `len` bytes that the device may write.
    ///
    /// # Errors
    ///
    /// [`Error::Kernel`]: EINVAL, `len` is 0 or above what a umem may have; ENOMEM, of `mmap` there is
    /// not so much memory, of the ioctl a limit on locked memory is reached; EOPNOTSUPP, the device or the platform cannot do it; ENOSPC, the descriptor
    /// has as many as it may; ENOTTY, the kernel is one without umems.
    pub fn umem(&self, len: usize, flags: UmemFlags) -> Result<Umem> {
        let memory = Memory::new(len).map_err(|errno| self.failure("mmap", errno))?;
        let memory = Arc::new(memory);
        let ids = self
            .transport
            .umem_register(&memory, flags)
            .map_err(|errno| self.failure("FWCTL_RSC_UMEM_REG", errno))?;
        let transport = Arc::clone(&self.transport);
        Ok(Umem::new(memory, ids, self.name().to_owned(), transport))
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("node", &self.node)
            .finish_non_exhaustive()
    }
}
