// SPDX-License-Identifier: GPL-2.0

//! What a descriptor owns in the firmware, by number.
//!
//! A table per descriptor. Each entry is owned by the descriptor and by nobody else; it goes when
//! it is destroyed, when the descriptor is closed or when the device is unbound, and never before
//! what needs it. The table knows nothing of the firmware: who takes an entry out gives the object
//! back there.

use super::sys::lazy::Lazy;
use kernel::{
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNodeReservation, //
    },
    static_lock_class,
    sync::{
        Arc,
        LockClassKey,
        Mutex,
        UniqueArc, //
    }, //
};

/// Resources of one descriptor, at most.
pub const MAX_RESOURCES: usize = 4096;

/// Others that one resource can need, at most: an mkey needs a PD and a umem.
pub const MAX_NEEDS: usize = 2;

/// Highest number: user space keeps it in an `int`.
const LAST_ID: u32 = i32::MAX as u32;

/// The number of a resource, 1 to 2^31 - 1, unique among those of its descriptor. A number comes
/// back only after all others were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceId(u32);

impl ResourceId {
    /// The number as user space passes it. `ENOENT` if no resource can have it.
    pub fn from_number(number: u32) -> Result<Self> {
        if (1..=LAST_ID).contains(&number) {
            Ok(Self(number))
        } else {
            Err(ENOENT)
        }
    }

    /// The number for user space.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// How FWCTL_RSC_DESTROY names a kind of resource.
///
/// Source: `enum fwctl_rsc_type` in `include/uapi/fwctl/fwctl.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum ResourceType {
    /// User memory that the device may write.
    Umem = 0,
}

impl TryFrom<u32> for ResourceType {
    type Error = Error;

    /// `EOPNOTSUPP` for a number that no kind has.
    fn try_from(number: u32) -> Result<Self> {
        match number {
            0 => Ok(Self::Umem),
            _ => Err(EOPNOTSUPP),
        }
    }
}

/// An object in the firmware that a descriptor can own.
///
/// Its destructor does not give it back: [`Operations::destroy`](super::Operations::destroy) does.
pub trait Resource: Send + Sync + 'static {
    /// How FWCTL_RSC_DESTROY names it; `None` if only commands of the vendor destroy it.
    fn resource_type(&self) -> Option<ResourceType>;

    /// How many one descriptor can own, at most; of what is above [`MAX_RESOURCES`], that many.
    fn limit() -> usize {
        MAX_RESOURCES
    }
}

/// For drivers whose descriptors own no resources.
pub enum NoResource {}

impl Resource for NoResource {
    fn resource_type(&self) -> Option<ResourceType> {
        match *self {}
    }
}

struct Entry<R> {
    /// `None` while it is being made or destroyed; nothing uses it then.
    resource: Option<Arc<R>>,
    /// Resources and operations that need it.
    users: u32,
    needs: [Option<ResourceId>; MAX_NEEDS],
}

struct Table<R> {
    entries: RBTree<u32, Entry<R>>,
    count: usize,
    /// The number given last.
    last: u32,
}

impl<R> Table<R> {
    /// An empty one. `ENOMEM`.
    fn new() -> Result<Pin<KBox<Mutex<Self>>>> {
        let table = Self {
            entries: RBTree::new(),
            count: 0,
            last: 0,
        };
        let (name, class) = lock_class();
        KBox::pin_init(Mutex::new(table, name, class), GFP_KERNEL_ACCOUNT)
    }

    fn live(&mut self, id: ResourceId) -> Result<(&mut Entry<R>, Arc<R>)> {
        let entry = self.entries.get_mut(&id.0).ok_or(ENOENT)?;
        let resource = entry.resource.clone().ok_or(ENOENT)?;
        Ok((entry, resource))
    }

    fn free_id(&mut self) -> u32 {
        // There are more numbers than resources, so this ends.
        loop {
            self.last = if self.last == LAST_ID {
                1
            } else {
                self.last + 1
            };
            if self.entries.get(&self.last).is_none() {
                return self.last;
            }
        }
    }

    fn unuse(&mut self, id: ResourceId) {
        if let Some(entry) = self.entries.get_mut(&id.0) {
            entry.users = entry.users.saturating_sub(1);
        }
    }

