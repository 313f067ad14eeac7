// SPDX-License-Identifier: GPL-2.0

//! What the tests of the command share.

#![allow(dead_code)] // each test uses a part of it

pub(crate) mod schema;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run of the command printed.
pub(crate) struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the command in a folder.
pub(crate) fn fwctl(dir: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_fwctl"))
        .args(arguments)
        .current_dir(dir)
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A file or folder of the tests.
pub(crate) fn tests(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(path)
}

/// Compares text with a file below `golden/`, or writes it there with FWCTL_GOLDEN=write.
pub(crate) fn golden(name: &str, text: &str) -> Result<(), String> {
    let path = tests("golden").join(name);
    if std::env::var_os("FWCTL_GOLDEN").is_some_and(|value| value == "write") {
        fs::create_dir_all(tests("golden")).unwrap();
        fs::write(&path, text).unwrap();
        return Ok(());
    }
    let wanted = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
    if wanted == text {
        return Ok(());
    }
    let line = wanted.lines().zip(text.lines()).position(|(a, b)| a != b);
    let line = line.unwrap_or_else(|| wanted.lines().count().min(text.lines().count()));
    let show = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
    Err(format!(
        "{name}:{}: {:?} instead of {:?}",
        line + 1,
        show(text),
        show(&wanted)
    ))
}
