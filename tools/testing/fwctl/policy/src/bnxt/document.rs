// SPDX-License-Identifier: GPL-2.0

//! The table as a document for administrators.

use crate::{
    policy::{
        commands::{Command, Length, Transfer, COMMANDS},
        Effect,
    },
    Direction,
};
use policies::document::{head, parts, table, wrap};

const TITLE: &str = "What fwctl lets pass on NetXtreme";

const HEAD: &str = "\
``bnxt_fwctl`` judges each RPC by this table before the firmware sees it. A request
type without a row is refused (``EBADMSG``) in every scope, for root too.

A row says from which scope on a command passes; a scope includes those before it:
CONFIGURATION, DEBUG_READ_ONLY, DEBUG_WRITE, DEBUG_WRITE_FULL. What each of them
needs and taints, and what lockdown makes of them, is in
Documentation/userspace-api/fwctl/fwctl.rst: under lockdown no row passes that asks
for DEBUG_WRITE_FULL.

*Looked into* means that the scope is not enough: fields of the request decide as
well.

Parameters of the module
========================

``strict``
    Off by default. ``modprobe bnxt_fwctl strict=1`` lets pass from DEBUG_WRITE on
    only what gives away registers, dumps and raw flash, erases or renames images,
    or disturbs a link; and refuses commands whose layout the kernel's header does
    not have.

Never
=====

No scope, capability or parameter lets these pass:

- a request for another function or another processor, by ``target_id``;
- bytes behind the end of the command's layout, unless they are 0;
- a command without a row.

";

const COMMANDS_HEAD: &str = "\
Commands
========

*Layout* is how many bytes of a request the firmware is given; a question mark is a
command whose layout is not known, of which it is given all. *Memory* is what of the
caller's memory goes to the device, or comes from it.

";

/// All of it.
pub(crate) fn text() -> String {
    let mut text = head(TITLE, "drivers/fwctl/bnxt/policy/");
    text.push_str(HEAD);
    text.push_str(COMMANDS_HEAD);
    let titles = &[
        "type", "command", "layout", "from", "memory", "effect", "why",
    ];
    let rows: Vec<_> = COMMANDS.iter().map(row).collect();
    text.push_str(&table(titles, &rows));
    text
}

fn row(command: &Command) -> Vec<Vec<String>> {
    let layout = match command.len {
        Some(len) => len.to_string(),
        None => "?".to_owned(),
    };
    vec![
        vec![format!("{:#06x}", command.number())],
        vec![command.name.to_owned()],
        vec![layout],
        parts(command.rule()),
        command.transfers.iter().map(transfer).collect(),
        vec![effect(command.effect).to_owned()],
        wrap(command.why),
    ]
}

fn transfer(transfer: &Transfer) -> String {
    let direction = match transfer.direction {
        Direction::ToDevice => "to",
        Direction::FromDevice => "from",
    };
    let len = match transfer.len {
        Length::Fixed(bytes) => format!("{bytes} bytes"),
        Length::Bytes16(at) | Length::Bytes32(at) => format!("bytes by @{at}"),
        Length::Doubtful16(at) => format!("bytes or words by @{at}"),
        Length::Words16(at) => format!("words of 2 by @{at}"),
        Length::Dwords32(at) => format!("words of 4 by @{at}"),
        Length::Bits16(at) => format!("bits by @{at}"),
        Length::Directory => "the directory".to_owned(),
        Length::Batch => "an image, or a part".to_owned(),
    };
    format!("{direction} @{}, {len}", transfer.at)
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Reads => "reads",
        Effect::Configures => "configures",
        Effect::Flash => "flash",
        Effect::Dumps => "dumps",
        Effect::Tests => "tests",
        Effect::Resets => "resets",
    }
}
