// SPDX-License-Identifier: GPL-2.0

//! The tables as a document for administrators.

use crate::policy::{commands, registers, Effect};
use policies::document::{head, parts, table, wrap};

const TITLE: &str = "What fwctl lets pass on ConnectX and BlueField";

const HEAD: &str = "\
``mlx5_fwctl`` judges each RPC by these tables before the firmware sees it. A
command without a row is refused (``EBADMSG``) in every scope, for root too.

A row says from which scope on a command passes; a scope includes those before it:
CONFIGURATION, DEBUG_READ_ONLY, DEBUG_WRITE, DEBUG_WRITE_FULL. What each of them
needs and taints, and what lockdown makes of them, is in
Documentation/userspace-api/fwctl/fwctl.rst. No row asks for DEBUG_WRITE_FULL, so
lockdown takes nothing away.

*Looked into* means that the scope is not enough: fields of the request decide as
well. One that names an object or memory which its descriptor does not own is
refused with ``ENOENT``, and the firmware does not see it either.

Parameters of the module
========================

``strict``
    Off by default. ``modprobe mlx5_fwctl strict=1`` refuses registers without a
    row, and lets pass from DEBUG_WRITE on only what gives away memory keys or bus
    addresses of the kernel and of other users of the device.

``max_objects``
    1,024 by default. How many objects of the firmware one descriptor can own;
    beyond that, what creates one is refused with ``ENOSPC``. All objects of a
    descriptor end with it.

Never
=====

No scope, capability or parameter lets these pass:

";

const TUNNEL: &str = "\
- a request with a ``vhca_tunnel_id``: it is meant for another function;
- a command without a row.
";

const COMMANDS: &str = "\
Commands
========

*Objects* is what a command does to what its descriptor owns.

";

const REGISTERS: &str = "\
Registers
=========

ACCESS_REG and ACCESS_REGISTER_USER read and write registers of the device. What
has no row here is read from DEBUG_READ_ONLY on and written from CONFIGURATION on;
with ``strict`` it is refused. An ``op_mod`` that means neither is allowed where
both are for a register with a row, and where reading is for others.

";

/// All of it.
pub(crate) fn text() -> String {
    let mut text = head(TITLE, "drivers/fwctl/mlx5/policy/");
    text.push_str(HEAD);
    for (kind, name, why) in never() {
        text.push_str(&format!("- the {kind} {name}: {why};\n"));
    }
    text.push_str(TUNNEL);
    text.push('\n');
    text.push_str(COMMANDS);
    text.push_str(&table(
        &["opcode", "command", "from", "objects", "why"],
        &command_rows(),
    ));
    text.push('\n');
    text.push_str(REGISTERS);
    text.push_str(&table(
        &["id", "register", "read from", "written from", "why"],
        &register_rows(),
    ));
    text
}

fn never() -> Vec<(&'static str, &'static str, &'static str)> {
    let commands = commands::COMMANDS
        .iter()
        .filter(|command| command.rule() == "never")
        .map(|command| ("command", command.name, command.why));
    let registers = registers::REGISTERS
        .iter()
        .filter(|register| register.rules() == ("never", "never"))
        .map(|register| ("register", register.name, register.why));
    commands.chain(registers).collect()
}

fn effect(effect: Effect) -> String {
    match effect {
        Effect::None => String::new(),
        Effect::Creates(kind) => format!("creates {}", format!("{kind:?}").to_uppercase()),
        Effect::Destroys(kind) => format!("destroys {}", format!("{kind:?}").to_uppercase()),
    }
}

fn command_rows() -> Vec<Vec<Vec<String>>> {
    let row = |command: &commands::Command| {
        vec![
            vec![format!("{:#05x}", command.opcode())],
            vec![command.name.to_owned()],
            parts(command.rule()),
            vec![effect(command.effect())],
            wrap(command.why),
        ]
    };
    commands::COMMANDS.iter().map(row).collect()
}

fn register_rows() -> Vec<Vec<Vec<String>>> {
    let row = |register: &registers::Register| {
        let (read, write) = register.rules();
        vec![
            vec![format!("{:#06x}", register.id())],
            vec![register.name.to_owned()],
            parts(read),
            parts(write),
            wrap(register.why),
        ]
    };
    registers::REGISTERS.iter().map(row).collect()
}