    fn remove(&mut self, id: ResourceId) -> Option<Arc<R>> {
        let entry = self.entries.remove(&id.0)?;
        self.count -= 1;
        for needed in entry.needs.into_iter().flatten() {
            self.unuse(needed);
        }
        entry.resource
    }
}

/// The class of the tables' locks, for all drivers: one name and one key, in this crate, where the
/// code of a generic type would have a name in each driver.
#[inline(never)]
fn lock_class() -> (&'static CStr, Pin<&'static LockClassKey>) {
    (c"fwctl::Resources", static_lock_class!())
}

/// The resources of one descriptor.
///
/// # Context
///
/// All methods may sleep on the table's own lock, which is not held across a command to the
/// firmware and not while a closure of the driver could take another one: `wanted` of
/// [`find`](Self::find) and [`take`](Self::take) runs under it, and may not call back.
///
/// # Examples
///
/// A place is had before the firmware is asked, so that what it made is never without an owner:
///
/// ```ignore
/// let place = context.resources().reserve(&[pd])?;
/// let key = hardware.create_mkey()?;
/// let id = place.commit(Object::Mkey(key));
/// Ok(reply.with_created(id))
/// ```
///
/// And the other way round, it is taken out before the firmware is told, and is back in the table
/// if that refuses:
///
/// ```ignore
/// let taken = context.resources().take(id, |_| Ok(()))?;
/// hardware.destroy(&taken)?;
/// taken.gone();
/// ```
pub struct Resources<R> {
    /// There from the first resource on: most descriptors never have one.
    table: Lazy<Mutex<Table<R>>>,
}

impl<R: Resource> Resources<R> {
    pub(crate) fn new() -> Self {
        Self {
            table: Lazy::empty(),
        }
    }

    fn limit() -> usize {
        R::limit().min(MAX_RESOURCES)
    }

    /// The table. `ENOENT` if there is none, so that it has nothing.
    fn existing(&self) -> Result<&Mutex<Table<R>>> {
        self.table.get().ok_or(ENOENT)
    }

    /// A place for a resource that needs those in `needs`, to be had before the firmware is asked
    /// for it. What it needs stays until it is gone.
    ///
    /// `ENOSPC` if the descriptor has as many as it may; `ENOENT` if it does not own one of
    /// `needs`; `EINVAL` if there are more than [`MAX_NEEDS`]; `ENOMEM`.
    pub fn reserve(&self, needs: &[ResourceId]) -> Result<Reservation<'_, R>> {
        let mut needed = [None; MAX_NEEDS];
        if needs.len() > MAX_NEEDS {
            return Err(EINVAL);
        }
        for (slot, &id) in needed.iter_mut().zip(needs) {
            *slot = Some(id);
        }
        let memory = UniqueArc::new_uninit(GFP_KERNEL_ACCOUNT)?;
        let node = RBTreeNodeReservation::new(GFP_KERNEL_ACCOUNT)?;

