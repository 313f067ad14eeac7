// SPDX-License-Identifier: GPL-2.0

//! What is compared, and how far it should come.

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What is counted.
    pub(crate) unit: Unit,
    /// Bytes that are copied from and to the user at least; none where the floor is no measure.
    pub(crate) copied: Option<u64>,
    /// The most that ours may be of the kernel's own, in hundredths.
    pub(crate) goal: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Instructions,
    Bytes,
}

const fn row(name: &'static str) -> Row {
    Row {
        name,
        unit: Unit::Instructions,
        copied: None,
        goal: None,
    }
}

impl Row {
    const fn goal(self, goal: u64) -> Self {
        Self {
            goal: Some(goal),
            ..self
        }
    }

    const fn copies(self, bytes: u64) -> Self {
        Self {
            copied: Some(bytes),
            ..self
        }
    }

    const fn bytes(self) -> Self {
        Self {
            unit: Unit::Bytes,
            ..self
        }
    }
}

const KIB: u64 = 1 << 10;

pub(crate) const ROWS: &[Row] = &[
    row("getpid"),
    row("bad-fd"),
    row("unknown-ioctl").goal(85),
    row("info").goal(85),
    row("info-data").goal(85),
    row("rpc-16").goal(58).copies(2 * 16),
    row("rpc-256").goal(58).copies(2 * 256),
    row("rpc-4k").goal(67).copies(2 * 4 * KIB),
    row("rpc-64k").goal(68).copies(2 * 64 * KIB),
    row("rpc-1m").goal(68).copies(2 * 1024 * KIB),
    row("rpc-256-to-4k").copies(256 + 4 * KIB),
    row("rpc-256-to-64k").goal(55).copies(256 + 64 * KIB),
    row("rpc-bad-scope").goal(85),
    row("rpc-refused").goal(85),
    row("open-close").goal(100),
    row("slab-per-fd").goal(100).bytes(),
    row("memcg-rpc-16").copies(2 * 16),
    row("memcg-rpc-256").copies(2 * 256),
    row("memcg-rpc-4k").copies(2 * 4 * KIB),
    row("memcg-rpc-64k").copies(2 * 64 * KIB),
    row("memcg-rpc-1m").copies(2 * 1024 * KIB),
    row("memcg-open-close"),
    row("umem-4k"),
    row("umem-2m"),
    row("umem-64m"),
    row("text-fwctl").bytes(),
    row("text-mlx5_fwctl").bytes(),
];

/// The row whose count is that of a call alone, which the floor of others begins with.
pub(crate) const CALL: &str = "unknown-ioctl";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_names_of_their_own() {
        for (i, row) in ROWS.iter().enumerate() {
            assert!(ROWS[..i].iter().all(|other| other.name != row.name));
        }
        assert!(ROWS.iter().any(|row| row.name == CALL));
    }
}
