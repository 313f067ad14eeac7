// SPDX-License-Identifier: GPL-2.0

//! Non-volatile configuration: MNVQC 0x9030 (is this item there), MNVDA 0x9024 (its value), MNVIA 0x9033 (forget
//! all), MNVGC 0x9034 (what this interface can do). Layouts as in the driver's `lib/nv_param.c`.
//!
//! What is set comes into force when the firmware starts anew: when the machine is switched on, or at a reset of the
//! function that MFRL asked for.

mod items;
mod store;

pub(crate) use store::State;
pub use store::{Keep, Settings};

use std::io;

use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;
use store::Of;

/// MNVDA, 12 B and the value.
const VALID: Field = field("valid", 0x0, 31, 30);
const MODE: Field = field("access_mode", 0x0, 23, 22);
const WRITER: Field = field("writer_id", 0x0, 20, 16);
const VERSION: Field = field("version", 0x0, 15, 12);
const LENGTH: Field = field("length", 0x0, 8, 0);
const TYPE: Field = field("type", 0x4, 31, 0);
const VALUE: usize = 12;

const IS_VALID: u32 = 1;
/// As if set by the tools before a system runs.
const FLEXBOOT: u32 = 8;

/// MNVQC, 8 B.
const QUERY_TYPE: Field = field("type", 0x0, 31, 0);
const QUERY_VERSION: Field = field("version", 0x4, 7, 4);
const WRITABLE: Field = field("support_wr", 0x4, 1, 1);
const READABLE: Field = field("support_rd", 0x4, 0, 0);

/// MNVGC, 16 B.
const READS_CURRENT: Field = field("nvda_read_current_settings", 0x0, 1, 1);
const READS_FACTORY: Field = field("nvda_read_factory_settings", 0x0, 0, 0);

/// Reads whether an item exists.
pub(crate) fn query(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let item = items::find(QUERY_TYPE.get(access.sent));
    READABLE.put(access.data, u32::from(item.is_some()));
    WRITABLE.put(access.data, item.is_some_and(|item| item.writable).into());
    QUERY_VERSION.put(access.data, item.map_or(0, |item| item.version));
    Ok(())
}

/// Reads an item: its value at the next start, in force, or of the factory.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let item = items::find(TYPE.get(access.sent));
    let item = item.ok_or(Status::BadResource.because(Reason::RegisterIndex))?;
    let mode = MODE.get(access.sent);
    let of = match mode {
        0 => Of::Next,
        1 => Of::Current,
        2 => Of::Factory,
        _ => return Err(Status::BadResource.because(Reason::RegisterIndex)),
    };
    let room = access.data.get_mut(VALUE..VALUE + item.len);
    let room = room.ok_or(Status::BadOutputLength.because(Reason::RegisterLength))?;
    room.copy_from_slice(&hw.registers.nv.value(item, of));
    if let Some(rest) = access.data.get_mut(VALUE + item.len..) {
        rest.fill(0);
    }
    for (field, value) in [
        (field("first", 0x0, 31, 0), 0),
        (VALID, IS_VALID),
        (MODE, mode),
        (WRITER, FLEXBOOT),
        (VERSION, item.version),
        (LENGTH, item.len as u32),
    ] {
        field.put(access.data, value);
    }
    Ok(())
}

/// Sets an item for the next start.
pub(crate) fn write(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let item = items::find(TYPE.get(access.sent)).filter(|item| item.writable);
    let item = item.ok_or(Status::BadResource.because(Reason::RegisterIndex))?;
    let value = access.sent.get(VALUE..VALUE + item.len);
    let value = value
        .filter(|_| LENGTH.get(access.sent) as usize == item.len)
        .ok_or(Status::BadParam.because(Reason::RegisterLength))?;
    if !item.allows(value) {
        return Err(Status::BadParam.because(Reason::RegisterValue));
    }
    let changed = hw.registers.nv.change(|items| {
        items.insert(item.kind, value.to_vec());
    });
    kept(changed)
}

/// Back to the factory's values at the next start.
pub(crate) fn invalidate(hw: &mut ConnectX, _access: &mut Access<'_>) -> Result<(), Refusal> {
    kept(hw.registers.nv.change(std::collections::BTreeMap::clear))
}

fn kept(changed: io::Result<()>) -> Result<(), Refusal> {
    changed.map_err(|_| Status::Internal.because(Reason::NotKept))
}

/// Reads what the interface can do.
pub(crate) fn capabilities(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    READS_CURRENT.put(access.data, 1);
    READS_FACTORY.put(access.data, 1);
    Ok(())
}
