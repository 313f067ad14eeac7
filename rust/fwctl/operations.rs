// SPDX-License-Identifier: GPL-2.0

//! What a vendor driver implements.

use super::{
    Attachments,
    Completer,
    Device,
    Named,
    Reply,
    Request,
    Resource,
    Scope,
    Umem,
    UmemFlags,
    UmemNumbers,
    UserContext, //
};
use kernel::{
    prelude::*,
    transmute::AsBytes, //
};

/// Who defines the layout of RPCs and of the INFO data.
///
/// Source: `enum fwctl_device_type` in `include/uapi/fwctl/fwctl.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum DeviceType {
    /// NVIDIA ConnectX and BlueField.
    Mlx5 = 1,
    /// CXL memory devices.
    Cxl = 2,
    /// Broadcom NetXtreme.
    Bnxt = 3,
    /// AMD Pensando.
    Pds = 4,
    /// The sample drivers, see `samples/fwctl/sample.h`. Not a vendor.
    Sample = 0x5a4d_504c,
}

/// Where an operation is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In the caller, because it ends without waiting for the firmware.
    Caller,
    /// On a worker of the core, because it waits. The caller can be killed meanwhile.
    Worker,
    /// Started in the caller and answered later, when the transport has the reply: see
    /// [`Operations::start`]. The caller can be killed meanwhile.
    Async,
    /// On a worker, with the places in the caller's memory that [`Operations::named`] has: see
    /// [`Operations::rpc_attached`].
    Attached,
}

/// Where contexts are opened and closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextPlace {
    /// In the caller, because neither waits for the firmware.
    Caller,
    /// On a worker of the core, because they do.
    Worker,
}

