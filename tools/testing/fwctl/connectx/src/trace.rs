// SPDX-License-Identifier: GPL-2.0

//! The last commands as firmware saw them: the witness for what a driver really sent.

use std::collections::VecDeque;

use serde_json::{json, Value};

const KEPT: usize = 4096;

/// One command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) seq: u64,
    pub(crate) opcode: u16,
    pub(crate) op_mod: u16,
    /// User context in the header.
    pub(crate) uid: u16,
    /// `vhca_tunnel_id` in the header.
    pub(crate) tunnel: u16,
    /// Register id of ACCESS_REG.
    pub(crate) register: Option<u16>,
    pub(crate) inlen: u32,
    pub(crate) outlen: u32,
    pub(crate) status: u8,
    pub(crate) syndrome: u32,
    /// Delivery status; not 0 means that the command was never looked at.
    pub(crate) delivery: u8,
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

    /// The last `last` records, oldest first.
    pub(crate) fn report(&self, last: usize) -> Value {
        let skip = self.ring.len().saturating_sub(last);
        self.ring.iter().skip(skip).map(to_json).collect()
    }
}

fn to_json(record: &Record) -> Value {
    json!({
        "seq": record.seq,
        "opcode": format!("{:#x}", record.opcode),
        "name": crate::dispatch::name(record.opcode),
        "op_mod": record.op_mod,
        "uid": record.uid,
        "tunnel": record.tunnel,
        "register": record.register.map(|id| format!("{id:#x}")),
        "register_name": record.register.and_then(crate::registers::name),
        "inlen": record.inlen,
        "outlen": record.outlen,
        "status": record.status,
        "syndrome": record.syndrome,
        "delivery": record.delivery,
    })
}
