// SPDX-License-Identifier: GPL-2.0

//! Diagnostic counters: QUERY_DIAGNOSTIC_PARAMS, SET_DIAGNOSTIC_PARAMS, QUERY_DIAGNOSTIC_COUNTERS.
//!
//! Layouts are those of the public `mlx5ctl` tool: a context of 24 bytes (number of counters @0[31:16], logarithm of the
//! number of records @0[7:0], single @4[31], repetitive @4[30], clear @4[28], on_demand @4[27], enable @4[26]), then a
//! dword for each counter, its id in the low half; records of 16 bytes (counter id, number of the sample, time, value).
//!
//! This model's own, in the 16 bytes that are reserved there: mkey @8, size @0xc and address @0x10. With a key the records
//! go to memory instead of into the output, which then has their number @8. They go there with the rights of the UID that
//! set it so. Values are the model's own as well: dword `id` of the seed's pattern, plus the number of the sample.

use firmware_model::pattern;
use std::collections::VecDeque;

use crate::be;
use crate::command::Call;
use crate::mkey;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// Logarithm of the most records that are kept.
pub(crate) const LOG_MAX_SAMPLES: u8 = 10;
/// Counters that exist, as the `mlx5ctl` tool names them: stalls and data of PCIe, packets received and sent.
pub(crate) const COUNTERS: [u16; 8] = [
    0x0401, 0x0402, 0x0403, 0x0406, 0x0409, 0x040a, 0x1001, 0x2006,
];

const CONTEXT: usize = 8;
const CONTEXT_LEN: usize = 24;
/// Fields of the context.
const NUM_OF_COUNTERS: usize = 0;
const LOG_NUM_OF_SAMPLES: usize = 3;
const FLAGS: usize = 4;
const MKEY: usize = 8;
const SIZE: usize = 12;
const ADDRESS: usize = 16;

/// Bytes of a record and, in the output, before the first.
const RECORD: usize = 16;
const RECORDS: usize = 16;

const SINGLE: u32 = 1 << 31;
const REPETITIVE: u32 = 1 << 30;
const CLEAR: u32 = 1 << 28;
const ON_DEMAND: u32 = 1 << 27;
const ENABLE: u32 = 1 << 26;

type Record = [u8; RECORD];

/// Where records go through a key.
struct Destination {
    key: u32,
    size: u32,
    addr: u64,
}

#[derive(Clone, Debug, Default)]
struct Params {
    context: Vec<u8>,
    counters: Vec<u16>,
    uid: u16,
}

impl Params {
    fn flags(&self) -> u32 {
        be::get32(&self.context, FLAGS)
    }

    fn capacity(&self) -> usize {
        1 << be::get8(&self.context, LOG_NUM_OF_SAMPLES).min(LOG_MAX_SAMPLES)
    }

    fn destination(&self) -> Option<Destination> {
        let key = be::get32(&self.context, MKEY);
        (key != 0).then(|| Destination {
            key,
            size: be::get32(&self.context, SIZE),
            addr: be::get64(&self.context, ADDRESS),
        })
    }

    fn parse(input: &[u8], uid: u16) -> Result<Self, Refusal> {
        let bad = Status::BadParam.because(Reason::DiagnosticValue);
        let context = input.get(CONTEXT..CONTEXT + CONTEXT_LEN).unwrap_or(&[]);
        let count = usize::from(be::get16(context, NUM_OF_COUNTERS));
        let list = input
            .get(CONTEXT + CONTEXT_LEN..CONTEXT + CONTEXT_LEN + 4 * count)
            .ok_or(Status::BadInputLength.because(Reason::InputLength))?;
        let params = Self {
            context: context.to_vec(),
            counters: list
                .chunks_exact(4)
                .map(|word| be::get16(word, 2))
                .collect(),
            uid,
        };
        let flags = params.flags();
        let both = flags & SINGLE != 0 && flags & REPETITIVE != 0;
        let unknown = params.counters.iter().any(|id| !COUNTERS.contains(id));
        let crowded =
            count > COUNTERS.len() || be::get8(context, LOG_NUM_OF_SAMPLES) > LOG_MAX_SAMPLES;
        let idle = flags & ENABLE != 0 && count == 0;
        if both || unknown || crowded || idle {
            return Err(bad);
        }
        Ok(params)
    }
}

