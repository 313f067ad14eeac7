// SPDX-License-Identifier: GPL-2.0

//! From a doorbell to a completion.

use std::time::Duration;

use pci_model::{Bus, BusError};

use crate::command::entry::{self, Entry};
use crate::command::mailbox::Chain;
use crate::command::Header;
use crate::dispatch;
use crate::eq;
use crate::fault::Verdict;
use crate::status::{Delivery, Reason, Refusal, Status};
use crate::trace::Record;
use crate::{be, ConnectX};

/// Longest input and output: FWCTL_RPC's 2 MiB and room for the driver's own page lists.
const MAX_LEN: u32 = 4 << 20;

/// A command whose answer is due later.
#[derive(Debug)]
struct Pending {
    slot: u32,
    entry: Entry,
    out: Vec<u8>,
    /// The command event queue existed when the command arrived.
    eq_before: bool,
    /// The mailboxes were left for later as well.
    mailboxes: bool,
    /// `None`: lost, until somebody releases it.
    due: Option<Duration>,
}

/// Commands between doorbell and completion.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pending: Vec<Pending>,
}

impl Queue {
    /// Forgets everything that is in flight.
    pub(crate) fn clear(&mut self) {
        self.pending.clear();
    }

    /// When the next answer is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.pending.iter().filter_map(|late| late.due).min()
    }

    /// Commands that have no answer yet.
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    fn holds(&self, slot: u32) -> bool {
        self.pending.iter().any(|late| late.slot == slot)
    }

    fn take(&mut self, which: impl Fn(&Pending) -> bool) -> Vec<Pending> {
        let (taken, kept) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|late| which(late));
        self.pending = kept;
        taken
    }
}

/// A write to the doorbell register: one bit per slot.
pub(crate) fn ring(hw: &mut ConnectX, bus: &mut dyn Bus, bits: u32) {
    for slot in 0..1 << super::LOG_SLOTS {
        if (bits >> slot) & 1 != 0 {
            fetch(hw, bus, slot);
        }
    }
}

/// Completes what is due.
pub(crate) fn tick(hw: &mut ConnectX, bus: &mut dyn Bus) {
    let now = bus.now();
    for late in hw.queue.take(|late| late.due.is_some_and(|due| due <= now)) {
        finish_late(hw, bus, late);
    }
}

/// Answers the lost commands. Their mailboxes may belong to others by now, so only the entries are written.
pub(crate) fn release_lost(hw: &mut ConnectX, bus: &mut dyn Bus) {
    for late in hw.queue.take(|late| late.due.is_none()) {
        finish_late(hw, bus, late);
    }
}

fn finish_late(hw: &mut ConnectX, bus: &mut dyn Bus, late: Pending) {
    if late.mailboxes {
        let written = out_chain(&late.entry).write(bus, tail(&late.out));
        if written.is_err() {
            hw.findings
                .violation(format!("late mailbox of slot {} is gone", late.slot));
        }
    }
    complete(hw, bus, &late, Delivery::Ok as u8);
}

fn fetch(hw: &mut ConnectX, bus: &mut dyn Bus, slot: u32) {
    let addr = hw.segment.slot_address(slot);
    let mut bytes = [0; entry::LEN];
    if let Err(error) = bus.dma_read(addr, &mut bytes) {
        let text = format!("command entry {slot} at {addr:#x}: {error}");
        hw.findings.violation(text);
        return;
    }
    if hw.queue.holds(slot) {
        hw.findings
            .violation(format!("doorbell for slot {slot} that is in flight"));
        return;
    }
    let entry = Entry::new(bytes);
    if !entry.owned_by_hw() {
        hw.findings
            .violation(format!("doorbell for slot {slot} that software owns"));
        return;
    }
    let mut command = Pending {
        slot,
        eq_before: eq::find(hw, eq::EVENT_COMMAND).is_some(),
        entry,
        out: Vec::new(),
        mailboxes: false,
        due: None,
    };
    let mut record = Record::new(command.entry.in_len(), command.entry.out_len());
    match gather(bus, &command.entry) {
        Ok(input) => execute(hw, bus, command, record, &input),
        Err(delivery) => {
            // Lengths come from user space, the rest is the driver's own work.
            if !matches!(delivery, Delivery::InLength | Delivery::OutLength) {
                hw.findings.violation(format!(
                    "command in slot {slot}: delivery error {delivery:?}"
                ));
            }
            record.delivery = delivery as u8;
            hw.trace.push(record);
            command.out = vec![0; entry::INLINE];
            complete(hw, bus, &command, delivery as u8);
        }
    }
}

