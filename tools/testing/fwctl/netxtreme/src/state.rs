// SPDX-License-Identifier: GPL-2.0

//! What a test asks about: what is alive, what was left over, what was done wrong.

use firmware_model::fields;
use serde_json::{json, Value};

use crate::NetXtreme;

/// The answer to the control protocol's `state`.
pub(crate) fn report(hw: &NetXtreme) -> Value {
    let mut report = hw.findings.report();
    report.extend(fields([
        ("name", json!(hw.config.name)),
        ("objects", hw.rings.report(hw.function.registered)),
        // A context of a user is nothing to this firmware; memory that it still may write is.
        ("user_objects", json!(hw.channel.transfers())),
        ("commands", json!(hw.trace.total())),
        ("in_flight", json!(hw.channel.in_flight())),
        ("dma", hw.dma.report()),
        ("reset_drops", json!(hw.reset_drops)),
        ("function_resets", json!(hw.function.resets)),
        ("nvm", hw.nvm.report()),
        ("faults", hw.faults.report()),
        ("fatal", json!(hw.health.fatal())),
    ]));
    report.into()
}
