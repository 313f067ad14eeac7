// SPDX-License-Identifier: GPL-2.0

//! `fwctl mlx5 counters`: diagnostic counters at an interval, as a table, CSV or JSON lines.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fwctl::mlx5::counters::{self, Abilities, Params, Sample};
use fwctl::mlx5::Mlx5;
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::args::CountersArgs;
use crate::failure::{Exit, Failure};
use crate::page::{Page, Report};
use crate::session::Session;

/// Rows after which a table shows its heading again.
const ROWS: u64 = 20;
/// Counters of which one RPC can ask.
const MOST: usize = 1008;

/// `schema/mlx5-counters-list.json`.
#[derive(Serialize)]
struct List {
    device: String,
    clock_khz: u64,
    single: bool,
    repetitive: bool,
    counters: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    id: u16,
    name: Option<&'static str>,
    unit: Option<&'static str>,
    sync: bool,
}

impl Report for List {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        let rows = self.counters.iter().map(|counter| {
            vec![
                format!("{:#06x}", counter.id),
                counter.name.unwrap_or("-").to_owned(),
                counter.unit.unwrap_or("-").to_owned(),
                if counter.sync { "yes" } else { "no" }.to_owned(),
            ]
        });
        page.table(
            &["id", "counter", "unit", "sync"],
            &rows.collect::<Vec<_>>(),
        )?;
        page.line(&format!(
            "{} counters, clock {} kHz",
            self.counters.len(),
            self.clock_khz
        ))
    }
}

/// `schema/mlx5-counters.json`, one per line.
#[derive(Serialize)]
struct Row {
    device: String,
    sample: u64,
    counters: Vec<Counter>,
    #[serde(skip)]
    csv: bool,
}

#[derive(Serialize)]
struct Counter {
    id: u16,
    name: Option<&'static str>,
    timestamp: u32,
    value: u64,
}

impl Counter {
    fn title(&self) -> String {
        self.name
            .map_or_else(|| format!("{:#06x}", self.id), str::to_owned)
    }
}

impl Report for Row {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        let titles: Vec<String> = self.counters.iter().map(Counter::title).collect();
        let timestamp = self.counters.first().map_or(0, |counter| counter.timestamp);
        if self.csv {
            if self.sample == 0 {
                page.line(&format!("sample,timestamp,{}", titles.join(",")))?;
            }
            let values: Vec<String> = self.counters.iter().map(|c| c.value.to_string()).collect();
            return page.line(&format!("{},{timestamp},{}", self.sample, values.join(",")));
        }
        let widths: Vec<usize> = titles.iter().map(|title| title.len().max(14)).collect();
        if self.sample % ROWS == 0 {
            let titles = titles
                .iter()
                .zip(&widths)
                .map(|(title, width)| format!("{title:>width$}"));
            page.heading(&format!(
                "{:>8}  {}",
                "sample",
                titles.collect::<Vec<_>>().join("  ")
            ))?;
        }
        let values = self.counters.iter().zip(&widths);
        let values = values.map(|(counter, width)| format!("{:>width$}", counter.value));
        page.line(&format!(
            "{:>8}  {}",
            self.sample,
            values.collect::<Vec<_>>().join("  ")
        ))
    }
}

/// What was sampled before, and is again when this goes away.
struct Restore<'a> {
    mlx5: &'a Mlx5<'a>,
    before: Option<Params>,
}

impl Restore<'_> {
    fn now(mut self, session: &Session) -> Result<(), Failure> {
        match self.before.take() {
            Some(before) => {
                counters::set_params(self.mlx5, &before).map_err(|error| session.failed(error))
            }
            None => Ok(()),
        }
    }
}

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // Another error is on its way already.
            let _ = counters::set_params(self.mlx5, before);
        }
    }
}

pub(super) fn run(session: &mut Session, args: &CountersArgs) -> Result<(), Failure> {
    let device = super::open(session, &args.device)?;
    let mlx5 = super::mlx5(session, &device)?;
    let abilities = counters::abilities(&mlx5).map_err(|error| session.failed(error))?;
    if args.list {
        return session.show(&list(device.name(), &abilities));
    }
    let room = abilities.counters.len().min(MOST);
    let before = counters::params(&mlx5, room).map_err(|error| session.failed(error))?;
    let mut restore = Restore {
        mlx5: &mlx5,
        before: None,
    };
    let sampled = if args.start {
        let wanted = match args.counters.is_empty() {
            true => abilities
                .counters
                .iter()
                .take(MOST)
                .map(|counter| counter.id)
                .collect(),
            false => args.counters.clone(),
        };
        let params = Params::on_demand(wanted.clone(), abilities.log_max_samples);
        counters::set_params(&mlx5, &params).map_err(|error| session.failed(error))?;
        restore.before = Some(before);
        wanted
    } else if before.enable && !before.counters.is_empty() {
        before.counters
    } else {
        let why = format!("{}: the device samples no counters", device.name());
        return Err(Failure::new(Exit::Failed, why)
            .hint("--start switches them on, which is a debug-write that taints the kernel"));
    };
    let stop = Arc::new(AtomicBool::new(false));
    if restore.before.is_some() {
        // So that an interrupt does not leave them on.
        for signal in [SIGINT, SIGTERM] {
            let registered = signal_hook::flag::register(signal, Arc::clone(&stop));
            registered.map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        }
    }
    let outcome = sample(session, &mlx5, args, &sampled, &stop);
    let restored = restore.now(session);
    outcome.and(restored)
}

/// Waits for so many seconds; false if it was told to stop.
fn wait(seconds: f64, stop: &AtomicBool) -> bool {
    const STEP: f64 = 0.1;
    let mut left = seconds;
    while left > 0.0 && !stop.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_secs_f64(left.min(STEP)));
        left -= STEP;
    }
    !stop.load(Ordering::Relaxed)
}

fn sample(
    session: &mut Session,
    mlx5: &Mlx5<'_>,
    args: &CountersArgs,
    sampled: &[u16],
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let count = match (args.count, session.is_dry_run()) {
        (_, true) => 1,
        (count, false) => count.unwrap_or(u64::MAX),
    };
    for number in 0..count {
        if number > 0 && !session.is_replay() && !wait(args.interval, stop) {
            break;
        }
        let samples = counters::sample(mlx5, sampled.len());
        let samples = samples.map_err(|error| session.failed(error))?;
        let wanted =
            |sample: &&Sample| args.counters.is_empty() || args.counters.contains(&sample.counter);
        let counters = samples.iter().filter(wanted).map(|sample| Counter {
            id: sample.counter,
            name: counters::name(sample.counter),
            timestamp: sample.timestamp,
            value: sample.value,
        });
        session.show(&Row {
            device: mlx5.device().name().to_owned(),
            sample: number,
            counters: counters.collect(),
            csv: args.csv,
        })?;
    }
    Ok(())
}

fn list(device: &str, abilities: &Abilities) -> List {
    let known = |id: u16| counters::KNOWN.iter().find(|row| row.0 == id);
    let listed = abilities.counters.iter().map(|counter| Listed {
        id: counter.id,
        name: counters::name(counter.id),
        unit: known(counter.id)
            .map(|row| row.2)
            .filter(|unit| !unit.is_empty()),
        sync: counter.sync,
    });
    List {
        device: device.to_owned(),
        clock_khz: abilities.clock_khz,
        single: abilities.single,
        repetitive: abilities.repetitive,
        counters: listed.collect(),
    }
}
