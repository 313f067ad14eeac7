// SPDX-License-Identifier: GPL-2.0

//! Rings, and the other objects of a driver's network side: who has them, and the completions that firmware writes.

use std::collections::BTreeMap;

use firmware_model::Leftover;
use pci_model::Bus;
use serde_json::{json, Value};

use crate::call::Call;
use crate::function::MOST;
use crate::le;
use crate::status::{Code, Refusal};
use crate::NetXtreme;

const PAGE: u64 = 4096;
const ENTRY: u64 = 16;
/// Bytes of BAR 2 for the doorbell of each index.
const DOORBELL_STRIDE: u64 = 0x80;

/// Doorbell: the key of a completion ring, its interrupt is not wanted, the index is valid.
const KEY: u32 = 0xf << 28;
const KEY_COMPLETION: u32 = 2 << 28;
const DISARM: u32 = 1 << 27;
const INDEX_VALID: u32 = 1 << 26;

/// The type of an entry that says that a request was answered.
const HWRM_DONE: u16 = 0x20;

/// Kind of object, in the order of the state report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Ring that firmware writes to.
    Completion,
    /// Ring for packets.
    Packet,
    /// Ring group.
    Group,
    /// Virtual interface.
    Vnic,
    /// RSS context.
    Rss,
    /// Statistics that are written to host memory.
    Stat,
    /// Filter of the receive side.
    Filter,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Completion,
        Self::Packet,
        Self::Group,
        Self::Vnic,
        Self::Rss,
        Self::Stat,
        Self::Filter,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Completion => "completion",
            Self::Packet => "ring",
            Self::Group => "group",
            Self::Vnic => "vnic",
            Self::Rss => "rss",
            Self::Stat => "stat",
            Self::Filter => "filter",
        }
    }
}

/// Where the entries of a completion ring are, and how far it is.
#[derive(Clone, Debug)]
struct Completion {
    pages: Vec<u64>,
    entries: u64,
    vector: u16,
    /// Entries that were written since the ring was made.
    produced: u64,
    armed: bool,
}

/// All objects of the driver.
#[derive(Debug, Default)]
pub(crate) struct Rings {
    live: BTreeMap<(Kind, u32), Option<Completion>>,
}

impl Rings {
    fn add(&mut self, kind: Kind, body: Option<Completion>) -> Result<u32, Refusal> {
        let free = |id: &u32| !self.live.contains_key(&(kind, *id));
        let id = (0..u32::from(MOST)).find(free).ok_or(Code::AllocError)?;
        self.live.insert((kind, id), body);
        Ok(id)
    }

    fn remove(&mut self, kind: Kind, id: u32) -> Result<(), Refusal> {
        let found = self.live.remove(&(kind, id));
        found.map(|_| ()).ok_or(Code::InvalidParams.into())
    }

    /// Forgets everything, and says what it was.
    pub(crate) fn drop_all(&mut self) -> Vec<Leftover> {
        let left = |(kind, id): (Kind, u32)| Leftover {
            kind: kind.name(),
            id: id.into(),
            owner: 0,
        };
        std::mem::take(&mut self.live)
            .into_keys()
            .map(left)
            .collect()
    }

    /// Counts by kind, for the control protocol.
    pub(crate) fn report(&self, registered: bool) -> Value {
        let count = |kind: Kind| self.live.keys().filter(|(of, _)| *of == kind).count();
        let mut counts: serde_json::Map<_, _> = Kind::ALL
            .iter()
            .map(|kind| (kind.name().to_owned(), json!(count(*kind))))
            .collect();
        counts.insert("driver".to_owned(), json!(u8::from(registered)));
        counts.into()
    }
}

/// RING_ALLOC. A receive ring and one for aggregation are the same here.
pub(crate) fn alloc(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const COMPLETION: u8 = 0;
    let input = call.input;
    let (kind, body) = match le::get8(input, 20) {
        COMPLETION => (Kind::Completion, Some(completion(call)?)),
        1 | 2 | 4 => (Kind::Packet, None),
        _ => return Err(Code::InvalidParams.into()),
    };
    let id = hw.rings.add(kind, body)?;
    // Packet rings and completion rings have numbers of their own.
    le::put16(&mut call.out, 8, id as u16);
    le::put16(&mut call.out, 10, le::get16(input, 44));
    Ok(())
}

