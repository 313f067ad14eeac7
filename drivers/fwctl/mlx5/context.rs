// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! What one descriptor owns in the firmware: a user context, by its UID.

use crate::{
    cmd::{
        self,
        Failure,
        Inbox, //
    },
    ffi::{
        Info,
        Mdev, //
    },
    policy, //
};
use fwctl::{
    Delivery,
    Device,
    DeviceType,
    NoResource,
    Operations,
    Reply,
    Request,
    Scope,
    UserContext, //
};
use kernel::prelude::*;

/// Rights to the resources for tools. Source: bit 2 of `uctx_cap`.
const TOOLS_RESOURCES: u32 = 1 << 2;

/// A user context.
pub(crate) struct Context {
    uid: u16,
    caps: u32,
}

impl Operations for Context {
    type RegistrationData<'a> = Mdev<'a>;
    type Info = Info;
    type Resource = NoResource;

    const DEVICE_TYPE: DeviceType = DeviceType::Mlx5;
    // Half of the slots of a command queue, so that mlx5_core itself always finds one.
    const PARALLEL: u16 = 16;
    // Both are commands.
    const CONTEXT: Delivery = Delivery::Worker;

    fn open<'a>(
        device: &Device<Self>,
        mdev: &Self::RegistrationData<'a>,
    ) -> impl PinInit<Self, Error> {
        // Firmware without this right gives a UID the rights of an RDMA user.
        let caps = mdev.uctx_cap() & TOOLS_RESOURCES;
        match cmd::create_uctx(mdev, caps) {
            Ok(uid) => Ok(Context { uid, caps }),
            Err(failure) => {
                dev_err!(
                    device.as_ref(),
                    "no user context from firmware: {}\n",
                    failure
                );
                Err(match failure {
                    Failure::Refused(_) => EIO,
                    Failure::Transport(e) => e,
                })
            }
        }
    }

    fn close<'a>(this: Pin<&mut Self>, device: &Device<Self>, mdev: &Self::RegistrationData<'a>) {
        if let Err(failure) = cmd::destroy_uctx(mdev, this.uid) {
            dev_warn!(
                device.as_ref(),
                "firmware did not release UID {}: {}\n",
                this.uid,
                failure
            );
        }
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
        let lengths = cmd::MIN_LEN..=cmd::MAX_LEN;
        if !lengths.contains(&request.output_len()) || !lengths.contains(&request.input().len()) {
            return Err(EMSGSIZE);
        }
        let inbox = Inbox::new(request.input()).ok_or(EMSGSIZE)?;
        let tools = context.caps & TOOLS_RESOURCES != 0;
        if policy::admits(inbox, policy::Caller { scope, tools }) {
            Ok(Delivery::Worker)
        } else {
            Err(EBADMSG)
        }
    }

    fn rpc<'a>(
        context: &UserContext<'_, Self>,
        mdev: &Self::RegistrationData<'a>,
        _: Scope,
        mut request: Request,
    ) -> Result<Reply> {
        let (inbox, outbox) = request.buffers();
        cmd::stamp_uid(inbox, context.uid);
        mdev.exec(inbox, outbox)?;
        let len = request.output_len();
        Ok(request.into_reply(len))
    }
}
