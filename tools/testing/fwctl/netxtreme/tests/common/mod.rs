// SPDX-License-Identifier: GPL-2.0

//! A driver's side of the command channel, in plain memory.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

use std::time::Duration;

use netxtreme::{Config, NetXtreme};
use pci_model::{Endpoint, PlainBus};
use serde_json::{json, Value};

const BASE: u64 = 0x10_0000;
const SIZE: usize = 1 << 20;
/// Where responses go.
pub const RESPONSE: u64 = BASE;
/// Memory that nothing else uses.
pub const DATA: u64 = BASE + 0x1_0000;
/// Where there is none.
pub const NOWHERE: u64 = 0x10;

/// An answer: error code, and the bytes as far as they go. `None` if there is none.
pub type Answer = Option<(u16, Vec<u8>)>;

pub struct Driver {
    pub endpoint: Endpoint,
    pub bus: PlainBus,
    seq: u16,
}

impl Driver {
    /// A function with memory decoding, bus mastering and MSI-X on.
    pub fn new() -> Self {
        let mut driver = Self {
            endpoint: Endpoint::new(Box::new(NetXtreme::new(Config::default()))).unwrap(),
            bus: PlainBus::new(BASE, SIZE),
            seq: 0x100,
        };
        driver.power();
        driver
    }

    pub fn power(&mut self) {
        self.config_write(0x04, &0x0006_u16.to_le_bytes());
        self.config_write(0xa2, &0x8000_u16.to_le_bytes());
    }

    pub fn config_write(&mut self, at: u64, data: &[u8]) {
        self.endpoint.config_write(&mut self.bus, at, data);
    }

    pub fn flr(&mut self) {
        self.config_write(0xac + 8, &0x8000_u16.to_le_bytes());
    }

    pub fn write(&mut self, bar: u8, at: u64, value: u32) {
        let bytes = value.to_le_bytes();
        self.endpoint.bar_write(&mut self.bus, bar, at, &bytes);
    }

    pub fn read(&mut self, bar: u8, at: u64) -> u32 {
        let mut bytes = [0; 4];
        self.endpoint.bar_read(&mut self.bus, bar, at, &mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// Sends a request with these fields (offset, width in bytes, value) on `ring`.
    pub fn send_on(&mut self, ring: u16, request: u16, fields: &[(usize, usize, u64)]) {
        let mut window = [0; 128];
        self.seq += 1;
        let header = [request, ring, self.seq, 0xffff];
        for (i, word) in header.into_iter().enumerate() {
            window[2 * i..2 * i + 2].copy_from_slice(&word.to_le_bytes());
        }
        window[8..16].copy_from_slice(&RESPONSE.to_le_bytes());
        for (at, width, value) in fields {
            window[*at..at + width].copy_from_slice(&value.to_le_bytes()[..*width]);
        }
        self.bus.put(RESPONSE, &[0; 1024]);
        for (i, word) in window.chunks_exact(4).enumerate() {
            self.endpoint
                .bar_write(&mut self.bus, 0, 4 * i as u64, word);
        }
        self.write(0, 0x100, 1);
    }

    /// What has arrived, as `bnxt_en` looks for it: length, sequence, valid byte.
    pub fn answer(&mut self) -> Answer {
        let head = self.bus.get(RESPONSE, 8);
        let word = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let len = usize::from(word(6));
        if len == 0 || word(4) != self.seq {
            return None;
        }
        let response = self.bus.get(RESPONSE, len);
        (response[len - 1] == 1).then(|| (word(0), response))
    }

    pub fn send(&mut self, request: u16, fields: &[(usize, usize, u64)]) -> Answer {
        self.send_on(0xffff, request, fields);
        self.answer()
    }

    /// As [`send`](Self::send), for one that is carried out.
    pub fn ok(&mut self, request: u16, fields: &[(usize, usize, u64)]) -> Vec<u8> {
        let (error, response) = self.send(request, fields).unwrap();
        assert_eq!(error, 0, "{request:#x}");
        response
    }

    /// As [`send`](Self::send), for one that is refused: error code and detail.
    pub fn refused(&mut self, request: u16, fields: &[(usize, usize, u64)]) -> (u16, u8) {
        let (error, response) = self.send(request, fields).unwrap();
        assert_eq!(response.len(), 16);
        assert_ne!(error, 0, "{request:#x}");
        (error, response[14])
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

    pub fn state(&mut self) -> Value {
        self.endpoint
            .with(&mut self.bus, |function, _| function.state())
    }

    pub fn fault(&mut self, fault: Value) {
        let done = self
            .endpoint
            .with(&mut self.bus, |function, bus| function.fault(bus, &fault));
        done.unwrap();
    }

    pub fn trace(&mut self, opcode: u16) -> Value {
        let request = json!({"op": "trace", "opcode": opcode, "input": true});
        self.endpoint
            .with(&mut self.bus, |function, _| function.trace(&request))
            .unwrap()
    }
}

/// A field of a response.
pub fn get(response: &[u8], at: usize, width: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes[..width].copy_from_slice(&response[at..at + width]);
    u64::from_le_bytes(bytes)
}
