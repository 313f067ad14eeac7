// SPDX-License-Identifier: GPL-2.0

//! Numbers of a firmware's interface that have names.

use std::fmt::{self, LowerHex};

/// Number, name, and what it means.
pub(crate) type Code<N> = (N, &'static str, &'static str);

/// The row of a number.
pub(crate) fn find<N: Copy + PartialEq>(
    codes: &'static [Code<N>],
    number: N,
) -> Option<&'static Code<N>> {
    codes.iter().find(|row| row.0 == number)
}

/// Writes name and number, or of what `kind` the number without a name is.
pub(crate) fn show<N: Copy + PartialEq + LowerHex>(
    f: &mut fmt::Formatter<'_>,
    codes: &'static [Code<N>],
    kind: &str,
    number: N,
) -> fmt::Result {
    let name = find(codes, number).map(|row| row.1);
    match name {
        Some(name) => write!(f, "{name} ({number:#x})"),
        None => write!(f, "{kind} {number:#x}"),
    }
}

/// The name of a number in a table by ascending number.
pub(crate) fn name(names: &'static [(u16, &'static str)], number: u16) -> Option<&'static str> {
    let at = names.binary_search_by_key(&number, |row| row.0).ok()?;
    names.get(at).map(|row| row.1)
}
