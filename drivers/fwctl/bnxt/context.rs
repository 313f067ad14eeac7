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
    umem, //
};
use fwctl::{
    Attachments,
    ContextPlace,
    Delivery,
    Device,
    DeviceType,
    Direction,
    DmaBuffer,
    Named,
    Operations,
    Reply,
    Request,
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
}

/// The memory that `request` names: in a umem of the descriptor, or anywhere.
fn named(context: &UserContext<'_, Context>, command: &Command, request: &[u8]) -> Result<Named> {
    let mut named = Named::default();
    for (index, transfer) in command.transfers.iter().enumerate() {
        let (addr, len) = (
            get64(request, transfer.at),
            transfer_len(request, transfer.len)?,
        );
        // A command may have nothing to transfer.
        if len == 0 {
            continue;
        }
        // As much as the request says goes into a umem, and so that has to be all.
        let umem = transfer
            .len
            .is_exact()
            .then(|| context.resources().find(|umem| umem.holds(addr, len)))
            .flatten();
        match umem {
            Some(id) => named.set_resource(index, id)?,
            None => named.set(
                index,
                UserMemory {
                    addr,
                    len,
                    direction: transfer.direction,
                    whole: transfer.len != Length::Directory,
                },
            )?,
        }
    }
    Ok(named)
}

/// What the device reads or writes for one place that a request names.
enum Lent<'a> {
    Nothing,
    /// A copy.
    Buffer(DmaBuffer),
    /// The user's own, at this bus address.
    Umem(fwctl::Held<'a, umem::UmemObject>, u64, usize),
}

impl Lent<'_> {
    /// Its bus address, which the firmware may know from here on. None if there is nothing to transfer.
    fn expose(&self) -> Result<u64> {
        match self {
            Self::Nothing => Ok(0),
            Self::Buffer(buffer) => Ok(buffer.expose()),
            Self::Umem(umem, addr, len) => umem.lend(*addr, *len).ok_or(EFAULT),
        }
    }

    fn returned(&self) {
        match self {
            Self::Nothing => (),
            Self::Buffer(buffer) => buffer.released(),
            Self::Umem(umem, ..) => umem.returned(),
        }
    }

    fn lost(&self) {
        if let Self::Umem(umem, ..) = self {
            umem.lost();
        }
    }
}

type AllLent<'a> = [Lent<'a>; MAX_ATTACHMENTS];

/// Copies of what `request` names, which the device does not know yet, and umems.
fn lend<'a>(
    context: &UserContext<'a, Context>,
    edev: &Edev<'_>,
    command: &Command,
    request: &[u8],
    attachments: &mut Attachments,
) -> core::result::Result<AllLent<'a>, Failure> {
    let mut all = [const { Lent::Nothing }; MAX_ATTACHMENTS];
    for ((index, transfer), slot) in command.transfers.iter().enumerate().zip(&mut all) {
        if let Some(id) = attachments.resource(index) {
            let umem = context.resources().hold(id).map_err(Failure::NotSent)?;
            let len = transfer_len(request, transfer.len).map_err(Failure::NotSent)?;
            *slot = Lent::Umem(umem, get64(request, transfer.at), len);
            continue;
        }
        let Some(attachment) = attachments.get_mut(index) else {
            continue;
        };
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
        *slot = Lent::Buffer(buffer);
    }
    Ok(all)
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
    type Resource = umem::UmemObject;

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
        let command = Self::judge(scope, request.input())?;
        let mut message = Message::new(request.input(), command);
        let mut room = response_room(&request)?;
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
        let command = Self::judge(scope, request.input())?;
        let mut message = Message::new(request.input(), command);
        let lent = lend(context, edev, command, request.input(), attachments)
            .map_err(|failure| failure.errno())?;
        let mut room = response_room(&request)?;

        // In place of the caller's own addresses.
        for (transfer, place) in command.transfers.iter().zip(&lent) {
            let addr = place
                .expose()
                .inspect_err(|_| lent.iter().for_each(Lent::returned))?;
            message.set_address(transfer.at, addr);
        }
        let response = match cmd::exec(edev, &mut message, &mut room, command.effect) {
            // The firmware may write yet: what it knows is kept, and never anybody else's.
            Err(Failure::Unanswered) => {
                lent.iter().for_each(Lent::lost);
                return Err(ETIMEDOUT);
            }
            sent => {
                lent.iter().for_each(Lent::returned);
                sent.map_err(|failure| failure.errno())?
            }
        };
        if response.error == 0 {
            for (index, (transfer, place)) in command.transfers.iter().zip(&lent).enumerate() {
                let attachment = attachments.get_mut(index);
                if let (Direction::FromDevice, Lent::Buffer(buffer), Some(attachment)) =
                    (transfer.direction, place, attachment)
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
        // There are no keys.
        if flags.mkey() {
            return Err(EOPNOTSUPP);
        }
        let place = context.resources().reserve(&[])?;
        Ok(UmemNumbers {
            rsc_id: place.commit(umem::UmemObject::new(umem)),
            umem_id: 0,
            mkey_id: 0,
        })
    }
}
