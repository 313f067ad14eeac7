// SPDX-License-Identifier: GPL-2.0

//! Non-volatile configuration: MNVQC 0x9030 (is this parameter there), MNVDA 0x9024 (its value), MNVIA 0x9033
//! (forget all), MNVGC 0x9034 (what this interface can do). Layouts as in the driver's `lib/nv_param.c`.

use crate::be;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const ITEM_TYPE: usize = 4;
const ITEM_DATA: usize = 12;

/// Global PCI configuration, 12 B: sriov_valid @0[31], sriov_en @4[31], num_pfs @4[23:16], total_vfs @4[15:0].
const PCI_CONF: u32 = 0x80;
/// Global PCI capabilities, 20 B: sriov_support @4[31], max_vfs_per_pf @4[15:0].
const PCI_CAP: u32 = 0x81;

const READABLE: u32 = 1;
const WRITABLE: u32 = 1 << 1;
const MAX_VFS: u32 = 127;

const MODE_NEXT: u32 = 0;
const MODE_CURRENT: u32 = 1;
const MODE_DEFAULT: u32 = 2;
const VALID_AND_WRITER: u32 = (1 << 30) | (8 << 16);

/// nvda_read_current and nvda_read_default.
const READ_MODES: u32 = 3;

type PciConf = [u32; 3];
const FACTORY: PciConf = [1 << 31, 1 << 16, 0];

/// Values of the one parameter that can be set.
#[derive(Debug)]
pub(crate) struct State {
    current: PciConf,
    next: PciConf,
}

impl Default for State {
    fn default() -> Self {
        Self {
            current: FACTORY,
            next: FACTORY,
        }
    }
}

impl State {
    /// What was set for the next boot is now in force.
    pub(crate) fn boot(&mut self) {
        self.current = self.next;
    }
}

/// Reads whether a parameter exists.
pub(crate) fn query(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let rights = match be::get32(access.sent, 0) {
        PCI_CONF => READABLE | WRITABLE,
        PCI_CAP => READABLE,
        _ => 0,
    };
    be::put32(access.data, 4, rights);
    Ok(())
}

/// Reads a parameter: next, current or factory value.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let header = be::get32(access.sent, 0);
    let mode = (header >> 22) & 0x3;
    let state = &hw.registers.nv;
    let cap = [0, (1 << 31) | MAX_VFS, 0, 0, 0];
    let value: &[u32] = match (be::get32(access.sent, ITEM_TYPE), mode) {
        (PCI_CONF, MODE_NEXT) => &state.next,
        (PCI_CONF, MODE_CURRENT) => &state.current,
        (PCI_CONF, MODE_DEFAULT) => &FACTORY,
        (PCI_CAP, MODE_NEXT..=MODE_DEFAULT) => &cap,
        _ => return Err(Status::BadResource.because(Reason::RegisterIndex)),
    };
    if access.data.len() < ITEM_DATA + 4 * value.len() {
        return Err(Status::BadOutputLength.because(Reason::RegisterLength));
    }
    let kept = header & (0x3 << 22);
    be::put32(
        access.data,
        0,
        kept | VALID_AND_WRITER | (4 * value.len() as u32),
    );
    if let Some(space) = access.data.get_mut(ITEM_DATA..) {
        space.fill(0);
    }
    for (i, word) in value.iter().enumerate() {
        be::put32(access.data, ITEM_DATA + 4 * i, *word);
    }
    Ok(())
}

/// Sets a parameter for the next boot.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if be::get32(access.sent, ITEM_TYPE) != PCI_CONF {
        return Err(Status::BadResource.because(Reason::RegisterIndex));
    }
    let len = (be::get32(access.sent, 0) & 0x1ff) as usize;
    if len != 4 * FACTORY.len() || access.sent.len() < ITEM_DATA + len {
        return Err(Status::BadParam.because(Reason::RegisterLength));
    }
    let mut value = FACTORY;
    for (i, word) in value.iter_mut().enumerate() {
        *word = be::get32(access.sent, ITEM_DATA + 4 * i);
    }
    if value[1] & 0xffff > MAX_VFS {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    hw.registers.nv.next = value;
    Ok(())
}

/// Back to the factory's values at the next boot.
pub(crate) fn invalidate(hw: &mut ConnectX, _access: &mut Access<'_>) -> Result<(), Refusal> {
    hw.registers.nv.next = FACTORY;
    Ok(())
}

/// Reads what the interface can do.
pub(crate) fn capabilities(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    be::put32(access.data, 0, READ_MODES);
    Ok(())
}
