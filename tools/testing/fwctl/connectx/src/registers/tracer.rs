// SPDX-License-Identifier: GPL-2.0

//! The firmware's tracer: MTRC_CAP 0x9040, 128 B, MTRC_CONF 0x9041, 128 B, and MTRC_CTRL 0x9043, 64 B; layouts of
//! `mlx5_ifc.h`. Nothing is ever traced, but who owns the tracer and where it would write is kept.

use crate::be;
use crate::objects::Kind;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const OWNER: u32 = 1 << 31;
const TO_MEMORY: u32 = 1 << 30;
/// Pages, log 2.
const MAX_BUFFER: u32 = 12;
const STATUS: u32 = 0x3 << 30;
const ARM_EVENT: u32 = 1 << 27;
const SELECT_STATUS: u32 = 1;

/// What was set up.
#[derive(Debug, Default)]
pub(crate) struct State {
    owner: u32,
    /// First three dwords of MTRC_CONF: mode, size of the buffer, key.
    conf: [u32; 3],
    /// Status and arm_event of MTRC_CTRL.
    control: u32,
}

/// MTRC_CAP.
pub(crate) fn capabilities(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    be::put32(access.data, 0, hw.registers.tracer.owner | TO_MEMORY);
    be::put32(access.data, 8, MAX_BUFFER);
    Ok(())
}

/// MTRC_CAP: takes the tracer, or gives it back.
pub(crate) fn own(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    hw.registers.tracer.owner = be::get32(access.sent, 0) & OWNER;
    capabilities(hw, access)
}

/// MTRC_CONF.
pub(crate) fn configuration(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    for (i, word) in hw.registers.tracer.conf.iter().enumerate() {
        be::put32(access.data, 4 * i, *word);
    }
    Ok(())
}

/// MTRC_CONF: where to write, through a key of the caller.
pub(crate) fn configure(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let conf = [0, 4, 8].map(|at| be::get32(access.sent, at));
    if be::get8(access.sent, 7) > MAX_BUFFER as u8 {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    let key = be::get32(access.sent, 8);
    if key != 0 {
        hw.objects.get(Kind::Mkey, key >> 8, access.uid)?;
    }
    hw.registers.tracer.conf = conf;
    Ok(())
}

/// MTRC_CTRL.
pub(crate) fn control(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let now = access.bus.now().as_nanos() as u64;
    access.data.fill(0);
    be::put32(access.data, 0, hw.registers.tracer.control);
    be::put64(access.data, 8, now & ((1 << 53) - 1));
    Ok(())
}

/// MTRC_CTRL: trace_status if modify_field_select says so; arm_event always.
pub(crate) fn set_control(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let sent = be::get32(access.sent, 0);
    let mask = if sent & SELECT_STATUS != 0 {
        STATUS | ARM_EVENT
    } else {
        ARM_EVENT
    };
    let state = &mut hw.registers.tracer;
    state.control = (state.control & !mask) | (sent & mask);
    control(hw, access)
}
