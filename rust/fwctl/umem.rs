// SPDX-License-Identifier: GPL-2.0

//! Umems: user memory that a device may write.
//!
//! A [`Umem`] owns its pages and their mapping for the device, and they are never given back while
//! the device may still write there: once its bus addresses were read, only
//! [`released`](Umem::released) says that the firmware has let go of them. Dropped without that,
//! it goes to the [`quarantine`](super::quarantine).

use super::{
    quarantine::{
        Lent,
        Memory, //
    },
    sys::{
        dma::Mapping,
        pin::PinnedPages, //
    },
    ResourceId, //
};
use kernel::{
    device,
    page::{
        PAGE_SHIFT,
        PAGE_SIZE, //
    },
    prelude::*,
    sync::{
        atomic::{
            ordering::Full,
            Atomic, //
        },
        Arc, //
    }, //
};

/// Bytes of user memory that one device has pinned.
#[derive(Clone)]
pub struct Budget(Arc<Atomic<usize>>);

impl Budget {
    /// Nothing yet. `ENOMEM`.
    pub fn new() -> Result<Self> {
        Ok(Self(Arc::new(Atomic::new(0), GFP_KERNEL)?))
    }

    /// Takes `bytes` of it, which may not exceed `limit` in sum. `ENOMEM`.
    pub fn take(&self, bytes: usize, limit: usize) -> Result<Share> {
        let before = self.0.fetch_add(bytes, Full);
        // Gives it back if it was too much.
        let share = Share {
            budget: self.0.clone(),
            bytes,
        };
        match before.checked_add(bytes) {
            Some(sum) if sum <= limit => Ok(share),
            _ => Err(ENOMEM),
        }
    }
}

/// A part of a [`Budget`].
pub struct Share {
    budget: Arc<Atomic<usize>>,
    bytes: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.fetch_sub(self.bytes, Full);
    }
}

/// What a user asked for beyond the memory itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UmemFlags(u32);

impl UmemFlags {
    const MKEY: u32 = 1;
    const MCDD: u32 = 2;

    /// Nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// A key, by which registers and commands can name the memory.
    pub fn mkey(self) -> bool {
        self.0 & Self::MKEY != 0
    }
}

impl TryFrom<u64> for UmemFlags {
    type Error = Error;

    /// `EOPNOTSUPP` for a flag that is not known.
    fn try_from(flags: u64) -> Result<Self> {
        match u32::try_from(flags) {
            Ok(flags) if flags & !(Self::MKEY | Self::MCDD) == 0 => Ok(Self(flags)),
            _ => Err(EOPNOTSUPP),
        }
    }
}

/// What the user is told of a new umem.
#[derive(Clone, Copy)]
pub struct UmemNumbers {
    /// Its number for FWCTL_RSC_DESTROY.
    pub rsc_id: ResourceId,
    /// The firmware's number of it.
    pub umem_id: u32,
    /// Its key, or 0 if none was asked for.
    pub mkey_id: u32,
}

/// Pinned memory on its way to the driver.
pub struct UmemRequest {
    /// The memory.
    pub pages: PinnedPages,
    /// Of what its device may pin.
    pub share: Share,
    /// What else is wanted.
    pub flags: UmemFlags,
}

/// User memory that a device may write: pinned, accounted for, and mapped for the device.
///
/// Dropped before [`expose`](Self::expose) or [`expose_at`](Self::expose_at), or after
/// [`released`](Self::released), it is given back at once. Dropped in between, its pages and their
/// mapping go to the [`quarantine`](super::quarantine).
///
/// # Context
///
/// May be dropped where one may sleep. The other methods do not sleep.
///
/// # Examples
///
/// ```ignore
/// let shift = umem.page_shift(hardware.max_page_shift());
/// match hardware.create_umem(umem.page_offset(), umem.expose(shift)) {
///     Ok(id) => Ok(Object { umem, id }),
///     Err(refusal) => {
///         // The firmware said no, so it has not kept the addresses.
///         umem.released();
///         Err(refusal)
///     }
/// }
/// ```
pub struct Umem(Lent);

impl Umem {
    /// Maps `pages` for `device`, which must be bound to its driver. `EOPNOTSUPP` if the platform
    /// would have to copy what the device writes; `ENOMEM`, or the error of the DMA layer.
    pub(crate) fn new(pages: PinnedPages, share: Share, device: &device::Device) -> Result<Self> {
        let mapping = Mapping::new(pages, device)?;
        // Nothing but whole pages is anybody's.
        if mapping
            .segments()
            .any(|at| (at.addr | at.len) % PAGE_SIZE as u64 != 0)
        {
            return Err(EOPNOTSUPP);
        }
        Ok(Self(Lent::new(Memory::User(mapping, share))?))
    }

