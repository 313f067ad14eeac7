// SPDX-License-Identifier: GPL-2.0
//! Runs a command, a folder of kselftests or a shell in a fresh VM that has
//! emulated fwctl devices, and fails on anything the kernel or the emulated
//! firmware complained about.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod accel;
mod cli;
mod emu;
mod env;
mod guest;
mod host;
mod image;
mod model;
mod modules;
mod output;
mod process;
mod qemu;
mod qmp;
mod run;
mod rundir;
mod shell;
mod tap;
mod verdict;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match dispatch(cli) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("fwctl-vm: {error:#}");
            ExitCode::from(run::EXIT_CANNOT_RUN)
        }
    }
}

fn dispatch(cli: cli::Cli) -> Result<u8> {
    match cli.action {
        cli::Action::Run(action) => output::run_command(action),
        cli::Action::Tap(action) => output::run_tests(action),
        cli::Action::Shell(action) => shell::run_shell(action),
    }
}
