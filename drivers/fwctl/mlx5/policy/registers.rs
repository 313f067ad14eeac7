// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! Access registers. Those that the table does not name can be read from DEBUG_READ_ONLY on and
//! written from CONFIGURATION on; with `strict`, they are refused.
//!
//! Source: Programmer's Reference Manual, chapter "Registers"; `mlx5_ifc.h`.

use super::{
    memory,
    Caller,
    Look,
    Rule::{
        self,
        Checked,
        From,
        Never, //
    }, //
};
use crate::mailbox::{
    get16,
    Inbox, //
};
use fwctl::Scope;

/// Byte of ACCESS_REG at which the register begins.
pub(super) const DATA: usize = 0x10;
/// `op_mod` of a write.
const WRITE: u16 = 0;
/// `op_mod` of a read.
const READ: u16 = 1;

const DEFAULT_READ: Rule = From(Scope::DebugReadOnly);
const DEFAULT_WRITE: Rule = From(Scope::Configuration);

/// One register: what may be done with it.
pub(crate) struct Register {
    id: u16,
    read: Rule,
    write: Rule,
    /// For people who read the table made of this one.
    #[cfg(not(MODULE))]
    pub(crate) name: &'static str,
    #[cfg(not(MODULE))]
    pub(crate) why: &'static str,
}

const fn register(
    id: u16,
    _name: &'static str,
    read: Rule,
    write: Rule,
    _why: &'static str,
) -> Register {
    Register {
        id,
        read,
        write,
        #[cfg(not(MODULE))]
        name: _name,
        #[cfg(not(MODULE))]
        why: _why,
    }
}

/// What tools use, as any register.
const fn tool(id: u16, name: &'static str, why: &'static str) -> Register {
    register(id, name, DEFAULT_READ, DEFAULT_WRITE, why)
}

/// State that the stock driver owns: to be written by those who debug it only.
const fn drivers_own(id: u16, name: &'static str) -> Register {
    register(
        id,
        name,
        DEFAULT_READ,
        From(Scope::DebugWrite),
        "mlx5_core owns it",
    )
}

/// By ascending id.
pub(crate) const REGISTERS: &[Register] = &[
    drivers_own(0x4023, "FPGA_CTRL"),
    drivers_own(0x4024, "FPGA_ACCESS"),
    register(
        0x402e,
        "CORE_DUMP",
        Checked(Scope::DebugReadOnly, memory::core_dump),
        Checked(Scope::Configuration, memory::core_dump),
        "can write to memory by key, and dump other functions: own keys, own function below DEBUG_WRITE",
    ),
    tool(0x5001, "PCAP", "port capabilities"),
    tool(0x5002, "PMLP", "port: lanes"),
    tool(0x5003, "PMTU", "port: MTU"),
    tool(0x5004, "PTYS", "port: types and speeds"),
    tool(0x5006, "PAOS", "port: administrative and operational status"),
    tool(0x5008, "PPCNT", "port: counters"),
    tool(0x5012, "PMAOS", "module: status"),
    tool(0x5023, "PPLM", "port: forward error correction"),
    tool(0x5027, "SLTP", "port: transmitter settings"),
    tool(0x5031, "PDDR", "port: troubleshooting"),
    tool(0x5040, "PPAOS", "port: physical test mode"),
    tool(0x507f, "PCAM", "which port registers there are"),
    drivers_own(0x7004, "HOST_ENDIANNESS"),
    tool(0x9009, "MTCAP", "sensors"),
    tool(0x900a, "MTMP", "temperature"),
    tool(0x9014, "MCIA", "memory of a transceiver module"),
    tool(0x9020, "MGIR", "identity of the device and its firmware"),
    tool(0x9024, "MNVDA", "a non-volatile setting"),
    tool(0x9028, "MFRL", "resets the firmware: what the subsystem is for"),
    tool(0x9030, "MNVQC", "which non-volatile settings there are"),
    tool(0x9033, "MNVIA", "non-volatile settings back to defaults"),
    tool(0x9034, "MNVGC", "which queries of settings there are"),
    drivers_own(0x9040, "MTRC_CAP"),
    register(
        0x9041,
        "MTRC_CONF",
        Never,
        Never,
        "its key makes the firmware write to memory long after the command",
    ),
    tool(0x9042, "MTRC_STDB", "strings of the tracer"),
    drivers_own(0x9043, "MTRC_CTRL"),
    tool(0x9050, "MPEIN", "PCIe: link"),
    tool(0x9051, "MPCNT", "PCIe: counters"),
    tool(0x9056, "MPEGC", "congestion: PCIe settings"),
    tool(0x9059, "MPIR", "PCIe: addresses"),
    register(0x905c, "MCDD", Never, Never, "its addresses are physical"),
    tool(0x9060, "MCQS", "components of the firmware"),
    tool(0x9061, "MCQI", "a component of the firmware"),
    tool(0x9062, "MCC", "firmware update: control"),
    tool(0x9063, "MCDA", "firmware update: data"),
    tool(0x9064, "MQIS", "names and vital product data"),
    tool(0x907f, "MCAM", "which management registers there are"),
    register(
        0xc000,
        "RES_DUMP",
        Checked(Scope::DebugReadOnly, memory::resource_dump),
        Checked(Scope::Configuration, memory::resource_dump),
        "can write to memory by key, and dump other functions: own keys, own function below DEBUG_WRITE",
    ),
    tool(0xc00e, "DTOR", "time limits of the firmware"),
    drivers_own(0xc010, "VHCA_ICM_CTRL"),
];

const _: () = {
    let mut i = 1;
    while i < REGISTERS.len() {
        assert!(REGISTERS[i - 1].id < REGISTERS[i].id);
        i += 1;
    }
};

fn find(id: u16) -> Option<&'static Register> {
    let at = REGISTERS
        .binary_search_by_key(&id, |register| register.id)
        .ok()?;
    REGISTERS.get(at)
}

/// Looks into ACCESS_REG and ACCESS_REGISTER_USER: register id @10.
pub(super) fn look(inbox: Inbox<'_>, caller: Caller) -> Option<Look> {
    let register = find(get16(inbox.bytes, 10)?);
    if register.is_none() && caller.strict {
        return Some(Look::Bad);
    }
    let read = register.map_or(DEFAULT_READ, |register| register.read);
    let write = register.map_or(DEFAULT_WRITE, |register| register.write);
    Some(match inbox.op_mod {
        WRITE => write.look(inbox, caller),
        READ => read.look(inbox, caller),
        // Nobody has said what others do, so it has to be allowed both where that is known.
        _ if register.is_some() => match write.look(inbox, caller) {
            Look::Bad => Look::Bad,
            _ => read.look(inbox, caller),
        },
        _ => read.look(inbox, caller),
    })
}

#[cfg(not(MODULE))]
impl Register {
    /// Its number.
    pub(crate) fn id(&self) -> u16 {
        self.id
    }

    /// The rules of read and write, in words.
    pub(crate) fn rules(&self) -> (&'static str, &'static str) {
        (self.read.words(), self.write.words())
    }
}
