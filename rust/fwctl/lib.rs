// SPDX-License-Identifier: GPL-2.0

//! Firmware control for driver authors.
//!
//! A vendor driver implements [`Operations`] for the type that holds what one open file
//! descriptor owns, and calls [`Registration::register`] from its probe. From then until the
//! bound device is unbound, `/dev/fwctl/fwctlN` forwards RPCs of user space to it.
//!
//! Everything here is safe to use; the unsafe code that talks to the core and to the kernel is
//! inside of this crate. [`sys`] holds kernel facilities that the kernel's own `kernel` crate does
//! not offer yet; it serves the core, and drivers that lack the same.
//!
//! C header: `include/linux/fwctl.h`

pub mod abi;
mod async_reply;
mod attachment;
mod context;
mod device;
mod dma_buffer;
mod operations;
pub mod quarantine;
mod registration;
mod request;
mod resource;
mod scope;
pub mod sys;
pub mod umem;

pub use self::{
    async_reply::{
        AsyncReply,
        Completer, //
    },
    attachment::{
        Attached,
        Attachment,
        Attachments,
        Direction,
        Named,
        UserMemory,
        MAX_ATTACHMENTS,
        MAX_ATTACHMENT_LEN, //
    },
    context::UserContext,
    device::Device,
    dma_buffer::DmaBuffer,
    operations::{
        ContextPlace,
        Delivery,
        DeviceType,
        Operations, //
    },
    registration::Registration,
    request::{
        Reply,
        ReplyWriter,
        Request, //
    },
    resource::{
        Held,
        NoResource,
        Reservation,
        Resource,
        ResourceId,
        ResourceType,
        Resources,
        Taken,
        MAX_NEEDS,
        MAX_RESOURCES, //
    },
    scope::Scope,
    sys::{
        memory::for_user as room_for_user,
        message::allowed as message_allowed, //
    },
    umem::{
        Umem,
        UmemFlags,
        UmemNumbers, //
    }, //
};
