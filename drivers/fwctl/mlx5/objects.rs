// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! The firmware's objects that a descriptor owns: how commands make them, use them and end them.
//!
//! Every object is in the descriptor's table from the moment in which the firmware may have it. A
//! command that names one of somebody else is refused with `ENOENT` before it is sent.

use crate::{
    cmd::{
        self,
        Failure, //
    },
    context::Context,
    ffi::Mdev,
    mailbox::{
        stamp_uid,
        Outbox, //
    },
    module_parameters,
    policy::{
        mkey,
        Effect,
        Kind,
        Reach,
        Verdict, //
    },
    umem::{
        Key,
        UmemObject, //
    }, //
};
use fwctl::{
    Held,
    Reply,
    Request,
    Resource,
    ResourceId,
    ResourceType,
    Umem,
    UmemFlags,
    UmemNumbers,
    UserContext, //
};
use kernel::{
    fmt,
    prelude::*, //
};

/// An object of the firmware.
pub(crate) enum Object {
    Pd(u32),
    Mkey(Key),
    Umem(UmemObject),
    /// The firmware was asked to make it and never answered, so it may be there.
    Unknown(Kind),
}

impl Object {
    fn is_pd(&self, number: u32) -> bool {
        matches!(self, Self::Pd(pd) if *pd == number)
    }

    /// The key that it is or has.
    fn key(&self) -> Option<Key> {
        match self {
            Self::Mkey(key) => Some(*key),
            Self::Umem(umem) => umem.key(),
            Self::Pd(_) | Self::Unknown(_) => None,
        }
    }
}

impl Resource for Object {
    fn resource_type(&self) -> Option<ResourceType> {
        match self {
            Self::Umem(_) => Some(ResourceType::Umem),
            _ => None,
        }
    }

    fn limit() -> usize {
        (*module_parameters::max_objects.value_ref()) as usize
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pd(number) => write!(f, "PD {number:#x}"),
            Self::Mkey(key) => write!(f, "mkey {:#x}", key.number()),
            Self::Umem(umem) => write!(f, "umem {:#x}", umem.id().unwrap_or_default()),
            Self::Unknown(Kind::Pd) => f.write_str("a PD of unknown number"),
            Self::Unknown(Kind::Mkey) => f.write_str("an mkey of unknown number"),
        }
    }
}

type User<'a> = UserContext<'a, Context>;

fn find(user: &User<'_>, wanted: impl Fn(&Object) -> bool) -> Result<ResourceId> {
    user.resources().find(wanted).ok_or(ENOENT)
}

/// The object that a command of the user ends. A key that came with a umem ends with it only.
fn find_named(user: &User<'_>, kind: Kind, inbox: &[u8]) -> Result<ResourceId> {
    let number = cmd::number(inbox).ok_or(EMSGSIZE)?;
    find(user, |object| match (kind, object) {
        (Kind::Pd, object) => object.is_pd(number),
        (Kind::Mkey, Object::Mkey(key)) => key.index == number,
        (Kind::Mkey, _) => false,
    })
}

/// Keeps the memory there that a request makes the device write.
///
/// `ENOENT` if the descriptor does not own such a key; `EFAULT` if the key does not cover it.
fn hold_memory<'a>(user: &User<'a>, reach: &Reach) -> Result<Held<'a, Object>> {
    let is_it = |object: &Object| object.key().is_some_and(|key| key.number() == reach.mkey);
    let object = user.resources().hold(find(user, is_it)?)?;
    match object.key() {
        Some(key) if key.covers(reach) => Ok(object),
        _ => Err(EFAULT),
    }
}

/// What a key that the user asks for needs.
struct Window {
    wanted: mkey::Request,
    pd: ResourceId,
    umem: ResourceId,
    page_shift: u32,
    pages: u64,
}

impl Window {
    /// `EBADMSG` if it is not a plain window into a umem; `ENOENT` if the descriptor does not own
    /// the umem or the PD; `EFAULT` if the umem does not cover it.
    fn new(user: &User<'_>, inbox: &[u8]) -> Result<Self> {
        let wanted = mkey::Request::parse(inbox).ok_or(EBADMSG)?;
        let pd = find(user, |object| object.is_pd(wanted.pd))?;
        let is_it = |object: &Object| matches!(object, Object::Umem(umem) if umem.id() == Some(wanted.umem_id));
        let umem = find(user, is_it)?;
        let held = user.resources().hold(umem)?;
        let Object::Umem(object) = &*held else {
            return Err(ENOENT);
        };
        Ok(Self {
            wanted,
            pd,
            umem,
            page_shift: object.page_shift(),
            pages: object.pages(&wanted).ok_or(EFAULT)?,
        })
    }
}

/// Whether the descriptor has what a request needs. `ENOENT` if it does not own an object or memory
/// that the request names; `EFAULT` if its memory is too small; `ENOSPC` if it owns as many objects
/// as it may. Nothing is sent.
pub(crate) fn check(user: &User<'_>, verdict: Verdict, inbox: &[u8]) -> Result {
    if let Some(reach) = &verdict.reach {
        hold_memory(user, reach)?;
    }
    match verdict.effect {
        Effect::None => Ok(()),
        Effect::Destroys(kind) => find_named(user, kind, inbox).map(|_| ()),
        Effect::Creates(_) if user.resources().is_full() => Err(ENOSPC),
        Effect::Creates(Kind::Pd) => Ok(()),
        Effect::Creates(Kind::Mkey) => Window::new(user, inbox).map(|_| ()),
    }
}

