// SPDX-License-Identifier: GPL-2.0
//! Reads what test programs print (TAP 13 and 14, KTAP) and counts.
//!
//! One VM runs several programs; a line with a secret of this run stands
//! before and after each of them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use regex::Regex;
use serde::Serialize;

use crate::guest::quote;

/// The kselftest exit status for "cannot be tested here".
const SKIP: i32 = 4;
/// That of timeout(1).
const TIMED_OUT: i32 = 124;
/// The shell's `$?` for a program that signal N killed is this and N.
const SIGNAL_BASE: i32 = 128;

static POINT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(not )?ok\b(?:\s+(\d+))?(?:\s+-)?\s*(.*?)\s*(?:#\s*(?i:(skip|todo|xfail))\b\S*\s*(.*))?$").ok()
});
static PLAN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^1\.\.(\d+)\s*(?:#\s*(?i:skip)\S*\s*(.*))?$").ok());

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Pass,
    Fail,
    Skip,
}

/// One "ok" or "not ok".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Point {
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
}

/// Gathers one program's lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parser {
    points: Vec<Point>,
    plan: Option<usize>,
    skip_all: Option<String>,
    bail: Option<String>,
}

impl Parser {
    /// One line without its end. Indented lines are subtests: their parent counts.
    pub(crate) fn line(&mut self, line: &str) {
        if let Some(reason) = line.strip_prefix("Bail out!") {
            self.bail = Some(reason.trim().to_string());
            return;
        }
        if let Some(found) = PLAN.as_ref().and_then(|plan| plan.captures(line)) {
            self.plan = found.get(1).and_then(|count| count.as_str().parse().ok());
            self.skip_all = found.get(2).map(|reason| reason.as_str().to_string());
            return;
        }
        let Some(found) = POINT.as_ref().and_then(|point| point.captures(line)) else {
            return;
        };
        let text = |index| found.get(index).map_or("", |part| part.as_str());
        let directive = text(4).to_ascii_lowercase();
        let verdict = match (found.get(1).is_some(), directive.as_str()) {
            (_, "skip") => Verdict::Skip,
            (true, "") => Verdict::Fail,
            // Known to fail: neither way is a failure.
            _ => Verdict::Pass,
        };
        let name = match (text(3), text(5)) {
            ("", "") => format!("test {}", self.points.len() + 1),
            ("", reason) => reason.to_string(),
            (name, _) => name.to_string(),
        };
        self.points.push(Point { name, verdict });
    }

    /// The sum; `status`: the program's `$?`, none if the VM died under it.
    pub(crate) fn judge(self, name: &str, status: Option<i32>) -> Program {
        let count = |verdict| {
            self.points
                .iter()
                .filter(|point| point.verdict == verdict)
                .count()
        };
        let (passed, failed, skipped) = (
            count(Verdict::Pass),
            count(Verdict::Fail),
            count(Verdict::Skip),
        );
        let told = passed + failed + skipped;
        let mut program = Program {
            name: name.to_string(),
            status,
            passed,
            failed,
            skipped,
            problem: None,
            skip: None,
            points: Vec::new(),
        };
        let problem = match (status, self.plan) {
            (None, _) => Some("the VM ended under it".to_string()),
            (Some(TIMED_OUT), _) => Some("took too long".to_string()),
            (Some(status), _) if status > SIGNAL_BASE => {
                Some(format!("killed by signal {}", status - SIGNAL_BASE))
            }
            (Some(126 | 127), _) if told == 0 => Some("cannot be executed".to_string()),
            _ if self.bail.is_some() => self
                .bail
                .as_ref()
                .map(|reason| format!("bailed out: {reason}")),
            (Some(SKIP), None | Some(0)) if told == 0 => {
                program.skip = Some(self.skip_all.clone().unwrap_or_default());
                None
            }
            (Some(0), Some(0)) if self.skip_all.is_some() => {
                program.skip.clone_from(&self.skip_all);
                None
            }
            (_, None) => Some("printed no plan".to_string()),
            (_, Some(0)) => Some("planned no test".to_string()),
            (_, Some(plan)) if plan != told => {
                Some(format!("planned {plan} tests and told of {told}"))
            }
            (Some(status), _) if status != 0 && failed == 0 && !(status == SKIP && skipped > 0) => {
                Some(format!("exit status {status} without a failed test"))
            }
            _ => None,
        };
        if program.skip.is_some() {
            program.skipped += 1;
        }
        if problem.is_some() {
            program.failed += 1;
        }
        program.problem = problem;
        program.points = self.points;
        program
    }
}

