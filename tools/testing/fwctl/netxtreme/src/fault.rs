// SPDX-License-Identifier: GPL-2.0

//! Faults that a test injects, and which command each of them hits.

use std::time::Duration;

use firmware_model::{field, need, Number, Rules};
use serde::Deserialize;
use serde_json::{json, Value};

use crate::status::Refusal;

/// What to do with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Carry it out.
    Run,
    /// Answer with this error instead.
    Refuse(Refusal),
    /// Never answer.
    Lose { execute: bool },
    /// Carry it out and answer after `delay`; with `data`, what is for the host is late as well. Both hit whoever owns the
    /// memory by then.
    Late { delay: Duration, data: bool },
    /// Answer without the valid byte.
    Cut,
}

/// A fault request, parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// For the next commands of this type, or of any; 0 times is for ever.
    Command {
        opcode: Option<u16>,
        verdict: Verdict,
        times: u32,
    },
    /// The health register has this value.
    Health(u32),
    /// The heartbeat stands still.
    CounterStuck,
    /// Every read of a BAR gives ones.
    BarOnes,
    /// Whatever is asked for succeeds.
    Permissive,
    /// What is lost is answered now.
    Release,
}

/// All armed faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) rules: Rules<Option<u16>, Verdict>,
    /// BARs read ones and ignore writes.
    pub(crate) bar_ones: bool,
    /// Nothing is refused.
    pub(crate) permissive: bool,
}

impl Faults {
    /// Disarms everything.
    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.bar_ones = false;
        self.permissive = false;
    }

    /// What becomes of a command: the oldest rule that matches decides.
    pub(crate) fn judge(&mut self, request: u16) -> Verdict {
        let wanted = |opcode: &Option<u16>| opcode.is_none_or(|opcode| opcode == request);
        self.rules.judge(wanted).unwrap_or(Verdict::Run)
    }

    /// Armed and hit, for the control protocol.
    pub(crate) fn report(&self) -> Value {
        json!({
            "armed": self.rules.armed(),
            "bar_ones": self.bar_ones,
            "permissive": self.permissive,
            "hits": self.rules.hits(),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    kind: String,
    opcode: Option<Number>,
    /// 1 if absent; 0 is for ever.
    times: Option<Number>,
    status: Option<Number>,
    detail: Option<Number>,
    delay_ms: Option<Number>,
    execute: Option<bool>,
    value: Option<Number>,
}

/// Understands one fault of the control protocol.
///
/// # Errors
/// One line that says what is wrong with it.
pub(crate) fn parse(value: &Value) -> Result<Request, String> {
    let wire: Wire = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    let kind = format!("fault {}", wire.kind);
    let delay = || -> Result<Duration, String> {
        let ms = need::<u64>(&kind, "delay_ms", wire.delay_ms)?;
        Ok(Duration::from_millis(ms))
    };
    let verdict = match wire.kind.as_str() {
        "bad_status" => Verdict::Refuse(Refusal {
            code: need(&kind, "status", wire.status)?,
            detail: field("detail", wire.detail)?.unwrap_or(0),
        }),
        "lost" => Verdict::Lose {
            execute: wire.execute.unwrap_or(false),
        },
        "late" => Verdict::Late {
            delay: delay()?,
            data: false,
        },
        "late_data" => Verdict::Late {
            delay: delay()?,
            data: true,
        },
        "cut" => Verdict::Cut,
        "health" => return Ok(Request::Health(need(&kind, "value", wire.value)?)),
        "counter_stuck" => return Ok(Request::CounterStuck),
        "bar_ones" => return Ok(Request::BarOnes),
        "permissive" => return Ok(Request::Permissive),
        "release" => return Ok(Request::Release),
        other => {
            return Err(format!(
                "unknown fault \"{other}\"; known: bad_status, lost, late, late_data, cut, health, counter_stuck, \
                 bar_ones, permissive, release"
            ))
        }
    };
    Ok(Request::Command {
        opcode: field("opcode", wire.opcode)?,
        verdict,
        times: field("times", wire.times)?.unwrap_or(1),
    })
}
