// SPDX-License-Identifier: GPL-2.0

//! Reads the requests that the kernel writes as C, in `include/linux/bnxt/hsi.h`: a
//! `struct hwrm_x_input` is the layout of the command `HWRM_X`, without padding of the compiler's.

use policies::kernel;
use std::collections::BTreeMap;

pub(super) struct Field {
    pub(super) name: String,
    /// Bytes from the beginning.
    pub(super) at: usize,
    /// Bytes of one element.
    pub(super) width: usize,
    /// Bytes of all elements.
    pub(super) len: usize,
}

pub(super) struct Header {
    /// Numbers by names without `HWRM_`.
    pub(super) numbers: BTreeMap<String, u16>,
    text: String,
}

impl Header {
    pub(super) fn read() -> Self {
        let text = kernel::read("include/linux/bnxt/hsi.h");
        let number = |line: &str| {
            let (name, number) = line.trim().strip_prefix("#define HWRM_")?.split_once(' ')?;
            let number = number.trim().strip_prefix("0x")?.strip_suffix("UL")?;
            Some((name.to_owned(), u16::from_str_radix(number, 16).ok()?))
        };
        let commands = text.split("struct cmd_nums {").nth(1).unwrap();
        let commands = commands.split("\n};").next().unwrap();
        let numbers: BTreeMap<_, _> = commands.lines().filter_map(number).collect();
        assert!(numbers.len() > 300);
        Self { numbers, text }
    }

    fn body(&self, command: &str) -> Option<&str> {
        let start = format!("struct hwrm_{}_input {{\n", command.to_lowercase());
        self.text.split(&start).nth(1)?.split("\n};").next()
    }

    /// Whether the header has the layout of a command's request.
    pub(super) fn has_request(&self, command: &str) -> bool {
        self.body(command).is_some()
    }

    /// The fields of a command's request and its bytes; `None` if the header does not have it.
    pub(super) fn request(&self, command: &str) -> Option<(Vec<Field>, usize)> {
        let body = self.body(command)?;
        let mut fields = Vec::new();
        let mut at = 0;
        for line in body.lines().map(str::trim) {
            let Some((kind, name)) = line
                .strip_suffix(';')
                .and_then(|line| line.split_once(char::is_whitespace))
            else {
                assert!(
                    line.starts_with("#define ") || line.is_empty(),
                    "{command}: {line}"
                );
                continue;
            };
            let width = match kind {
                "u8" | "char" => 1,
                "__le16" | "__be16" => 2,
                "__le32" | "__be32" => 4,
                "__le64" => 8,
                _ => panic!("{command}: {line}"),
            };
            let (name, count) = match name.trim().split_once('[') {
                Some((name, count)) => (name, count.trim_end_matches(']').parse().unwrap()),
                None => (name.trim(), 1),
            };
            fields.push(Field {
                name: name.to_owned(),
                at,
                width,
                len: width * count,
            });
            at += width * count;
        }
        Some((fields, at))
    }
}
