// SPDX-License-Identifier: GPL-2.0

use crate::{document, policy::commands::COMMANDS};

/// Theory: each row has a line of its own, in columns that are wide enough for it.
#[test]
fn the_table_is_whole() {
    let text = document::text();
    for command in COMMANDS {
        let at = format!("{:#06x}  ", command.number());
        let line = text.lines().find(|line| line.starts_with(&at));
        let name = line.and_then(|line| line.split_whitespace().nth(1));
        assert_eq!(name, Some(command.name));
    }
    let bar = text
        .lines()
        .find(|line| line.starts_with("======  "))
        .unwrap();
    let rows = text.lines().skip_while(|&line| line != bar);
    assert_eq!(rows.clone().map(str::len).max(), Some(bar.len()));
    assert!(rows.count() > COMMANDS.len());
}
