// SPDX-License-Identifier: GPL-2.0
//! The two kinds of run whose output goes to stdout: a command, and tests.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, Context, Result};
use serde::Serialize;

use crate::cli::{RunArgs, TapArgs, VmArgs};
use crate::guest::{self, Share};
use crate::run::{self, Job, Outcome, Sink};
use crate::tap::{self, Program, Splitter};

const RUN_TIMEOUT: u64 = 300;
const TAP_TIMEOUT: u64 = 1800;

/// Passes bytes on as they come.
struct Stdout;

impl Sink for Stdout {
    fn data(&mut self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        // Nobody may be reading any more; the run goes on to its verdict.
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    }
}

/// The folders of `--share`, by absolute path.
pub(crate) fn shares(args: &VmArgs) -> Result<Vec<Share>> {
    let mut shares = Vec::new();
    for dir in &args.share {
        let path =
            fs::canonicalize(dir).with_context(|| format!("cannot share {}", dir.display()))?;
        if !path.is_dir() {
            bail!("cannot share {}: it is not a folder", dir.display());
        }
        shares.push(Share {
            path,
            writable: true,
        });
    }
    Ok(shares)
}

/// Refuses what is not NAME=VALUE before a VM is started for it.
pub(crate) fn check_env(args: &VmArgs) -> Result<()> {
    for pair in &args.env {
        let name = pair.split_once('=').map_or("", |(name, _)| name);
        let good = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if name.is_empty() || !good || name.starts_with(|first: char| first.is_ascii_digit()) {
            bail!("--env {pair:?} is not NAME=VALUE");
        }
    }
    Ok(())
}

pub(crate) fn run_command(args: RunArgs) -> Result<u8> {
    check_env(&args.vm)?;
    let shares = shares(&args.vm)?;
    let cwd = shares
        .first()
        .map_or("/root".into(), |share| share.path.to_string_lossy());
    let job = Job {
        script: guest::command_script(&args.command, &args.vm.env, &cwd),
        tty: false,
        timeout: Some(Duration::from_secs(
            args.vm.vm_timeout.unwrap_or(RUN_TIMEOUT),
        )),
        expect_end: args.expect_end,
        shares,
    };
    let (outcome, _) = run::run(&args.vm, &job, Stdout)?;
    outcome.report(&mut io::stderr(), "");
    Ok(outcome.exit_status())
}

/// Shows the TAP stream and keeps the results.
struct Tests {
    splitter: Splitter,
}

impl Sink for Tests {
    fn data(&mut self, bytes: &[u8]) {
        show(&self.splitter.data(bytes));
    }
}

fn show(lines: &[String]) {
    let mut out = io::stdout().lock();
    for line in lines {
        let _ = writeln!(out, "{line}");
    }
    let _ = out.flush();
}

/// Executable files in a folder, in order of names; libraries and hidden files are none.
fn programs_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        let meta =
            fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let library = name.ends_with(".so") || name.contains(".so.");
        if meta.is_file()
            && meta.permissions().mode() & 0o111 != 0
            && !library
            && !name.starts_with('.')
        {
            found.push(path);
        }
    }
    if found.is_empty() {
        bail!(
            "no executable file in {}: build the tests first",
            dir.display()
        );
    }
    found.sort();
    Ok(found)
}

fn find_programs(tests: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for test in tests {
        let path = fs::canonicalize(test).with_context(|| format!("no test {}", test.display()))?;
        if path.is_dir() {
            programs.extend(programs_in(&path)?);
        } else {
            programs.push(path);
        }
    }
    Ok(programs)
}

#[derive(Serialize)]
struct Summary<'a> {
    passed: usize,
    failed: usize,
    skipped: usize,
    programs: &'a [Program],
    /// What is wrong with the run as a whole; counted as one failure.
    problems: &'a [String],
    firmware_objects_left: u64,
    dmesg_clean: bool,
}

