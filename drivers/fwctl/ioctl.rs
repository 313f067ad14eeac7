// SPDX-License-Identifier: GPL-2.0

//! Commands of user space: their numbers, sizes and fields, and all copies of user memory.
//!
//! User memory is copied before the driver is entered and after it is left. A page fault that
//! never ends holds up its own caller only.

use crate::{
    context::Context,
    ffi::{
        self,
        CReply,
        Entered, //
    },
    flight::Flight,
    gate::{
        self,
        Label, //
    },
    operation::{
        Answer,
        Job,
        Operation, //
    },
    umem, //
};
use fwctl::{
    sys::{
        chrdev::FileOperations,
        uaccess::{
            self,
            UserStruct, //
        }, //
    },
    Attachments,
    Delivery,
    Named,
    Reply,
    Request,
    ResourceId,
    ResourceType,
    Scope, //
};
use kernel::{
    ioctl::_IO,
    prelude::*,
    sync::aref::ARef,
    uaccess::UserPtr, //
};

/// Bytes of a request or a reply at most.
const MAX_RPC_LEN: u32 = 2 << 20;

const TYPE: u32 = 0x9A;
pub(crate) const FWCTL_INFO: u32 = _IO(TYPE, 0);
pub(crate) const FWCTL_RPC: u32 = _IO(TYPE, 1);
pub(crate) const FWCTL_RSC_DESTROY: u32 = _IO(TYPE, 2);
pub(crate) const FWCTL_RSC_UMEM_REG: u32 = _IO(TYPE, 3);

/// Argument of FWCTL_INFO. Source: `struct fwctl_info` in `include/uapi/fwctl/fwctl.h`.
pub(crate) type Info = ffi::uapi::Info;
/// Argument of FWCTL_RPC. Source: `struct fwctl_rpc` in `include/uapi/fwctl/fwctl.h`.
pub(crate) type Rpc = ffi::uapi::Rpc;
/// Argument of FWCTL_RSC_DESTROY. Source: `struct fwctl_rsc_destroy` in
/// `include/uapi/fwctl/fwctl.h`.
pub(crate) type RscDestroy = ffi::uapi::RscDestroy;

/// `/dev/fwctl/fwctlN`.
pub(crate) struct Node;

impl FileOperations for Node {
    type OwnerModule = crate::Fwctl;
    type Ptr = ARef<Context>;

    fn open(minor: u32) -> Result<Self::Ptr> {
        Context::open(ffi::find_device(minor).ok_or(ENODEV)?)
    }

    fn release(context: Self::Ptr) {
        context.release();
    }

    fn ioctl(context: &Context, cmd: u32, arg: UserPtr) -> Result<isize> {
        // None of these is inlined, so that none pays for what another keeps on the stack.
        match cmd {
            FWCTL_INFO => info(context, arg)?,
            FWCTL_RPC => rpc(context, arg)?,
            FWCTL_RSC_DESTROY => rsc_destroy(context, arg)?,
            FWCTL_RSC_UMEM_REG => umem::register(context, arg)?,
            _ => return Err(ENOTTY),
        }
        Ok(0)
    }
}

#[inline(never)]
fn info(context: &Context, arg: UserPtr) -> Result {
    let (user, mut info) = UserStruct::read::<Info>(arg, Info::MIN_SIZE)?;
    if info.flags != 0 {
        return Err(EOPNOTSUPP);
    }
    let room = info.device_data_len as usize;

    let driver = &context.device.driver;
    let (device_type, data) = {
        let calls = driver.enter()?;
        (calls.device_type(), calls.info(context, room)?)
    };

    if room > 0 {
        let out = UserPtr::from_addr(info.out_device_data as usize);
        uaccess::write_padded(out, room, data.as_bytes())?;
    }
    info.out_device_type = device_type;
    info.device_data_len = u32::try_from(data.as_bytes().len())?;
    user.write(&info)
}

#[inline(never)]
fn rpc(context: &Context, arg: UserPtr) -> Result {
    let (user, mut rpc) = UserStruct::read::<Rpc>(arg, Rpc::MIN_SIZE)?;
    if rpc.in_len > MAX_RPC_LEN || rpc.out_len > MAX_RPC_LEN {
        return Err(EMSGSIZE);
    }
    let label = Label::request(Scope::try_from(rpc.scope)?)?;

    let device = &context.device;
    // A device that is gone is not worth a copy.
    if !device.driver.is_live() {
        return Err(ENODEV);
    }
    let input = UserPtr::from_addr(rpc.in_ as usize);
    let in_len = rpc.in_len as usize;
    let out = UserPtr::from_addr(rpc.out as usize);
    let out_len = rpc.out_len as usize;
    if device.driver.takes_requests() {
        let mut memory = context.room(in_len.max(out_len))?;
        uaccess::append(&mut memory, input, in_len)?;
        let reply = deliver(context, label, Request::new(memory, out_len)?)?;
        rpc.out_len = u32::try_from(reply.full_len())?;
        let told = respond(out, out_len, reply.as_bytes()).and_then(|()| user.write(&rpc));
        if told.is_err() {
            forget(context, &reply);
        }
        context.keep(reply.into_memory());
        told
    } else {
        // A C driver may bring memory of its own for the reply.
        let mut memory = context.room(in_len)?;
        uaccess::append(&mut memory, input, in_len)?;
        let told = call(context, label, &mut memory, out_len).and_then(|(reply, len)| {
            respond(out, out_len, reply.as_bytes())?;
            rpc.out_len = u32::try_from(len)?;
            user.write(&rpc)
        });
        context.keep(memory);
        told
    }
}

