// SPDX-License-Identifier: GPL-2.0

//! One command while it is carried out.

use pci_model::Bus;
use serde_json::{json, Value};

use crate::status::{Code, Refusal};

/// Bytes for host memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) addr: u64,
    pub(crate) bytes: Vec<u8>,
}

/// What a handler works with.
pub(crate) struct Call<'a> {
    bus: &'a mut dyn Bus,
    /// The request with its header, and zeroes to the end of the window.
    pub(crate) input: &'a [u8],
    /// The response; its header is filled in afterwards.
    pub(crate) out: Vec<u8>,
    /// To be done before the response.
    pub(crate) writes: Vec<Write>,
    /// Bytes that were read from the host.
    pub(crate) fetched: usize,
    /// The host memory that the request names is not there.
    pub(crate) trouble: Option<String>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(bus: &'a mut dyn Bus, input: &'a [u8], out_len: usize) -> Self {
        Self {
            bus,
            input,
            out: vec![0; out_len],
            writes: Vec::new(),
            fetched: 0,
            trouble: None,
        }
    }

    /// Reads `len` bytes at the bus address `addr`.
    pub(crate) fn fetch(&mut self, addr: u64, len: usize) -> Result<Vec<u8>, Refusal> {
        let mut bytes = vec![0; len];
        if let Err(error) = self.bus.dma_read(addr, &mut bytes) {
            self.trouble = Some(format!("read of the host: {error}"));
            return Err(Code::Fail.into());
        }
        self.fetched += len;
        Ok(bytes)
    }

    /// Writes `bytes` to the bus address `addr`, unless the command fails.
    pub(crate) fn store(&mut self, addr: u64, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.writes.push(Write { addr, bytes });
        }
    }
}

/// What went over the bus.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dma {
    reads: u64,
    bytes_read: u64,
    writes: u64,
    bytes_written: u64,
    /// Commands that were answered when it was too late, maybe.
    pub(crate) late: u64,
}

impl Dma {
    /// Counts a read, if it was one.
    pub(crate) fn read(&mut self, len: usize) {
        self.reads += u64::from(len != 0);
        self.bytes_read += len as u64;
    }

    /// Counts a write.
    pub(crate) fn written(&mut self, len: usize) {
        self.writes += 1;
        self.bytes_written += len as u64;
    }

    /// For the control protocol.
    pub(crate) fn report(&self) -> Value {
        json!({
            "reads": self.reads,
            "bytes_read": self.bytes_read,
            "writes": self.writes,
            "bytes_written": self.bytes_written,
            "late": self.late,
        })
    }
}
