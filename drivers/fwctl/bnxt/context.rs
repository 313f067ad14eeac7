// SPDX-License-Identifier: GPL-2.0

//! One descriptor, and the way of its RPCs. The firmware knows nothing of it.

use crate::{
    cmd::{
        self,
        Failure, //
    },
    ffi::{
        Edev,
        Info, //
    },
    mailbox::{
        get16,
        get64,
        transfer_len,
        Message,
        Response,
        MAX_LEN,
        MAX_RESPONSE,
        MAX_TRANSFER,
        MIN_LEN,
        MIN_RESPONSE, //
    },
    module_parameters,
    policy::{
        self,
        commands::{
            Command,
            Length, //
        }, //
    },
    umem::UmemObject, //
};
use fwctl::{
    Attached,
    Attachments,
    ContextPlace,
    Delivery,
    Device,
    DeviceType,
    Direction,
    DmaBuffer,
    Held,
    Named,
    Operations,
    Reply,
    Request,
    ResourceId,
    Scope,
    Umem,
    UmemFlags,
    UmemNumbers,
    UserContext,
    UserMemory,
    MAX_ATTACHMENTS, //
};
use kernel::prelude::*;

/// Commands whose reply is in the response, that query, that are sent, and that transfer.
/// Source: `enum fwctl_bnxt_commands` in `include/uapi/fwctl/bnxt.h`.
const CAPS: u32 = 0xf;

/// A descriptor.
pub(crate) struct Context;

impl Context {
    fn judge(scope: Scope, request: &[u8]) -> Result<&'static Command> {
        let caller = policy::Caller {
            scope,
            strict: *module_parameters::strict.value_ref(),
        };
        policy::judge(request, caller).ok_or(EBADMSG)
    }

    /// What `request` asks for, the message that it becomes, and room for the response.
    fn prepare(scope: Scope, request: &Request) -> Result<(&'static Command, Message, KVVec<u8>)> {
        let command = Self::judge(scope, request.input())?;
        let message = Message::new(request.input(), command);
        Ok((command, message, response_room(request)?))
    }
}

/// The umem of the descriptor that the caller has at `addr`, in one piece for the device.
fn umem_at(context: &UserContext<'_, Context>, addr: u64, len: usize) -> Option<ResourceId> {
    let id = context.resources().find(|umem| umem.covers(addr, len))?;
    let umem = context.resources().hold(id).ok()?;
    umem.is_in_place(addr, len).then_some(id)
}

/// The memory that `request` names: in a umem of the descriptor, or anywhere.
fn named(context: &UserContext<'_, Context>, command: &Command, request: &[u8]) -> Result<Named> {
    let mut named = Named::default();
    for (index, transfer) in command.transfers.iter().enumerate() {
        let addr = get64(request, transfer.at);
        let len = transfer_len(request, transfer.len)?;
        // A command may have nothing to transfer.
        if len == 0 {
            continue;
        }
        if transfer.len.is_told() {
            if let Some(id) = umem_at(context, addr, len) {
                named.set_resource(index, id)?;
                continue;
            }
        }
        named.set(
            index,
            UserMemory {
                addr,
                len,
                direction: transfer.direction,
                whole: transfer.len != Length::Directory,
            },
        )?;
    }
    Ok(named)
}

/// What the device reads or writes for one place that a request names.
enum Place<'a> {
    /// There is nothing to transfer.
    Nothing,
    Copy(DmaBuffer),
    Umem {
        umem: Held<'a, UmemObject>,
        /// Where the user has it.
        addr: u64,
        len: usize,
    },
}

impl Place<'_> {
    /// Its bus address, which the firmware may know from here on; 0 if there is none.
    fn expose(&self) -> Result<u64> {
        match self {
            Self::Nothing => Ok(0),
            Self::Copy(buffer) => Ok(buffer.expose()),
            Self::Umem { umem, addr, len } => umem.expose(*addr, *len).ok_or(EFAULT),
        }
    }

    fn released(&self) {
        match self {
            Self::Nothing => (),
            Self::Copy(buffer) => buffer.released(),
            Self::Umem { umem, .. } => umem.released(),
        }
    }

    fn lost(&self) {
        // A copy is lost by being dropped.
        if let Self::Umem { umem, .. } = self {
            umem.lost();
        }
    }
}

type Places<'a> = [Place<'a>; MAX_ATTACHMENTS];

/// What `request` names, which the device does not know yet.
fn places<'a>(
    context: &UserContext<'a, Context>,
    edev: &Edev<'_>,
    command: &Command,
    request: &[u8],
    attachments: &mut Attachments,
) -> core::result::Result<Places<'a>, Failure> {
    let mut places = [const { Place::Nothing }; MAX_ATTACHMENTS];
    for ((index, transfer), place) in command.transfers.iter().enumerate().zip(&mut places) {
        *place = match attachments.get_mut(index) {
            None => continue,
            Some(Attached::Resource(id)) => Place::Umem {
                umem: context.resources().hold(id).map_err(Failure::NotSent)?,
                addr: get64(request, transfer.at),
                len: transfer_len(request, transfer.len).map_err(Failure::NotSent)?,
            },
            Some(Attached::Copy(attachment)) => {
                let len = match transfer.len {
                    Length::Directory => match cmd::directory_len(edev)? {
                        0 => continue,
                        len if len > MAX_TRANSFER => return Err(Failure::NotSent(EMSGSIZE)),
                        len => len as usize,
                    },
                    Length::Doubtful16(_) => attachment.room() * 2,
                    _ => attachment.room(),
                };
                let mut buffer = context.dma_buffer(len).map_err(Failure::NotSent)?;
                buffer.write(attachment.input());
                Place::Copy(buffer)
            }
        };
    }
    Ok(places)
}

