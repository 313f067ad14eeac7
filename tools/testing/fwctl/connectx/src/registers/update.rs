// SPDX-License-Identifier: GPL-2.0

//! Firmware update: MCC 0x9062, 32 B, drives a state machine; MCDA 0x9063, 16 B and data, moves a component inline; MCDD
//! 0x905c, 32 B, by page. Layouts of `mlx5_ifc.h`, MCDD's of `mstflint`.
//!
//! MCDD names its pages, of data and the mailbox, by physical address, so that whoever may write it reaches all memory:
//! a user context lacks the right. A write moves size bytes: out of the data page into the component, or the other way
//! when a component is read; then a descriptor goes to the mailbox, the register as it was sent and a dword whose low
//! byte is the status. That 1 means done is this model's own.

use std::ops::Range;

use crate::be;
use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// MCC.
const INSTRUCTION: Field = field("instruction", 0x0, 7, 0);
const MCC_HANDLE: Field = field("update_handle", 0x8, 23, 0);
const CONTROL_STATE: Field = field("control_state", 0xc, 3, 0);
const COMPONENT_SIZE: Field = field("component_size", 0x10, 31, 0);
/// From update_handle to control_state.
const FLOW: Range<usize> = 0x8..0x10;

/// MCDA and MCDD.
const HANDLE: Field = field("update_handle", 0x0, 23, 0);
const OFFSET: Field = field("offset", 0x4, 31, 0);
const SIZE: Field = field("size", 0x8, 15, 0);

/// MCDA.
const DATA: usize = 0x10;

/// MCDD.
const DATA_PAGE: usize = 0x10;
const MAILBOX: usize = 0x18;
const MCDD_LEN: usize = 32;
const DONE: u32 = 1;

/// Largest component, in bytes.
const MAX_COMPONENT: u32 = 8 << 20;
const MAX_INLINE: usize = 128;
const MAX_PAGE: usize = 4096;

/// Values of instruction.
const LOCK: u32 = 1;
const RELEASE: u32 = 2;
const UPDATE: u32 = 3;
const VERIFY: u32 = 4;
const ACTIVATE: u32 = 6;
const READ: u32 = 7;
const CANCEL: u32 = 8;
const CHECK: u32 = 9;
const FORCE_RELEASE: u32 = 0x0a;

/// Values of control_state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u32)]
enum Phase {
    #[default]
    Idle = 0,
    Locked = 1,
    Download = 3,
    Upload = 7,
}

/// Where the update stands.
#[derive(Debug)]
pub(crate) struct State {
    phase: Phase,
    /// Of the flow under way, or of the next one.
    handle: u32,
    component: Vec<u8>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            phase: Phase::Idle,
            handle: 1,
            component: Vec::new(),
        }
    }
}

impl State {
    fn release(&mut self) {
        self.phase = Phase::Idle;
        self.handle = (self.handle % HANDLE.max()) + 1;
    }

    fn instruct(&mut self, instruction: u32, handle: u32, size: u32) -> Result<(), Refusal> {
        let value = Status::BadParam.because(Reason::RegisterValue);
        match (instruction, self.phase) {
            (LOCK, Phase::Idle) => {
                self.phase = Phase::Locked;
                return Ok(());
            }
            (LOCK, _) => return Err(Status::Busy.because(Reason::ObjectInUse)),
            (FORCE_RELEASE, _) => {
                self.release();
                return Ok(());
            }
            _ if handle != self.handle => return Err(value),
            (RELEASE, _) => self.release(),
            (UPDATE, Phase::Locked) if size <= MAX_COMPONENT => {
                self.component = vec![0; size as usize];
                self.phase = Phase::Download;
            }
            (VERIFY, Phase::Download) | (CANCEL, Phase::Download | Phase::Upload) => {
                self.phase = Phase::Locked;
            }
            (READ, Phase::Locked) => self.phase = Phase::Upload,
            (ACTIVATE, Phase::Locked) | (CHECK | CANCEL, Phase::Locked) => {}
            _ => return Err(value),
        }
        Ok(())
    }
}

