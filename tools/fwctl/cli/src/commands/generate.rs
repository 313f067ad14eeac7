// SPDX-License-Identifier: GPL-2.0

//! `fwctl generate`: man pages and completions, for those who install it.

use std::fs;
use std::io;

use clap::CommandFactory;

use crate::args::{Cli, Generate};
use crate::failure::Failure;

pub(crate) fn run(what: &Generate) -> Result<(), Failure> {
    match what {
        Generate::Man { dir } => {
            let written = fs::create_dir_all(dir)
                .and_then(|()| clap_mangen::generate_to(Cli::command(), dir));
            written.map_err(|error| Failure::file(dir, &error))
        }
        Generate::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "fwctl", &mut text);
            io::Write::write_all(&mut io::stdout().lock(), &text)?;
            Ok(())
        }
    }
}
