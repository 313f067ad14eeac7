// SPDX-License-Identifier: GPL-2.0

//! What is kept of a command, and how it is asked for.

use firmware_model::{field, fields, Number, Records};
use serde::de::IgnoredAny;
use serde::Deserialize;
use serde_json::{json, Map, Value};

use crate::channel::{Header, WINDOW};

/// One command.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    header: Header,
    /// The request as it arrived, as far as a window goes.
    input: Vec<u8>,
    /// Error code of the response.
    pub(crate) error: u16,
    /// Bytes for the host beside the response.
    pub(crate) written: usize,
}

impl Record {
    /// Of a command that was not looked at yet.
    pub(crate) fn new(header: Header, input: &[u8]) -> Self {
        Self {
            header,
            input: input.iter().copied().take(WINDOW).collect(),
            error: 0,
            written: 0,
        }
    }
}

impl firmware_model::Record for Record {
    fn fields(&self) -> Map<String, Value> {
        let Header {
            request,
            cmpl_ring,
            seq,
            target,
            resp_addr,
        } = self.header;
        fields([
            ("opcode", json!(format!("{request:#x}"))),
            ("name", json!(crate::dispatch::name(request))),
            ("cmpl_ring", json!(cmpl_ring)),
            ("seq_id", json!(seq)),
            ("target", json!(target)),
            ("resp_addr", json!(format!("{resp_addr:#x}"))),
            ("error", json!(self.error)),
            ("written", json!(self.written)),
        ])
    }

    fn input(&self) -> &[u8] {
        &self.input
    }
}

/// What the control protocol asks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    #[serde(rename = "op")]
    _op: Option<IgnoredAny>,
    opcode: Option<Number>,
    last: Option<Number>,
    /// Show the requests.
    #[serde(default)]
    input: bool,
}

/// How many records are meant, and the last of them.
///
/// # Errors
/// One line that says what is wrong with the request.
pub(crate) fn report(records: &Records<Record>, request: &Value) -> Result<Value, String> {
    let asked = Question::deserialize(request).map_err(|error| error.to_string())?;
    let opcode = field::<u16>("opcode", asked.opcode)?;
    let last = field("last", asked.last)?;
    Ok(records.report(last, asked.input, |record| {
        opcode.is_none_or(|opcode| record.header.request == opcode)
    }))
}
