// SPDX-License-Identifier: GPL-2.0

//! A machine in plain memory, to drive a function without a hypervisor.

use std::ops::Range;
use std::time::Duration;

use crate::bus::{Bus, BusError};

/// Memory from one bus address on, interrupts that are written down, and a clock that stands still until moved.
#[derive(Clone, Debug)]
pub struct PlainBus {
    base: u64,
    memory: Vec<u8>,
    /// Vectors that were raised, in order.
    pub interrupts: Vec<u16>,
    /// The clock.
    pub now: Duration,
    /// Accesses to what is no memory.
    pub outside: u64,
}

impl PlainBus {
    /// `size` bytes of zeroes at the bus address `base`, and a second on the clock.
    pub fn new(base: u64, size: usize) -> Self {
        Self {
            base,
            memory: vec![0; size],
            interrupts: Vec::new(),
            now: Duration::from_secs(1),
            outside: 0,
        }
    }

    fn range(&mut self, addr: u64, len: usize) -> Result<Range<usize>, BusError> {
        let size = self.memory.len();
        let start = addr.checked_sub(self.base).map(|at| at as usize);
        match start {
            Some(at) if at < size && len <= size - at => Ok(at..at + len),
            _ => {
                self.outside += 1;
                Err(BusError::Unmapped { addr, len })
            }
        }
    }

    /// Writes `bytes` as the processor does. Where there is no memory, only [`outside`](Self::outside) changes.
    pub fn put(&mut self, addr: u64, bytes: &[u8]) {
        // It was counted.
        let _ = self.dma_write(addr, bytes);
    }

    /// `len` bytes as the processor reads them, zeroes where there is no memory.
    pub fn get(&mut self, addr: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        // As above.
        let _ = self.dma_read(addr, &mut bytes);
        bytes
    }
}

impl Bus for PlainBus {
    fn dma_read(&mut self, addr: u64, data: &mut [u8]) -> Result<(), BusError> {
        let range = self.range(addr, data.len())?;
        if let Some(from) = self.memory.get(range) {
            data.copy_from_slice(from);
        }
        Ok(())
    }

    fn dma_write(&mut self, addr: u64, data: &[u8]) -> Result<(), BusError> {
        let range = self.range(addr, data.len())?;
        if let Some(to) = self.memory.get_mut(range) {
            to.copy_from_slice(data);
        }
        Ok(())
    }

    fn interrupt(&mut self, vector: u16) -> Result<(), BusError> {
        self.interrupts.push(vector);
        Ok(())
    }

    fn now(&self) -> Duration {
        self.now
    }
}
