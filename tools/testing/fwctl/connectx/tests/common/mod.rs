// SPDX-License-Identifier: GPL-2.0

//! A machine in plain memory and a driver's side of the command interface.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

use std::time::Duration;

use connectx::{Config, ConnectX};
use pci_model::{Endpoint, PlainBus, Reset};
use serde_json::{json, Value};

const BASE: u64 = 0x10_0000;
const SIZE: usize = 24 << 20;
const QUEUE: u64 = BASE;
const IN_BOXES: u64 = BASE + 0x1_0000;
const OUT_BOXES: u64 = BASE + 0x40_0000;
pub const EQ_BUFFER: u64 = BASE + 0x80_0000;
pub const PAGES: u64 = BASE + 0xa0_0000;
/// Ten MiB that nothing else uses.
pub const DATA: u64 = BASE + 0xe0_0000;
const STRIDE: u64 = 1024;

/// What a context has after [`Driver::user_memory`].
#[derive(Clone, Copy, Debug)]
pub struct User {
    pub uid: u16,
    pub pd: u16,
    pub umem: u16,
    pub mkey: u16,
    /// The whole key, variant included.
    pub key: u32,
}

/// A command's answer: delivery status and output. `None` while hardware owns the entry.
pub type Answer = Option<(u8, Vec<u8>)>;

/// What a driver does, byte by byte.
pub struct Driver {
    pub endpoint: Endpoint,
    pub bus: PlainBus,
    /// Token of the next command.
    pub token: u8,
    uar: u16,
    eqn: u8,
}

impl Driver {
    /// A function with memory decoding, bus mastering and MSI-X on and the queue's address set.
    pub fn new() -> Self {
        Self::with(Config::default())
    }

    pub fn with(config: Config) -> Self {
        Self::of(ConnectX::new(config))
    }

    pub fn of(function: ConnectX) -> Self {
        let mut driver = Self {
            endpoint: Endpoint::new(Box::new(function)).unwrap(),
            bus: PlainBus::new(BASE, SIZE),
            token: 7,
            uar: 0,
            eqn: 0,
        };
        driver.power();
        driver
    }

    /// Up, over a device whose dumps and counters come of `seed`.
    pub fn seeded(seed: u32) -> Self {
        let mut driver = Self::with(Config {
            dump_seed: seed,
            ..Config::default()
        });
        driver.init();
        driver
    }

    /// A function after the whole init sequence.
    pub fn ready() -> Self {
        let mut driver = Self::new();
        driver.init();
        driver
    }

    pub fn power(&mut self) {
        self.config_write(0x04, &0x0006_u16.to_le_bytes());
        self.config_write(0x9e, &0x8000_u16.to_le_bytes());
        self.write(0x10, (QUEUE >> 32) as u32);
        self.write(0x14, QUEUE as u32);
    }

    pub fn config_write(&mut self, at: u64, data: &[u8]) {
        self.endpoint.config_write(&mut self.bus, at, data);
    }

    pub fn flr(&mut self) {
        self.config_write(0x68, &0x8000_u16.to_le_bytes());
    }

    pub fn reset(&mut self, cause: Reset) {
        self.endpoint.reset(&mut self.bus, cause);
    }

    pub fn read(&mut self, at: u64) -> u32 {
        let mut data = [0; 4];
        self.endpoint.bar_read(&mut self.bus, 0, at, &mut data);
        u32::from_be_bytes(data)
    }

    pub fn write(&mut self, at: u64, value: u32) {
        self.endpoint
            .bar_write(&mut self.bus, 0, at, &value.to_be_bytes());
    }

    pub fn advance(&mut self, time: Duration) {
        self.bus.now += time;
        while self
            .endpoint
            .deadline()
            .is_some_and(|due| due <= self.bus.now)
        {
            self.endpoint.tick(&mut self.bus);
        }
    }

    /// The steps of stock mlx5_core between probe and the first event queue.
    pub fn init(&mut self) {
        self.ok(0x104, 0, &[], 12);
        self.ok(0x10b, 0, &[(10, 1)], 16);
        self.give_pages(1);
        let mut caps = vec![0; 4112];
        let current = self.ok(0x100, 1, &[], 4112);
        caps[16..].copy_from_slice(&current[16..]);
        caps[..2].copy_from_slice(&[0x01, 0x09]);
        assert_status(&self.exec(0, &caps, 16), 0);
        self.give_pages(2);
        self.ok(0x102, 0, &[], 16);
        let out = self.ok(0x802, 0, &[], 16);
        self.uar = u16::from_be_bytes([out[10], out[11]]);
        self.eqn = self.create_eq(0x400, EQ_BUFFER);
    }