    fn mapping(&self) -> Option<&Mapping> {
        match self.0.memory()? {
            Memory::User(mapping, _) => Some(mapping),
            Memory::Buffer(..) => None,
        }
    }

    /// Where the user has it.
    pub fn addr(&self) -> u64 {
        self.mapping()
            .map_or(0, |mapping| mapping.pages().addr() as u64)
    }

    /// Bytes.
    pub fn len(&self) -> u64 {
        self.mapping()
            .map_or(0, |mapping| mapping.pages().len() as u64)
    }

    /// Whether it has none. It never does.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes between the beginning of the first page and that of the memory.
    pub fn page_offset(&self) -> u32 {
        (self.addr() & (PAGE_SIZE as u64 - 1)) as u32
    }

    /// The largest pages, `1 << shift` bytes each with `shift` at most `max`, of which the memory
    /// consists for the device: nothing beyond the pinned pages is in them.
    pub fn page_shift(&self, max: u32) -> u32 {
        let mut borders = 0;
        for segment in self.mapping().iter().flat_map(|mapping| mapping.segments()) {
            borders |= segment.addr | (segment.addr + segment.len);
        }
        borders
            .trailing_zeros()
            .clamp(PAGE_SHIFT as u32, max.max(PAGE_SHIFT as u32))
    }

    /// Bytes of the pages that hold the memory.
    pub fn span(&self) -> u64 {
        self.mapping()
            .map_or(0, |mapping| (mapping.pages().count() << PAGE_SHIFT) as u64)
    }

    /// The bus addresses of the pages of `1 << shift` bytes. From here on the firmware may know
    /// them: the memory is given back after [`released`](Self::released) only.
    pub fn expose(&self, shift: u32) -> impl Iterator<Item = u64> + '_ {
        self.0.expose();
        self.mapping()
            .into_iter()
            .flat_map(|mapping| mapping.segments())
            .flat_map(move |segment| {
                (0..segment.len >> shift).map(move |page| segment.addr + (page << shift))
            })
    }

    /// Where the device has the `len` bytes at the user address `addr`, if all are in it and are
    /// contiguous for the device.
    fn place(&self, addr: u64, len: u64) -> Option<u64> {
        if !self.covers(addr, len) {
            return None;
        }
        let mut before = addr - self.addr() + u64::from(self.page_offset());
        // What is contiguous from there on.
        let mut run = None;
        for segment in self.mapping()?.segments() {
            let end = segment.addr + segment.len;
            let (start, end) = match run {
                None if before >= segment.len => {
                    before -= segment.len;
                    continue;
                }
                None => (segment.addr + before, end),
                // Segments can follow each other without a gap.
                Some((start, at)) if at == segment.addr => (start, end),
                Some(_) => return None,
            };
            if end - start >= len {
                return Some(start);
            }
            run = Some((start, end));
        }
        None
    }

    /// Whether the `len` bytes at the user address `addr` are in it, if it is still there.
    pub fn covers(&self, addr: u64, len: u64) -> bool {
        addr.checked_sub(self.addr())
            .and_then(|into| into.checked_add(len))
            .is_some_and(|end| end <= self.len())
    }

    /// Whether these bytes are what the calling task has there now, and are contiguous for the device.
    pub fn is_in_place(&self, addr: u64, len: u64) -> bool {
        let are_there = |mapping: &Mapping| mapping.pages().are_there(addr as usize, len as usize);
        self.place(addr, len).is_some() && self.mapping().is_some_and(are_there)
    }

    /// The bus address of the `len` bytes at the user address `addr`; `None` if not all are in it, or
    /// they are not contiguous for the device. As with [`expose`](Self::expose), the firmware may know
    /// it from here on.
    pub fn expose_at(&self, addr: u64, len: u64) -> Option<u64> {
        let place = self.place(addr, len)?;
        self.0.expose();
        Some(place)
    }

    /// Whether the device cannot write to it: the firmware does not know it, or has not been told of it
    /// since the device was last quiet.
    pub fn is_free(&self) -> bool {
        self.0.is_free()
    }

    /// The firmware has confirmed that it does not know the memory any more, or never did.
    pub fn released(&self) {
        self.0.released();
    }
}
