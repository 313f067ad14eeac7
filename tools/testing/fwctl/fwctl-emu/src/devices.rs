// SPDX-License-Identifier: GPL-2.0

//! The devices that there are: what can be asked of each on the command line.

pub(crate) mod connectx;
pub(crate) mod netxtreme;
mod settings;

/// A hexadecimal number up to `MAX`, with 0x or without.
fn hexadecimal<const MAX: u64>(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u64::from_str_radix(digits, 16)
        .ok()
        .filter(|value| *value <= MAX)
        .ok_or_else(|| format!("\"{text}\" is not a hexadecimal number up to {MAX:x}"))
}
