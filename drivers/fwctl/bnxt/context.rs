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
    }, //
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
    NoResource,
    Operations,
    Reply,
    Request,
    Scope,
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

/// The user memory that `request` names.
fn named(command: &Command, request: &[u8]) -> Result<Named> {
    let mut named = Named::default();
    for (index, transfer) in command.transfers.iter().enumerate() {
        let len = transfer_len(request, transfer.len)?;
        // A command may have nothing to transfer.
        if len == 0 {
            continue;
        }
        named.set(
            index,
            UserMemory {
                addr: get64(request, transfer.at),
                len,
                direction: transfer.direction,
                whole: transfer.len != Length::Directory,
            },
        )?;
    }
    Ok(named)
}

type Buffers = [Option<DmaBuffer>; MAX_ATTACHMENTS];

/// Copies of what `request` names, which the device does not know yet.
fn buffers(
    context: &UserContext<'_, Context>,
    edev: &Edev<'_>,
    command: &Command,
    attachments: &mut Attachments,
) -> core::result::Result<Buffers, Failure> {
    let mut buffers = [const { None }; MAX_ATTACHMENTS];
    for ((index, transfer), slot) in command.transfers.iter().enumerate().zip(&mut buffers) {
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
        *slot = Some(buffer);
    }
    Ok(buffers)
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
    type Resource = NoResource;

    const DEVICE_TYPE: DeviceType = DeviceType::Bnxt;
    // The channel takes one message at a time. Who waits for a worker can be killed; who waits for
    // bnxt_en's lock cannot.
    const PARALLEL: u16 = 1;
    const CONTEXT: ContextPlace = ContextPlace::Caller;

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

    fn named(request: &Request) -> Result<Named> {
        let request = request.input();
        let command = policy::commands::find(get16(request, 0)).ok_or(EBADMSG)?;
        named(command, request)
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
        let buffers =
            buffers(context, edev, command, attachments).map_err(|failure| failure.errno())?;
        let mut room = response_room(&request)?;

        // In place of the caller's own addresses. Where there is nothing to transfer, none.
        for (transfer, buffer) in command.transfers.iter().zip(&buffers) {
            let addr = buffer.as_ref().map_or(0, DmaBuffer::expose);
            message.set_address(transfer.at, addr);
        }
        let response = match cmd::exec(edev, &mut message, &mut room, command.effect) {
            // The firmware may write yet: what it knows is kept, and never anybody else's.
            Err(Failure::Unanswered) => return Err(ETIMEDOUT),
            sent => {
                buffers.iter().flatten().for_each(DmaBuffer::released);
                sent.map_err(|failure| failure.errno())?
            }
        };
        if response.error == 0 {
            for (index, (transfer, buffer)) in command.transfers.iter().zip(&buffers).enumerate() {
                let attachment = attachments.get_mut(index);
                if let (Direction::FromDevice, Some(buffer), Some(attachment)) =
                    (transfer.direction, buffer, attachment)
                {
                    let len = attachment.room();
                    buffer.give(attachment, len);
                }
            }
        }
        Ok(reply(request, &response))
    }
}
