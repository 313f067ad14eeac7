// SPDX-License-Identifier: GPL-2.0

//! The ledger: every object that a driver made firmware hold, and who owns it.

use std::collections::BTreeMap;

use firmware_model::Leftover;
use serde_json::{json, Value};

use crate::eq::Eq;
use crate::mkey::Mkey;
use crate::status::{Reason, Refusal, Status};
use crate::umem::Umem;

/// Kind of object, in the order of the state report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// User context.
    Uid,
    /// User memory.
    Umem,
    /// Memory key.
    Mkey,
    /// Protection domain.
    Pd,
    /// Page given to firmware; its id is its bus address.
    Page,
    /// Event queue.
    Eq,
    /// Doorbell page.
    Uar,
}

impl Kind {
    /// All kinds.
    pub(crate) const ALL: [Self; 7] = [
        Self::Uid,
        Self::Umem,
        Self::Mkey,
        Self::Pd,
        Self::Page,
        Self::Eq,
        Self::Uar,
    ];

    /// Name in the control protocol.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Uid => "uid",
            Self::Umem => "umem",
            Self::Mkey => "mkey",
            Self::Pd => "pd",
            Self::Page => "page",
            Self::Eq => "eq",
            Self::Uar => "uar",
        }
    }

    /// Ids that this kind may take, first and last.
    fn ids(self) -> (u64, u64) {
        match self {
            Self::Uid => (1, 0x0fff),
            Self::Umem => (1, 0xffff),
            Self::Mkey => (0x100, 0xffff),
            Self::Pd => (1, 0xffff),
            Self::Page => (0, u64::MAX),
            Self::Eq => (1, 0xff),
            Self::Uar => (crate::uar::FIRST, crate::uar::LAST),
        }
    }
}

/// What an object carries.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// User context with these capabilities.
    Uid(u32),
    Umem(Umem),
    Mkey(Mkey),
    Pd,
    Page,
    Eq(Eq),
    Uar,
}

impl Body {
    fn kind(&self) -> Kind {
        match self {
            Self::Uid(_) => Kind::Uid,
            Self::Umem(_) => Kind::Umem,
            Self::Mkey(_) => Kind::Mkey,
            Self::Pd => Kind::Pd,
            Self::Page => Kind::Page,
            Self::Eq(_) => Kind::Eq,
            Self::Uar => Kind::Uar,
        }
    }
}

#[derive(Clone, Debug)]
struct Object {
    owner: u16,
    body: Body,
}

/// All live objects.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    live: BTreeMap<(Kind, u64), Object>,
    last: BTreeMap<Kind, u64>,
    /// A freed id comes back first.
    pub(crate) reuse: bool,
}

impl Ledger {
    /// Adds an object under the next free id. A freed id comes back last, so that a stale id is noticed, or at once
    /// where [`reuse`](Self::reuse) is set.
    /// A user context owns itself, so that it counts as a user's object.
    pub(crate) fn add(&mut self, owner: u16, body: Body) -> Result<u32, Refusal> {
        let kind = body.kind();
        let (first, end) = kind.ids();
        let last = match self.reuse {
            false => self.last.get(&kind).copied().unwrap_or(end),
            true => end,
        };
        let mut after = (last + 1..=end).chain(first..=last.min(end));
        let free = |id: &u64| !self.live.contains_key(&(kind, *id));
        if let Some(id) = after.find(free) {
            let owner = if kind == Kind::Uid { id as u16 } else { owner };
            self.last.insert(kind, id);
            self.live.insert((kind, id), Object { owner, body });
            return Ok(id as u32);
        }
        Err(Status::NoResource.because(Reason::NoFreeObject))
    }

    /// Adds a page. False if firmware has it already.
    pub(crate) fn add_page(&mut self, addr: u64) -> bool {
        let page = Object {
            owner: 0,
            body: Body::Page,
        };
        self.live.insert((Kind::Page, addr), page).is_none()
    }

    /// Takes out up to `count` pages.
    pub(crate) fn take_pages(&mut self, count: usize) -> Vec<u64> {
        let pages: Vec<u64> = self.ids(Kind::Page).take(count).collect();
        for addr in &pages {
            self.live.remove(&(Kind::Page, *addr));
        }
        pages
    }