/// Zeroes for as much of a response as the caller of `request` has room for.
fn response_room(request: &Request) -> Result<KVVec<u8>> {
    let mut room = fwctl::room_for_user(request.output_len().min(MAX_RESPONSE))?;
    room.resize(room.capacity(), 0, GFP_KERNEL_ACCOUNT)?;
    Ok(room)
}

/// The reply to `request`.
fn reply(request: Request, response: &Response<'_>) -> Reply {
    let (len, there) = (usize::from(response.len), response.bytes);
    let mut reply = request.into_writer();
    reply.write(there.get(..len).unwrap_or(there));
    reply.skip(len.saturating_sub(there.len()));
    reply.finish()
}

impl Operations for Context {
    type RegistrationData<'a> = Edev<'a>;
    type Info = Info;
    type Resource = UmemObject;

    const DEVICE_TYPE: DeviceType = DeviceType::Bnxt;
    // The channel takes one message at a time. Who waits for a worker can be killed; who waits for
    // bnxt_en's lock cannot.
    const PARALLEL: u16 = 1;
    const CONTEXT: ContextPlace = ContextPlace::Caller;
    const UMEM: bool = true;

    fn open<'a>(_: &Device<Self>, _: &Self::RegistrationData<'a>) -> impl PinInit<Self, Error> {
        Ok(Self)
    }

    fn info<'a>(_: &UserContext<'_, Self>, _: &Edev<'a>) -> Result<Info> {
        Ok(Info { uctx_caps: CAPS })
    }

    fn check<'a>(
        _: &UserContext<'_, Self>,
        _: &Edev<'a>,
        scope: Scope,
        request: &Request,
    ) -> Result<Delivery> {
        let input = request.input();
        let whole = input.len() % size_of::<u32>() == 0;
        if !(MIN_LEN..=MAX_LEN).contains(&input.len())
            || !whole
            || request.output_len() < MIN_RESPONSE
        {
            return Err(EMSGSIZE);
        }
        Ok(match Self::judge(scope, input)?.transfers {
            [] => Delivery::Worker,
            _ => Delivery::Attached,
        })
    }

    fn named(context: &UserContext<'_, Self>, request: &Request) -> Result<Named> {
        let request = request.input();
        let command = policy::commands::find(get16(request, 0)).ok_or(EBADMSG)?;
        named(context, command, request)
    }

    fn rpc<'a>(
        _: &UserContext<'_, Self>,
        edev: &Edev<'a>,
        scope: Scope,
        request: Request,
    ) -> Result<Reply> {
        let (command, mut message, mut room) = Self::prepare(scope, &request)?;
        let response = cmd::exec(edev, &mut message, &mut room, command.effect)
            .map_err(|failure| failure.errno())?;
        Ok(reply(request, &response))
    }

    fn rpc_attached<'a>(
        context: &UserContext<'_, Self>,
        edev: &Edev<'a>,
        scope: Scope,
        request: Request,
        attachments: &mut Attachments,
    ) -> Result<Reply> {
        let (command, mut message, mut room) = Self::prepare(scope, &request)?;
        let places = places(context, edev, command, request.input(), attachments)
            .map_err(|failure| failure.errno())?;
        // It can take long, and is over before the firmware is to know of memory.
        cmd::settle(edev).map_err(|failure| failure.errno())?;

        // In place of the caller's own addresses.
        for (transfer, place) in command.transfers.iter().zip(&places) {
            let addr = place
                .expose()
                .inspect_err(|_| places.iter().for_each(Place::released))?;
            message.set_address(transfer.at, addr);
        }
        let response = match cmd::exec(edev, &mut message, &mut room, command.effect) {
            // The firmware may write yet: what it knows is kept, and never anybody else's.
            Err(Failure::Unanswered) => {
                places.iter().for_each(Place::lost);
                return Err(ETIMEDOUT);
            }
            sent => {
                places.iter().for_each(Place::released);
                sent.map_err(|failure| failure.errno())?
            }
        };
        if response.error == 0 {
            for (index, (transfer, place)) in command.transfers.iter().zip(&places).enumerate() {
                if let (
                    Direction::FromDevice,
                    Place::Copy(buffer),
                    Some(Attached::Copy(attachment)),
                ) = (transfer.direction, place, attachments.get_mut(index))
                {
                    let len = attachment.room();
                    buffer.give(attachment, len);
                }
            }
        }
        Ok(reply(request, &response))
    }

    fn register_umem<'a>(
        context: &UserContext<'_, Self>,
        _: &Edev<'a>,
        umem: Umem,
        flags: UmemFlags,
    ) -> Result<UmemNumbers> {
        // There are no keys, nor what else flags are for.
        if !flags.is_empty() {
            return Err(EOPNOTSUPP);
        }
        let place = context.resources().reserve(&[])?;
        Ok(UmemNumbers {
            rsc_id: place.commit(UmemObject::new(umem)),
            umem_id: 0,
            mkey_id: 0,
        })
    }
}
