// SPDX-License-Identifier: GPL-2.0

//! What a driver did wrong, and what it left behind.

use serde_json::{json, Map, Value};

use crate::records::fields;

const KEPT: usize = 1000;

/// An object that outlived its driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Its kind, in the control protocol's words.
    pub kind: &'static str,
    /// Its number.
    pub id: u64,
    /// The number of the context that it belongs to; 0 is the kernel.
    pub owner: u64,
}

#[derive(Debug)]
struct Leak {
    at: &'static str,
    /// The device had failed, so the driver could not clean up.
    fatal: bool,
    what: Leftover,
}

/// Findings since power-up.
#[derive(Debug, Default)]
pub struct Findings {
    leaks: Vec<Leak>,
    leaks_total: u64,
    violations: Vec<String>,
    violations_total: u64,
    interrupts_dropped: u64,
}

impl Findings {
    /// A driver or guest did what firmware treats as a bug.
    pub fn violation(&mut self, text: String) {
        self.violations_total += 1;
        if self.violations.len() < KEPT {
            self.violations.push(text);
        }
    }

    /// Objects that their driver did not destroy, by the moment `at`; `fatal` if it could not.
    pub fn leaked(&mut self, at: &'static str, fatal: bool, what: Vec<Leftover>) {
        self.leaks_total += what.len() as u64;
        let room = KEPT.saturating_sub(self.leaks.len());
        let kept = what.into_iter().take(room);
        self.leaks.extend(kept.map(|what| Leak { at, fatal, what }));
    }

    /// An interrupt had no receiver.
    pub fn interrupt_dropped(&mut self) {
        self.interrupts_dropped += 1;
    }

    /// For the control protocol's `state`.
    pub fn report(&self) -> Map<String, Value> {
        let leak = |leak: &Leak| {
            json!({
                "at": leak.at,
                "fatal": leak.fatal,
                "kind": leak.what.kind,
                "id": leak.what.id,
                "owner": leak.what.owner,
            })
        };
        let leaks: Vec<Value> = self.leaks.iter().map(leak).collect();
        fields([
            ("leaks", json!(leaks)),
            ("leaks_total", json!(self.leaks_total)),
            ("violations", json!(self.violations)),
            ("violations_total", json!(self.violations_total)),
            ("interrupts_dropped", json!(self.interrupts_dropped)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_some_are_kept() {
        let mut findings = Findings::default();
        let left = |id| Leftover {
            kind: "page",
            id,
            owner: 0,
        };
        findings.leaked("flr", true, (0..1500).map(left).collect());
        for _ in 0..1001 {
            findings.violation("x".to_owned());
        }
        findings.interrupt_dropped();
        let report = findings.report();
        assert_eq!(report["leaks"].as_array().unwrap().len(), KEPT);
        assert_eq!(report["leaks_total"], 1500);
        assert_eq!(
            report["leaks"][7],
            json!({"at": "flr", "fatal": true, "kind": "page", "id": 7, "owner": 0})
        );
        assert_eq!(report["violations"].as_array().unwrap().len(), KEPT);
        assert_eq!(report["violations_total"], 1001);
        assert_eq!(report["interrupts_dropped"], 1);
    }
}