/// What became of one program.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Program {
    pub(crate) name: String,
    /// The shell's `$?`.
    pub(crate) status: Option<i32>,
    pub(crate) passed: usize,
    /// The program's own problem counts as one more.
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
    /// Why all of it was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skip: Option<String>,
    pub(crate) points: Vec<Point>,
}

impl Program {
    /// Its line in the outer TAP stream.
    pub(crate) fn tap_line(&self, number: usize) -> String {
        let name = &self.name;
        match (&self.problem, &self.skip) {
            (Some(problem), _) => format!("not ok {number} {name} # {problem}"),
            (None, Some(reason)) => format!("ok {number} {name} # SKIP {reason}")
                .trim_end()
                .to_string(),
            (None, None) if self.failed > 0 => format!("not ok {number} {name}"),
            (None, None) => format!("ok {number} {name}"),
        }
    }
}

/// Splits the stream of all programs at the marker lines.
#[derive(Debug)]
pub(crate) struct Splitter {
    marker: String,
    names: Vec<String>,
    rest: Vec<u8>,
    current: Option<Parser>,
    pub(crate) done: Vec<Program>,
}

impl Splitter {
    /// `secret`: a word that no program prints.
    pub(crate) fn new(secret: &str, names: Vec<String>) -> Splitter {
        Splitter {
            marker: marker(secret),
            names,
            rest: Vec::new(),
            current: None,
            done: Vec::new(),
        }
    }

    /// Takes a piece of the stream; the lines to show for it.
    pub(crate) fn data(&mut self, bytes: &[u8]) -> Vec<String> {
        self.rest.extend_from_slice(bytes);
        let mut shown = Vec::new();
        while let Some(end) = self.rest.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            self.line(line.trim_end_matches(['\n', '\r']), &mut shown);
        }
        shown
    }

    fn line(&mut self, line: &str, shown: &mut Vec<String>) {
        // A program that died may have left half a line before the marker.
        let Some((before, status)) = line.split_once(self.marker.as_str()) else {
            if let Some(parser) = &mut self.current {
                parser.line(line);
            }
            shown.push(format!("  {line}"));
            return;
        };
        if !before.is_empty() {
            if let Some(parser) = &mut self.current {
                parser.line(before);
            }
            shown.push(format!("  {before}"));
        }
        match status.parse() {
            Ok(status) => self.close(Some(status), shown),
            Err(_) => {
                self.current = Some(Parser::default());
                shown.push(format!("# Subtest: {}", self.name()));
            }
        }
    }

    fn name(&self) -> String {
        self.names.get(self.done.len()).cloned().unwrap_or_default()
    }

    fn close(&mut self, status: Option<i32>, shown: &mut Vec<String>) {
        let name = self.name();
        let program = self.current.take().unwrap_or_default().judge(&name, status);
        shown.push(program.tap_line(self.done.len() + 1));
        self.done.push(program);
    }

    /// The VM is gone: whoever did not end failed.
    pub(crate) fn finish(&mut self) -> Vec<String> {
        let mut shown = Vec::new();
        if !self.rest.is_empty() {
            shown.append(&mut self.data(b"\n"));
        }
        while self.done.len() < self.names.len() {
            if self.current.is_some() {
                self.close(None, &mut shown);
                continue;
            }
            let mut program = Parser::default().judge(&self.name(), None);
            program.problem = Some("was not run".to_string());
            shown.push(program.tap_line(self.done.len() + 1));
            self.done.push(program);
        }
        shown
    }
}