fn summary<'a>(programs: &'a [Program], outcome: &'a Outcome) -> Summary<'a> {
    let sum = |count: fn(&Program) -> usize| programs.iter().map(count).sum::<usize>();
    let checked = outcome.problems.is_empty() && outcome.interrupted.is_none();
    Summary {
        passed: sum(|program| program.passed) + usize::from(checked),
        failed: sum(|program| program.failed) + usize::from(!checked),
        skipped: sum(|program| program.skipped),
        programs,
        problems: &outcome.problems,
        firmware_objects_left: outcome.objects_left,
        dmesg_clean: outcome.dmesg_clean,
    }
}

/// The point that stands for the kernel log, the firmware and the modules.
const CHECKOUT: &str = "vm: kernel log, firmware objects, unloading";

pub(crate) fn run_tests(args: TapArgs) -> Result<u8> {
    check_env(&args.vm)?;
    let programs = find_programs(&args.tests)?;
    let mut shares = shares(&args.vm)?;
    for program in &programs {
        let Some(folder) = program.parent() else {
            continue;
        };
        if !shares.iter().any(|share| folder.starts_with(&share.path)) {
            shares.push(Share {
                path: folder.to_path_buf(),
                writable: false,
            });
        }
    }
    let names: Vec<String> = programs
        .iter()
        .map(|path| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let secret = secret()?;
    let job = Job {
        script: tap::script(&secret, &programs, &args.vm.env, args.test_timeout)?,
        shares,
        tty: false,
        timeout: Some(Duration::from_secs(
            args.vm.vm_timeout.unwrap_or(TAP_TIMEOUT),
        )),
        expect_end: None,
    };
    show(&["KTAP version 1".to_string()]);
    let sink = Tests {
        splitter: Splitter::new(&secret, names),
    };
    let (outcome, mut sink) = run::run(&args.vm, &job, sink)?;
    show(&sink.splitter.finish());

    let number = programs.len() + 1;
    let summary = summary(&sink.splitter.done, &outcome);
    let word = if outcome.problems.is_empty() && outcome.interrupted.is_none() {
        "ok"
    } else {
        "not ok"
    };
    show(&[
        format!("{word} {number} {CHECKOUT}"),
        format!("1..{number}"),
    ]);
    outcome.report(&mut io::stdout(), "# ");
    show(&[format!(
        "# {} passed, {} failed, {} skipped",
        summary.passed, summary.failed, summary.skipped
    )]);
    if let Some(file) = &args.summary {
        let text = serde_json::to_string_pretty(&summary)?;
        fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(match outcome.exit_status() {
        0 if summary.failed > 0 => 1,
        status => status,
    })
}

/// A word that no test program prints by chance.
fn secret() -> Result<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/uuid")
        .context("cannot read a random id from /proc")?;
    Ok(id.trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_found_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for (name, mode) in [
            ("b", 0o755),
            ("a.sh", 0o755),
            ("c.c", 0o644),
            ("d.so", 0o755),
            (".e", 0o755),
        ] {
            let path = dir.path().join(name);
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::create_dir(dir.path().join("folder")).unwrap();
        let found = programs_in(dir.path()).unwrap();
        assert_eq!(found, [dir.path().join("a.sh"), dir.path().join("b")]);
        assert!(programs_in(&dir.path().join("folder")).is_err());
    }

    #[test]
    fn the_run_itself_is_one_more_result() {
        let outcome = Outcome {
            status: Some(0),
            dmesg_clean: true,
            ..Outcome::default()
        };
        assert_eq!(
            (summary(&[], &outcome).passed, summary(&[], &outcome).failed),
            (1, 0)
        );
        let outcome = Outcome {
            problems: vec!["x".into(), "y".into()],
            ..outcome
        };
        assert_eq!(
            (summary(&[], &outcome).passed, summary(&[], &outcome).failed),
            (0, 1)
        );
    }
}
