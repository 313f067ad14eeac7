// SPDX-License-Identifier: GPL-2.0

//! User memory that a request names by address.
//!
//! The driver says where it is ([`Operations::named`](super::Operations::named)), and the core copies
//! it: in before the request is sent, out once it is answered, and never while it is inside of the
//! driver. A page fault that never ends holds up its own caller only. What is in a resource of the
//! descriptor, such as a umem, is not copied: the device uses it itself.

use super::{
    sys::{
        memory,
        uaccess, //
    },
    ResourceId, //
};
use kernel::{
    prelude::*,
    uaccess::UserPtr, //
};

/// Places in user memory that one request names, at most.
pub const MAX_ATTACHMENTS: usize = 2;

/// Bytes of one of them, at most.
pub const MAX_ATTACHMENT_LEN: usize = 2 << 20;

/// Which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the user to the firmware.
    ToDevice,
    /// From the firmware to the user.
    FromDevice,
}

/// A place in user memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserMemory {
    /// Its address, as the caller wrote it.
    pub addr: u64,
    /// Bytes; for a reply, at most.
    pub len: usize,
    /// Which way it goes.
    pub direction: Direction,
    /// Whether the caller has to have all of `len`. For a reply whose length the firmware says, only
    /// its beginning is looked at before.
    pub whole: bool,
}

/// Whose a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It is copied.
    User(UserMemory),
    /// It is in a resource of the descriptor, which the device uses itself.
    Resource(ResourceId),
}

/// The places that a request names, in an order that its driver knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Named([Option<Place>; MAX_ATTACHMENTS]);

impl Named {
    /// Place `index` is this one. `EINVAL` for a place beyond [`MAX_ATTACHMENTS`], `EMSGSIZE` for one
    /// longer than [`MAX_ATTACHMENT_LEN`].
    pub fn set(&mut self, index: usize, place: UserMemory) -> Result {
        if place.len > MAX_ATTACHMENT_LEN {
            return Err(EMSGSIZE);
        }
        self.put(index, Place::User(place))
    }

    /// Place `index` is in this resource, such as a umem, and nothing is copied. `EINVAL` as above.
    pub fn set_resource(&mut self, index: usize, id: ResourceId) -> Result {
        self.put(index, Place::Resource(id))
    }

    fn put(&mut self, index: usize, place: Place) -> Result {
        *self.0.get_mut(index).ok_or(EINVAL)? = Some(place);
        Ok(())
    }
}

/// The kernel's copy of a place in user memory.
pub struct Attachment {
    user: UserMemory,
    memory: KVVec<u8>,
}

impl Attachment {
    /// `EFAULT` if the user has no such memory; `ENOMEM`.
    fn new(user: UserMemory) -> Result<Self> {
        let ptr = UserPtr::from_addr(usize::try_from(user.addr).map_err(|_| EFAULT)?);
        let mut memory = memory::for_user(user.len)?;
        match user.direction {
            Direction::ToDevice => uaccess::append(&mut memory, ptr, user.len)?,
            Direction::FromDevice => {
                uaccess::check_writable(ptr, if user.whole { user.len } else { 1 })?;
            }
        }
        Ok(Self { user, memory })
    }

    /// Bytes that the user has named.
    pub fn room(&self) -> usize {
        self.user.len
    }

    /// What the user sent; nothing for a reply.
    pub fn input(&self) -> &[u8] {
        match self.user.direction {
            Direction::ToDevice => &self.memory,
            Direction::FromDevice => &[],
        }
    }

    /// The reply is the `len` bytes at `from`, as many of them as there is room for. Without one the
    /// user's memory stays as it is.
    ///
    /// # Safety
    ///
    /// There must be `len` initialised bytes at `from`.
    pub(crate) unsafe fn fill_from(&mut self, from: *const u8, len: usize) {
        if self.user.direction == Direction::ToDevice {
            return;
        }
        self.memory.clear();
        let room = self.memory.spare_capacity_mut();
        let len = len.min(self.user.len).min(room.len());
        // SAFETY: There is room for them, which is not the device's; the rest is required of the
        // caller.
        unsafe {
            core::ptr::copy_nonoverlapping(from, room.as_mut_ptr().cast(), len);
            self.memory.inc_len(len);
        }
    }

    fn give(&self) -> Result {
        match self.user.direction {
            Direction::ToDevice => Ok(()),
            // It fitted when it was made.
            Direction::FromDevice => {
                uaccess::write(UserPtr::from_addr(self.user.addr as usize), &self.memory)
            }
        }
    }
}

/// What a driver has of a place.
pub enum Attached<'a> {
    /// A copy.
    Copy(&'a mut Attachment),
    /// It is in this resource of the descriptor, which may be gone by now.
    Resource(ResourceId),
}

enum Slot {
    Nothing,
    Copy(Attachment),
    Resource(ResourceId),
}

/// What a request names, copied where it is not in a resource.
pub struct Attachments(KBox<[Slot; MAX_ATTACHMENTS]>);

impl Attachments {
    /// Copies what goes to the firmware, and looks whether what comes from it can be written. To be
    /// called by whom it belongs to, outside of the driver. `EFAULT`, `ENOMEM`. May sleep.
    pub fn take(named: Named) -> Result<Self> {
        let mut all = KBox::new(
            [const { Slot::Nothing }; MAX_ATTACHMENTS],
            GFP_KERNEL_ACCOUNT,
        )?;
        for (slot, place) in all.iter_mut().zip(named.0) {
            *slot = match place {
                None => Slot::Nothing,
                Some(Place::User(memory)) => Slot::Copy(Attachment::new(memory)?),
                Some(Place::Resource(id)) => Slot::Resource(id),
            };
        }
        Ok(Self(all))
    }

    /// Writes what came from the firmware to user memory. As [`take`](Self::take). `EFAULT`.
    pub fn give(&self) -> Result {
        self.0.iter().try_for_each(|slot| match slot {
            Slot::Copy(attachment) => attachment.give(),
            Slot::Nothing | Slot::Resource(_) => Ok(()),
        })
    }

    /// The place `index` of those that [`Operations::named`](super::Operations::named) had, if it had
    /// one.
    pub fn get_mut(&mut self, index: usize) -> Option<Attached<'_>> {
        match self.0.get_mut(index)? {
            Slot::Nothing => None,
            Slot::Copy(attachment) => Some(Attached::Copy(attachment)),
            Slot::Resource(id) => Some(Attached::Resource(*id)),
        }
    }
}
