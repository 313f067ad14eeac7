// SPDX-License-Identifier: GPL-2.0

//! Memory that the device may write, registered with FWCTL_RSC_UMEM_REG.

use std::fmt;
use std::ops::BitOr;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::sys::{uapi, Memory};
use crate::transport::{Registered, Transport};

/// What registering can do beyond, `enum fwctl_umem_flags`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UmemFlags(u64);

impl UmemFlags {
    /// Nothing beyond.
    pub const NONE: Self = Self(0);
    /// Make a key as well, by which RPCs name the memory.
    pub const MKEY: Self = Self(uapi::FWCTL_UMEM_MKEY as u64);
    /// For the register MCDD of mlx5; changes nothing.
    pub const MCDD: Self = Self(uapi::FWCTL_UMEM_MCDD as u64);

    /// The flags in the user interface.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Flags of the user interface, known or not.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl BitOr for UmemFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Memory that is pinned for the device until this goes away. [`crate::Device::umem`] makes it.
///
/// The device writes only while an RPC that names [`Umem::mkey`] is in flight. Those are sent by the
/// owner of the device, who has to keep them apart from [`Umem::as_slice`]; [`Umem::read`] needs no
/// such care.
pub struct Umem {
    memory: Arc<Memory>,
    ids: Registered,
    node: String,
    transport: Option<Arc<dyn Transport>>,
}

impl Umem {
    pub(crate) fn new(
        memory: Arc<Memory>,
        ids: Registered,
        node: String,
        transport: Arc<dyn Transport>,
    ) -> Self {
        Self {
            memory,
            ids,
            node,
            transport: Some(transport),
        }
    }

    /// The firmware's number of it.
    pub fn umem_id(&self) -> u32 {
        self.ids.umem_id
    }

    /// Its key, 0 without [`UmemFlags::MKEY`].
    pub fn mkey(&self) -> u32 {
        self.ids.mkey
    }

    /// Its number within the descriptor.
    pub fn rsc_id(&self) -> u32 {
        self.ids.rsc_id
    }

    /// What the key calls the first byte.
    pub fn device_address(&self) -> u64 {
        self.ids.device_address
    }

    /// Bytes of it.
    pub fn len(&self) -> usize {
        self.memory.len()
    }

    /// Never: the kernel registers no empty memory.
    pub fn is_empty(&self) -> bool {
        self.memory.is_empty()
    }

    /// Copies `len` bytes out from byte `at` on; `None` beyond the end.
    pub fn read(&self, at: usize, len: usize) -> Option<Vec<u8>> {
        self.memory.read(at, len)
    }

    /// All of it, while the device does not write.
    pub fn as_slice(&mut self) -> &[u8] {
        self.memory.slice()
    }

    /// Has the kernel end it now. The memory is ours again, zeroed or not.
    ///
    /// # Errors
    ///
    /// [`Error::Kernel`]: EBUSY, an RPC in flight or a key needs it; ENODEV; others tell why the
    /// firmware did not let go. The descriptor has it still, and its end tries once more.
    pub fn destroy(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        let Some(transport) = self.transport.take() else {
            return Ok(());
        };
        transport
            .umem_destroy(self.ids.rsc_id)
            .map_err(|errno| Error::kernel("FWCTL_RSC_DESTROY", &self.node, errno))
    }
}

impl Drop for Umem {
    fn drop(&mut self) {
        // What could not be ended now ends with the descriptor.
        let _ = self.end();
    }
}

impl fmt::Debug for Umem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Umem")
            .field("node", &self.node)
            .field("len", &self.len())
            .field("ids", &self.ids)
            .finish_non_exhaustive()
    }
}
