// SPDX-License-Identifier: GPL-2.0

use crate::{
    document,
    policy::{commands::COMMANDS, registers::REGISTERS},
};

/// Theory: the document says of lockdown what is true of the tables.
#[test]
fn no_row_asks_for_the_full_scope() {
    for command in COMMANDS {
        assert!(!command.rule().contains("FULL"), "{}", command.name);
    }
    for register in REGISTERS {
        let (read, write) = register.rules();
        assert!(!read.contains("FULL"), "{}", register.name);
        assert!(!write.contains("FULL"), "{}", register.name);
    }
}

/// Theory: each row has a line of its own, in columns that are wide enough for it.
#[test]
fn tables_are_whole() {
    let text = document::text();
    let starts = |at: String, name: &str| {
        let line = text.lines().find(|line| line.starts_with(&at));
        let name_at = line.and_then(|line| line.split_whitespace().nth(1));
        assert_eq!(name_at, Some(name), "{at}");
    };
    for command in COMMANDS {
        starts(format!("{:#05x} ", command.opcode()), command.name);
    }
    for register in REGISTERS {
        starts(format!("{:#06x}  ", register.id()), register.name);
    }
    // The bars of a table end where its longest line does.
    let mut bars = text.lines().filter(|line| line.starts_with("======  "));
    for _ in 0..2 {
        let bar = bars.next().unwrap();
        let rows: Vec<&str> = text
            .lines()
            .skip_while(|&line| line != bar)
            .skip(1)
            .skip_while(|&line| line != bar)
            .skip(1)
            .take_while(|&line| line != bar)
            .collect();
        assert!(rows.len() > 30);
        assert_eq!(rows.iter().map(|row| row.len()).max(), Some(bar.len()));
        assert_eq!((bars.next(), bars.next()), (Some(bar), Some(bar)));
    }
    assert_eq!(bars.next(), None);
}