/// What is sampled, and what was.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    params: Params,
    records: VecDeque<Record>,
    next: u16,
}

impl Diagnostics {
    /// A user context is gone, and with it what it had set.
    pub(crate) fn forget(&mut self, uid: u16) {
        if self.params.uid == uid {
            *self = Self::default();
        }
    }

    /// Takes one sample of each counter; the oldest records make room.
    fn sample(&mut self, seed: u32, time: u32) {
        for id in &self.params.counters {
            let mut record = [0; RECORD];
            be::put16(&mut record, 0, *id);
            be::put16(&mut record, 2, self.next);
            be::put32(&mut record, 4, time);
            let value = u64::from(pattern::dword(seed, u32::from(*id))) + u64::from(self.next);
            be::put64(&mut record, 8, value);
            self.records.push_back(record);
        }
        self.next = self.next.wrapping_add(1);
        let capacity = self.params.capacity();
        let surplus = self.records.len().saturating_sub(capacity);
        self.records.drain(..surplus);
    }
}

/// SET_DIAGNOSTIC_PARAMS.
pub(crate) fn set(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let uid = call.header.uid;
    let params = Params::parse(call.input, uid)?;
    if let Some(Destination { key, size, addr }) = params.destination() {
        mkey::check(hw, uid, key, addr, u64::from(size))?;
    }
    let flags = params.flags();
    let time = call.bus.now().as_nanos() as u32;
    let seed = hw.config.dump_seed;
    let state = &mut hw.diagnostics;
    state.params = params;
    if flags & CLEAR != 0 {
        state.records.clear();
        state.next = 0;
    }
    // A single run is over at once: nothing in this model takes time.
    if flags & ENABLE != 0 && flags & SINGLE != 0 {
        state.records.clear();
        while state.records.len() + state.params.counters.len() <= state.params.capacity() {
            state.sample(seed, time);
        }
    }
    Ok(())
}

/// QUERY_DIAGNOSTIC_PARAMS: what was set, destination included.
pub(crate) fn params(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let params = &hw.diagnostics.params;
    if call.out.len() < CONTEXT + CONTEXT_LEN + 4 * params.counters.len() {
        return Err(Status::BadOutputLength.because(Reason::OutputLength));
    }
    be::put(call.out, CONTEXT, &params.context);
    for (i, id) in params.counters.iter().enumerate() {
        let at = CONTEXT + CONTEXT_LEN + 4 * i;
        be::put32(call.out, at, u32::from(*id));
    }
    Ok(())
}

/// QUERY_DIAGNOSTIC_COUNTERS: as many records as @8[31:16] says, from @8[15:0] on.
pub(crate) fn counters(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let wanted = usize::from(be::get16(call.input, 8));
    let first = usize::from(be::get16(call.input, 10));
    let state = &mut hw.diagnostics;
    let flags = state.params.flags();
    if flags & ENABLE == 0 {
        return Err(Status::BadResourceState.because(Reason::DiagnosticOff));
    }
    let destination = state.params.destination();
    if destination.is_none() && call.out.len() < RECORDS + RECORD * wanted {
        return Err(Status::BadOutputLength.because(Reason::OutputLength));
    }
    if flags & (REPETITIVE | ON_DEMAND) != 0 {
        let time = call.bus.now().as_nanos() as u32;
        state.sample(hw.config.dump_seed, time);
    }
    let records = state.records.iter().skip(first).take(wanted);
    let Some(Destination { key, size, addr }) = destination else {
        for (i, record) in records.enumerate() {
            be::put(call.out, RECORDS + RECORD * i, record);
        }
        return Ok(());
    };
    let room = size as usize / RECORD;
    let data: Vec<u8> = records.take(room).flatten().copied().collect();
    let uid = state.params.uid;
    mkey::write(hw, call.bus, uid, key, addr, &data)?;
    be::put32(call.out, 8, (data.len() / RECORD) as u32);
    Ok(())
}
