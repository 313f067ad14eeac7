// SPDX-License-Identifier: GPL-2.0

//! What a test asks about: what is alive, what was left over, what was done wrong.

use firmware_model::fields;
use serde_json::{json, Value};

use crate::ConnectX;

/// What happened since power-up that is nobody's fault.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Objects of the kernel that a reset took away.
    pub(crate) reset_drops: u64,
    /// Commands of user contexts that should have been refused, and were not.
    pub(crate) admitted: u64,
    /// Times the driver said that it has no pages.
    pub(crate) pages_denied: u64,
}

/// The answer to the control protocol's `state`.
pub(crate) fn report(hw: &ConnectX) -> Value {
    let mut report = hw.findings.report();
    report.extend(fields([
        ("name", json!(hw.config.name)),
        ("phase", json!(format!("{:?}", hw.hca.phase).to_lowercase())),
        ("objects", hw.objects.report()),
        ("user_objects", json!(hw.objects.user_objects())),
        ("commands", json!(hw.trace.total())),
        ("in_flight", json!(hw.queue.len())),
        ("admitted", json!(hw.counters.admitted)),
        ("reset_drops", json!(hw.counters.reset_drops)),
        ("pages_denied", json!(hw.counters.pages_denied)),
        ("faults", hw.faults.report()),
        ("fatal", json!(hw.segment.fatal())),
    ]));
    report.into()
}
