// SPDX-License-Identifier: GPL-2.0

//! What is kept of a command, and how it is asked for.

use firmware_model::{field, fields, Number, Records};
use serde::de::IgnoredAny;
use serde::Deserialize;
use serde_json::{json, Map, Value};

use crate::command::Header;
use crate::filter::Filter;

/// Bytes of each input that are kept: all of CREATE_MKEY, and of RES_DUMP with its header.
const INPUT: usize = 272;

/// One command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) header: Header,
    /// Register id of ACCESS_REG.
    pub(crate) register: Option<u16>,
    input: Vec<u8>,
    inlen: u32,
    outlen: u32,
    pub(crate) status: u8,
    pub(crate) syndrome: u32,
    /// Delivery status; not 0 means that the command was never looked at.
    pub(crate) delivery: u8,
}

impl Record {
    /// Of a command of these lengths that was not looked at yet.
    pub(crate) fn new(inlen: u32, outlen: u32) -> Self {
        Self {
            inlen,
            outlen,
            ..Self::default()
        }
    }

    /// Takes the beginning of the input.
    pub(crate) fn keep(&mut self, input: &[u8]) {
        self.input = input.iter().copied().take(INPUT).collect();
    }
}

impl firmware_model::Record for Record {
    fn fields(&self) -> Map<String, Value> {
        let Header {
            opcode,
            uid,
            tunnel,
            op_mod,
        } = self.header;
        fields([
            ("opcode", json!(format!("{opcode:#x}"))),
            ("name", json!(crate::dispatch::name(opcode))),
            ("op_mod", json!(op_mod)),
            ("uid", json!(uid)),
            ("tunnel", json!(tunnel)),
            (
                "register",
                json!(self.register.map(|id| format!("{id:#x}"))),
            ),
            (
                "register_name",
                json!(self.register.and_then(crate::registers::name)),
            ),
            ("inlen", json!(self.inlen)),
            ("outlen", json!(self.outlen)),
            ("status", json!(self.status)),
            ("syndrome", json!(self.syndrome)),
            ("delivery", json!(self.delivery)),
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
    op_mod: Option<Number>,
    uid: Option<Number>,
    register: Option<Number>,
    last: Option<Number>,
    /// Show what is kept of the inputs.
    #[serde(default)]
    input: bool,
}

/// How many records are meant, and the last of them.
///
/// # Errors
/// One line that says what is wrong with the request.
pub(crate) fn report(records: &Records<Record>, request: &Value) -> Result<Value, String> {
    let asked = Question::deserialize(request).map_err(|error| error.to_string())?;
    let filter = Filter::parse(asked.opcode, asked.op_mod, asked.uid, asked.register)?;
    let last = field("last", asked.last)?;
    Ok(records.report(last, asked.input, |record| {
        filter.accepts(&record.header, record.register)
    }))
}
