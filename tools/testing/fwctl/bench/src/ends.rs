// SPDX-License-Identifier: GPL-2.0

//! Times or instructions of whole calls, on two cores in turn: medians and quartiles, and the ratio of neighbouring
//! blocks.

use std::collections::BTreeMap;
use std::fmt;

use comfy_table::{presets, CellAlignment};
use serde::{Deserialize, Serialize};

/// A row of one block.
#[derive(Deserialize)]
pub(crate) struct Line {
    row: String,
    on: String,
    block: u32,
    unit: Unit,
    values: Vec<f64>,
}

/// Of values.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Ns,
    Instructions,
}

/// First quartile, median and third quartile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Spread {
    low: f64,
    median: f64,
    high: f64,
}

impl Spread {
    /// `None` of nothing.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        // Between two values where it falls there.
        let at = |part: f64| {
            let place = part * last as f64;
            let (below, above) = (place.floor() as usize, place.ceil() as usize);
            values[below] + (values[above] - values[below]) * place.fract()
        };
        Some(Self {
            low: at(0.25),
            median: at(0.5),
            high: at(0.75),
        })
    }
}

/// A row.
#[derive(Debug, Serialize)]
struct Entry {
    row: String,
    unit: Unit,
    upstream: Option<Spread>,
    ours: Option<Spread>,
    /// Ours of upstream's, of blocks that ran next to each other.
    ratio: Option<Spread>,
}

/// All rows.
#[derive(Debug, Serialize)]
pub(crate) struct Ends(Vec<Entry>);

/// The blocks of a row, by their place in the run.
type Blocks = BTreeMap<u32, (String, Vec<f64>)>;

impl Entry {
    fn new(row: String, unit: Unit, blocks: &Blocks) -> Self {
        let all = |on: &str| {
            let samples = blocks.values().filter(|(label, _)| label == on);
            Spread::of(samples.flat_map(|(_, values)| values.clone()).collect())
        };
        let medians: Vec<_> = blocks
            .values()
            .filter_map(|(on, values)| Some((on.as_str(), Spread::of(values.clone())?.median)))
            .collect();
        let ratios = medians.chunks_exact(2).filter_map(|pair| match pair {
            [("ours", ours), ("upstream", upstream)] | [("upstream", upstream), ("ours", ours)] => {
                Some(ours / upstream)
            }
            _ => None,
        });
        Self {
            upstream: all("upstream"),
            ours: all("ours"),
            ratio: Spread::of(ratios.collect()),
            row,
            unit,
        }
    }
}

impl From<Vec<Line>> for Ends {
    fn from(lines: Vec<Line>) -> Self {
        let mut rows: Vec<(String, Unit, Blocks)> = Vec::new();
        for line in lines {
            let at = rows.iter().position(|(row, ..)| *row == line.row);
            let at = at.unwrap_or_else(|| {
                rows.push((line.row, line.unit, Blocks::new()));
                rows.len() - 1
            });
            rows[at].2.insert(line.block, (line.on, line.values));
        }
        let entry = |(row, unit, blocks): (String, Unit, Blocks)| Entry::new(row, unit, &blocks);
        Self(rows.into_iter().map(entry).collect())
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header(["", "", "upstream", "ours", "ratio"]);
        let spread = |spread: Option<Spread>, scale: f64, digits: usize| match spread {
            Some(Spread { low, median, high }) => format!(
                "{:.digits$} ({:.digits$} .. {:.digits$})",
                median * scale,
                low * scale,
                high * scale
            ),
            None => "-".into(),
        };
        for entry in &self.0 {
            let (unit, scale) = match entry.unit {
                Unit::Ns => ("us", 1e-3),
                Unit::Instructions => ("instructions", 1.0),
            };
            table.add_row([
                entry.row.clone(),
                unit.to_owned(),
                spread(entry.upstream, scale, 0),
                spread(entry.ours, scale, 0),
                spread(entry.ratio, 1.0, 3),
            ]);
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        f.write_str(&table.trim_fmt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines;

    #[test]
    fn neighbours_are_compared() {
        let line = |on: &str, block: u32, values: &str| {
            format!(
                "{{ \"row\": \"reg\", \"on\": \"{on}\", \"block\": {block}, \"unit\": \"ns\", \"values\": [{values}] }}\n"
            )
        };
        // The machine becomes three times as slow half way.
        let text = line("ours", 0, "9, 10, 11")
            + &line("upstream", 1, "20, 20, 20")
            + "something else\n"
            + &line("upstream", 2, "60, 60, 60")
            + &line("ours", 3, "30, 30, 30");
        let ends = Ends::from(lines::parse(&text));
        assert_eq!(ends.0.len(), 1);
        let reg = &ends.0[0];
        assert_eq!(reg.ratio.unwrap().median, 0.5);
        assert_eq!(reg.upstream.unwrap().median, 40.0);
        assert_eq!(reg.ours.unwrap().median, 20.5);
    }

    #[test]
    fn one_side_has_no_ratio() {
        let ends =
            Ends::from(lines::parse("{ \"row\": \"x\", \"on\": \"ours\", \"block\": 0, \"unit\": \"instructions\", \"values\": [4, 8] }"));
        assert_eq!(ends.0[0].ratio, None);
        assert_eq!(ends.0[0].ours.unwrap().median, 6.0);
        assert!(ends.to_string().contains('-'));
    }
}
