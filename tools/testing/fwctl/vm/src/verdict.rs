// SPDX-License-Identifier: GPL-2.0
//! Judges what the kernel wrote: any complaint fails the run, unless it was asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// Lines that begin or belong to a report of the kernel. There is no list of
/// tolerated ones: what a test provokes, it names.
const COMPLAINTS: &[&str] = &[
    r"\bWARNING:",
    r"\bBUG:",
    r"\bkernel BUG at ",
    r"\bOops\b",
    r"\bCall Trace:",
    r"\bKASAN:",
    r"\bKFENCE:",
    r"\bUBSAN:",
    r"\bODEBUG:",
    r"\bKernel panic\b",
    r"general protection fault",
    r"possible (circular|recursive) locking",
    r"inconsistent lock state",
    r"lock inversion dependency",
    r"suspicious RCU usage",
    r"DEBUG_LOCKS_WARN_ON",
    r"INFO: task .* blocked for more than",
    r"detected stalls? on CPU",
    r"kmemleak: \d+ new suspected memory leak",
    r"\bunreferenced object 0x",
    r"DMA-API: .*(device driver|leak|error)",
    r"refcount_t: ",
    r"list_(add|del) corruption",
    r"rust_kernel: panicked at",
];

static COMPLAINT: LazyLock<RegexSet> = LazyLock::new(|| match RegexSet::new(COMPLAINTS) {
    Ok(set) => set,
    // The patterns are constants and a test compiles them.
    Err(_) => RegexSet::empty(),
});

/// Follows a headline, so it stands and falls with that.
const TRACE: &str = "Call Trace:";

/// One line of a log that speaks against the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) log: PathBuf,
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Scans logs one after the other; the same line in two of them counts once.
#[derive(Debug)]
pub(crate) struct Scan<'a> {
    expected: &'a [Regex],
    seen: Vec<bool>,
    known: BTreeSet<String>,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Scan<'a> {
    /// `expected`: complaints that are asked for.
    pub(crate) fn new(expected: &'a [Regex]) -> Scan<'a> {
        Scan {
            expected,
            seen: vec![false; expected.len()],
            known: BTreeSet::new(),
            findings: Vec::new(),
        }
    }

    /// Scans a file; one that is missing has no lines.
    pub(crate) fn file(&mut self, log: &Path) {
        let bytes = fs::read(log).unwrap_or_default();
        self.text(log, &String::from_utf8_lossy(&bytes));
    }

    pub(crate) fn text(&mut self, log: &Path, text: &str) {
        let mut excused = false;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_end();
            let mut asked_for = false;
            for (regex, seen) in self.expected.iter().zip(&mut self.seen) {
                if regex.is_match(line) {
                    *seen = true;
                    asked_for = true;
                }
            }
            if asked_for {
                excused = true;
                continue;
            }
            if !COMPLAINT.is_match(line) {
                continue;
            }
            if line.contains(TRACE) && excused {
                continue;
            }
            if !line.contains(TRACE) {
                excused = false;
            }
            if self.known.insert(line.to_string()) {
                self.findings.push(Finding {
                    log: log.to_path_buf(),
                    line: number + 1,
                    text: line.to_string(),
                });
            }
        }
    }

    /// Expected complaints that no log has.
    pub(crate) fn missing(&self) -> Vec<&'a Regex> {
        let pairs = self.expected.iter().zip(&self.seen);
        pairs
            .filter(|(_, &seen)| !seen)
            .map(|(regex, _)| regex)
            .collect()
    }
}

