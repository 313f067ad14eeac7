// SPDX-License-Identifier: GPL-2.0

//! What a test asks about: what is alive, what was left over, what was done wrong.

use serde_json::{json, Value};

use crate::objects::Leftover;
use crate::ConnectX;

const KEPT: usize = 1000;

#[derive(Debug)]
struct Leak {
    at: &'static str,
    /// The device had failed, so the driver could not clean up.
    fatal: bool,
    what: Leftover,
}

/// Findings since power-up.
#[derive(Debug, Default)]
pub(crate) struct Report {
    leaks: Vec<Leak>,
    leaks_total: u64,
    violations: Vec<String>,
    violations_total: u64,
    interrupts_dropped: u64,
    /// Objects of the kernel that a reset took away.
    pub(crate) reset_drops: u64,
    /// Commands of user contexts that should have been refused, and were not.
    pub(crate) admitted: u64,
    /// Times the driver said that it has no pages.
    pub(crate) pages_denied: u64,
}

impl Report {
    /// A driver or guest did what firmware treats as a bug.
    pub(crate) fn violation(&mut self, text: String) {
        self.violations_total += 1;
        if self.violations.len() < KEPT {
            self.violations.push(text);
        }
    }

    /// Objects that their driver did not destroy.
    pub(crate) fn leaked(&mut self, at: &'static str, fatal: bool, what: Vec<Leftover>) {
        self.leaks_total += what.len() as u64;
        let room = KEPT.saturating_sub(self.leaks.len());
        let kept = what.into_iter().take(room);
        self.leaks.extend(kept.map(|what| Leak { at, fatal, what }));
    }

    /// An interrupt had no receiver.
    pub(crate) fn interrupt_dropped(&mut self) {
        self.interrupts_dropped += 1;
    }
}

/// The answer to the control protocol's `state`.
pub(crate) fn report(hw: &ConnectX) -> Value {
    let leaks: Vec<Value> = hw
        .report
        .leaks
        .iter()
        .map(|leak| {
            json!({
                "at": leak.at,
                "fatal": leak.fatal,
                "kind": leak.what.kind.name(),
                "id": leak.what.id,
                "owner": leak.what.owner,
            })
        })
        .collect();
    json!({
        "name": hw.config.name,
        "phase": format!("{:?}", hw.hca.phase).to_lowercase(),
        "objects": hw.objects.report(),
        "user_objects": hw.objects.user_objects(),
        "commands": hw.trace.total(),
        "in_flight": hw.queue.len(),
        "leaks": leaks,
        "leaks_total": hw.report.leaks_total,
        "violations": hw.report.violations,
        "violations_total": hw.report.violations_total,
        "interrupts_dropped": hw.report.interrupts_dropped,
        "admitted": hw.report.admitted,
        "reset_drops": hw.report.reset_drops,
        "pages_denied": hw.report.pages_denied,
        "faults": hw.faults.report(),
        "fatal": hw.segment.fatal(),
    })
}
