// SPDX-License-Identifier: GPL-2.0

//! The tables as a document for administrators.

use crate::policy::{commands, registers, Effect};

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

/// Characters of a line that says why, at most.
const WHY: usize = 44;

/// All of it.
pub(crate) fn text() -> String {
    let frame = "=".repeat(TITLE.len());
    let mut text = format!(
        ".. SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0\n\n\
         .. \"make doc\" writes this file from the tables in drivers/fwctl/mlx5/policy/.\n\n\
         {frame}\n{TITLE}\n{frame}\n\n{HEAD}"
    );
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
            wrap(command.why, WHY),
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
            wrap(register.why, WHY),
        ]
    };
    registers::REGISTERS.iter().map(row).collect()
}

/// A rule by its parts, one to a line.
fn parts(rule: &str) -> Vec<String> {
    let parts = rule.split_inclusive("; ");
    parts.map(|part| part.trim_end().to_owned()).collect()
}

/// Lines of at most `width` characters, unless a word is longer.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A simple table of reStructuredText. A cell has one or more lines.
fn table(titles: &[&str], rows: &[Vec<Vec<String>>]) -> String {
    let widths: Vec<usize> = titles
        .iter()
        .enumerate()
        .map(|(at, title)| {
            let cells = rows.iter().filter_map(|row| row.get(at)).flatten();
            let widest = cells.map(String::len).max().unwrap_or(0);
            widest.max(title.len())
        })
        .collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let bars: Vec<String> = widths.iter().map(|&width| "=".repeat(width)).collect();
    let rule = line(&mut bars.iter().map(String::as_str));

    let mut text = rule.clone();
    text.push_str(&line(&mut titles.iter().copied()));
    text.push_str(&rule);
    for row in rows {
        let height = row.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            text.push_str(&line(
                &mut row
                    .iter()
                    .map(|cell| cell.get(at).map_or("", String::as_str)),
            ));
        }
    }
    text.push_str(&rule);
    text
}
