// SPDX-License-Identifier: GPL-2.0

//! The FPGA beside the device: FPGA_CTRL 0x4023, 16 B, and FPGA_ACCESS 0x4024, 16 B and up to 64 more; layouts of
//! `mlx5_ifc_fpga.h`. It loads at once and has 4 KiB of memory.

use crate::be;
use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// FPGA_CTRL. Its status stays 0, success.
const OPERATION: Field = field("operation", 0x0, 23, 16);
const FLASH_ADMIN: Field = field("flash_select_admin", 0x4, 23, 16);
const FLASH_OPER: Field = field("flash_select_oper", 0x4, 7, 0);

/// FPGA_ACCESS.
const SIZE: Field = field("size", 0x4, 15, 0);
const ADDRESS: usize = 0x8;
const DATA: usize = 0x10;

/// Values of operation, of which 0 is none.
const LOAD: u32 = 1;
const FLASH_SELECT: u32 = 3;
const LAST_OPERATION: u32 = 6;

const MEMORY: usize = 4096;
const MAX_ACCESS: usize = 64;

/// What was set.
#[derive(Debug)]
pub(crate) struct State {
    /// flash_select_admin: the image to load.
    flash_admin: u32,
    /// flash_select_oper: the image that was loaded.
    flash_oper: u32,
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

/// FPGA_CTRL: the images.
pub(crate) fn control(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let state = &hw.registers.fpga;
    access.data.fill(0);
    FLASH_ADMIN.put(access.data, state.flash_admin);
    FLASH_OPER.put(access.data, state.flash_oper);
    Ok(())
}

/// FPGA_CTRL: an operation, and for one of them which image to load.
pub(crate) fn operate(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let state = &mut hw.registers.fpga;
    match OPERATION.get(access.sent) {
        LOAD => state.flash_oper = state.flash_admin,
        FLASH_SELECT => state.flash_admin = FLASH_ADMIN.get(access.sent),
        1..=LAST_OPERATION => {}
        _ => return Err(Status::BadParam.because(Reason::RegisterValue)),
    }
    Ok(())
}

fn range(access: &Access<'_>, held: usize) -> Result<std::ops::Range<usize>, Refusal> {
    let size = SIZE.get(access.sent) as usize;
    let end = usize::try_from(be::get64(access.sent, ADDRESS))
        .ok()
        .and_then(|first| Some(first..first.checked_add(size)?));
    end.filter(|range| range.end <= MEMORY && size <= MAX_ACCESS && DATA + size <= held)
        .ok_or(Status::BadParam.because(Reason::RegisterValue))
}

/// FPGA_ACCESS: a part of the memory.
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
