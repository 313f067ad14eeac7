// SPDX-License-Identifier: GPL-2.0

//! The kernel's own driver and headers, read when the tests run.

use policies::kernel;
use std::{collections::BTreeMap, path::Path, process::Command};

/// From which scope on a command passes, where nothing else is looked at.
pub(super) struct Row {
    write: u32,
    other: u32,
}

impl Row {
    pub(super) fn least(&self, op_mod: u16) -> u32 {
        if op_mod == 0 {
            self.write
        } else {
            self.other
        }
    }
}

/// The list that `policy-list` makes, by opcode; with the differences that are meant, or without.
pub(super) fn list(differences: bool) -> BTreeMap<u16, Row> {
    let testing = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(testing.join("policy-list"));
    command.arg(kernel::source());
    if differences {
        command.arg(testing.join("../selftests/fwctl/policy.differences"));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: BTreeMap<u16, Row> = text.lines().map(row).collect();
    assert_eq!(rows.len(), text.lines().count());
    rows
}

fn row(line: &str) -> (u16, Row) {
    let mut words = line.split_whitespace();
    let mut word = || words.next().unwrap_or_else(|| panic!("short: {line}"));
    let opcode = kernel::number(word());
    let scopes = word();
    let (write, other) = scopes.split_once(':').unwrap_or((scopes, scopes));
    let row = Row {
        write: write.parse().unwrap(),
        other: other.parse().unwrap(),
    };
    (opcode, row)
}

/// Names and numbers of a file's enums, of those that begin with `prefix`, which is cut off.
pub(super) fn numbers(path: &str, prefix: &str) -> BTreeMap<String, u16> {
    let text = kernel::read(path);
    let lines = text.lines().filter_map(|line| {
        let (name, number) = line.trim().strip_prefix(prefix)?.split_once('=')?;
        let number = number.trim().split([',', ' ']).next()?;
        let number = number.strip_prefix("0x")?;
        let number = u16::from_str_radix(number, 16).ok()?;
        Some((name.trim().to_owned(), number))
    });
    lines.collect()
}
