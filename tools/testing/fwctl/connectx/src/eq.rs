// SPDX-License-Identifier: GPL-2.0

//! Event queues: rings of 64-byte entries in guest memory, one interrupt per entry.

use pci_model::Bus;

use crate::be;
use crate::command::Call;
use crate::objects::{Body, Kind};
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// Event types, `enum mlx5_event` of `include/linux/mlx5/device.h`.
pub(crate) const EVENT_COMMAND: u8 = 0x0a;
pub(crate) const EVENT_PAGE_REQUEST: u8 = 0x0b;

const EQE: usize = 64;
const OWNER: usize = 63;
const CONTEXT: usize = 16;
const BITMASK: usize = 88;
const PAGES: usize = 272;
const MAX_LOG_SIZE: u32 = 22;

/// One event queue.
#[derive(Clone, Debug)]
pub(crate) struct Eq {
    context: Vec<u8>,
    events: [u64; 4],
    pages: Vec<u64>,
    page_size: u64,
    log_size: u32,
    vector: u16,
    producer: u32,
    consumer: u32,
}

impl Eq {
    /// Takes this type of event.
    pub(crate) fn wants(&self, event: u8) -> bool {
        let word = self.events.get(usize::from(event / 64));
        word.is_some_and(|word| (word >> (event % 64)) & 1 != 0)
    }

    /// The driver's consumer counter.
    pub(crate) fn consumed(&mut self, counter: u32) {
        self.consumer = counter;
    }

    fn parse(input: &[u8]) -> Option<Self> {
        let context = input.get(CONTEXT..CONTEXT + 64)?;
        let log_size = (be::get32(context, 12) >> 24) & 0x1f;
        let log_page = (be::get32(context, 24) >> 24) & 0x1f;
        if log_size == 0 || log_size > MAX_LOG_SIZE || log_page > 20 {
            return None;
        }
        let page_size = 4096_u64 << log_page;
        let count = ((EQE as u64) << log_size).div_ceil(page_size) as usize;
        let list = input.get(PAGES..PAGES + 8 * count)?;
        let mut events = [0; 4];
        for (i, word) in events.iter_mut().enumerate() {
            *word = be::get64(input, BITMASK + 8 * i);
        }
        Some(Self {
            context: context.to_vec(),
            events,
            pages: list
                .chunks_exact(8)
                .map(|page| be::get64(page, 0))
                .collect(),
            page_size,
            log_size,
            vector: be::get16(context, 22) & 0x0fff,
            producer: 0,
            consumer: 0,
        })
    }
}

/// CREATE_EQ. The queue belongs to the kernel also when it is shared with user contexts.
pub(crate) fn create(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let bad = Status::BadParam.because(Reason::EqLayout);
    let eq = Eq::parse(call.input).ok_or(bad)?;
    if eq.vector >= crate::VECTORS || eq.pages.iter().any(|page| page & 0xfff != 0) {
        return Err(bad);
    }
    let id = hw.objects.add(0, Body::Eq(eq))?;
    be::put(call.out, 11, &[id as u8]);
    Ok(())
}

/// DESTROY_EQ.
pub(crate) fn destroy(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = u32::from(be::get8(call.input, 11));
    hw.objects.remove(Kind::Eq, id, 0)?;
    Ok(())
}

/// QUERY_EQ. Page addresses are left out: a tool has no use for them.
pub(crate) fn query(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = u32::from(be::get8(call.input, 11));
    let Body::Eq(eq) = hw.objects.get(Kind::Eq, id, 0)? else {
        return Err(Status::BadResource.because(Reason::NoSuchObject));
    };
    be::put(call.out, CONTEXT, &eq.context);
    be::put32(call.out, CONTEXT + 40, eq.consumer);
    be::put32(call.out, CONTEXT + 44, eq.producer & 0x00ff_ffff);
    be::put64(call.out, BITMASK, eq.events[0]);
    Ok(())
}

/// The queue that takes this event.
pub(crate) fn find(hw: &ConnectX, event: u8) -> Option<u8> {
    hw.objects
        .eqs()
        .find(|(_, eq)| eq.wants(event))
        .map(|(id, _)| id)
}

/// Posts an entry with 28 bytes of event data, then raises the queue's vector if `interrupt`.
///
/// The owner byte goes last: the driver polls it.
pub(crate) fn post(hw: &mut ConnectX, bus: &mut dyn Bus, event: u8, data: &[u8], interrupt: bool) {
    let Some(id) = find(hw, event) else {
        return;
    };
    let Some(Body::Eq(eq)) = hw.objects.get_mut(Kind::Eq, u32::from(id)) else {
        return;
    };
    let index = u64::from(eq.producer) & ((1 << eq.log_size) - 1);
    let offset = index * EQE as u64;
    let page = usize::try_from(offset / eq.page_size)
        .ok()
        .and_then(|page| eq.pages.get(page));
    let Some(base) = page.copied() else {
        return;
    };
    let addr = base.wrapping_add(offset % eq.page_size);
    let owner = ((eq.producer >> eq.log_size) & 1) as u8;
    let vector = eq.vector;
    eq.producer = eq.producer.wrapping_add(1);

    let mut entry = [0; OWNER];
    be::put(&mut entry, 1, &[event]);
    be::put(&mut entry, 32, data);
    let written = bus
        .dma_write(addr, &entry)
        .and_then(|()| bus.dma_write(addr.wrapping_add(OWNER as u64), &[owner]));
    if let Err(error) = written {
        hw.findings
            .violation(format!("event {event:#x} on queue {id}: {error}"));
        return;
    }
    if interrupt && bus.interrupt(vector).is_err() {
        hw.findings.interrupt_dropped();
    }
}