    pub fn give_pages(&mut self, when: u16) {
        let out = self.ok(0x107, when, &[], 16);
        let count = u32::from_be_bytes(out[12..16].try_into().unwrap());
        let live = self.objects("page");
        let mut input = message(0x108, 1, 0, &[]);
        input[12..16].copy_from_slice(&count.to_be_bytes());
        for page in 0..u64::from(count) {
            input.extend((PAGES + (live + page) * 4096).to_be_bytes());
        }
        assert_status(&self.exec(31, &input, 16), 0);
    }

    pub fn create_eq(&mut self, mask: u64, buffer: u64) -> u8 {
        let mut input = vec![0; 272];
        input[..2].copy_from_slice(&[0x03, 0x01]);
        input[88..96].copy_from_slice(&mask.to_be_bytes());
        // Eight bits of log size, one page of 16 KiB.
        input[16 + 12] = 8;
        input[16 + 24] = 2;
        input.extend(buffer.to_be_bytes());
        let answer = self.exec(0, &input, 16);
        assert_status(&answer, 0);
        answer.unwrap().1[11]
    }

    pub fn teardown(&mut self) {
        self.ok(0x302, 0, &[(10, u16::from(self.eqn))], 16);
        self.ok(0x803, 0, &[(10, self.uar)], 16);
        self.ok(0x103, 0, &[], 16);
        let pages = self.objects("page");
        let mut input = message(0x108, 2, 0, &[]);
        input[12..16].copy_from_slice(&(pages as u32).to_be_bytes());
        let out = self.exec(31, &input, 16 + 8 * pages as usize).unwrap().1;
        assert_eq!(out[8..12], (pages as u32).to_be_bytes());
        self.ok(0x105, 0, &[], 12);
    }

    /// A command of the kernel that must succeed; `fields` are 16-bit fields of the input.
    pub fn ok(&mut self, opcode: u16, op_mod: u16, fields: &[(usize, u16)], out: usize) -> Vec<u8> {
        let answer = self.exec(0, &message(opcode, op_mod, 0, fields), out);
        assert_status(&answer, 0);
        answer.unwrap().1
    }

    /// As [`Driver::ok`] for a user context; gives the status.
    pub fn as_uid(&mut self, uid: u16, opcode: u16, fields: &[(usize, u16)]) -> (u8, Vec<u8>) {
        self.command(&message(opcode, 0, uid, fields), 16)
    }

    pub fn create_uctx(&mut self, caps: u32) -> (u8, u16) {
        let mut input = vec![0; 64];
        input[..2].copy_from_slice(&[0x0a, 0x04]);
        input[16..20].copy_from_slice(&caps.to_be_bytes());
        let out = self.exec(0, &input, 16).unwrap().1;
        (out[0], u16::from_be_bytes([out[10], out[11]]))
    }

    pub fn create_umem(&mut self, uid: u16, pages: &[u64]) -> (u8, u16) {
        let mut input = vec![0; 48];
        input[..4].copy_from_slice(&[0x0a, 0x08, (uid >> 8) as u8, uid as u8]);
        input[40..48].copy_from_slice(&(pages.len() as u64).to_be_bytes());
        for page in pages {
            input.extend((page | 3).to_be_bytes());
        }
        let out = self.exec(0, &input, 16).unwrap().1;
        (out[0], u16::from_be_bytes([out[10], out[11]]))
    }

    pub fn create_mkey(&mut self, uid: u16, pd: u16, umem: u16, len: u64) -> (u8, u16) {
        let mut input = vec![0; 272];
        input[..4].copy_from_slice(&[0x02, 0x00, (uid >> 8) as u8, uid as u8]);
        input[12] = 0x40;
        // Local write, access mode MTT.
        input[16 + 2] = 0x09;
        input[16 + 4..16 + 8].copy_from_slice(&0xffff_ff42_u32.to_be_bytes());
        input[16 + 14..16 + 16].copy_from_slice(&pd.to_be_bytes());
        input[16 + 24..16 + 32].copy_from_slice(&len.to_be_bytes());
        input[0x66..0x68].copy_from_slice(&umem.to_be_bytes());
        let out = self.exec(0, &input, 16).unwrap().1;
        (out[0], u16::from_be_bytes([out[10], out[11]]))
    }

