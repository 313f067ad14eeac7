// SPDX-License-Identifier: GPL-2.0

//! The non-volatile configuration: options of so many bits, by number and function.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::le;
use crate::status::{Code, Refusal};
use crate::NetXtreme;

/// Details of a refusal, `cmd_err` of NVM_GET_VARIABLE and NVM_SET_VARIABLE.
const NOT_EXIST: u8 = 1;
const TOO_SHORT: u8 = 3;

/// Options: number, bits, what the factory says. Source: the parameters of `bnxt_devlink.c`.
const OPTIONS: [(u16, u16, u32); 8] = [
    (108, 10, 128),
    (114, 7, 9),
    (161, 1, 0),
    (164, 1, 0),
    (171, 1, 0),
    (401, 1, 1),
    (506, 1, 0),
    (602, 24, 0x01_0203),
];
/// The flag that a write is of the factory's value.
const FACTORY: u8 = 1 << 7;

/// Values that differ from the factory's, and factory values that were changed, by option and index.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    changed: BTreeMap<(u16, u16), u32>,
    factory: BTreeMap<(u16, u16), u32>,
}

impl Variables {
    fn value(&self, option: u16, index: u16, default: u32) -> u32 {
        let key = &(option, index);
        let changed = self.changed.get(key).or_else(|| self.factory.get(key));
        changed.copied().unwrap_or(default)
    }

    /// Back to the factory's values.
    pub(super) fn restore(&mut self) {
        self.changed.clear();
    }

    /// What is in force is the factory's.
    pub(super) fn keep(&mut self) {
        self.factory.append(&mut self.changed);
    }
}

/// The option @26 of a request: number, bits, default.
fn option(call: &Call<'_>) -> Result<(u16, u16, u32), Refusal> {
    let number = le::get16(call.input, 26);
    let found = OPTIONS.into_iter().find(|(option, ..)| *option == number);
    let (number, bits, default) = found.ok_or(Code::Fail.detail(NOT_EXIST))?;
    if le::get16(call.input, 24) < bits {
        return Err(Code::Fail.detail(TOO_SHORT));
    }
    Ok((number, bits, default))
}

/// NVM_GET_VARIABLE: room for @24 bits at @16.
pub(crate) fn get_variable(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let (number, bits, default) = option(call)?;
    let value = hw
        .nvm
        .variables
        .value(number, le::get16(call.input, 30), default);
    let bytes = usize::from(bits.div_ceil(8));
    let value = value.to_le_bytes().into_iter().take(bytes).collect();
    call.store(le::get64(call.input, 16), value);
    le::put16(&mut call.out, 8, bits);
    le::put16(&mut call.out, 10, number);
    Ok(())
}

/// NVM_SET_VARIABLE: @24 bits from @16.
pub(crate) fn set_variable(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let (number, bits, _) = option(call)?;
    let bytes = call.fetch(le::get64(call.input, 16), usize::from(bits.div_ceil(8)))?;
    let mut word = [0; 4];
    le::put(&mut word, 0, &bytes);
    let value = u32::from_le_bytes(word) & ((1 << bits) - 1);
    let variables = &mut hw.nvm.variables;
    let place = match le::get8(call.input, 38) & FACTORY {
        0 => &mut variables.changed,
        _ => &mut variables.factory,
    };
    place.insert((number, le::get16(call.input, 30)), value);
    Ok(())
}