/// A vendor driver. The implementing type **is** the user context: what one open file descriptor
/// owns.
///
/// # Context
///
/// All operations run in process context and may sleep. No lock of the core is held while one
/// runs, and [`Registration`](super::Registration) is not undone before it has returned, so each
/// must return within the bound of the transport. `open` and `close` of one descriptor run alone; all
/// others can run in parallel.
///
/// Memory that is allocated with `GFP_KERNEL_ACCOUNT` in an operation is charged to the memory
/// cgroup of the user for whom it runs, on a worker too.
///
/// # Examples
///
/// ```ignore
/// struct Echo;
///
/// impl Operations for Echo {
///     type RegistrationData<'a> = ();
///     type Info = [u8; 0];
///     type Resource = NoResource;
///     const DEVICE_TYPE: DeviceType = DeviceType::Mlx5;
///     const PARALLEL: u16 = 1;
///     const CONTEXT: ContextPlace = ContextPlace::Caller;
///
///     fn open<'a>(_: &Device<Self>, _: &()) -> impl PinInit<Self, Error> {
///         Ok(Echo)
///     }
///     fn info<'a>(_: &UserContext<'_, Self>, _: &()) -> Result<[u8; 0]> {
///         Ok([])
///     }
///     fn check<'a>(
///         _: &UserContext<'_, Self>, _: &(), _: Scope, _: &Request,
///     ) -> Result<Delivery> {
///         Ok(Delivery::Caller)
///     }
///     fn rpc<'a>(
///         _: &UserContext<'_, Self>, _: &(), _: Scope, request: Request,
///     ) -> Result<Reply> {
///         let len = request.input().len();
///         Ok(request.into_reply(len))
///     }
/// }
/// ```
pub trait Operations: Sized + Send + Sync + 'static {
    /// What the driver keeps per device. `'a` is the time that the device is bound, so it may
    /// borrow from the bound device.
    type RegistrationData<'a>: Send + Sync + 'a
    where
        Self: 'a;

    /// The data of FWCTL_INFO, in the layout that user space knows; 64 bytes at most.
    type Info: AsBytes;

    /// What a descriptor can own in the firmware beside itself;
    /// [`NoResource`](super::NoResource) if that is nothing.
    type Resource: Resource;

    /// The number that FWCTL_INFO reports.
    const DEVICE_TYPE: DeviceType;

    /// RPCs of one device that are under way at a time, on workers or [started](Self::start), at
    /// least 1. More wait in the order in which they came, for a worker, and can be killed while
    /// they do.
    const PARALLEL: u16;

    /// Where [`open`](Self::open) and [`close`](Self::close) run. Those on workers do not count
    /// for [`PARALLEL`](Self::PARALLEL): closing one descriptor waits for no other.
    const CONTEXT: ContextPlace;

    /// Whether the device can write to memory of its users, by
    /// [`register_umem`](Self::register_umem).
    const UMEM: bool = false;

    /// A file descriptor was opened. An error is the errno of `open(2)`.
    fn open<'a>(
        device: &Device<Self>,
        data: &Self::RegistrationData<'a>,
    ) -> impl PinInit<Self, Error>;

    /// The counterpart of a successful [`open`](Self::open): gives back to the firmware what this
    /// context is there. Its resources are destroyed by then, but for `kept` of them for which
    /// [`destroy`](Self::destroy) failed. Runs when the descriptor is closed and its last RPC is
    /// done, or before that when the device is unbound. `this` is dropped after it. What fails is
    /// for the driver to report.
    fn close<'a>(
        this: Pin<&mut Self>,
        device: &Device<Self>,
        data: &Self::RegistrationData<'a>,
        kept: usize,
    ) {
        let _ = (this, device, data, kept);
    }

    /// Sends what [`open`](Self::open) would and does not wait for the firmware; whoever has the reply
    /// gives it to `completer`. False if it sent nothing: then `open` runs. It runs in the caller, who
    /// can be killed until there is the reply.
    fn start_open<'a>(
        device: &Device<Self>,
        data: &Self::RegistrationData<'a>,
        completer: Completer,
    ) -> bool {
        let _ = (device, data, completer);
        false
    }

    /// The context, by the reply to what [`start_open`](Self::start_open) sent. Does not wait for the
    /// firmware.
    fn opened<'a>(
        device: &Device<Self>,
        data: &Self::RegistrationData<'a>,
        reply: Result<&[u8]>,
    ) -> impl PinInit<Self, Error> {
        let _ = (device, data, reply);
        Err(EOPNOTSUPP)
    }

    /// Sends what [`close`](Self::close) would of a context that has no resources, as
    /// [`start_open`](Self::start_open) does. Nothing else runs on it any more.
    fn start_close<'a>(
        context: &UserContext<'_, Self>,
        data: &Self::RegistrationData<'a>,
        completer: Completer,
    ) -> bool {
        let _ = (context, data, completer);
        false
    }

    /// What the firmware said to what [`start_close`](Self::start_close) sent. `this` is dropped after
    /// it.
    fn closed<'a>(
        this: Pin<&mut Self>,
        device: &Device<Self>,
        data: &Self::RegistrationData<'a>,
        reply: Result<&[u8]>,
    ) {
        let _ = (this, device, data, reply);
    }

    /// The data of FWCTL_INFO. Runs in the caller, so it should not wait for the firmware.
    fn info<'a>(
        context: &UserContext<'_, Self>,
        data: &Self::RegistrationData<'a>,
    ) -> Result<Self::Info>;

    /// Judges an RPC before anything is sent or recorded: `EBADMSG` if `scope` does not allow it,
    /// `EMSGSIZE` if a length is below what the driver needs. Sends nothing, waits for nothing.
    fn check<'a>(
        context: &UserContext<'_, Self>,
        data: &Self::RegistrationData<'a>,
        scope: Scope,
        request: &Request,
    ) -> Result<Delivery>;

    /// What a request names in the caller's memory, for which [`check`](Self::check) said
    /// [`Delivery::Attached`], or in resources of the descriptor. Runs in the caller; sends nothing,
    /// waits for nothing.
    fn named(context: &UserContext<'_, Self>, request: &Request) -> Result<Named> {
        let _ = (context, request);
        Ok(Named::default())
    }

    /// Delivers an RPC that [`check`](Self::check) let pass, where that said.
    ///
    /// On a worker it may wait for the firmware uninterruptibly: a caller that is killed meanwhile
    /// dies, and the reply is dropped. An error means that the firmware did not answer; an answer
    /// that tells of an error is a reply.
    fn rpc<'a>(
        context: &UserContext<'_, Self>,
        data: &Self::RegistrationData<'a>,
        scope: Scope,
        request: Request,
    ) -> Result<Reply>;

    /// As [`rpc`](Self::rpc), for an RPC for which [`check`](Self::check) said [`Delivery::Attached`].
    /// What it leaves in `attachments` goes to the caller with the reply.
    fn rpc_attached<'a>(
        context: &UserContext<'_, Self>,
        data: &Self::RegistrationData<'a>,
        scope: Scope,
        request: Request,
        attachments: &mut Attachments,
    ) -> Result<Reply> {
        let _ = (context, data, scope, request, attachments);
        Err(EOPNOTSUPP)
    }

    /// Sends an RPC for which [`check`](Self::check) said [`Delivery::Async`], and does not wait for
    /// the firmware; whoever has the reply gives it to `completer`. It must need nothing that has to
    /// be undone where the caller is killed, and tell of no resource. What returns the request sent
    /// nothing, and has it delivered by [`rpc`](Self::rpc) on a worker.
    ///
    /// The device is there until all are answered. Callbacks of the driver's own may still run
    /// then; the drop of [`RegistrationData`](Self::RegistrationData) has to wait for them.
    fn start<'a>(
        context: &UserContext<'_, Self>,
        data: &Self::RegistrationData<'a>,
        scope: Scope,
        request: Request,
        completer: Completer,
    ) -> core::result::Result<(), Request> {
        let _ = (context, data, scope, completer);
        Err(request)
    }

    /// Gives `resource` back to the firmware: on FWCTL_RSC_DESTROY, when the reply that tells of
    /// it cannot be handed over, and before [`close`](Self::close). What needs it is gone by then.
    /// Runs on a worker, or where `close` runs.
    ///
    /// After an error the descriptor keeps it, and the user can try again; at the end of the
    /// descriptor it is forgotten, and for the driver to report.
    fn destroy<'a>(
        context: &UserContext<'_, Self>,
        data: &Self::RegistrationData<'a>,
        resource: &Self::Resource,
    ) -> Result {
        let _ = (context, data, resource);
        Ok(())
    }

    /// Makes `umem` a resource of the descriptor, and known to the firmware if that keeps such. Runs on
    /// a worker.
    ///
    /// The bus addresses of `umem` are had from [`Umem::expose`], or for one command from
    /// [`Umem::expose_at`]. From then on the driver says with [`Umem::released`] that the firmware has
    /// let go of it, when it knows: after a refusal to begin with, after [`destroy`](Self::destroy), or
    /// with the answer to the command. What is dropped without it is quarantined.
    fn register_umem<'a>(
        context: &UserContext<'_, Self>,
        data: &Self::RegistrationData<'a>,
        umem: Umem,
        flags: UmemFlags,
    ) -> Result<UmemNumbers> {
        let _ = (context, data, umem, flags);
        Err(EOPNOTSUPP)
    }
}
