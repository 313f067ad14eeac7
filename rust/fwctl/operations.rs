// SPDX-License-Identifier: GPL-2.0

//! What a vendor driver implements.

use super::{
    Device,
    Reply,
    Request,
    Scope, //
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

/// A vendor driver. The implementing type **is** the user context: what one open file descriptor
/// owns.
///
/// # Context
///
/// All operations run in process context and may sleep. No lock of the core is held while one
/// runs, and [`Registration`](super::Registration) is not undone before it has returned. `info`,
/// `check` and `rpc` of one context can run in parallel; `open` and `close` run alone.
///
/// # Examples
///
/// ```ignore
/// struct Echo;
///
/// impl Operations for Echo {
///     type RegistrationData<'a> = ();
///     type Info = [u8; 0];
///     const DEVICE_TYPE: DeviceType = DeviceType::Mlx5;
///     const PARALLEL: u16 = 1;
///
///     fn open<'a>(_: &Device<Self>, _: &()) -> impl PinInit<Self, Error> {
///         Ok(Echo)
///     }
///     fn info<'a>(_: Pin<&Self>, _: &Device<Self>, _: &()) -> Result<[u8; 0]> {
///         Ok([])
///     }
///     fn check<'a>(
///         _: Pin<&Self>, _: &Device<Self>, _: &(), _: Scope, _: &Request,
///     ) -> Result {
///         Ok(())
///     }
///     fn rpc<'a>(
///         _: Pin<&Self>, _: &Device<Self>, _: &(), _: Scope, request: Request,
///     ) -> Result<Reply> {
///         let len = request.input().len();
///         Ok(request.into_reply_in_place(len))
///     }
/// }
/// ```
pub trait Operations: Sized + Send + Sync + 'static {
    /// What the driver keeps per device. `'a` is the time that the device is bound, so it may
    /// borrow from the bound device.
    type RegistrationData<'a>: Send + Sync + 'a
    where
        Self: 'a;

    /// The data of FWCTL_INFO, in the layout that user space knows.
    type Info: AsBytes;

    /// The number that FWCTL_INFO reports.
    const DEVICE_TYPE: DeviceType;

    /// RPCs of one device that [`rpc`](Self::rpc) works on at a time, at least 1. More wait in the
    /// order in which they came, and can be killed while they do.
    const PARALLEL: u16;

    /// A file descriptor was opened. An error is the errno of `open(2)`.
    fn open<'a>(
        device: &Device<Self>,
        data: &Self::RegistrationData<'a>,
    ) -> impl PinInit<Self, Error>;

    /// The counterpart of a successful [`open`](Self::open): gives back to the firmware what this
    /// context owns there. Runs when the descriptor is closed, or before that when the device is
    /// unbound, and never beside another operation of this context. `self` is dropped after it.
    fn close<'a>(this: Pin<&mut Self>, device: &Device<Self>, data: &Self::RegistrationData<'a>) {
        let _ = (this, device, data);
    }

    /// The data of FWCTL_INFO.
    fn info<'a>(
        this: Pin<&Self>,
        device: &Device<Self>,
        data: &Self::RegistrationData<'a>,
    ) -> Result<Self::Info>;

    /// Judges an RPC before anything is sent or recorded: `EBADMSG` if `scope` does not allow it,
    /// `EMSGSIZE` if a length is below what the driver needs. Sends nothing.
    fn check<'a>(
        this: Pin<&Self>,
        device: &Device<Self>,
        data: &Self::RegistrationData<'a>,
        scope: Scope,
        request: &Request,
    ) -> Result;

    /// Delivers an RPC that [`check`](Self::check) let pass, and waits for the firmware.
    ///
    /// Runs on a worker of the core, not in the caller: the caller can be killed meanwhile, and
    /// the reply is then dropped. Must return within the bound of the transport, because
    /// unbinding the device waits for it. An error means that the firmware did not answer; an
    /// answer that tells of an error is a reply.
    fn rpc<'a>(
        this: Pin<&Self>,
        device: &Device<Self>,
        data: &Self::RegistrationData<'a>,
        scope: Scope,
        request: Request,
    ) -> Result<Reply>;
}
