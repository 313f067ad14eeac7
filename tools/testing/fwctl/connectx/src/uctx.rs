// SPDX-License-Identifier: GPL-2.0

//! User contexts: the security label (UID) that a command carries.

use crate::be;
use crate::caps;
use crate::command::Call;
use crate::objects::{Body, Kind};
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// Lets a context manage the device, `MLX5_UCTX_OBJECT_CAP_TOOLS_RESOURCES`.
pub(crate) const TOOLS_RESOURCES: u32 = 1 << 2;

/// CREATE_UCTX: capabilities beyond the function's own are refused.
pub(crate) fn create(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let caps = be::get32(call.input, 16);
    if caps & !caps::uctx(&hw.hca.current) != 0 {
        return Err(Status::BadParam.because(Reason::UctxCaps));
    }
    let id = hw.objects.add(0, Body::Uid(caps))?;
    be::put32(call.out, 8, id);
    Ok(())
}

/// DESTROY_UCTX: refused, and noted as a driver's mistake, while the context owns anything.
pub(crate) fn destroy(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let uid = be::get16(call.input, 10);
    if hw.objects.uctx_caps(uid).is_none() {
        return Err(Status::BadResource.because(Reason::NoSuchObject));
    }
    let owned = hw.objects.owned_by(uid);
    if owned != 0 {
        hw.findings.violation(format!(
            "DESTROY_UCTX of uid {uid} with {owned} objects left"
        ));
        return Err(Status::BadResourceState.because(Reason::UidInUse));
    }
    hw.objects.remove(Kind::Uid, u32::from(uid), uid)?;
    hw.diagnostics.forget(uid);
    Ok(())
}

/// Refuses a header's UID that does not exist or lacks what the command needs.
pub(crate) fn check(hw: &ConnectX, uid: u16, tools: bool) -> Result<(), Refusal> {
    let Some(caps) = hw.objects.uctx_caps(uid) else {
        return Err(Status::BadParam.because(Reason::UnknownUid));
    };
    if tools && caps & TOOLS_RESOURCES == 0 {
        return Err(Status::BadParam.because(Reason::UidRights));
    }
    Ok(())
}