/// Has a C driver judge and deliver `request`. Returns the reply, cut to the `room` that there is,
/// and the length of all of it.
fn call<'r>(
    context: &Context,
    label: Label,
    request: &'r mut KVVec<u8>,
    room: usize,
) -> Result<(CReply<'r>, usize)> {
    let calls = context.device.driver.enter()?;
    let outcome = calls.fw_rpc(context, label.scope(), request, room);
    if !outcome.as_ref().is_err_and(|&e| gate::is_refusal(e)) {
        label.record(&context.device, &calls);
    }
    outcome.map_err(|e| label.refusal(e))
}

/// Has the driver judge `request` and, if it may pass, deliver it.
fn deliver(context: &Context, label: Label, request: Request) -> Result<Reply> {
    let device = &context.device;
    let calls = device.driver.enter()?;
    let delivery = match calls.check(context, label.scope(), &request) {
        Ok(delivery) => delivery,
        Err(e) => {
            context.keep(request.into_memory());
            return Err(label.refusal(e));
        }
    };
    let request = match delivery {
        Delivery::Caller => {
            label.record(device, &calls);
            return calls.rpc(context, label.scope(), request);
        }
        Delivery::Async => {
            let flight = Flight::new(context.into())?;
            label.record(device, &calls);
            match flight.start(&calls, label.scope(), request) {
                Ok(()) => {
                    drop(calls);
                    return flight.wait();
                }
                Err(request) => request,
            }
        }
        Delivery::Worker => request,
        Delivery::Attached => {
            let named = calls.named(context, &request)?;
            drop(calls);
            return deliver_attached(context, label, request, named);
        }
    };
    match work_on(context, label, calls, Job::Rpc(label.scope(), request))? {
        Answer::Reply(reply) => Ok(reply),
        _ => Err(EIO),
    }
}

/// Delivers a request that the driver lets pass and that names user memory.
#[inline(never)]
fn deliver_attached(
    context: &Context,
    label: Label,
    request: Request,
    named: Named,
) -> Result<Reply> {
    let attachments = Attachments::take(named)?;
    let calls = context.device.driver.enter()?;
    let job = Job::Attached(label.scope(), request, attachments);
    match work_on(context, label, calls, job)? {
        Answer::Attached(reply, attachments) => match attachments.give() {
            Ok(()) => Ok(reply),
            Err(e) => {
                forget(context, &reply);
                Err(e)
            }
        },
        _ => Err(EIO),
    }
}

/// Has a worker deliver an RPC, and waits for the answer.
fn work_on(context: &Context, label: Label, calls: Entered<'_>, job: Job) -> Result<Answer> {
    let operation = Operation::new(context.into())?;
    label.record(&context.device, &calls);
    operation.send(&calls, job);
    // The end of the driver waits for the operation, not for whoever waits here.
    drop(calls);
    operation.wait()
}

#[inline(never)]
fn rsc_destroy(context: &Context, arg: UserPtr) -> Result {
    let (_, command) = UserStruct::read::<RscDestroy>(arg, RscDestroy::MIN_SIZE)?;
    if command.flags != 0 {
        return Err(EOPNOTSUPP);
    }
    let kind = ResourceType::try_from(command.kind)?;
    // A device that is gone has no resources.
    if !context.device.driver.is_live() {
        return Err(ENODEV);
    }
    destroy(
        context,
        ResourceId::from_number(command.rsc_id)?,
        Some(kind),
    )
}

/// Destroys a resource of the context, of this type if one is given.
pub(crate) fn destroy(context: &Context, id: ResourceId, kind: Option<ResourceType>) -> Result {
    let driver = &context.device.driver;
    if !driver.takes_requests() {
        return Err(ENOENT);
    }
    let operation = Operation::new(context.into())?;
    operation.send(&*driver.enter()?, Job::Destroy(id, kind));
    operation.wait().map(|_| ())
}

/// Destroys what `reply` tells of, where nobody can be told.
fn forget(context: &Context, reply: &Reply) {
    if let Some(id) = reply.created() {
        // Whether it works or not, the context has it no longer than its descriptor.
        let _ = destroy(context, id, None);
    }
}

/// Copies as much of `reply` as there is `room` for.
fn respond(out: UserPtr, room: usize, reply: &[u8]) -> Result {
    let fitting = reply.get(..room).unwrap_or(reply);
    uaccess::write(out, fitting)
}
