// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Access registers. Those that the table does not name can be read from DEBUG_READ_ONLY and
//! written from CONFIGURATION.
//!
//! Source of layouts: Programmer's Reference Manual, chapter "Registers"; `mlx5_ifc.h`.

use super::{
    Caller,
    Rule::{
        self,
        Checked,
        From,
        Never, //
    }, //
};
use crate::cmd::{
    get16,
    get32,
    Inbox, //
};
use fwctl::Scope;

/// Byte of ACCESS_REG at which the register begins.
const DATA: usize = 0x10;
/// `op_mod` of a write.
const WRITE: u16 = 0;
/// `op_mod` of a read.
const READ: u16 = 1;

const DEFAULT_READ: Rule = From(Scope::DebugReadOnly);
const DEFAULT_WRITE: Rule = From(Scope::Configuration);

struct Register {
    id: u16,
    /// For people who read the table.
    _name: &'static str,
    read: Rule,
    write: Rule,
}

const fn register(id: u16, name: &'static str, read: Rule, write: Rule) -> Register {
    Register {
        id,
        _name: name,
        read,
        write,
    }
}

/// State that the stock driver owns: to be written by those who debug it only.
const fn drivers_own(id: u16, name: &'static str) -> Register {
    register(id, name, DEFAULT_READ, From(Scope::DebugWrite))
}

/// By ascending id.
const REGISTERS: &[Register] = &[
    drivers_own(0x4023, "FPGA_CTRL"),
    drivers_own(0x4024, "FPGA_ACCESS"),
    // Can write to memory by key.
    register(
        0x402e,
        "CORE_DUMP",
        Checked(Scope::DebugReadOnly, core_dump_is_inline),
        Checked(Scope::Configuration, core_dump_is_inline),
    ),
    drivers_own(0x7004, "HOST_ENDIANNESS"),
    drivers_own(0x9040, "MTRC_CAP"),
    // Makes the firmware write to memory by key, long after the command.
    register(0x9041, "MTRC_CONF", Never, Never),
    drivers_own(0x9043, "MTRC_CTRL"),
    // Its addresses are physical.
    register(0x905c, "MCDD", Never, Never),
    // Can write to memory by key, and dump other functions.
    register(
        0xc000,
        "RES_DUMP",
        Checked(Scope::DebugReadOnly, resource_dump_is_inline),
        Checked(Scope::Configuration, resource_dump_is_inline),
    ),
    drivers_own(0xc010, "VHCA_ICM_CTRL"),
];

const _: () = {
    let mut i = 1;
    while i < REGISTERS.len() {
        assert!(REGISTERS[i - 1].id < REGISTERS[i].id);
        i += 1;
    }
};

/// Checks ACCESS_REG and ACCESS_REGISTER_USER, register id @10.
pub(super) fn admits(inbox: Inbox<'_>, caller: Caller) -> Option<bool> {
    let id = get16(inbox.bytes, 10)?;
    let known = REGISTERS
        .binary_search_by_key(&id, |register| register.id)
        .ok()
        .and_then(|at| REGISTERS.get(at));
    Some(match (known, inbox.op_mod) {
        (Some(register), WRITE) => register.write.admits(inbox, caller),
        (Some(register), READ) => register.read.admits(inbox, caller),
        // Nobody has said what others do, so it has to be allowed both.
        (Some(register), _) => {
            register.read.admits(inbox, caller) && register.write.admits(inbox, caller)
        }
        (None, WRITE) => DEFAULT_WRITE.admits(inbox, caller),
        (None, _) => DEFAULT_READ.admits(inbox, caller),
    })
}

/// Another function's state is for those who debug with writes.
fn function_is_allowed(vhca_id: u16, caller: Caller) -> bool {
    vhca_id == 0 || caller.scope >= Scope::DebugWrite
}

/// CORE_DUMP: core_dump_type @3, 2 is to memory; vhca_id @10; mkey @0x10.
fn core_dump_is_inline(inbox: Inbox<'_>, caller: Caller) -> Option<bool> {
    const TO_MEMORY: u32 = 2;

    let kind = get32(inbox.bytes, DATA)? & 0xff;
    let vhca_id = get16(inbox.bytes, DATA + 10)?;
    let mkey = get32(inbox.bytes, DATA + 0x10)?;
    Some(kind != TO_MEMORY && mkey == 0 && function_is_allowed(vhca_id, caller))
}

/// RES_DUMP: inline_dump @0 bit 30, vhca_id @6, mkey @0x20.
fn resource_dump_is_inline(inbox: Inbox<'_>, caller: Caller) -> Option<bool> {
    const INLINE: u32 = 1 << 30;

    let is_inline = get32(inbox.bytes, DATA)? & INLINE != 0;
    let vhca_id = get16(inbox.bytes, DATA + 6)?;
    let mkey = get32(inbox.bytes, DATA + 0x20)?;
    Some(is_inline && mkey == 0 && function_is_allowed(vhca_id, caller))
}