fn marker(secret: &str) -> String {
    format!("@@{secret}@@")
}

/// The script that runs the programs one after the other; it fails if one does.
pub(crate) fn script(
    secret: &str,
    programs: &[PathBuf],
    env: &[String],
    seconds: u64,
) -> Result<String> {
    let marker = quote(&marker(secret));
    let mut text = String::from("#!/bin/sh\nfailed=0\n");
    for pair in env {
        if let Some((name, value)) = pair.split_once('=') {
            writeln!(text, "export {name}={}", quote(value))?;
        }
    }
    for program in programs {
        let folder = program
            .parent()
            .context("a test program without a folder")?;
        let path = quote(&program.to_string_lossy());
        let folder = quote(&folder.to_string_lossy());
        writeln!(text, "echo {marker}start")?;
        writeln!(text, "(cd {folder} && exec timeout -k 5 {seconds} {path})")?;
        writeln!(text, "status=$?; echo {marker}$status")?;
        writeln!(text, "[ $status = 0 ] || [ $status = {SKIP} ] || failed=1")?;
    }
    text.push_str("exit $failed\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str, status: i32) -> Program {
        let mut parser = Parser::default();
        text.lines().for_each(|line| parser.line(line));
        parser.judge("x", Some(status))
    }

    fn counts(program: &Program) -> (usize, usize, usize) {
        (program.passed, program.failed, program.skipped)
    }

    const HARNESS: &str = "TAP version 13\n1..3\n# Starting 3 tests from 1 test cases.\n\
        #  RUN           global.a ...\n#            OK  global.a\nok 1 global.a\n\
        # a.c:3:b:Expected 1 (1) == 2 (2)\n# b: Test failed\n#          FAIL  global.b\nnot ok 2 global.b\n\
        ok 3 global.c # SKIP no device\n# FAILED: 2 / 3 tests passed.\n\
        # Totals: pass:1 fail:1 xfail:0 xpass:0 skip:1 error:0\n";

    #[test]
    fn harness_output_is_counted() {
        let program = judge(HARNESS, 1);
        assert_eq!(counts(&program), (1, 1, 1));
        assert_eq!(program.problem, None);
        let names: Vec<&str> = program
            .points
            .iter()
            .map(|point| point.name.as_str())
            .collect();
        assert_eq!(names, ["global.a", "global.b", "global.c"]);
        assert_eq!(program.tap_line(2), "not ok 2 x");
    }

    #[test]
    fn plan_may_close_and_dashes_may_stand() {
        let program = judge("ok 1 - a # b\nok 2 - c\n1..2\n", 0);
        assert_eq!(counts(&program), (2, 0, 0));
        assert_eq!(program.points[0].name, "a # b");
        assert_eq!(program.tap_line(1), "ok 1 x");
    }

    #[test]
    fn subtests_do_not_count() {
        let program = judge(
            "KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\n  not ok 2 b\nnot ok 1 c\n",
            1,
        );
        assert_eq!(counts(&program), (0, 1, 0));
    }

    #[test]
    fn expected_failures_pass() {
        let program = judge(
            "1..3\nnot ok 1 a # TODO later\nok 2 b # XFAIL known\nok 3 # skip\n",
            0,
        );
        assert_eq!(counts(&program), (2, 0, 1));
    }

    #[test]
    fn words_that_begin_like_results_are_none() {
        assert_eq!(
            counts(&judge("1..1\nokay\nnot okay\nok 1 a\n", 0)),
            (1, 0, 0)
        );
    }

    #[test]
    fn crash_no_plan_and_lost_tests_are_failures() {
        assert_eq!(
            judge("1..2\nok 1 a\n", 139).problem.unwrap(),
            "killed by signal 11"
        );
        assert_eq!(judge("hello\n", 0).problem.unwrap(), "printed no plan");
        assert_eq!(judge("", 0).problem.unwrap(), "printed no plan");
        assert_eq!(judge("1..0\n", 0).problem.unwrap(), "planned no test");
        assert_eq!(
            judge("1..2\nok 1 a\n", 0).problem.unwrap(),
            "planned 2 tests and told of 1"
        );
        assert_eq!(
            judge("1..1\nok 1 a\nok 2 b\n", 0).problem.unwrap(),
            "planned 1 tests and told of 2"
        );
        assert_eq!(
            judge("1..1\nok 1 a\n", 3).problem.unwrap(),
            "exit status 3 without a failed test"
        );
        assert_eq!(
            judge("1..1\nok 1 a\nBail out! no\n", 1).problem.unwrap(),
            "bailed out: no"
        );
        assert_eq!(
            judge("1..1\nok 1 a\n", 124).problem.unwrap(),
            "took too long"
        );
        assert_eq!(judge("", 127).problem.unwrap(), "cannot be executed");
        let program = judge("1..1\nok 1 a\n", 139);
        assert_eq!(counts(&program), (1, 1, 0));
        assert_eq!(program.tap_line(1), "not ok 1 x # killed by signal 11");
    }

    #[test]
    fn exit_status_four_is_a_skip() {
        for text in ["", "TAP version 13\n1..0 # SKIP no node\n"] {
            let program = judge(text, SKIP);
            assert_eq!(counts(&program), (0, 0, 1));
            assert_eq!(program.problem, None);
        }
        assert_eq!(
            judge("1..0 # SKIP no node\n", 0).tap_line(3),
            "ok 3 x # SKIP no node"
        );
        // Some tests skipped, none failed.
        let program = judge("1..2\nok 1 a\nok 2 b # SKIP\n", SKIP);
        assert_eq!((counts(&program), program.problem), ((1, 0, 1), None));
    }

    #[test]
    fn stream_is_split_at_the_markers() {
        let mut splitter = Splitter::new("s", vec!["a".into(), "b".into(), "c".into()]);
        let mut shown = splitter.data(b"@@s@@start\n1..1\nok");
        shown.extend(
            splitter.data(b" 1 t\n@@s@@0\n@@s@@start\n1..2\nok 1 t\nhalf@@s@@139\n@@s@@start\n1.."),
        );
        shown.extend(splitter.finish());
        assert_eq!(
            shown,
            [
                "# Subtest: a",
                "  1..1",
                "  ok 1 t",
                "ok 1 a",
                "# Subtest: b",
                "  1..2",
                "  ok 1 t",
                "  half",
                "not ok 2 b # killed by signal 11",
                "# Subtest: c",
                "  1..",
                "not ok 3 c # the VM ended under it",
            ]
        );
        assert_eq!(splitter.done.len(), 3);
    }

    #[test]
    fn programs_never_started_fail() {
        let mut splitter = Splitter::new("s", vec!["a".into(), "b".into()]);
        assert_eq!(
            splitter.finish(),
            ["not ok 1 a # was not run", "not ok 2 b # was not run"]
        );
        assert_eq!(
            splitter
                .done
                .iter()
                .map(|program| program.failed)
                .sum::<usize>(),
            2
        );
    }

    #[test]
    fn script_reports_each_status() {
        let dir = tempfile::tempdir().unwrap();
        let programs: Vec<PathBuf> = ["a b", "c"].map(|name| dir.path().join(name)).into();
        for (program, body) in programs
            .iter()
            .zip(["pwd; echo $V; printf 1..0", "kill -SEGV $$"])
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::write(program, format!("#!/bin/sh\n{body}\n")).unwrap();
            std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let text = script("s", &programs, &["V=it's".into()], 60).unwrap();
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(&text)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let here = std::fs::canonicalize(dir.path()).unwrap();
        let expected = format!(
            "@@s@@start\n{}\nit's\n1..0@@s@@0\n@@s@@start\n@@s@@139\n",
            here.display()
        );
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}
