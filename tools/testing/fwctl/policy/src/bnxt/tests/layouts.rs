// SPDX-License-Identifier: GPL-2.0

//! Names, lengths and addresses of the table, against the layouts of the kernel's header. An address
//! that a later kernel adds fails here.

use super::hsi::Header;
use crate::{
    policy::commands::{Length, COMMANDS},
    Direction,
};

/// Theory: the name beside a number is that which the kernel gives it.
#[test]
fn names() {
    let header = Header::read();
    for command in COMMANDS {
        let theirs = header.numbers.get(command.name);
        assert_eq!(theirs, Some(&command.number()), "{}", command.name);
    }
}

/// Theory: a request is as long as its layout, and where there is none the table does not say.
#[test]
fn lengths() {
    let header = Header::read();
    let mut known = 0;
    for command in COMMANDS {
        let theirs = header.request(command.name).map(|(_, len)| len);
        assert_eq!(theirs, command.len, "{}", command.name);
        known += usize::from(theirs.is_some());
    }
    assert!(known > 70);
}

/// Theory: what has 64 bits in a command that passes is an address of memory, which the driver writes,
/// and nothing else is.
#[test]
fn addresses() {
    let header = Header::read();
    for command in COMMANDS {
        let Some((fields, _)) = header.request(command.name) else {
            assert!(command.transfers.is_empty(), "{}", command.name);
            continue;
        };
        let wide: Vec<_> = fields
            .iter()
            .filter(|field| field.width == 8 || field.len == 8 && field.name.contains("addr"))
            .filter(|field| field.name != "resp_addr")
            .map(|field| field.at)
            .collect();
        let ours: Vec<_> = command
            .transfers
            .iter()
            .map(|transfer| transfer.at)
            .collect();
        assert_eq!(wide, ours, "{}", command.name);
        // Nor is one made of two.
        for field in &fields {
            let half = ["_lo", "_hi", "_low", "_high"]
                .iter()
                .any(|half| field.name.ends_with(half));
            assert!(!half, "{} {}", command.name, field.name);
        }
    }
}

/// Where the names do not say which way it goes: a table of functions.
const NAMED_OTHERWISE: &[(&str, Direction)] = &[
    ("fid_table_addr", Direction::FromDevice),
    ("host_addr", Direction::ToDevice),
    ("pdi_cmd_buf_addr", Direction::ToDevice),
    ("pdi_resp_buf_addr", Direction::FromDevice),
];

fn direction(command: &str, field: &str) -> Direction {
    let named = NAMED_OTHERWISE.iter().find(|(name, _)| *name == field);
    match named {
        _ if command == "SCH_GRP_CFG" => Direction::ToDevice,
        Some(&(_, direction)) => direction,
        None if field.contains("src") => Direction::ToDevice,
        None if ["dest", "resp_data", "stat"]
            .iter()
            .any(|part| field.contains(part)) =>
        {
            Direction::FromDevice
        }
        None => panic!("{command} {field}"),
    }
}

/// Theory: each goes the way that its name says, and its length is in a field that is one, of that
/// width.
#[test]
fn transfers() {
    let header = Header::read();
    let mut count = 0;
    for command in COMMANDS {
        let Some((fields, _)) = header.request(command.name) else {
            continue;
        };
        let field = |at: usize| fields.iter().find(|field| field.at == at).unwrap();
        for transfer in command.transfers {
            count += 1;
            let name = &field(transfer.at).name;
            assert_eq!(
                transfer.direction,
                direction(command.name, name),
                "{} {name}",
                command.name
            );
            let (at, width) = match transfer.len {
                Length::Bytes16(at)
                | Length::Words16(at)
                | Length::Doubtful16(at)
                | Length::Bits16(at) => (at, 2),
                Length::Bytes32(at) | Length::Dwords32(at) => (at, 4),
                Length::Fixed(_) | Length::Directory | Length::Batch => continue,
            };
            let len = field(at);
            assert_eq!(len.width, width, "{} {}", command.name, len.name);
            let says = ["len", "size", "num_fids"];
            assert!(
                says.iter().any(|part| len.name.contains(part)),
                "{} {}",
                command.name,
                len.name
            );
        }
    }
    assert!(count > 30);
}