/// MCC: state and handle.
pub(crate) fn control(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let state = &hw.registers.update;
    if let Some(flow) = access.data.get_mut(FLOW) {
        flow.fill(0);
    }
    MCC_HANDLE.put(access.data, state.handle);
    CONTROL_STATE.put(access.data, state.phase as u32);
    Ok(())
}

/// MCC: one step of the flow.
pub(crate) fn instruct(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let instruction = INSTRUCTION.get(access.sent);
    let handle = MCC_HANDLE.get(access.sent);
    let size = COMPONENT_SIZE.get(access.sent);
    hw.registers.update.instruct(instruction, handle, size)?;
    control(hw, access)
}

/// The bytes of the component that an MCDA or MCDD is about.
fn range(sent: &[u8], most: usize) -> Result<Range<usize>, Refusal> {
    let bad = Status::BadParam.because(Reason::RegisterValue);
    let size = SIZE.get(sent) as usize;
    let first = usize::try_from(OFFSET.get(sent)).map_err(|_| bad)?;
    if size > most {
        return Err(bad);
    }
    Ok(first..first.checked_add(size).ok_or(bad)?)
}

/// MCDA: a part of the component that is read.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let bad = Status::BadParam.because(Reason::RegisterValue);
    let state = &hw.registers.update;
    let range = range(access.sent, MAX_INLINE)?;
    if state.phase != Phase::Upload || HANDLE.get(access.sent) != state.handle {
        return Err(bad);
    }
    let bytes = state.component.get(range).ok_or(bad)?;
    if access.data.len() < DATA + bytes.len() {
        return Err(Status::BadOutputLength.because(Reason::RegisterLength));
    }
    be::put(access.data, DATA, bytes);
    Ok(())
}

/// MCDA: a part of the component that is written.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let bad = Status::BadParam.because(Reason::RegisterValue);
    let state = &mut hw.registers.update;
    let range = range(access.sent, MAX_INLINE)?;
    if state.phase != Phase::Download || HANDLE.get(access.sent) != state.handle {
        return Err(bad);
    }
    let bytes = access.sent.get(DATA..DATA + range.len()).ok_or(bad)?;
    let space = state.component.get_mut(range).ok_or(bad)?;
    space.copy_from_slice(bytes);
    Ok(())
}

/// MCDD: the register as it was sent; nothing moves.
pub(crate) fn read_page(_hw: &mut ConnectX, _access: &mut Access<'_>) -> Result<(), Refusal> {
    Ok(())
}

/// MCDD: moves a page. Outside of a flow what comes in is dropped.
pub(crate) fn move_page(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if access.uid != 0 {
        return Err(Status::BadParam.because(Reason::PhysicalAddress));
    }
    let range = range(access.sent, MAX_PAGE)?;
    let data_page = be::get64(access.sent, DATA_PAGE);
    let mailbox = be::get64(access.sent, MAILBOX);
    let mut page = vec![0; range.len()];
    let state = &mut hw.registers.update;
    let part = state.component.get_mut(range);
    let moved = if state.phase == Phase::Upload {
        let bytes = part.ok_or(Status::BadParam.because(Reason::RegisterValue))?;
        access.bus.dma_write(data_page, bytes)
    } else {
        access.bus.dma_read(data_page, &mut page).map(|()| {
            if let (Phase::Download, Some(bytes)) = (state.phase, part) {
                bytes.copy_from_slice(&page);
            }
        })
    };
    let mut descriptor = [0; MCDD_LEN + 4];
    be::put(
        &mut descriptor,
        0,
        access.sent.get(..MCDD_LEN).unwrap_or(&[]),
    );
    be::put32(&mut descriptor, MCDD_LEN, DONE);
    let told = moved.and_then(|()| access.bus.dma_write(mailbox, &descriptor));
    told.map_err(|error| {
        hw.findings
            .violation(format!("MCDD of uid {}: {error}", access.uid));
        Status::Internal.because(Reason::DmaFailed)
    })
}
