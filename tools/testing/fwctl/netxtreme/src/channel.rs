// SPDX-License-Identifier: GPL-2.0

//! The HWRM channel: a window for the request, a doorbell, and a response by DMA.
//!
//! The response is written as the driver reads it: its body, then its header at once, then the valid byte at its end.
//! Source: `struct input`, `struct output` and `struct hwrm_short_input` of `hsi.h`.

use std::time::Duration;

use pci_model::Bus;

use crate::call::{Call, Write};
use crate::fault::Verdict;
use crate::le;
use crate::status::{Code, Refusal, ERROR_LEN};
use crate::trace::Record;
use crate::{dispatch, rings, NetXtreme};

/// Bytes of the window.
pub(crate) const WINDOW: usize = 128;
/// Offset of the doorbell.
pub(crate) const DOORBELL: u64 = 0x100;
/// Longest request in host memory.
const LONGEST: usize = 4096;
/// Instead of a completion ring: the request is elsewhere.
const SHORT: u16 = 0x4321;
/// No completion is wanted.
const NO_RING: u16 = 0xffff;

/// The first 16 bytes of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) request: u16,
    pub(crate) cmpl_ring: u16,
    pub(crate) seq: u16,
    pub(crate) target: u16,
    pub(crate) resp_addr: u64,
}

impl Header {
    fn parse(bytes: &[u8]) -> Self {
        Self {
            request: le::get16(bytes, 0),
            cmpl_ring: le::get16(bytes, 2),
            seq: le::get16(bytes, 4),
            target: le::get16(bytes, 6),
            resp_addr: le::get64(bytes, 8),
        }
    }
}

/// What is left to do of a command.
#[derive(Debug)]
struct Pending {
    header: Header,
    /// To host memory, before the response.
    writes: Vec<Write>,
    response: Vec<u8>,
    /// Without the valid byte.
    cut: bool,
    /// `None` is never.
    due: Option<Duration>,
}

/// The window, and what is held back.
#[derive(Debug)]
pub(crate) struct Channel {
    window: [u8; WINDOW],
    held: Vec<Pending>,
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            window: [0; WINDOW],
            held: Vec::new(),
        }
    }
}

impl Channel {
    /// Commands that are held back and name host memory beside their response.
    pub(crate) fn transfers(&self) -> usize {
        let transfers = |pending: &&Pending| !pending.writes.is_empty();
        self.held.iter().filter(transfers).count()
    }

    /// Commands without a response yet.
    pub(crate) fn in_flight(&self) -> usize {
        self.held.len()
    }

    /// Lets go of what is held back: nothing is written any more.
    pub(crate) fn forget(&mut self) {
        self.held.clear();
    }

    /// When the next response is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.held.iter().filter_map(|pending| pending.due).min()
    }
}

/// A write to the window, of whole words as a driver does it.
pub(crate) fn window_write(hw: &mut NetXtreme, offset: u64, data: &[u8]) {
    let at = offset as usize;
    if at % 4 != 0 || data.len() % 4 != 0 || at + data.len() > WINDOW {
        let text = format!(
            "write of {} bytes at {at:#x} of the request window",
            data.len()
        );
        hw.findings.violation(text);
    }
    for (slot, byte) in hw.channel.window.iter_mut().skip(at).zip(data) {
        *slot = *byte;
    }
}