    /// A context for tools with a domain, user memory over `pages` and a key over all of it.
    pub fn user_memory(&mut self, pages: &[u64]) -> User {
        let uid = self.create_uctx(4).1;
        let (status, out) = self.as_uid(uid, 0x800, &[]);
        assert_eq!(status, 0);
        let pd = u16::from_be_bytes([out[10], out[11]]);
        let (status, umem) = self.create_umem(uid, pages);
        assert_eq!(status, 0);
        let (status, mkey) = self.create_mkey(uid, pd, umem, 4096 * pages.len() as u64);
        assert_eq!(status, 0);
        User {
            uid,
            pd,
            umem,
            mkey,
            key: (u32::from(mkey) << 8) | 0x42,
        }
    }

    /// A command with a whole input; gives status and output.
    pub fn command(&mut self, input: &[u8], out: usize) -> (u8, Vec<u8>) {
        let (delivery, out) = self.exec(0, input, out).unwrap();
        assert_eq!(delivery, 0);
        (out[0], out)
    }

    /// ACCESS_REG: delivery must be fine; gives status and register.
    pub fn register(&mut self, uid: u16, op_mod: u16, id: u16, data: &[u8]) -> (u8, Vec<u8>) {
        let mut input = message(0x805, op_mod, uid, &[(10, id)]);
        input.extend_from_slice(data);
        let (delivery, out) = self.exec(0, &input, input.len()).unwrap();
        assert_eq!(delivery, 0);
        assert_eq!(out[1..4], [0; 3], "tools read four bytes as the status");
        (out[0], out[16..].to_vec())
    }

    /// Sends a command and looks for its answer.
    pub fn exec(&mut self, slot: u32, input: &[u8], out_len: usize) -> Answer {
        self.prepare(slot, input, out_len);
        self.ring(slot);
        self.answer(slot, out_len)
    }

    /// Writes entry and mailboxes.
    pub fn prepare(&mut self, slot: u32, input: &[u8], out_len: usize) {
        let mut entry = [0; 64];
        entry[0] = 7;
        entry[4..8].copy_from_slice(&(input.len() as u32).to_be_bytes());
        let inline = input.len().min(16);
        entry[16..16 + inline].copy_from_slice(&input[..inline]);
        if let Some(rest) = input.get(16..).filter(|rest| !rest.is_empty()) {
            entry[8..16].copy_from_slice(&IN_BOXES.to_be_bytes());
            self.chain(IN_BOXES, rest);
        }
        if out_len > 16 {
            entry[48..56].copy_from_slice(&OUT_BOXES.to_be_bytes());
            self.chain(OUT_BOXES, &vec![0xee; out_len - 16]);
        }
        entry[56..60].copy_from_slice(&(out_len as u32).to_be_bytes());
        entry[60] = self.token;
        entry[63] = 1;
        self.put_entry(slot, entry);
    }

    /// Signs an entry and writes it.
    pub fn put_entry(&mut self, slot: u32, mut entry: [u8; 64]) {
        entry[61] = 0;
        entry[61] = !entry.iter().fold(0, |sum, byte| sum ^ byte);
        self.bus.put(QUEUE + u64::from(slot) * 64, &entry);
    }

    pub fn entry(&mut self, slot: u32) -> [u8; 64] {
        let bytes = self.bus.get(QUEUE + u64::from(slot) * 64, 64);
        bytes.try_into().unwrap()
    }

    /// Address of an input (false) or output block.
    pub fn block(out: bool, number: u64) -> u64 {
        (if out { OUT_BOXES } else { IN_BOXES }) + number * STRIDE
    }

    pub fn ring(&mut self, slot: u32) {
        self.write(0x18, 1 << slot);
    }

    pub fn answer(&mut self, slot: u32, out_len: usize) -> Answer {
        let entry = self.entry(slot);
        if entry[63] & 1 != 0 {
            return None;
        }
        assert_eq!(entry.iter().fold(0, |sum, byte| sum ^ byte), 0xff);
        let mut out = entry[32..48].to_vec();
        for number in 0..out_len.saturating_sub(16).div_ceil(512) as u64 {
            let block = self.bus.get(Self::block(true, number), 512);
            out.extend_from_slice(&block);
        }
        out.truncate(out_len);
        Some((entry[63] >> 1, out))
    }

