// SPDX-License-Identifier: GPL-2.0

//! The FPGA beside the device: FPGA_CTRL 0x4023, 16 B, and FPGA_ACCESS 0x4024, 16 B and up to 64 more; layouts of
//! `mlx5_ifc_fpga.h`. It loads at once and has 4 KiB of memory.

use crate::be;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const LOAD: u8 = 1;
const FLASH_SELECT: u8 = 3;
const LAST_OPERATION: u8 = 6;
const MEMORY: usize = 4096;
const MAX_ACCESS: usize = 64;
const DATA: usize = 16;

/// What was set.
#[derive(Debug)]
pub(crate) struct State {
    /// flash_select_admin: the image to load.
    flash_admin: u8,
    /// flash_select_oper: the image that was loaded.
    flash_oper: u8,
    memory: Vec<u8>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            flash_admin: 0,
            flash_oper: 0,
            memory: vec![0; MEMORY],
        }
    }
}

/// FPGA_CTRL: status @3, where 0 is success, flash_select_admin @5 and flash_select_oper @7.
pub(crate) fn control(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let state = &hw.registers.fpga;
    access.data.fill(0);
    be::put(access.data, 5, &[state.flash_admin, 0, state.flash_oper]);
    Ok(())
}

/// FPGA_CTRL: an operation @1, and for one of them which image to load @5.
pub(crate) fn operate(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let state = &mut hw.registers.fpga;
    match be::get8(access.sent, 1) {
        LOAD => state.flash_oper = state.flash_admin,
        FLASH_SELECT => state.flash_admin = be::get8(access.sent, 5),
        1..=LAST_OPERATION => {}
        _ => return Err(Status::BadParam.because(Reason::RegisterValue)),
    }
    Ok(())
}

fn range(access: &Access<'_>, held: usize) -> Result<std::ops::Range<usize>, Refusal> {
    let size = usize::from(be::get16(access.sent, 6));
    let end = usize::try_from(be::get64(access.sent, 8))
        .ok()
        .and_then(|first| Some(first..first.checked_add(size)?));
    end.filter(|range| range.end <= MEMORY && size <= MAX_ACCESS && DATA + size <= held)
        .ok_or(Status::BadParam.because(Reason::RegisterValue))
}

/// FPGA_ACCESS: size @6, address @8, data @0x10.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let range = range(access, access.data.len())?;
    let bytes = hw.registers.fpga.memory.get(range).unwrap_or(&[]);
    be::put(access.data, DATA, bytes);
    Ok(())
}

/// FPGA_ACCESS.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let range = range(access, access.sent.len())?;
    let bytes = access.sent.get(DATA..DATA + range.len()).unwrap_or(&[]);
    be::put(&mut hw.registers.fpga.memory, range.start, bytes);
    Ok(())
}