/// The whole input, after every check that does not depend on the opcode.
fn gather(bus: &mut dyn Bus, entry: &Entry) -> Result<Vec<u8>, Delivery> {
    entry.check()?;
    let in_len = entry.in_len();
    if in_len > MAX_LEN || (in_len as usize) < Header::LEN {
        return Err(Delivery::InLength);
    }
    let out_len = entry.out_len();
    if out_len > MAX_LEN || (out_len as usize) < Header::LEN {
        return Err(Delivery::OutLength);
    }
    let in_len = in_len as usize;
    let mut input = entry.input().to_vec();
    input.truncate(in_len);
    let chain = Chain {
        first: entry.in_ptr(),
        token: entry.token(),
        pointer_error: Delivery::InPointer,
    };
    input.append(&mut chain.read(bus, in_len.saturating_sub(entry::INLINE))?);
    let out_tail = (out_len as usize).saturating_sub(entry::INLINE);
    out_chain(entry).check(bus, out_tail)?;
    Ok(input)
}

fn execute(
    hw: &mut ConnectX,
    bus: &mut dyn Bus,
    mut command: Pending,
    mut record: Record,
    input: &[u8],
) {
    let header = Header::parse(input);
    record.header = header;
    record.register = dispatch::register_of(input);
    record.keep(input);
    command.out = vec![0; command.entry.out_len() as usize];

    let verdict = hw.faults.judge(&header, record.register);
    let result = match verdict {
        Verdict::Refuse(refusal) => Err(refusal),
        Verdict::Delivery(delivery) => {
            record.delivery = delivery;
            hw.trace.push(record);
            complete(hw, bus, &command, delivery);
            return;
        }
        Verdict::Lose { execute: false } => Err(Status::Internal.because(Reason::Released)),
        _ => dispatch::run(hw, bus, header, input, &mut command.out),
    };
    let result = match result {
        // What was refused is counted, and the user context told that it was carried out.
        Err(_) if hw.faults.permissive && header.uid != 0 => {
            hw.counters.admitted += 1;
            command.out.fill(0);
            Ok(())
        }
        result => result,
    };
    if let Err(Refusal { status, syndrome }) = result {
        record.status = status;
        record.syndrome = syndrome;
        command.out.fill(0);
        be::put(&mut command.out, 0, &[status]);
        be::put32(&mut command.out, 4, syndrome);
    }
    hw.trace.push(record);

    // The driver still owns the mailboxes now; after its timeout it may have given them away.
    command.mailboxes = matches!(
        verdict,
        Verdict::Late {
            mailboxes: true,
            ..
        }
    );
    if !command.mailboxes {
        let written = out_chain(&command.entry).write(bus, tail(&command.out));
        if let Err(delivery) = written {
            complete(hw, bus, &command, delivery as u8);
            return;
        }
    }
    match verdict {
        Verdict::Lose { .. } => hw.queue.pending.push(command),
        Verdict::Late { delay, .. } => {
            command.due = Some(bus.now() + delay);
            hw.queue.pending.push(command);
        }
        _ => complete(hw, bus, &command, Delivery::Ok as u8),
    }
}

/// Writes the entry back, ownership last, and announces it if the command event queue was there before
/// and is there now. Without it the driver polls the entry.
fn complete(hw: &mut ConnectX, bus: &mut dyn Bus, command: &Pending, delivery: u8) {
    let reply = command.entry.reply(&command.out, delivery);
    let addr = hw.segment.slot_address(command.slot) + Entry::REPLY as u64;
    let written = write_back(bus, addr, &reply);
    if let Err(error) = written {
        let text = format!("completion of slot {} at {addr:#x}: {error}", command.slot);
        hw.findings.violation(text);
        return;
    }
    if command.eq_before {
        let vector = 1_u32 << command.slot;
        let interrupt = !hw.faults.swallow_interrupt();
        eq::post(hw, bus, eq::EVENT_COMMAND, &vector.to_be_bytes(), interrupt);
    }
}

fn write_back(bus: &mut dyn Bus, addr: u64, reply: &[u8]) -> Result<(), BusError> {
    let (body, owner) = reply.split_at(reply.len() - 1);
    bus.dma_write(addr, body)?;
    bus.dma_write(addr + body.len() as u64, owner)
}

fn out_chain(entry: &Entry) -> Chain {
    Chain {
        first: entry.out_ptr(),
        token: entry.token(),
        pointer_error: Delivery::OutPointer,
    }
}

fn tail(out: &[u8]) -> &[u8] {
    out.get(entry::INLINE..).unwrap_or(&[])
}
