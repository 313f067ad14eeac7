// SPDX-License-Identifier: GPL-2.0

//! The table: for each row the kernel's own core, and ours with the same driver in C and with the one in Rust.

use std::fmt;

use anyhow::{ensure, Context, Result};
use comfy_table::{presets, CellAlignment};
use serde::Serialize;

use crate::counts::Counts;
use crate::rows::{Row, Unit, CALL, ROWS};

/// A row with its counts.
#[derive(Debug, Serialize)]
struct Entry {
    row: &'static str,
    unit: &'static str,
    /// A call and its copies alone.
    floor: Option<u64>,
    upstream: Option<u64>,
    /// Ours, with the same driver; or without one.
    ours: Option<u64>,
    /// Ours of upstream's.
    ratio: Option<f64>,
    /// Ours of the floor.
    over_floor: Option<f64>,
    /// Ours, with the driver in Rust.
    rust: Option<u64>,
    rust_ratio: Option<f64>,
    goal: Option<f64>,
    /// Whether the goal is met by both.
    met: Option<bool>,
}

/// All rows.
#[derive(Debug, Serialize)]
pub(crate) struct Table(Vec<Entry>);

fn ratio(of: Option<u64>, to: Option<u64>) -> Option<f64> {
    Some(of? as f64 / to.filter(|to| *to > 0)? as f64)
}

impl Entry {
    fn new(row: &Row, ours: &Counts, upstream: &Counts) -> Option<Self> {
        let any = |counts: &Counts| {
            ["c", "", "mlx5"]
                .iter()
                .find_map(|on| counts.get(row.name, on))
        };
        let call = upstream.get(CALL, "c");
        let floor = row.copied.and_then(|copied| Some(call? + copied));
        let (is, was, rust) = (any(ours), any(upstream), ours.get(row.name, "rust"));
        let (ratio_c, ratio_rust) = (ratio(is, was), ratio(rust, was));
        let goal = row.goal.map(|hundredths| hundredths as f64 / 100.0);
        let met = goal.and_then(|goal| Some(ratio_c? <= goal && ratio_rust.unwrap_or(0.0) <= goal));
        (is.is_some() || was.is_some()).then_some(Self {
            row: row.name,
            unit: match row.unit {
                Unit::Instructions => "instructions",
                Unit::Bytes => "bytes",
            },
            floor,
            upstream: was,
            ours: is,
            ratio: ratio_c,
            over_floor: ratio(is, floor),
            rust,
            rust_ratio: ratio_rust,
            goal,
            met,
        })
    }
}

impl Table {
    pub(crate) fn new(ours: &Counts, upstream: &Counts) -> Result<Self> {
        let entries = ROWS
            .iter()
            .filter_map(|row| Entry::new(row, ours, upstream));
        let entries: Vec<Entry> = entries.collect();
        // The same kernel and the same program, so the same way into the kernel.
        for row in ["getpid", "bad-fd"] {
            let (is, was) = (ours.get(row, ""), upstream.get(row, ""));
            let is = is.with_context(|| format!("no row {row}"))?;
            ensure!(
                was == Some(is),
                "{row} takes {is} instructions on one kernel and {was:?} on the other: they are not the same"
            );
        }
        Ok(Self(entries))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header([
            "", "floor", "upstream", "ours", "ratio", "/ floor", "rust", "ratio", "goal", "",
        ]);
        let count =
            |count: Option<u64>| count.map_or_else(|| "-".into(), |count| count.to_string());
        let part = |part: Option<f64>| part.map_or_else(|| "-".into(), |part| format!("{part:.2}"));
        for entry in &self.0 {
            let verdict = match entry.met {
                Some(true) => "met",
                Some(false) => "not met",
                None => "",
            };
            table.add_row([
                entry.row.to_owned(),
                count(entry.floor),
                count(entry.upstream),
                count(entry.ours),
                part(entry.ratio),
                part(entry.over_floor),
                count(entry.rust),
                part(entry.rust_ratio),
                part(entry.goal),
                verdict.to_owned(),
            ]);
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        f.write_str(&table.trim_fmt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[(&str, &str, u64)]) -> Counts {
        let mut counts = Counts::default();
        counts.insert("getpid", "", 300);
        counts.insert("bad-fd", "", 310);
        for (row, on, count) in rows {
            counts.insert(row, on, *count);
        }
        counts
    }

    #[test]
    fn ratios_and_goals() {
        let ours = counts(&[
            ("rpc-256", "c", 50),
            ("rpc-256", "rust", 70),
            ("umem-4k", "mlx5", 9),
        ]);
        let upstream = counts(&[("rpc-256", "c", 100), ("unknown-ioctl", "c", 600)]);
        let table = Table::new(&ours, &upstream).unwrap();
        let of = |row: &str| table.0.iter().find(|entry| entry.row == row).unwrap();
        let rpc = of("rpc-256");
        assert_eq!((rpc.ratio, rpc.rust_ratio), (Some(0.5), Some(0.7)));
        assert_eq!((rpc.floor, rpc.met), (Some(600 + 512), Some(false)));
        assert_eq!((of("umem-4k").ours, of("umem-4k").ratio), (Some(9), None));
        assert!(table.to_string().contains("not met"));
        assert!(table.0.iter().all(|entry| entry.row != "info"));
    }

    #[test]
    fn other_kernels_are_not_compared() {
        let mut other = counts(&[]);
        other.insert("getpid", "", 301);
        let why = Table::new(&counts(&[]), &other).unwrap_err().to_string();
        assert!(why.contains("not the same"), "{why}");
    }
}
