// SPDX-License-Identifier: GPL-2.0

//! Faults that a test injects, and which command each of them hits.

use std::time::Duration;

use firmware_model::{field, need, Number, Rules};
use serde::Deserialize;
use serde_json::{json, Value};

use crate::command::Header;
use crate::filter::Filter;
use crate::status::Refusal;

/// What to do with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Carry it out.
    Run,
    /// Answer with this status instead.
    Refuse(Refusal),
    /// Do not look at it; report this delivery status.
    Delivery(u8),
    /// Never answer.
    Lose { execute: bool },
    /// Carry it out and answer after `delay`. With `mailboxes` the output mailboxes are late as well, which
    /// hits whoever owns them by then.
    Late { delay: Duration, mailboxes: bool },
}

/// Something that does not wait for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Immediate {
    /// Ask for pages, or offer them back.
    PageRequest(i32),
    /// The health counter stands still.
    CounterStuck,
    /// Firmware asks for a reset with this syndrome.
    Health(u8),
    /// Every read of the BAR gives ones.
    BarOnes,
    /// Everything that a user context sends is carried out as far as that goes, and succeeds.
    Permissive,
    /// Write to all pages of this umem, though nobody asked for it; of one that is destroyed if `destroyed`.
    Scribble { umem: u32, destroyed: bool },
    /// The number of an object that was destroyed is given to the next one.
    Reuse,
    /// Lost commands are answered; what is armed stays.
    Release,
}

/// A fault request, parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// For the next commands that match; 0 times is for ever.
    Command {
        filter: Filter,
        verdict: Verdict,
        times: u32,
    },
    LostInterrupt(u32),
    Now(Immediate),
}

/// All armed faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) rules: Rules<Filter, Verdict>,
    lost_interrupts: u32,
    /// The BAR reads ones and ignores writes.
    pub(crate) bar_ones: bool,
    /// User contexts are refused nothing.
    pub(crate) permissive: bool,
}

impl Faults {
    /// Swallows the interrupts of the next `count` command events.
    pub(crate) fn lose_interrupts(&mut self, count: u32) {
        self.lost_interrupts = count;
    }

    /// Disarms everything.
    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.lost_interrupts = 0;
        self.bar_ones = false;
        self.permissive = false;
    }

    /// What becomes of a command: the oldest rule that matches decides.
    pub(crate) fn judge(&mut self, header: &Header, register: Option<u16>) -> Verdict {
        let verdict = self.rules.judge(|filter| filter.accepts(header, register));
        verdict.unwrap_or(Verdict::Run)
    }

    /// True if the next command event goes without its interrupt.
    pub(crate) fn swallow_interrupt(&mut self) -> bool {
        let swallow = self.lost_interrupts != 0;
        if swallow {
            self.lost_interrupts -= 1;
            self.rules.hit();
        }
        swallow
    }

    /// Armed and hit, for the control protocol.
    pub(crate) fn report(&self) -> Value {
        json!({
            "armed": self.rules.armed(),
            "lost_interrupts": self.lost_interrupts,
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
    op_mod: Option<Number>,
    uid: Option<Number>,
    register: Option<Number>,
    /// 1 if absent; 0 is for ever.
    times: Option<Number>,
    status: Option<Number>,
    syndrome: Option<Number>,
    delivery: Option<Number>,
    delay_ms: Option<Number>,
    execute: Option<bool>,
    pages: Option<Number>,
    synd: Option<Number>,
    umem: Option<Number>,
    destroyed: Option<bool>,
}

/// Understands one fault of the control protocol.
///
/// # Errors
/// One line that says what is wrong with it.
pub(crate) fn parse(value: &Value) -> Result<Request, String> {
    let wire: Wire = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    let kind = format!("fault {}", wire.kind);
    let times = field::<u32>("times", wire.times)?.unwrap_or(1);
    let delay = || -> Result<Duration, String> {
        let ms = need::<u64>(&kind, "delay_ms", wire.delay_ms)?;
        Ok(Duration::from_millis(ms))
    };
    let verdict = match wire.kind.as_str() {
        "bad_status" => Verdict::Refuse(Refusal {
            status: need(&kind, "status", wire.status)?,
            syndrome: field("syndrome", wire.syndrome)?.unwrap_or(0),
        }),
        "delivery" => Verdict::Delivery(field("delivery", wire.delivery)?.unwrap_or(6) & 0x7f),
        "lost" => Verdict::Lose {
            execute: wire.execute.unwrap_or(false),
        },
        "late" => Verdict::Late {
            delay: delay()?,
            mailboxes: false,
        },
        "late_mailbox_write" => Verdict::Late {
            delay: delay()?,
            mailboxes: true,
        },
        "lost_interrupt" => return Ok(Request::LostInterrupt(times)),
        "page_request" => {
            let pages = need(&kind, "pages", wire.pages)?;
            return Ok(Request::Now(Immediate::PageRequest(pages)));
        }
        "counter_stuck" => return Ok(Request::Now(Immediate::CounterStuck)),
        "health" => {
            let synd = field::<u8>("synd", wire.synd)?.unwrap_or(1);
            if synd == 0 {
                return Err("fault health: synd must not be 0".to_owned());
            }
            return Ok(Request::Now(Immediate::Health(synd)));
        }
        "bar_ones" => return Ok(Request::Now(Immediate::BarOnes)),
        "permissive" => return Ok(Request::Now(Immediate::Permissive)),
        "scribble" => {
            let umem = need(&kind, "umem", wire.umem)?;
            let destroyed = wire.destroyed.unwrap_or(false);
            return Ok(Request::Now(Immediate::Scribble { umem, destroyed }));
        }
        "reuse" => return Ok(Request::Now(Immediate::Reuse)),
        "release" => return Ok(Request::Now(Immediate::Release)),
        other => {
            return Err(format!(
                "unknown fault \"{other}\"; known: bad_status, delivery, lost, late, \
                 late_mailbox_write, lost_interrupt, page_request, counter_stuck, health, bar_ones, permissive, \
                 scribble, reuse, release"
            ))
        }
    };
    Ok(Request::Command {
        filter: Filter::parse(wire.opcode, wire.op_mod, wire.uid, wire.register)?,
        verdict,
        times,
    })
}
