// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! What one descriptor owns in the firmware: a user context, by its UID.

use crate::{
    cmd::{
        self,
        Failure, //
    },
    ffi::{
        Info,
        Mdev, //
    },
    mailbox::{
        stamp_uid,
        Inbox,
        MAX_LEN,
        MIN_LEN, //
    },
    module_parameters,
    objects::{
        self,
        Object, //
    },
    policy::{
        self,
        Verdict, //
    }, //
};
use fwctl::{
    Completer,
    ContextPlace,
    Delivery,
    Device,
    DeviceType,
    Operations,
    Reply,
    Request,
    Scope,
    Umem,
    UmemFlags,
    UmemNumbers,
    UserContext, //
};
use kernel::{
    fmt,
    prelude::*, //
};

/// Rights to the resources for tools. Source: bit 2 of `uctx_cap`.
const TOOLS_RESOURCES: u32 = 1 << 2;

/// Longest mailbox, in bytes, that mlx5_core's interrupt copies for us: QUERY_HCA_CAP, which every tool
/// sends, answers 4112. Its blocks come from memory that may not wait, and a longer one gains little:
/// what a worker costs is a thirtieth of a command of 64 KiB each way, a third of one of 4 KiB, and half
/// of one of 176 bytes.
const ASYNC_LEN: usize = 8192;

/// The rights of a user context. Firmware without the one there is gives a UID the rights of an RDMA
/// user.
fn caps(mdev: &Mdev<'_>) -> u32 {
    mdev.uctx_cap() & TOOLS_RESOURCES
}

/// A user context.
pub(crate) struct Context {
    uid: u16,
    caps: u32,
}

impl Context {
    /// What the firmware knows it by.
    pub(crate) fn uid(&self) -> u16 {
        self.uid
    }

    /// A context whose UID the firmware has made, or not.
    fn made(
        device: &Device<Self>,
        mdev: &Mdev<'_>,
        uid: core::result::Result<u16, Failure>,
    ) -> Result<Self> {
        match uid {
            Ok(uid) => Ok(Self {
                uid,
                caps: caps(mdev),
            }),
            Err(failure) => {
                if fwctl::message_allowed() {
                    dev_err!(
                        device.as_ref(),
                        "no user context from firmware: {}\n",
                        failure
                    );
                }
                Err(failure.errno())
            }
        }
    }

    /// The firmware has taken the UID back, or not.
    fn ended(
        &self,
        device: &Device<Self>,
        mdev: &Mdev<'_>,
        gone: core::result::Result<(), Failure>,
    ) {
        if let Err(failure) = gone {
            report_kept(mdev, device, fmt!("UID {}", self.uid), &failure);
        }
    }

    fn judge(&self, scope: Scope, inbox: &[u8]) -> Result<Verdict> {
        let caller = policy::Caller {
            scope,
            tools: self.caps & TOOLS_RESOURCES != 0,
            strict: *module_parameters::strict.value_ref(),
        };
        let inbox = Inbox::new(inbox).ok_or(EMSGSIZE)?;
        policy::judge(inbox, caller).ok_or(EBADMSG)
    }
}

/// Counts that the firmware did not take `what` back, and says so: not of each, where it is a
/// thousand at once, as when a device is lost.
fn report_kept(
    mdev: &Mdev<'_>,
    device: &Device<Context>,
    what: fmt::Arguments<'_>,
    failure: &Failure,
) {
    let count = mdev.count_refusal();
    if fwctl::message_allowed() {
        dev_warn!(
            device.as_ref(),
            "firmware did not release {}: {} (refusals so far: {})\n",
            what,
            failure,
            count
        );
    }
}

impl Operations for Context {
    type RegistrationData<'a> = Mdev<'a>;
    type Info = Info;
    type Resource = Object;

    const DEVICE_TYPE: DeviceType = DeviceType::Mlx5;
    // Half of the slots of a command queue, so that mlx5_core itself always finds one.
    const PARALLEL: u16 = 16;
    // Both are commands.
    const CONTEXT: ContextPlace = ContextPlace::Worker;
    const UMEM: bool = true;

