// SPDX-License-Identifier: GPL-2.0

//! Protection domains.

use crate::be;
use crate::command::Call;
use crate::objects::{Body, Kind};
use crate::status::Refusal;
use crate::ConnectX;

/// ALLOC_PD.
pub(crate) fn alloc(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = hw.objects.add(call.header.uid, Body::Pd)?;
    be::put32(call.out, 8, id);
    Ok(())
}

/// DEALLOC_PD: refused while a memory key uses the domain.
pub(crate) fn dealloc(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = be::get24(call.input, 9);
    hw.objects.remove(Kind::Pd, id, call.header.uid)?;
    Ok(())
}