/// The last words of a dead kernel, from its console log.
pub(crate) fn last_words(console: &str) -> Option<String> {
    let wanted = ["Kernel panic", "Oops", "BUG:", "fwctl-vm: "];
    wanted.iter().find_map(|word| {
        let line = console.lines().rev().find(|line| line.contains(word))?;
        Some(line.trim().to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str, expected: &[&str]) -> (Vec<String>, usize) {
        let expected: Vec<Regex> = expected
            .iter()
            .map(|text| Regex::new(text).unwrap())
            .collect();
        let mut scan = Scan::new(&expected);
        scan.text(Path::new("dmesg"), text);
        let missing = scan.missing().len();
        (
            scan.findings
                .into_iter()
                .map(|finding| finding.text)
                .collect(),
            missing,
        )
    }

    #[test]
    fn patterns_compile() {
        assert_eq!(RegexSet::new(COMPLAINTS).unwrap().len(), COMPLAINTS.len());
    }

    #[test]
    fn each_kind_of_report_is_found() {
        let samples = [
            "[    5.1] WARNING: CPU: 0 PID: 71 at drivers/x.c:3 f+0x1/0x2 [fwctl]",
            "[    5.1] WARNING: drivers/x.c:3 at f+0x1/0x2 [fwctl], CPU#0: sh/71",
            "[    5.1] WARNING: possible circular locking dependency detected",
            "[    5.1] WARNING: suspicious RCU usage",
            "[    5.1] BUG: unable to handle page fault for address: ffff",
            "[    5.1] BUG: sleeping function called from invalid context at x.c:1",
            "[    5.1] BUG: KASAN: slab-use-after-free in f+0x1/0x2",
            "[    5.1] watchdog: BUG: soft lockup - CPU#1 stuck for 26s!",
            "[    5.1] kernel BUG at lib/list_debug.c:62!",
            "[    5.1] Oops: general protection fault, 0000 [#1] SMP",
            "[    5.1] Call Trace:",
            "[    5.1] INFO: task rmmod:88 blocked for more than 120 seconds.",
            "[    5.1] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
            "[    5.1] kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
            "unreferenced object 0xffff888004a1c000 (size 64):",
            "[    5.1] Kernel panic - not syncing: Fatal exception",
            "[    5.1] rust_kernel: panicked at drivers/fwctl/main.rs:1:1:",
            "[    5.1] refcount_t: underflow; use-after-free.",
        ];
        for sample in samples {
            assert_eq!(scan(sample, &[]).0, [sample]);
        }
    }

    #[test]
    fn ordinary_lines_are_not() {
        let text = "[ 0.1] ACPI: bus type PCI registered\n\
            [ 0.1] DMA-API: preallocated 65536 debug entries\n\
            [ 0.1] DMA-API: debugging enabled by kernel config\n\
            [ 0.1] kmemleak: Kernel memory leak detector initialized (mem pool available: 15768)\n\
            [ 0.1] fwctl: module verification failed: signature missing - tainting kernel\n\
            [ 0.1] Lockdep: loading out-of-tree module\n\
            [ 0.1] [Firmware Bug]: TSC doesn't count with P0 frequency!\n\
            [ 0.1] Warning: something in small letters\n";
        assert!(scan(text, &[]).0.is_empty());
    }

    #[test]
    fn same_line_in_two_logs_counts_once() {
        let mut both = Scan::new(&[]);
        both.text(Path::new("dmesg"), "[ 1.0] BUG: x\n");
        both.text(Path::new("console"), "[ 1.0] BUG: x\r\n[ 2.0] BUG: x\r\n");
        assert_eq!(both.findings.len(), 2);
        assert_eq!(both.findings[1].line, 2);
        assert_eq!(both.findings[1].log, Path::new("console"));
    }

    #[test]
    fn expected_report_is_excused_with_its_trace() {
        let text = "WARNING: CPU: 0 at a.c:1\nRIP: x\nCall Trace:\n foo\n";
        assert_eq!(scan(text, &[r"at a\.c"]), (vec![], 0));
        // The next report is not.
        let more = format!("{text}BUG: other\nCall Trace:\n");
        assert_eq!(
            scan(&more, &[r"at a\.c"]),
            (vec!["BUG: other".into(), "Call Trace:".into()], 0)
        );
    }

    #[test]
    fn expected_report_must_come() {
        assert_eq!(scan("nothing\n", &["WARNING"]), (vec![], 1));
    }

    #[test]
    fn panic_is_the_last_word() {
        let console =
            "[1] BUG: x\r\n[2] Kernel panic - not syncing: y\r\n[3] Rebooting in 1 seconds..\r\n";
        assert_eq!(
            last_words(console).as_deref(),
            Some("[2] Kernel panic - not syncing: y")
        );
        assert_eq!(last_words("quiet"), None);
    }
}
