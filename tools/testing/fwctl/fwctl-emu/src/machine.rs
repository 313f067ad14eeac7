// SPDX-License-Identifier: GPL-2.0

//! One endpoint and the platform behind it, shared by the transport, the ticker and the control socket.

use std::io::Write;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use std::fs::File;

use pci_model::{Bus, BusError, Endpoint, Function, SpecError};

use crate::dma::DmaTable;

/// Guest memory, interrupt receivers and the clock.
pub(crate) struct Platform {
    pub(crate) dma: DmaTable,
    /// Eventfd of each vector.
    pub(crate) vectors: Vec<Option<File>>,
    start: Instant,
}

impl Bus for Platform {
    fn dma_read(&mut self, addr: u64, data: &mut [u8]) -> Result<(), BusError> {
        self.dma.read(addr, data)
    }

    fn dma_write(&mut self, addr: u64, data: &[u8]) -> Result<(), BusError> {
        self.dma.write(addr, data)
    }

    fn interrupt(&mut self, vector: u16) -> Result<(), BusError> {
        let receiver = self.vectors.get(usize::from(vector));
        let mut event = receiver
            .and_then(Option::as_ref)
            .ok_or(BusError::NoVector(vector))?;
        event
            .write_all(&1_u64.to_ne_bytes())
            .map_err(|_| BusError::NoVector(vector))
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// What the lock protects.
pub(crate) struct Inner {
    pub(crate) endpoint: Endpoint,
    pub(crate) platform: Platform,
}

impl Inner {
    /// Calls the function with the platform behind it.
    pub(crate) fn with<R>(&mut self, call: impl FnOnce(&mut dyn Function, &mut dyn Bus) -> R) -> R {
        self.endpoint.with(&mut self.platform, call)
    }
}

/// A machine that threads share.
pub(crate) struct Machine {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Machine {
    pub(crate) fn new(function: Box<dyn Function>) -> Result<Self, SpecError> {
        let endpoint = Endpoint::new(function)?;
        let vectors = usize::from(endpoint.spec().msix.vectors);
        let platform = Platform {
            dma: DmaTable::default(),
            vectors: (0..vectors).map(|_| None).collect(),
            start: Instant::now(),
        };
        Ok(Self {
            inner: Mutex::new(Inner { endpoint, platform }),
            changed: Condvar::new(),
        })
    }

    /// Runs `call` alone, then lets the ticker look for new deadlines.
    pub(crate) fn run<R>(&self, call: impl FnOnce(&mut Inner) -> R) -> R {
        let mut inner = self.lock();
        let before = inner.endpoint.deadline();
        let result = call(&mut inner);
        let sooner = inner.endpoint.deadline() != before;
        drop(inner);
        if sooner {
            self.changed.notify_all();
        }
        result
    }

    /// Does delayed work, for ever.
    pub(crate) fn tick_for_ever(&self) {
        let mut inner = self.lock();
        loop {
            let now = inner.platform.now();
            inner = match inner.endpoint.deadline() {
                Some(due) if due <= now => {
                    let Inner { endpoint, platform } = &mut *inner;
                    endpoint.tick(platform);
                    inner
                }
                Some(due) => {
                    let waited = self.changed.wait_timeout(inner, due - now);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self
                    .changed
                    .wait(inner)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// A thread that died in the middle of a call must not take the others with it.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
