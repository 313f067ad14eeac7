// SPDX-License-Identifier: GPL-2.0

//! What needs no answers: bytes of requests, files with dumps, wrong arguments, pages and completions.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{fwctl, golden, schema, tests};
use serde_json::Value;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

// Theory: --dry-run shows the bytes that are sent, in the ioctl that sends them.
#[test]
fn dry_run_shows_bytes() {
    let cases: &[(&str, &[&str])] = &[
        (
            "rpc",
            &[
                "rpc",
                "fwctl0",
                "080d",
                "--in-len",
                "16",
                "--scope",
                "debug-write",
            ],
        ),
        (
            "reg-get",
            &["mlx5", "reg", "get", "fwctl0", "PDDR", "page_select=MODULE"],
        ),
        (
            "reg-set",
            &[
                "mlx5",
                "reg",
                "set",
                "fwctl0",
                "MNVDA",
                "length=12",
                "sriov_en=on",
                "total_vfs=8",
                "--no-read",
            ],
        ),
        ("caps", &["mlx5", "caps", "fwctl0", "-g", "debug"]),
        (
            "dump",
            &[
                "mlx5",
                "dump",
                "fwctl0",
                "0x1001",
                "--index1",
                "5",
                "--umem=64K",
            ],
        ),
        ("counters", &["mlx5", "counters", "fwctl0", "--start"]),
    ];
    let dir = tempfile::tempdir().unwrap();
    let mut failed = Vec::new();
    for (name, arguments) in cases {
        let arguments = [&["--dry-run"], *arguments].concat();
        let run = fwctl(dir.path(), &arguments);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{name}");
        failed.extend(golden(&format!("dry-run-{name}.txt"), &run.stdout).err());
        let run = fwctl(dir.path(), &[&["--json"], &arguments[..]].concat());
        for line in run.stdout.lines() {
            schema::check("dry-run", &serde_json::from_str(line).unwrap()).unwrap();
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

// Theory: a file with a dump is taken apart without a device.
#[test]
fn dumps_in_files_are_taken_apart() {
    let mut failed = Vec::new();
    for name in [
        "coredump-registers",
        "coredump-resources",
        "coredump-segment",
    ] {
        let file = format!("tests/recordings/{name}.bin");
        let run = fwctl(here(), &["mlx5", "dump", "--parse", &file]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{name}");
        failed.extend(golden(&format!("parse-{name}.txt"), &run.stdout).err());
        let run = fwctl(here(), &["--json", "mlx5", "dump", "--parse", &file]);
        let of = match name {
            "coredump-registers" => "mlx5-dump-registers",
            _ => "mlx5-dump",
        };
        schema::check(of, &serde_json::from_str(&run.stdout).unwrap()).unwrap();
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

// Theory: a dump that is cut off or corrupt gives what could be read, says where it stops, and has an
// exit status of its own.
#[test]
fn broken_dumps_give_what_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let whole = fs::read(tests("recordings/coredump-resources.bin")).unwrap();
    let registers = fs::read(tests("recordings/coredump-registers.bin")).unwrap();
    let mut corrupt = whole.clone();
    corrupt[20] = 0;
    corrupt[21] = 0;
    let cases: &[(&str, &[u8], &str, u64)] = &[
        ("empty", &[], "it is empty", 0),
        (
            "header",
            &whole[..whole.len() - 2],
            "cut off within the header",
            7,
        ),
        (
            "segment",
            &whole[..40],
            "cut off within the segment at byte 0x24",
            2,
        ),
        ("end", &whole[..whole.len() - 4], "no terminator", 7),
        (
            "length",
            &corrupt,
            "the segment at byte 0x14 of type 0xfffe has length 0",
            1,
        ),
        (
            "register",
            &registers[..43],
            "cut off within a register: 3 of 8 bytes",
            5,
        ),
    ];
    for (name, bytes, wanted, count) in cases {
        fs::write(dir.path().join(name), bytes).unwrap();
        let run = fwctl(dir.path(), &["--json", "mlx5", "dump", "--parse", name]);
        assert_eq!(run.status, 8, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(wanted), "{name}: {}", run.stderr);
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(document["complete"], false, "{name}");
        assert!(
            document["problem"].as_str().unwrap().contains(wanted),
            "{name}"
        );
        let list = document
            .get("segments")
            .or(document.get("registers"))
            .unwrap();
        assert_eq!(list.as_array().unwrap().len() as u64, *count, "{name}");
        let run = fwctl(dir.path(), &["mlx5", "dump", "--parse", name]);
        assert_eq!(run.stderr.lines().count(), 1, "{name}");
    }
}

// Theory: wrong arguments are refused before anything is opened, and say what would be right.
#[test]
fn wrong_arguments_are_refused() {
    let cases: &[(&[&str], &str)] = &[
        (
            &["mlx5", "reg", "get", "fwctl0", "NOTHING"],
            "no register of this name",
        ),
        (
            &["mlx5", "reg", "get", "fwctl0", "0x1234"],
            "say it with --len",
        ),
        (
            &["mlx5", "reg", "get", "fwctl0", "MGIR", "psid=x"],
            "does not say which one is meant",
        ),
        (
            &["mlx5", "reg", "get", "fwctl0", "PDDR", "page=1"],
            "has no field page",
        ),
        (
            &["mlx5", "reg", "get", "fwctl0", "PDDR", "page_select=9999"],
            "has only 8 bits",
        ),
        (
            &["mlx5", "reg", "get", "fwctl0", "PDDR", "page_select"],
            "it is FIELD=VALUE",
        ),
        (
            &["mlx5", "reg", "set", "fwctl0", "MCAM", "access_reg_group=1"],
            "it can only be read",
        ),
        (
            &["mlx5", "reg", "set", "fwctl0", "MTMP", "temperature=1"],
            "can only be read",
        ),
        (
            &[
                "mlx5",
                "reg",
                "set",
                "fwctl0",
                "PAOS",
                "admin_status=sideways",
            ],
            "UP, DOWN",
        ),
        (&["rpc", "fwctl0", "08g5"], "'g' is no hexadecimal digit"),
        (&["rpc", "fwctl0", "080"], "3 hexadecimal digits"),
        (
            &["rpc", "fwctl0", "0805", "--in-len", "1"],
            "the request has 2 bytes",
        ),
        (
            &["rpc", "fwctl0", "0805", "--scope", "all"],
            "debug-read-only",
        ),
        (
            &["mlx5", "caps", "fwctl0", "-g", "nothing"],
            "device-memory",
        ),
        (&["mlx5", "dump"], "DEVICE"),
        (&["mlx5", "coredump", "fwctl0"], "--output"),
        (
            &["--replay", "x", "--record", "y", "list"],
            "cannot be used with",
        ),
    ];
    for (arguments, wanted) in cases {
        let run = fwctl(here(), arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(wanted), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

// Theory: a request can come from digits, a file or standard input.
#[test]
fn requests_come_from_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in"), [8, 0xd, 0, 1]).unwrap();
    let digits = fwctl(dir.path(), &["--dry-run", "rpc", "fwctl0", "08:0d 0001"]);
    let file = fwctl(dir.path(), &["--dry-run", "rpc", "fwctl0", "@in"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_fwctl"))
        .args(["--dry-run", "rpc", "fwctl0", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&[8, 0xd, 0, 1])
        .unwrap();
    let piped = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(digits.stdout.contains("080d0001"), "{}", digits.stdout);
    assert_eq!(digits.stdout, file.stdout);
    assert_eq!(digits.stdout, piped);
}

// Theory: the list of registers is as documented, and names each field.
#[test]
fn registers_are_listed() {
    let all = fwctl(here(), &["--json", "mlx5", "reg", "list"]);
    let document: Value = serde_json::from_str(&all.stdout).unwrap();
    schema::check("mlx5-reg-list", &document).unwrap();
    let names = "MGIR MCAM MCQI PTYS PAOS PMLP PDDR MTMP MTCAP MPEIN MPIR MPEGC MNVDA MFRL";
    for name in names.split(' ') {
        let mut list = document["registers"].as_array().unwrap().iter();
        let register = list.find(|register| register["name"] == name).unwrap();
        let one = fwctl(here(), &["mlx5", "reg", "list", name]);
        for field in register["fields"].as_array().unwrap() {
            assert!(
                one.stdout.contains(field["name"].as_str().unwrap()),
                "{name} {field}"
            );
        }
    }
    golden(
        "reg-list.txt",
        &fwctl(here(), &["mlx5", "reg", "list"]).stdout,
    )
    .unwrap();
    golden(
        "reg-list-mpegc.txt",
        &fwctl(here(), &["mlx5", "reg", "list", "mpegc"]).stdout,
    )
    .unwrap();
}

// Theory: each schema is used by a test or named in the readme, and a document that lacks or adds
// anything is refused.
#[test]
fn schemas_are_strict() {
    let readme = fs::read_to_string(here().join("../README.md")).unwrap();
    for entry in fs::read_dir(here().join("schema")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&name), "{name} is not in README.md");
        assert!(
            schema::check(name.trim_end_matches(".json"), &Value::Null).is_err(),
            "{name}"
        );
    }
    let document: Value = serde_json::from_str(r#"{"error":{"message":"m","exit":3}}"#).unwrap();
    schema::check("error", &document).unwrap();
    for wrong in [
        r#"{"error":{"message":"m"}}"#,
        r#"{"error":{"message":"m","exit":9}}"#,
        r#"{"error":{"message":"m","exit":"3"}}"#,
        r#"{"error":{"message":"m","exit":3,"more":1}}"#,
        r#"{"error":{"message":"m","exit":3,"status":{"code":65536,"name":null}}}"#,
    ] {
        assert!(
            schema::check("error", &serde_json::from_str(wrong).unwrap()).is_err(),
            "{wrong}"
        );
    }
}

// Theory: each command has a man page and is completed, from the definition that parses it.
#[test]
fn pages_and_completions_are_complete() {
    let dir = tempfile::tempdir().unwrap();
    let man = dir.path().join("man");
    let run = fwctl(dir.path(), &["generate", "man", man.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let commands =
        "list info rpc monitor mlx5 mlx5-caps mlx5-reg mlx5-reg-get mlx5-reg-set mlx5-reg-list \
                    mlx5-dump mlx5-coredump mlx5-counters mlx5-objects";
    for command in commands.split_whitespace() {
        let page = fs::read_to_string(man.join(format!("fwctl-{command}.1"))).unwrap();
        assert!(
            page.contains(".SH NAME") && page.contains("\\-\\-json"),
            "{command}"
        );
    }
    let main = fs::read_to_string(man.join("fwctl.1")).unwrap();
    assert!(main.contains("Exit status"));
    for shell in ["bash", "zsh", "fish"] {
        let run = fwctl(dir.path(), &["generate", "completions", shell]);
        assert_eq!(run.status, 0);
        for word in ["coredump", "index1", "dry-run"] {
            assert!(run.stdout.contains(word), "{shell} {word}");
        }
    }
}

// Theory: help names the exit status, and commands for making files are not in the way.
#[test]
fn help_is_as_before() {
    let run = fwctl(here(), &["-h"]);
    golden("help.txt", &run.stdout).unwrap();
    assert!(!run.stdout.contains("generate"));
}
