// SPDX-License-Identifier: GPL-2.0

//! Bytes as people read and write them.

use std::fmt::Write as _;

/// Bytes of hexadecimal digits; spaces, line ends, colons and a leading `0x` do not matter.
pub(crate) fn parse(text: &str) -> Result<Vec<u8>, String> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let mut digits = Vec::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != ':') {
        let digit = c
            .to_digit(16)
            .ok_or_else(|| format!("{c:?} is no hexadecimal digit"))?;
        digits.push(digit as u8);
    }
    if digits.len() % 2 != 0 {
        return Err(format!(
            "{} hexadecimal digits make no whole bytes",
            digits.len()
        ));
    }
    let pairs = digits.chunks_exact(2);
    Ok(pairs
        .map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit))
        .collect())
}

/// Hexadecimal digits without anything between.
pub(crate) fn digits(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Lines of 16 bytes with their offset and characters. Lines of nothing but zeroes between others are
/// one line with a star.
pub(crate) fn dump(bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    let rows = bytes.len().div_ceil(16);
    let mut skipped = false;
    for (i, row) in bytes.chunks(16).enumerate() {
        let inner = i > 0 && i + 1 < rows;
        if inner && row.iter().all(|&byte| byte == 0) {
            if !skipped {
                lines.push("*".to_owned());
            }
            skipped = true;
            continue;
        }
        skipped = false;
        let mut line = format!("{:06x} ", 16 * i);
        for at in 0..16 {
            if at % 4 == 0 {
                line.push(' ');
            }
            match row.get(at) {
                Some(byte) => line.push_str(&digits(&[*byte])),
                None => line.push_str("  "),
            }
        }
        line.push_str("  ");
        line.extend(row.iter().map(|&byte| match byte {
            0x20..0x7f => char::from(byte),
            _ => '.',
        }));
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // Theory: bytes lead back from their digits.
        #[test]
        fn digits_lead_back(bytes: Vec<u8>) {
            prop_assert_eq!(parse(&digits(&bytes)), Ok(bytes.clone()));
            let spaced: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            prop_assert_eq!(parse(&spaced.join(" ")), Ok(bytes.clone()));
            prop_assert!(dump(&bytes).len() <= bytes.len().div_ceil(16));
        }

        // Theory: any text is taken or refused.
        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,40}") {
            let _ = parse(&text);
        }
    }

    // Theory: a dump shows offset, bytes and characters, and does not repeat zeroes.
    #[test]
    fn dumps_leave_zeroes_out() {
        let mut bytes = vec![0; 66];
        bytes[0] = b'A';
        bytes[65] = 0xff;
        let wanted = [
            "000000  41000000 00000000 00000000 00000000  A...............",
            "*",
            "000040  00ff                                 ..",
        ];
        assert_eq!(dump(&bytes), wanted);
    }
}
