// SPDX-License-Identifier: GPL-2.0

//! The last commands as firmware saw them: the witness for what a driver really sent, and for what it did not.

use std::collections::VecDeque;

use serde::de::IgnoredAny;
use serde::Deserialize;
use serde_json::{json, Value};

use crate::command::Header;
use crate::filter::Filter;
use crate::number::{field, Number};

const KEPT: usize = 4096;
/// Bytes of each input that are kept: all of CREATE_MKEY, and of RES_DUMP with its header.
const INPUT: usize = 272;
const DEFAULT_LAST: usize = 32;

/// One command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    seq: u64,
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

    fn to_json(&self, input: bool) -> Value {
        let Header {
            opcode,
            uid,
            tunnel,
            op_mod,
        } = self.header;
        let mut json = json!({
            "seq": self.seq,
            "opcode": format!("{opcode:#x}"),
            "name": crate::dispatch::name(opcode),
            "op_mod": op_mod,
            "uid": uid,
            "tunnel": tunnel,
            "register": self.register.map(|id| format!("{id:#x}")),
            "register_name": self.register.and_then(crate::registers::name),
            "inlen": self.inlen,
            "outlen": self.outlen,
            "status": self.status,
            "syndrome": self.syndrome,
            "delivery": self.delivery,
        });
        if input {
            let digits = self.input.iter().map(|byte| format!("{byte:02x}"));
            if let Some(fields) = json.as_object_mut() {
                fields.insert("input".to_owned(), digits.collect::<String>().into());
            }
        }
        json
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

/// A ring of records.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    ring: VecDeque<Record>,
    total: u64,
}

impl Trace {
    /// Numbers the record and keeps it.
    pub(crate) fn push(&mut self, mut record: Record) {
        self.total += 1;
        record.seq = self.total;
        if self.ring.len() == KEPT {
            self.ring.pop_front();
        }
        self.ring.push_back(record);
    }

    /// Commands since power-up.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Forgets the records, not their number.
    pub(crate) fn clear(&mut self) {
        self.ring.clear();
    }

    /// How many records are meant, and the last of them, oldest first.
    ///
    /// # Errors
    /// One line that says what is wrong with the request.
    pub(crate) fn report(&self, request: &Value) -> Result<Value, String> {
        let asked = Question::deserialize(request).map_err(|error| error.to_string())?;
        let filter = Filter::parse(asked.opcode, asked.op_mod, asked.uid, asked.register)?;
        let last = field("last", asked.last)?.unwrap_or(DEFAULT_LAST);
        let accepted = |record: &&Record| filter.accepts(&record.header, record.register);
        let matched: Vec<&Record> = self.ring.iter().filter(accepted).collect();
        let skip = matched.len().saturating_sub(last);
        let shown = matched.iter().skip(skip);
        let commands: Vec<Value> = shown.map(|record| record.to_json(asked.input)).collect();
        Ok(json!({"commands": commands, "matched": matched.len()}))
    }
}
