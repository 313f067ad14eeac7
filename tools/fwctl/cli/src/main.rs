// SPDX-License-Identifier: GPL-2.0

//! `fwctl`: talks to device firmware through `/dev/fwctl`.

#![deny(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)
)]

mod args;
mod commands;
mod dry_run;
mod failure;
mod hex;
mod host;
mod page;
mod session;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use failure::Failure;
use session::Session;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.global.json;
    let outcome = run(&cli);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json),
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    // Needs no device.
    if let Command::Generate(what) = &cli.command {
        return commands::generate::run(what);
    }
    let mut session = Session::new(&cli.global)?;
    let outcome = commands::run(&mut session, &cli.command);
    session.finish(outcome)
}
