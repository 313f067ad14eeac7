// SPDX-License-Identifier: GPL-2.0

//! What single calls cost.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A row.
#[derive(Deserialize)]
pub(crate) struct Line {
    row: String,
    /// Who answered: "c" or "rust" for a sample driver, "mlx5", or "" for nobody.
    on: String,
    count: u64,
}

/// Counts by row and by who answered.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<(String, String), u64>);

impl From<Vec<Line>> for Counts {
    fn from(lines: Vec<Line>) -> Self {
        let mut counts = Self::default();
        for line in lines {
            counts.insert(&line.row, &line.on, line.count);
        }
        counts
    }
}

impl Counts {
    pub(crate) fn insert(&mut self, row: &str, on: &str, count: u64) {
        self.0.insert((row.to_owned(), on.to_owned()), count);
    }

    pub(crate) fn get(&self, row: &str, on: &str) -> Option<u64> {
        self.0.get(&(row.to_owned(), on.to_owned())).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines;

    #[test]
    fn other_lines_do_not_count() {
        let counts = Counts::from(lines::parse(
            "booting\n{ \"row\": \"a\", \"on\": \"c\", \"count\": 7, \"calls\": 1 }\n{\"row\": 1}\n",
        ));
        assert_eq!(counts.get("a", "c"), Some(7));
        assert_eq!(counts.get("a", ""), None);
        assert_eq!(counts.0.len(), 1);
    }
}