    /// The object, if `uid` owns it.
    pub(crate) fn get(&self, kind: Kind, id: u32, uid: u16) -> Result<&Body, Refusal> {
        let object = self
            .live
            .get(&(kind, u64::from(id)))
            .ok_or(Status::BadResource.because(Reason::NoSuchObject))?;
        if object.owner != uid {
            return Err(Status::BadResource.because(Reason::ForeignObject));
        }
        Ok(&object.body)
    }

    /// The object, whoever owns it.
    pub(crate) fn peek(&self, kind: Kind, id: u32) -> Option<&Body> {
        let object = self.live.get(&(kind, u64::from(id)))?;
        Some(&object.body)
    }

    /// As [`Ledger::get`], for changes.
    pub(crate) fn get_mut(&mut self, kind: Kind, id: u32) -> Option<&mut Body> {
        self.live
            .get_mut(&(kind, u64::from(id)))
            .map(|object| &mut object.body)
    }

    /// Removes an object that `uid` owns and nothing uses, and gives what it carried.
    pub(crate) fn remove(&mut self, kind: Kind, id: u32, uid: u16) -> Result<Body, Refusal> {
        self.get(kind, id, uid)?;
        if self.in_use(kind, id) {
            return Err(Status::Busy.because(Reason::ObjectInUse));
        }
        let object = self.live.remove(&(kind, u64::from(id)));
        let object = object.ok_or(Status::BadResource.because(Reason::NoSuchObject))?;
        Ok(object.body)
    }

    /// Capabilities of a user context.
    pub(crate) fn uctx_caps(&self, uid: u16) -> Option<u32> {
        match self.live.get(&(Kind::Uid, u64::from(uid)))?.body {
            Body::Uid(caps) => Some(caps),
            _ => None,
        }
    }

    /// Objects that `uid` owns, its context not counted.
    pub(crate) fn owned_by(&self, uid: u16) -> usize {
        let owned = |(&(kind, _), object): &(&(Kind, u64), &Object)| {
            kind != Kind::Uid && object.owner == uid
        };
        self.live.iter().filter(owned).count()
    }

    /// Live objects of one kind.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.ids(kind).count()
    }

    /// User contexts and everything that belongs to one.
    pub(crate) fn user_objects(&self) -> usize {
        self.live
            .values()
            .filter(|object| object.owner != 0)
            .count()
    }

    /// Event queues with their numbers.
    pub(crate) fn eqs(&self) -> impl Iterator<Item = (u8, &Eq)> {
        self.live
            .iter()
            .filter_map(|(&(_, id), object)| match &object.body {
                Body::Eq(eq) => Some((id as u8, eq)),
                _ => None,
            })
    }

    /// Forgets every object of the kinds that `which` accepts and says what they were.
    pub(crate) fn drop_kinds(&mut self, which: impl Fn(Kind) -> bool) -> Vec<Leftover> {
        let mut dropped = Vec::new();
        self.live.retain(|&(kind, id), object| {
            if !which(kind) {
                return true;
            }
            dropped.push(Leftover {
                kind: kind.name(),
                id,
                owner: object.owner.into(),
            });
            false
        });
        dropped
    }

    /// Counts by kind, for the control protocol.
    pub(crate) fn report(&self) -> Value {
        Kind::ALL
            .iter()
            .map(|kind| (kind.name().to_owned(), json!(self.count(*kind))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn ids(&self, kind: Kind) -> impl Iterator<Item = u64> + '_ {
        self.live
            .range((kind, 0)..=(kind, u64::MAX))
            .map(|(&(_, id), _)| id)
    }

    /// A memory key holds its domain and its user memory.
    fn in_use(&self, kind: Kind, id: u32) -> bool {
        self.live.values().any(|object| match &object.body {
            Body::Mkey(mkey) => {
                (kind == Kind::Pd && mkey.pd == id)
                    || (kind == Kind::Umem && mkey.umem.is_some_and(|umem| umem.id == id))
            }
            _ => false,
        })
    }
}