/// Delivers a request that `check` let pass.
pub(crate) fn deliver(
    user: &User<'_>,
    mdev: &Mdev<'_>,
    verdict: Verdict,
    mut request: Request,
) -> Result<Reply> {
    // It cannot be destroyed before the firmware has answered.
    let _memory = match &verdict.reach {
        Some(reach) => Some(hold_memory(user, reach)?),
        None => None,
    };
    match verdict.effect {
        Effect::None => {
            send(user, mdev, &mut request)?;
            Ok(whole(request))
        }
        Effect::Creates(Kind::Pd) => create_pd(user, mdev, request),
        Effect::Creates(Kind::Mkey) => create_mkey(user, mdev, request),
        Effect::Destroys(kind) => destroy(user, mdev, kind, request),
    }
}

/// Sends the request as its user wrote it, with the UID. Returns the header of the answer.
fn send(user: &User<'_>, mdev: &Mdev<'_>, request: &mut Request) -> Result<Outbox> {
    stamp_uid(request.input_mut(), user.uid());
    mdev.exec_in_place(request)?;
    Outbox::new(request.memory()).ok_or(EIO)
}

fn whole(request: Request) -> Reply {
    let len = request.output_len();
    request.into_reply(len)
}

/// Delivers ALLOC_PD.
fn create_pd(user: &User<'_>, mdev: &Mdev<'_>, mut request: Request) -> Result<Reply> {
    // What can fail comes first: once it is sent, the object may be there.
    let place = user.resources().reserve(&[])?;
    let sent = send(user, mdev, &mut request);
    commit(place, sent, Kind::Pd, request, Object::Pd)
}

/// Delivers CREATE_MKEY, written anew.
fn create_mkey(user: &User<'_>, mdev: &Mdev<'_>, mut request: Request) -> Result<Reply> {
    let window = Window::new(user, request.input())?;
    let place = user.resources().reserve(&[window.pd, window.umem])?;
    let mut inbox = window.wanted.mailbox(window.page_shift, window.pages);
    stamp_uid(&mut inbox, user.uid());
    let out_len = request.output_len();
    let outbox = request.memory().get_mut(..out_len).ok_or(EIO)?;
    let sent = mdev
        .exec(&mut inbox, outbox)
        .and_then(|()| Outbox::new(outbox).ok_or(EIO));
    commit(place, sent, Kind::Mkey, request, |index| {
        Object::Mkey(Key {
            index,
            variant: window.wanted.variant,
            start_addr: window.wanted.start_addr,
            len: window.wanted.len,
            writable: window.wanted.writable,
        })
    })
}

/// Puts the object that the firmware has made, or may have, into its place.
fn commit(
    place: fwctl::Reservation<'_, Object>,
    sent: Result<Outbox>,
    kind: Kind,
    mut request: Request,
    object: impl FnOnce(u32) -> Object,
) -> Result<Reply> {
    match sent {
        Ok(Outbox { status: 0, .. }) => {
            let number = cmd::number(request.memory());
            let id = place.commit(number.map_or(Object::Unknown(kind), object));
            Ok(whole(request).with_created(id))
        }
        Ok(_) => Ok(whole(request)),
        Err(e) => {
            if Failure::Transport(e).is_unclear() {
                place.commit(Object::Unknown(kind));
            }
            Err(e)
        }
    }
}

/// Delivers a command that ends an object. `EBUSY` if another object or a request needs it.
fn destroy(user: &User<'_>, mdev: &Mdev<'_>, kind: Kind, mut request: Request) -> Result<Reply> {
    let id = find_named(user, kind, request.input())?;
    let object = user.resources().take(id, |_| Ok(()))?;
    // Unless the firmware says that it is gone, the descriptor has it still.
    if send(user, mdev, &mut request)?.status == 0 {
        object.gone();
    }
    Ok(whole(request))
}

/// Makes memory of the user known to the firmware.
pub(crate) fn register_umem(
    user: &User<'_>,
    mdev: &Mdev<'_>,
    umem: Umem,
    flags: UmemFlags,
) -> core::result::Result<UmemNumbers, Failure> {
    let place = user.resources().reserve(&[])?;
    let mut object = UmemObject::make(mdev, user.uid(), umem)?;
    if flags.mkey() {
        if let Err(failure) = object.add_key(mdev, user.uid()) {
            // If that does not work either, the memory is quarantined.
            let _ = object.give_back(mdev, user.uid());
            return Err(failure);
        }
    }
    let umem_id = object.id().unwrap_or_default();
    let mkey_id = object.key().map_or(0, |key| key.number());
    Ok(UmemNumbers {
        rsc_id: place.commit(Object::Umem(object)),
        umem_id,
        mkey_id,
    })
}

/// Gives an object back to the firmware.
pub(crate) fn give_back(
    mdev: &Mdev<'_>,
    uid: u16,
    object: &Object,
) -> core::result::Result<(), Failure> {
    match object {
        Object::Pd(number) => cmd::destroy_object(mdev, cmd::DEALLOC_PD, uid, *number),
        Object::Mkey(key) => cmd::destroy_object(mdev, cmd::DESTROY_MKEY, uid, key.index),
        Object::Umem(umem) => umem.give_back(mdev, uid),
        // Whether it is there, the end of the UID will tell.
        Object::Unknown(_) => Ok(()),
    }
}
