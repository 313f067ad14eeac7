// SPDX-License-Identifier: GPL-2.0

//! Where the instructions of a row go: what the plugin counted, by function.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{ensure, Context, Result};
use comfy_table::{presets, CellAlignment};
use serde::Serialize;

/// What is not of the kernel.
const USER: &str = "(user space)";
const KERNEL_HALF: u64 = 1 << 63;

/// The kernel's functions by address, as /proc/kallsyms has them.
struct Symbols(Vec<(u64, String)>);

impl Symbols {
    fn parse(text: &str) -> Self {
        let symbols = text.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            let address = u64::from_str_radix(words.next()?, 16).ok()?;
            let is_code = words.next()?.eq_ignore_ascii_case("t");
            let name = words.next()?;
            let module = words
                .next()
                .map(|module| format!(" {module}"))
                .unwrap_or_default();
            is_code.then(|| {
                (
                    address,
                    format!("{:#}{module}", rustc_demangle::demangle(name)),
                )
            })
        });
        let mut symbols: Vec<_> = symbols.collect();
        symbols.sort();
        Self(symbols)
    }

    fn name(&self, address: u64) -> &str {
        if address < KERNEL_HALF {
            return USER;
        }
        let after = self.0.partition_point(|(start, _)| *start <= address);
        let found = after.checked_sub(1).and_then(|at| self.0.get(at));
        found.map_or("(unknown)", |(_, name)| name)
    }
}

/// Instructions by function.
#[derive(Debug, Default)]
pub(crate) struct Profile(BTreeMap<String, u64>);

impl Profile {
    /// Of what the plugin wrote, and of /proc/kallsyms of the same boot.
    pub(crate) fn read(counts: &Path, symbols: &Path) -> Result<Self> {
        let read = |path: &Path| {
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let profile = Self::parse(&read(counts)?, &Symbols::parse(&read(symbols)?));
        ensure!(!profile.0.is_empty(), "nothing in {}", counts.display());
        Ok(profile)
    }

    fn parse(counts: &str, symbols: &Symbols) -> Self {
        let mut profile = Self::default();
        for line in counts.lines() {
            let words = line.split_once(' ').and_then(|(address, count)| {
                let address = u64::from_str_radix(address, 16).ok()?;
                Some((address, count.parse::<u64>().ok()?))
            });
            if let Some((address, count)) = words {
                *profile
                    .0
                    .entry(symbols.name(address).to_owned())
                    .or_default() += count;
            }
        }
        profile
    }

    fn of(&self, function: &str) -> u64 {
        self.0.get(function).copied().unwrap_or(0)
    }
}

/// A function on both cores, instructions of one call.
#[derive(Debug, Serialize)]
struct Entry {
    function: String,
    upstream: f64,
    ours: f64,
}

/// Two profiles of the same row, what takes most first.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison(Vec<Entry>);

impl Comparison {
    pub(crate) fn new(ours: &Profile, upstream: &Profile, calls: u64) -> Self {
        let each = |count: u64| count as f64 / calls.max(1) as f64;
        let mut names: Vec<&String> = ours.0.keys().chain(upstream.0.keys()).collect();
        names.sort();
        names.dedup();
        let entries = names.into_iter().map(|name| Entry {
            function: name.clone(),
            upstream: each(upstream.of(name)),
            ours: each(ours.of(name)),
        });
        let mut entries: Vec<Entry> = entries.collect();
        let most = |entry: &Entry| entry.ours.max(entry.upstream);
        entries.sort_by(|a, b| most(b).total_cmp(&most(a)));
        Self(entries)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header(["upstream", "ours", "function"]);
        let sum = |of: fn(&Entry) -> f64| self.0.iter().map(of).sum::<f64>();
        let number = |number: f64| format!("{number:.0}");
        table.add_row([
            number(sum(|entry| entry.upstream)),
            number(sum(|entry| entry.ours)),
            "all".to_owned(),
        ]);
        // Less than one in a call is of interrupts.
        for entry in self
            .0
            .iter()
            .filter(|entry| entry.ours.max(entry.upstream) >= 1.0)
        {
            table.add_row([
                number(entry.upstream),
                number(entry.ours),
                entry.function.clone(),
            ]);
        }
        for column in table.column_iter_mut().take(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        f.write_str(&table.trim_fmt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_of_functions() {
        let symbols = Symbols::parse(
            "ffffffff81000000 T start\nffffffff81000100 t _RNvCs1_1a1b\t[fwctl]\nffffffff81000080 d data\n",
        );
        let profile = Profile::parse(
            "ffffffff81000010 4\nffffffff81000090 2\nffffffff81000100 10\n401000 7\nwhat\n",
            &symbols,
        );
        assert_eq!(profile.of("start"), 6);
        assert_eq!(profile.of("a::b [fwctl]"), 10);
        assert_eq!(profile.of(USER), 7);
        let comparison = Comparison::new(&profile, &Profile::default(), 2);
        assert_eq!(comparison.0[0].function, "a::b [fwctl]");
        assert_eq!(comparison.0[0].ours, 5.0);
    }
}