    fn chain(&mut self, first: u64, data: &[u8]) {
        let count = data.len().div_ceil(512) as u64;
        for (number, part) in data.chunks(512).enumerate() {
            let number = number as u64;
            let mut block = [0; 576];
            block[..part.len()].copy_from_slice(part);
            if number + 1 < count {
                let next = first + (number + 1) * STRIDE;
                block[560..568].copy_from_slice(&next.to_be_bytes());
            }
            block[568..572].copy_from_slice(&(number as u32).to_be_bytes());
            block[573] = self.token;
            self.bus.put(first + number * STRIDE, &block);
        }
    }

    pub fn fault(&mut self, fault: Value) {
        self.try_fault(fault).unwrap();
    }

    pub fn fault_clear(&mut self) {
        self.endpoint
            .with(&mut self.bus, |function, bus| function.fault_clear(bus));
    }

    pub fn state(&mut self) -> Value {
        self.endpoint
            .with(&mut self.bus, |function, _| function.state())
    }

    pub fn last(&mut self) -> Value {
        self.trace(json!({"last": 1})).unwrap()["commands"][0].clone()
    }

    pub fn trace(&mut self, request: Value) -> Result<Value, String> {
        self.endpoint
            .with(&mut self.bus, |function, _| function.trace(&request))
    }

    pub fn trace_clear(&mut self) {
        self.endpoint
            .with(&mut self.bus, |function, _| function.trace_clear());
    }

    pub fn try_fault(&mut self, fault: Value) -> Result<(), String> {
        self.endpoint
            .with(&mut self.bus, |function, bus| function.fault(bus, &fault))
    }

    pub fn objects(&mut self, kind: &str) -> u64 {
        self.state()["objects"][kind].as_u64().unwrap()
    }

    pub fn leaks(&mut self) -> Vec<(String, String)> {
        let state = self.state();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let leaks = state["leaks"].as_array().unwrap();
        leaks
            .iter()
            .map(|leak| (text(&leak["at"]), text(&leak["kind"])))
            .collect()
    }

    /// No leak and no violation.
    pub fn assert_clean(&mut self) {
        let state = self.state();
        assert_eq!(state["leaks"], json!([]));
        assert_eq!(state["violations"], json!([]));
    }
}

/// A 16-byte input with 16-bit fields.
pub fn message(opcode: u16, op_mod: u16, uid: u16, fields: &[(usize, u16)]) -> Vec<u8> {
    let mut input = vec![0; 16];
    for &(at, value) in [(0, opcode), (2, uid), (6, op_mod)].iter().chain(fields) {
        input[at..at + 2].copy_from_slice(&value.to_be_bytes());
    }
    input
}

/// Dword `index` of the pattern that dumps are made of, as the model documents it.
pub fn pattern(seed: u32, index: u32) -> u32 {
    index.wrapping_mul(0x0101_0101) ^ seed
}

/// RES_DUMP through a key.
pub fn res_dump(kind: u16, index1: u32, key: u32, size: u32, addr: u64) -> Vec<u8> {
    let mut data = vec![0; 256];
    data[2..4].copy_from_slice(&kind.to_be_bytes());
    data[8..12].copy_from_slice(&index1.to_be_bytes());
    data[0x20..0x24].copy_from_slice(&key.to_be_bytes());
    data[0x24..0x28].copy_from_slice(&size.to_be_bytes());
    data[0x28..0x30].copy_from_slice(&addr.to_be_bytes());
    data
}

/// CORE_DUMP to memory, or inline with type 3 and `len` bytes of register.
pub fn core_dump(kind: u8, key: u32, size: u32, addr: u64, len: usize) -> Vec<u8> {
    let mut data = vec![0; len];
    data[3] = kind;
    data[0x10..0x14].copy_from_slice(&key.to_be_bytes());
    data[0x14..0x18].copy_from_slice(&size.to_be_bytes());
    data[0x18..0x20].copy_from_slice(&addr.to_be_bytes());
    data
}

pub fn word(data: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(data[at..at + 4].try_into().unwrap())
}

pub fn wide(data: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(data[at..at + 8].try_into().unwrap())
}

#[track_caller]
pub fn assert_status(answer: &Answer, status: u8) {
    let (delivery, out) = answer.as_ref().unwrap();
    assert_eq!((*delivery, out[0]), (0, status));
}
