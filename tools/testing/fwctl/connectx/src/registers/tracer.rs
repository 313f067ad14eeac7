// SPDX-License-Identifier: GPL-2.0

//! The firmware's tracer: MTRC_CAP 0x9040, 128 B, MTRC_CONF 0x9041, 128 B, and MTRC_CTRL 0x9043, 64 B; layouts of
//! `mlx5_ifc.h`. Nothing is ever traced, but who owns the tracer and where it would write is kept.

use crate::be;
use crate::layout::{field, Field};
use crate::objects::Kind;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// MTRC_CAP.
const OWNER: Field = field("trace_owner", 0x0, 31, 31);
const TO_MEMORY: Field = field("trace_to_memory", 0x0, 30, 30);
const MAX_SIZE: Field = field("log_max_trace_buffer_size", 0x8, 7, 0);

/// MTRC_CONF.
const SIZE: Field = field("log_trace_buffer_size", 0x4, 7, 0);
const MKEY: Field = field("trace_mkey", 0x8, 31, 0);
/// Bytes of mode, size and key.
const CONF_LEN: usize = 12;

/// MTRC_CTRL.
const STATUS: Field = field("trace_status", 0x0, 31, 30);
const ARM_EVENT: Field = field("arm_event", 0x0, 27, 27);
const SELECT: Field = field("modify_field_select", 0x0, 15, 0);
const TIMESTAMP: usize = 0x8;
const TIMESTAMP_MAX: u64 = (1 << 53) - 1;

/// Pages, log 2.
const MAX_BUFFER: u32 = 12;
const SELECT_STATUS: u32 = 1;

/// What was set up.
#[derive(Debug, Default)]
pub(crate) struct State {
    owner: u32,
    /// The beginning of MTRC_CONF, as it was written.
    conf: [u8; CONF_LEN],
    status: u32,
    arm_event: u32,
}

/// MTRC_CAP.
pub(crate) fn capabilities(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    OWNER.put(access.data, hw.registers.tracer.owner);
    TO_MEMORY.put(access.data, 1);
    MAX_SIZE.put(access.data, MAX_BUFFER);
    Ok(())
}

/// MTRC_CAP: takes the tracer, or gives it back.
pub(crate) fn own(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    hw.registers.tracer.owner = OWNER.get(access.sent);
    capabilities(hw, access)
}

/// MTRC_CONF.
pub(crate) fn configuration(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    be::put(access.data, 0, &hw.registers.tracer.conf);
    Ok(())
}

/// MTRC_CONF: where to write, through a key of the caller.
pub(crate) fn configure(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if SIZE.get(access.sent) > MAX_BUFFER {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    let key = MKEY.get(access.sent);
    if key != 0 {
        hw.objects.get(Kind::Mkey, key >> 8, access.uid)?;
    }
    let sent = access.sent.get(..CONF_LEN).unwrap_or(&[]);
    be::put(&mut hw.registers.tracer.conf, 0, sent);
    Ok(())
}

/// MTRC_CTRL.
pub(crate) fn control(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let now = access.bus.now().as_nanos() as u64;
    let state = &hw.registers.tracer;
    access.data.fill(0);
    STATUS.put(access.data, state.status);
    ARM_EVENT.put(access.data, state.arm_event);
    be::put64(access.data, TIMESTAMP, now & TIMESTAMP_MAX);
    Ok(())
}

/// MTRC_CTRL: trace_status if modify_field_select says so; arm_event always.
pub(crate) fn set_control(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let state = &mut hw.registers.tracer;
    if SELECT.get(access.sent) & SELECT_STATUS != 0 {
        state.status = STATUS.get(access.sent);
    }
    state.arm_event = ARM_EVENT.get(access.sent);
    control(hw, access)
}
