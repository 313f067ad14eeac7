// SPDX-License-Identifier: GPL-2.0

//! The machine as a PCI function sees it.

use std::fmt;
use std::time::Duration;

/// Why a function could not reach the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusError {
    /// The command register's bus master bit is clear.
    MasterOff,
    /// No guest memory behind some byte of the range.
    Unmapped {
        /// First byte of the refused range, a bus address.
        addr: u64,
        /// Length of the range in bytes.
        len: usize,
    },
    /// MSI-X is disabled, masked, or the vector has no receiver.
    NoVector(u16),
}

impl fmt::Display for BusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MasterOff => f.write_str("bus mastering is off"),
            Self::Unmapped { addr, len } => write!(f, "no memory at {addr:#x}+{len:#x}"),
            Self::NoVector(vector) => write!(f, "no receiver for MSI-X vector {vector}"),
        }
    }
}

impl std::error::Error for BusError {}

/// DMA, interrupts and a clock. Addresses are bus addresses.
pub trait Bus {
    /// Fills `data` from guest memory, all of it or an error.
    fn dma_read(&mut self, addr: u64, data: &mut [u8]) -> Result<(), BusError>;

    /// Writes `data` to guest memory. Writes become visible in the order of the calls.
    fn dma_write(&mut self, addr: u64, data: &[u8]) -> Result<(), BusError>;

    /// Raises one MSI-X vector.
    fn interrupt(&mut self, vector: u16) -> Result<(), BusError>;

    /// Monotonic time since some fixed point.
    fn now(&self) -> Duration;
}

/// A bus behind the function's own configuration: bus mastering and MSI-X enable.
pub struct Gate<'a> {
    inner: &'a mut dyn Bus,
    master: bool,
    msix: bool,
}

impl<'a> Gate<'a> {
    /// Lets DMA through if `master`, interrupts if `master` and `msix`.
    pub fn new(inner: &'a mut dyn Bus, master: bool, msix: bool) -> Self {
        Self {
            inner,
            master,
            msix,
        }
    }
}

impl Bus for Gate<'_> {
    fn dma_read(&mut self, addr: u64, data: &mut [u8]) -> Result<(), BusError> {
        if !self.master {
            return Err(BusError::MasterOff);
        }
        self.inner.dma_read(addr, data)
    }

    fn dma_write(&mut self, addr: u64, data: &[u8]) -> Result<(), BusError> {
        if !self.master {
            return Err(BusError::MasterOff);
        }
        self.inner.dma_write(addr, data)
    }

    fn interrupt(&mut self, vector: u16) -> Result<(), BusError> {
        // An MSI is a memory write, so it needs bus mastering as well.
        if !self.master {
            return Err(BusError::MasterOff);
        }
        if !self.msix {
            return Err(BusError::NoVector(vector));
        }
        self.inner.interrupt(vector)
    }

    fn now(&self) -> Duration {
        self.inner.now()
    }
}