/// The doorbell: what is in the window now is a request.
pub(crate) fn ring(hw: &mut NetXtreme, bus: &mut dyn Bus) {
    let window = hw.channel.window;
    let mut input = window.to_vec();
    if le::get16(&window, 2) == SHORT {
        let (len, addr) = (usize::from(le::get16(&window, 6)), le::get64(&window, 8));
        input = vec![0; len.clamp(WINDOW, LONGEST)];
        let (request, _) = input.split_at_mut(len.min(LONGEST));
        if let Err(error) = bus.dma_read(addr, request) {
            hw.findings
                .violation(format!("request at {addr:#x}: {error}"));
            return;
        }
        hw.dma.read(len);
    }
    let header = Header::parse(&input);
    let mut record = Record::new(header, &input);
    let verdict = hw.faults.judge(header.request);
    let mut pending = Pending {
        header,
        writes: Vec::new(),
        response: Vec::new(),
        cut: false,
        due: Some(Duration::ZERO),
    };
    let mut call = Call::new(bus, &input, dispatch::output_len(header.request));
    let result = match verdict {
        Verdict::Refuse(refusal) => Err(refusal),
        Verdict::Lose { execute: false } => Err(Code::Fail.into()),
        _ => dispatch::run(hw, header.request, &mut call),
    };
    let Call {
        out,
        writes,
        fetched,
        trouble,
        ..
    } = call;
    hw.dma.read(fetched);
    if let Some(text) = trouble {
        let name = dispatch::name(header.request).unwrap_or("a command");
        hw.findings.violation(format!("{name}: {text}"));
    }
    match result {
        Ok(()) => {
            pending.response = out;
            pending.writes = writes;
        }
        // A firmware that lets everything pass says so.
        Err(_) if hw.faults.permissive => pending.response = vec![0; ERROR_LEN],
        Err(Refusal { code, detail }) => {
            pending.response = vec![0; ERROR_LEN];
            le::put8(&mut pending.response, 14, detail);
            record.error = code;
        }
    }
    let len = pending.response.len() as u16;
    le::put16(&mut pending.response, 0, record.error);
    le::put16(&mut pending.response, 2, header.request);
    le::put16(&mut pending.response, 4, header.seq);
    le::put16(&mut pending.response, 6, len);
    record.written = pending.writes.iter().map(|write| write.bytes.len()).sum();
    hw.trace.push(record);

    match verdict {
        Verdict::Lose { .. } => pending.due = None,
        Verdict::Late { delay, data } => {
            if !data {
                transfer(hw, bus, std::mem::take(&mut pending.writes));
            }
            pending.due = Some(bus.now() + delay);
        }
        Verdict::Cut => {
            pending.cut = true;
            answer(hw, bus, pending);
            return;
        }
        Verdict::Run | Verdict::Refuse(_) => {
            answer(hw, bus, pending);
            return;
        }
    }
    hw.channel.held.push(pending);
}

/// Answers what is due.
pub(crate) fn tick(hw: &mut NetXtreme, bus: &mut dyn Bus) {
    let now = bus.now();
    answer_late(hw, bus, |due| due.is_some_and(|due| due <= now));
}

/// Answers what was to be lost.
pub(crate) fn release(hw: &mut NetXtreme, bus: &mut dyn Bus) {
    answer_late(hw, bus, |due| due.is_none());
}

fn answer_late(hw: &mut NetXtreme, bus: &mut dyn Bus, now: impl Fn(Option<Duration>) -> bool) {
    let due = |pending: &Pending| now(pending.due);
    let (due, held): (Vec<_>, Vec<_>) = std::mem::take(&mut hw.channel.held)
        .into_iter()
        .partition(due);
    hw.channel.held = held;
    for pending in due {
        hw.dma.late += 1;
        answer(hw, bus, pending);
    }
}

fn answer(hw: &mut NetXtreme, bus: &mut dyn Bus, pending: Pending) {
    let Pending {
        header,
        writes,
        mut response,
        cut,
        ..
    } = pending;
    transfer(hw, bus, writes);
    let Some((valid, body)) = response.split_last_mut() else {
        return;
    };
    *valid = u8::from(!cut);
    let (head, body) = body.split_at(8.min(body.len()));
    let at = header.resp_addr;
    let end = at.wrapping_add(head.len() as u64);
    let written = bus
        .dma_write(end, body)
        .and_then(|()| bus.dma_write(at, head))
        .and_then(|()| bus.dma_write(end.wrapping_add(body.len() as u64), &[*valid]));
    match written {
        Ok(()) => hw.dma.written(response.len()),
        Err(error) => {
            let request = header.request;
            hw.findings
                .violation(format!("response to request {request:#x}: {error}"));
        }
    }
    if header.cmpl_ring != NO_RING {
        rings::done(hw, bus, header.cmpl_ring, header.seq);
    }
}

fn transfer(hw: &mut NetXtreme, bus: &mut dyn Bus, writes: Vec<Write>) {
    for Write { addr, bytes } in writes {
        match bus.dma_write(addr, &bytes) {
            Ok(()) => hw.dma.written(bytes.len()),
            Err(error) => hw.findings.violation(format!("data for the host: {error}")),
        }
    }
}