    fn open<'a>(
        device: &Device<Self>,
        mdev: &Self::RegistrationData<'a>,
    ) -> impl PinInit<Self, Error> {
        Self::made(device, mdev, cmd::create_uctx(mdev, caps(mdev)))
    }

    fn start_open<'a>(
        _: &Device<Self>,
        mdev: &Self::RegistrationData<'a>,
        completer: Completer,
    ) -> bool {
        cmd::start_create_uctx(mdev, caps(mdev), completer)
    }

    fn opened<'a>(
        device: &Device<Self>,
        mdev: &Self::RegistrationData<'a>,
        reply: Result<&[u8]>,
    ) -> impl PinInit<Self, Error> {
        let uid = reply.map_err(Failure::from).and_then(cmd::created_uctx);
        Self::made(device, mdev, uid)
    }

    fn start_close<'a>(
        context: &UserContext<'_, Self>,
        mdev: &Self::RegistrationData<'a>,
        completer: Completer,
    ) -> bool {
        cmd::start_destroy_uctx(mdev, context.uid, completer)
    }

    fn closed<'a>(
        this: Pin<&mut Self>,
        device: &Device<Self>,
        mdev: &Self::RegistrationData<'a>,
        reply: Result<&[u8]>,
    ) {
        let gone = reply.map_err(Failure::from).and_then(cmd::destroyed_uctx);
        this.ended(device, mdev, gone);
    }

    fn close<'a>(
        this: Pin<&mut Self>,
        device: &Device<Self>,
        mdev: &Self::RegistrationData<'a>,
        kept: usize,
    ) {
        if kept > 0 {
            // It would be refused.
            dev_warn!(
                device.as_ref(),
                "firmware keeps UID {} with {} of its objects\n",
                this.uid,
                kept
            );
            return;
        }
        this.ended(device, mdev, cmd::destroy_uctx(mdev, this.uid));
    }

    fn info<'a>(context: &UserContext<'_, Self>, _: &Self::RegistrationData<'a>) -> Result<Info> {
        Ok(Info {
            uid: context.uid.into(),
            uctx_caps: context.caps,
        })
    }

    fn check<'a>(
        context: &UserContext<'_, Self>,
        _: &Self::RegistrationData<'a>,
        scope: Scope,
        request: &Request,
    ) -> Result<Delivery> {
        let lengths = MIN_LEN..=MAX_LEN;
        if !lengths.contains(&request.output_len()) || !lengths.contains(&request.input().len()) {
            return Err(EMSGSIZE);
        }
        let verdict = context.judge(scope, request.input())?;
        objects::check(context, verdict, request.input())?;
        let short = request.input().len().max(request.output_len()) <= ASYNC_LEN;
        if short && verdict.is_plain() {
            Ok(Delivery::Async)
        } else {
            Ok(Delivery::Worker)
        }
    }

    fn rpc<'a>(
        context: &UserContext<'_, Self>,
        mdev: &Self::RegistrationData<'a>,
        scope: Scope,
        request: Request,
    ) -> Result<Reply> {
        let verdict = context.judge(scope, request.input())?;
        objects::deliver(context, mdev, verdict, request)
    }

    fn start<'a>(
        context: &UserContext<'_, Self>,
        mdev: &Self::RegistrationData<'a>,
        _: Scope,
        mut request: Request,
        completer: Completer,
    ) -> core::result::Result<(), Request> {
        stamp_uid(request.input_mut(), context.uid);
        mdev.start(request, completer)
    }

    fn destroy<'a>(
        context: &UserContext<'_, Self>,
        mdev: &Self::RegistrationData<'a>,
        object: &Object,
    ) -> Result {
        objects::give_back(mdev, context.uid, object).map_err(|failure| {
            report_kept(
                mdev,
                context.device(),
                fmt!("{} of UID {}", object, context.uid),
                &failure,
            );
            failure.errno()
        })
    }

    fn register_umem<'a>(
        context: &UserContext<'_, Self>,
        mdev: &Self::RegistrationData<'a>,
        umem: Umem,
        flags: UmemFlags,
    ) -> Result<UmemNumbers> {
        objects::register_umem(context, mdev, umem, flags).map_err(|failure| {
            if matches!(failure, Failure::Refused(..)) && fwctl::message_allowed() {
                dev_warn!(
                    context.device().as_ref(),
                    "no umem from firmware: {}\n",
                    failure
                );
            }
            failure.errno()
        })
    }
}
