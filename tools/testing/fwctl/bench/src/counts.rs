// SPDX-License-Identifier: GPL-2.0

//! What the guest printed: a line of JSON for each row, among other lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{ensure, Context, Result};
use serde::Deserialize;

/// A line.
#[derive(Deserialize)]
struct Line {
    row: String,
    /// Who answered: "c" or "rust" for a sample driver, "mlx5", or "" for nobody.
    on: String,
    count: u64,
}

/// Counts by row and by who answered.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<(String, String), u64>);

impl Counts {
    /// Of a file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let counts = Self::parse(&text);
        ensure!(!counts.0.is_empty(), "no counts in {}", path.display());
        Ok(counts)
    }

    fn parse(text: &str) -> Self {
        let mut counts = Self::default();
        for line in text.lines() {
            if let Ok(line) = serde_json::from_str::<Line>(line) {
                counts.insert(&line.row, &line.on, line.count);
            }
        }
        counts
    }

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

    #[test]
    fn other_lines_do_not_count() {
        let counts = Counts::parse(
            "booting\n{ \"row\": \"a\", \"on\": \"c\", \"count\": 7, \"calls\": 1 }\n{\"row\": 1}\n",
        );
        assert_eq!(counts.get("a", "c"), Some(7));
        assert_eq!(counts.get("a", ""), None);
        assert_eq!(counts.0.len(), 1);
    }
}