        let shared = self.table.get_or_make(Table::new)?;
        let mut table = shared.lock();
        if table.count >= Self::limit() {
            return Err(ENOSPC);
        }
        for &id in needs {
            table.live(id)?;
        }
        for &id in needs {
            table.live(id)?.0.users += 1;
        }
        let id = table.free_id();
        let entry = Entry {
            resource: None,
            users: 0,
            needs: needed,
        };
        table.entries.insert(node.into_node(id, entry));
        table.count += 1;
        Ok(Reservation {
            table: shared,
            id: ResourceId(id),
            memory: Some(memory),
        })
    }

    /// Keeps a resource there while an operation uses it. `ENOENT` if the descriptor does not own
    /// it.
    pub fn hold(&self, id: ResourceId) -> Result<Held<'_, R>> {
        let shared = self.existing()?;
        let mut table = shared.lock();
        let (entry, resource) = table.live(id)?;
        entry.users += 1;
        Ok(Held {
            table: shared,
            id,
            resource,
        })
    }

    /// The first resource that `wanted` says yes to.
    pub fn find(&self, mut wanted: impl FnMut(&R) -> bool) -> Option<ResourceId> {
        let table = self.table.get()?.lock();
        let mut entries = table.entries.iter();
        entries
            .find(|(_, entry)| entry.resource.as_deref().is_some_and(&mut wanted))
            .map(|(&id, _)| ResourceId(id))
    }

    /// Whether there is no place for another one.
    pub fn is_full(&self) -> bool {
        let count = self.table.get().map_or(0, |table| table.lock().count);
        count >= Self::limit()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.table
            .get()
            .is_none_or(|table| table.lock().entries.is_empty())
    }

    /// Takes a resource out, to be destroyed. `ENOENT` if the descriptor does not own it, or not any
    /// more; `EBUSY` if an operation or another resource needs it; the error of `wanted`.
    pub fn take(&self, id: ResourceId, wanted: impl FnOnce(&R) -> Result) -> Result<Taken<'_, R>> {
        let shared = self.existing()?;
        let mut table = shared.lock();
        let (entry, resource) = table.live(id)?;
        wanted(&resource)?;
        if entry.users > 0 {
            return Err(EBUSY);
        }
        entry.resource = None;
        Ok(Taken {
            table: shared,
            id,
            resource,
            gone: false,
        })
    }

    /// Takes out one that nothing needs, a later one first; `None` if there is none left. For the
    /// end of the descriptor, when no operation runs.
    pub(crate) fn take_last(&self) -> Option<Taken<'_, R>> {
        let shared = self.table.get()?;
        let mut table = shared.lock();
        let mut cursor = table.entries.cursor_back_mut()?;
        loop {
            let (&id, entry) = cursor.current_mut();
            if entry.users == 0 {
                if let Some(resource) = entry.resource.take() {
                    return Some(Taken {
                        table: shared,
                        id: ResourceId(id),
                        resource,
                        gone: false,
                    });
                }
            }
            cursor = cursor.move_prev()?;
        }
    }
}

/// A place in the table. Dropped, it is free again.
pub struct Reservation<'a, R: Resource> {
    table: &'a Mutex<Table<R>>,
    id: ResourceId,
    memory: Option<UniqueArc<core::mem::MaybeUninit<R>>>,
}

impl<R: Resource> Reservation<'_, R> {
    /// The number that the resource will have.
    pub fn id(&self) -> ResourceId {
        self.id
    }

    /// The firmware has made it: from here on the descriptor owns it. Cannot fail.
    pub fn commit(mut self, resource: R) -> ResourceId {
        if let Some(memory) = self.memory.take() {
            let resource: Arc<R> = memory.write(resource).into();
            if let Some(entry) = self.table.lock().entries.get_mut(&self.id.0) {
                entry.resource = Some(resource);
            }
        }
        self.id
    }
}

impl<R: Resource> Drop for Reservation<'_, R> {
    fn drop(&mut self) {
        if self.memory.is_some() {
            let none = self.table.lock().remove(self.id);
            drop(none);
        }
    }
}

/// A resource that an operation uses.
pub struct Held<'a, R: Resource> {
    table: &'a Mutex<Table<R>>,
    id: ResourceId,
    resource: Arc<R>,
}

impl<R: Resource> Held<'_, R> {
    /// Its number.
    pub fn id(&self) -> ResourceId {
        self.id
    }
}

impl<R: Resource> core::ops::Deref for Held<'_, R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.resource
    }
}

impl<R: Resource> Drop for Held<'_, R> {
    fn drop(&mut self) {
        self.table.lock().unuse(self.id);
    }
}

/// A resource on its way out, which nobody else can use. Dropped, it is back in the table.
pub struct Taken<'a, R: Resource> {
    table: &'a Mutex<Table<R>>,
    id: ResourceId,
    resource: Arc<R>,
    gone: bool,
}

impl<R: Resource> Taken<'_, R> {
    /// The firmware does not have it any more, or will never give it back.
    pub fn gone(mut self) {
        self.gone = true;
    }
}

impl<R: Resource> core::ops::Deref for Taken<'_, R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.resource
    }
}

impl<R: Resource> Drop for Taken<'_, R> {
    fn drop(&mut self) {
        let mut table = self.table.lock();
        if self.gone {
            table.remove(self.id);
        } else if let Some(entry) = table.entries.get_mut(&self.id.0) {
            entry.resource = Some(self.resource.clone());
        }
    }
}
