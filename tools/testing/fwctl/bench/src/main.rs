// SPDX-License-Identifier: GPL-2.0

//! Puts what the guest counted or measured on two cores side by side: rows with the goals and the floor, one row by
//! function, or whole calls by their time.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod counts;
mod ends;
mod lines;
mod profile;
mod rows;
mod table;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use serde::Serialize;

use counts::Counts;
use ends::Ends;
use profile::{Comparison, Profile};
use table::Table;

/// Compares what two fwctl cores cost.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    what: What,
    /// Write the same here, too, as JSON.
    #[arg(long, value_name = "FILE", global = true)]
    json: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// All rows.
    Table(TableArgs),
    /// One row by function.
    Profile(ProfileArgs),
    /// Times of whole calls.
    Ends {
        /// What the guest printed on both in turn.
        log: PathBuf,
    },
}

#[derive(Args)]
struct TableArgs {
    /// What the guest printed on our modules.
    ours: PathBuf,
    /// What it printed on the kernel's own.
    upstream: PathBuf,
    /// A module of ours, for the size of its code; may be repeated.
    #[arg(long, value_name = "FILE")]
    module: Vec<PathBuf>,
    /// One of the kernel's own; may be repeated.
    #[arg(long, value_name = "FILE")]
    upstream_module: Vec<PathBuf>,
}

#[derive(Args)]
struct ProfileArgs {
    /// What the plugin wrote on our modules.
    ours: PathBuf,
    /// /proc/kallsyms of that boot.
    ours_symbols: PathBuf,
    /// What the plugin wrote on the kernel's own.
    upstream: PathBuf,
    /// /proc/kallsyms of that boot.
    upstream_symbols: PathBuf,
    /// How many calls there were.
    #[arg(long)]
    calls: u64,
}

fn write_json(path: Option<&Path>, what: &impl Serialize) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::to_string_pretty(what)? + "\n";
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let json = cli.json.as_deref();
    match cli.what {
        What::Table(args) => {
            let mut ours = Counts::from(lines::read(&args.ours)?);
            let mut upstream = Counts::from(lines::read(&args.upstream)?);
            text::add(&mut ours, &args.module)?;
            text::add(&mut upstream, &args.upstream_module)?;
            let table = Table::new(&ours, &upstream)?;
            println!("{table}");
            write_json(json, &table)
        }
        What::Profile(args) => {
            let ours = Profile::read(&args.ours, &args.ours_symbols)?;
            let upstream = Profile::read(&args.upstream, &args.upstream_symbols)?;
            let comparison = Comparison::new(&ours, &upstream, args.calls);
            println!("{comparison}");
            write_json(json, &comparison)
        }
        What::Ends { log } => {
            let ends = Ends::from(lines::read(&log)?);
            println!("{ends}");
            write_json(json, &ends)
        }
    }
}