fn completion(call: &mut Call<'_>) -> Result<Completion, Refusal> {
    let entries = u64::from(le::get32(call.input, 40));
    let table = le::get64(call.input, 24);
    let pages = (entries * ENTRY).div_ceil(PAGE);
    if entries == 0 || pages > 64 {
        return Err(Code::InvalidParams.into());
    }
    let pages = match le::get8(call.input, 37) {
        0 => vec![table],
        _ => {
            let bytes = call.fetch(table, 8 * pages as usize)?;
            let page = |entry: &[u8]| le::get64(entry, 0) & !(PAGE - 1);
            bytes.chunks_exact(8).map(page).collect()
        }
    };
    Ok(Completion {
        pages,
        entries,
        vector: le::get16(call.input, 44),
        produced: 0,
        armed: false,
    })
}

/// RING_FREE.
pub(crate) fn free(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let kind = match le::get8(call.input, 16) {
        0 => Kind::Completion,
        _ => Kind::Packet,
    };
    hw.rings.remove(kind, le::get16(call.input, 18).into())
}

/// A command that makes an object and says its number @8.
pub(crate) fn make(hw: &mut NetXtreme, call: &mut Call<'_>, kind: Kind) -> Result<(), Refusal> {
    let id = hw.rings.add(kind, None)?;
    le::put32(&mut call.out, 8, id);
    Ok(())
}

/// A command that ends the object that it names @16, in as many bytes as the kind's number has.
pub(crate) fn end(hw: &mut NetXtreme, call: &mut Call<'_>, kind: Kind) -> Result<(), Refusal> {
    let id = match kind {
        Kind::Rss => le::get16(call.input, 16).into(),
        _ => le::get32(call.input, 16),
    };
    hw.rings.remove(kind, id)
}

/// A write to BAR 2.
pub(crate) fn doorbell(hw: &mut NetXtreme, bus: &mut dyn Bus, offset: u64, data: &[u8]) {
    let value = le::get32(data, 0);
    if value & KEY != KEY_COMPLETION {
        // The link is down: nothing to send, nothing received.
        return;
    }
    let vector = (offset / DOORBELL_STRIDE) as u16;
    let rings = hw.rings.live.values_mut().flatten();
    for ring in rings.filter(|ring| ring.vector == vector) {
        ring.armed = value & DISARM == 0;
        let seen = u64::from(value & 0xff_ffff);
        let behind = value & INDEX_VALID != 0 && seen != ring.produced % ring.entries;
        if ring.armed && behind && ring.produced != 0 {
            ring.armed = false;
            if bus.interrupt(vector).is_err() {
                hw.findings.interrupt_dropped();
            }
        }
    }
}

/// Says on completion ring `id` that the request `seq` was answered.
pub(crate) fn done(hw: &mut NetXtreme, bus: &mut dyn Bus, id: u16, seq: u16) {
    let ring = hw.rings.live.get_mut(&(Kind::Completion, id.into()));
    let Some(ring) = ring.and_then(Option::as_mut) else {
        let text = format!("request {seq} wants a completion on ring {id}, which is none");
        hw.findings.violation(text);
        return;
    };
    let (index, pass) = (ring.produced % ring.entries, ring.produced / ring.entries);
    let mut entry = [0; ENTRY as usize];
    le::put16(&mut entry, 0, HWRM_DONE);
    le::put16(&mut entry, 2, seq);
    le::put8(&mut entry, 8, u8::from(pass % 2 == 0));
    let at = index * ENTRY;
    let page = ring.pages.get((at / PAGE) as usize).copied().unwrap_or(0);
    ring.produced += 1;
    if let Err(error) = bus.dma_write(page.wrapping_add(at % PAGE), &entry) {
        hw.findings
            .violation(format!("completion on ring {id}: {error}"));
    }
    if ring.armed {
        ring.armed = false;
        if bus.interrupt(ring.vector).is_err() {
            hw.findings.interrupt_dropped();
        }
    }
}
