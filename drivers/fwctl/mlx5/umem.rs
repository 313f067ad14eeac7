// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Memory of users that the device may write: umems, and the keys over them.

use crate::{
    cmd::{
        self,
        Failure, //
    },
    ffi::Mdev,
    policy::{
        mkey,
        Reach, //
    }, //
};
use fwctl::Umem;
use kernel::{
    prelude::*,
    sync::atomic::{
        ordering::Relaxed,
        Atomic, //
    }, //
};

/// A key over a part of a umem.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) index: u32,
    pub(crate) variant: u8,
    pub(crate) start_addr: u64,
    pub(crate) len: u64,
    pub(crate) writable: bool,
}

impl Key {
    /// By what registers and commands name it.
    pub(crate) fn number(&self) -> u32 {
        self.index << 8 | u32::from(self.variant)
    }

    /// Whether the device may write what `reach` asks for by this key.
    pub(crate) fn covers(&self, reach: &Reach) -> bool {
        let Some(into) = reach.addr.checked_sub(self.start_addr) else {
            return false;
        };
        let end = into.checked_add(reach.len.into());
        self.writable && end.is_some_and(|end| end <= self.len)
    }
}

/// An object that the firmware has, or not any more.
struct Slot(Atomic<u64>);

impl Slot {
    const NONE: u64 = u64::MAX;

    fn new(number: Option<u32>) -> Self {
        Self(Atomic::new(number.map_or(Self::NONE, u64::from)))
    }

    fn get(&self) -> Option<u32> {
        u32::try_from(self.0.load(Relaxed)).ok()
    }

    /// Has `opcode` end it, if it is there.
    fn end(&self, mdev: &Mdev<'_>, opcode: u16, uid: u16) -> core::result::Result<(), Failure> {
        if let Some(number) = self.get() {
            cmd::destroy_object(mdev, opcode, uid, number)?;
            self.0.store(Self::NONE, Relaxed);
        }
        Ok(())
    }
}

/// A umem of the firmware, with the PD and the key that were made with it.
pub(crate) struct UmemObject {
    umem: Umem,
    page_shift: u32,
    id: Slot,
    pd: Slot,
    key: Slot,
}

impl UmemObject {
    /// Has the firmware make one of `umem`. After a failure the memory is given back, or
    /// quarantined if it is not clear what the firmware knows.
    pub(crate) fn make(
        mdev: &Mdev<'_>,
        uid: u16,
        umem: Umem,
    ) -> core::result::Result<Self, Failure> {
        let page_shift = umem.page_shift(cmd::MAX_PAGE_SHIFT);
        let made = cmd::create_umem(
            mdev,
            uid,
            page_shift,
            umem.page_offset(),
            umem.span() >> page_shift,
            umem.expose(page_shift),
        );
        match made {
            Ok(id) => Ok(Self {
                umem,
                page_shift,
                id: Slot::new(Some(id)),
                pd: Slot::new(None),
                key: Slot::new(None),
            }),
            Err(failure) => {
                if !failure.is_unclear() {
                    umem.released();
                }
                Err(failure)
            }
        }
    }

    /// Makes a PD and a key over all of it.
    pub(crate) fn add_key(
        &mut self,
        mdev: &Mdev<'_>,
        uid: u16,
    ) -> core::result::Result<(), Failure> {
        let pd = cmd::alloc_pd(mdev, uid)?;
        self.pd = Slot::new(Some(pd));
        let window = mkey::Request {
            umem_id: self.id().unwrap_or_default(),
            umem_offset: 0,
            start_addr: self.umem.addr(),
            len: self.umem.len(),
            pd,
            variant: 0,
            writable: true,
            readable: true,
        };
        let pages = self.pages(&window).ok_or(EINVAL)?;
        let index = cmd::create_mkey(mdev, uid, window.mailbox(self.page_shift, pages))?;
        self.key = Slot::new(Some(index));
        Ok(())
    }

    /// The firmware's number of it, while it has it.
    pub(crate) fn id(&self) -> Option<u32> {
        self.id.get()
    }

    /// The key that was made with it.
    pub(crate) fn key(&self) -> Option<Key> {
        Some(Key {
            index: self.key.get()?,
            variant: 0,
            start_addr: self.umem.addr(),
            len: self.umem.len(),
            writable: true,
        })
    }

    /// Bits of the size of its pages.
    pub(crate) fn page_shift(&self) -> u32 {
        self.page_shift
    }

    /// How many of its pages `window` touches; `None` if it goes beyond the memory.
    pub(crate) fn pages(&self, window: &mkey::Request) -> Option<u64> {
        let end = window.umem_offset.checked_add(window.len)?;
        if window.len == 0 || end > self.umem.len() {
            return None;
        }
        let offset = u64::from(self.umem.page_offset());
        let first = (offset + window.umem_offset) >> self.page_shift;
        let last = (offset + end - 1) >> self.page_shift;
        Some(last - first + 1)
    }

    /// Gives everything back: the key, the PD, the umem, and with its confirmation the memory. What
    /// went is not tried again after a failure.
    pub(crate) fn give_back(&self, mdev: &Mdev<'_>, uid: u16) -> core::result::Result<(), Failure> {
        self.key.end(mdev, cmd::DESTROY_MKEY, uid)?;
        self.pd.end(mdev, cmd::DEALLOC_PD, uid)?;
        self.id.end(mdev, cmd::DESTROY_UMEM, uid)?;
        self.umem.released();
        Ok(())
    }
}
