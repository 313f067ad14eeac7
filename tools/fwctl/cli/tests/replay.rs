// SPDX-License-Identifier: GPL-2.0

//! Commands on recorded ioctls: each has to send the same bytes in the same order, and to print the same.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;

use common::{fwctl, golden, schema, tests, Run};
use serde_json::Value;

struct Case {
    name: String,
    schema: Option<String>,
    status: i32,
    arguments: Vec<String>,
}

fn cases() -> Vec<Case> {
    let files = ["cases.txt", "cases-bnxt.txt"];
    let text = files.map(|file| fs::read_to_string(tests(file)).unwrap());
    let text = text.concat();
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let cases = lines.map(|line| {
        let mut words = line.split_whitespace().map(str::to_owned);
        let name = words.next().unwrap();
        let schema = words.next().unwrap();
        let status = words.next().unwrap();
        Case {
            schema: (schema != "-").then_some(schema),
            status: status
                .parse()
                .unwrap_or_else(|_| panic!("{name}: {status}")),
            arguments: words.collect(),
            name,
        }
    });
    cases.collect()
}

fn replay(case: &Case, further: &[&str]) -> (Run, Option<Vec<u8>>) {
    let dir = tempfile::tempdir().unwrap();
    let record = tests("recordings").join(format!("{}.jsonl", case.name));
    let mut arguments = vec!["--replay", record.to_str().unwrap()];
    arguments.extend(further);
    arguments.extend(case.arguments.iter().map(String::as_str));
    let run = fwctl(dir.path(), &arguments);
    (run, fs::read(dir.path().join("dump.bin")).ok())
}

/// Runs all cases and says at the end which failed.
fn all(check: impl Fn(&Case) -> Result<(), String>) {
    let cases = cases();
    assert!(cases.len() > 50);
    let failed: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(
        failed.is_empty(),
        "{} of {}:\n{}",
        failed.len(),
        cases.len(),
        failed.join("\n")
    );
}

// Theory: the same answers give the same text, exit status and file.
#[test]
fn text_is_as_before() {
    all(|case| {
        let (run, file) = replay(case, &[]);
        let text = format!("{}{}", run.stdout, run.stderr);
        if run.status != case.status {
            return Err(format!("{}: exit status {}: {text}", case.name, run.status));
        }
        let kept = fs::read(tests("recordings").join(format!("{}.bin", case.name))).ok();
        if file != kept {
            return Err(format!("{}: another file is written", case.name));
        }
        golden(&format!("{}.txt", case.name), &text)
    });
}

// Theory: JSON is what the schema says, and the same as before; so are errors.
#[test]
fn json_is_as_documented() {
    all(|case| {
        let (run, _) = replay(case, &["--json"]);
        let name = &case.name;
        for line in run.stdout.lines() {
            let document: Value = serde_json::from_str(line).map_err(|e| format!("{name}: {e}"))?;
            let schema = case
                .schema
                .as_deref()
                .ok_or(format!("{name}: prints {document}"))?;
            schema::check(schema, &document).map_err(|why| format!("{name}: {why}"))?;
        }
        if run.stdout.is_empty() && case.schema.is_some() && case.status == 0 {
            return Err(format!("{name}: prints nothing"));
        }
        let errors = run.stderr.lines().filter(|line| line.starts_with('{'));
        let errors: Vec<Value> = errors
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        if errors.len() != usize::from(case.status != 0) {
            return Err(format!("{name}: {} errors: {}", errors.len(), run.stderr));
        }
        for error in &errors {
            schema::check("error", error).map_err(|why| format!("{name}: {why}"))?;
            if error["error"]["exit"] != case.status {
                return Err(format!("{name}: another exit status in {error}"));
            }
        }
        golden(&format!("{name}.json"), &run.stdout)
    });
}

// Theory: an error is one line.
#[test]
fn errors_are_one_line() {
    all(|case| {
        let (run, _) = replay(case, &[]);
        match run.stderr.lines().count() {
            1 if case.status != 0 => Ok(()),
            0 if case.status == 0 => Ok(()),
            // Notes of a command that goes on in another way.
            _ if case.status == 0 && run.stderr.contains("going on") => Ok(()),
            lines => Err(format!("{}: {lines} lines: {}", case.name, run.stderr)),
        }
    });
}

// Theory: no colour without a terminal, and colour everywhere but in the characters with --color=always.
#[test]
fn colour_is_only_on_a_terminal() {
    let strip = |text: &str| {
        let mut plain = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("\x1b[") {
            plain.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        plain + rest
    };
    let mut coloured = 0;
    for case in cases() {
        let (plain, _) = replay(&case, &[]);
        let (colour, _) = replay(&case, &["--color=always"]);
        assert!(!plain.stdout.contains('\x1b'), "{}", case.name);
        // Padding of painted cells is in other places.
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            words(&strip(&colour.stdout)),
            words(&plain.stdout),
            "{}",
            case.name
        );
        coloured += usize::from(colour.stdout.contains('\x1b'));
        let (json, _) = replay(&case, &["--color=always", "--json"]);
        assert!(!json.stdout.contains('\x1b'), "{}", case.name);
    }
    assert!(coloured > 30);
}

// Theory: a record that does not fit is an error that says where: another request, an end too early, an
// end too late, and lines that are of no record.
#[test]
fn other_records_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let whole = fs::read_to_string(tests("recordings/reg-mgir.jsonl")).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let replay = |text: &str| {
        fs::write(dir.path().join("r"), text).unwrap();
        fwctl(
            dir.path(),
            &["--replay", "r", "mlx5", "reg", "get", "fwctl0", "MGIR"],
        )
    };
    assert_eq!(replay(&whole).status, 0);
    let cases = [
        (whole.replace("9020", "9021"), "line 4 of the record has"),
        (lines[..3].join("\n"), "after the end of the record"),
        (
            whole.clone() + lines[3],
            "1 calls of the record were not made",
        ),
        (lines[..2].join("\n") + "\nwhat?", "line 3: not of a record"),
        (lines[1..].join("\n"), "line 1: out of place"),
        (String::new(), "no header"),
        (
            whole.replace("\"version\":1", "\"version\":2"),
            "of version 2",
        ),
        (
            whole.replace("\"on\":\"fwctl0\"", "\"on\":\"fwctl1\""),
            "is of fwctl1",
        ),
    ];
    for (text, wanted) in cases {
        let run = replay(&text);
        assert_ne!(run.status, 0, "{wanted}");
        assert!(run.stderr.contains(wanted), "{wanted}: {}", run.stderr);
    }
}
