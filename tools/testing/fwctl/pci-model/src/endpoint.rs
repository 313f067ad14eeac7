// SPDX-License-Identifier: GPL-2.0

//! A function joined with its configuration space and MSI-X tables.

use std::time::Duration;

use crate::bus::{Bus, Gate};
use crate::config::ConfigSpace;
use crate::function::{Function, Reset, Spec, SpecError};
use crate::msix::Msix;

/// What a transport drives: configuration accesses, BAR accesses, resets, time.
pub struct Endpoint {
    spec: Spec,
    config: ConfigSpace,
    msix: Msix,
    function: Box<dyn Function>,
}

impl Endpoint {
    /// # Errors
    /// The function's [`Spec`] cannot exist.
    pub fn new(function: Box<dyn Function>) -> Result<Self, SpecError> {
        let spec = function.spec();
        let config = ConfigSpace::new(&spec)?;
        let vectors = u64::from(spec.msix.vectors);
        let bar = spec.bars.iter().find(|bar| bar.index == spec.msix.bar);
        let room = bar.map_or(0, |bar| bar.size);
        let table_end = u64::from(spec.msix.table) + vectors * 16;
        let pba_end = u64::from(spec.msix.pba) + vectors.div_ceil(64) * 8;
        if vectors == 0 || vectors > 2048 || table_end > room || pba_end > room {
            return Err(SpecError::Msix);
        }
        Ok(Self {
            msix: Msix::new(spec.msix),
            spec,
            config,
            function,
        })
    }

    /// Identity and layout.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Reads configuration space.
    pub fn config_read(&self, offset: u64, data: &mut [u8]) {
        self.config.read(offset, data);
    }

    /// Writes configuration space and carries out what the write asked for.
    pub fn config_write(&mut self, bus: &mut dyn Bus, offset: u64, data: &[u8]) {
        let change = self.config.write(offset, data);
        if let Some(on) = change.master {
            self.with(bus, |function, bus| function.bus_master(bus, on));
        }
        if change.flr {
            self.reset(bus, Reset::FunctionLevel);
        }
    }

    /// Reads a BAR; absent bytes read as zero.
    pub fn bar_read(&mut self, bus: &mut dyn Bus, bar: u8, offset: u64, data: &mut [u8]) {
        data.fill(0);
        if self.inside(bar, offset, data.len()) && !self.msix.read(bar, offset, data) {
            self.with(bus, |function, bus| {
                function.bar_read(bus, bar, offset, data);
            });
        }
    }

    /// Writes a BAR; writes to absent bytes are dropped.
    pub fn bar_write(&mut self, bus: &mut dyn Bus, bar: u8, offset: u64, data: &[u8]) {
        if self.inside(bar, offset, data.len()) && !self.msix.write(bar, offset, data) {
            self.with(bus, |function, bus| {
                function.bar_write(bus, bar, offset, data);
            });
        }
    }

    /// Resets the function, then its configuration.
    pub fn reset(&mut self, bus: &mut dyn Bus, cause: Reset) {
        self.with(bus, |function, bus| function.reset(bus, cause));
        self.config.reset();
        self.msix.reset();
    }

    /// When [`Endpoint::tick`] is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.function.deadline()
    }

    /// Does delayed work that is due.
    pub fn tick(&mut self, bus: &mut dyn Bus) {
        self.with(bus, |function, bus| function.tick(bus));
    }

    /// Calls the function with the bus as its configuration lets it through.
    pub fn with<R>(
        &mut self,
        bus: &mut dyn Bus,
        call: impl FnOnce(&mut dyn Function, &mut dyn Bus) -> R,
    ) -> R {
        let mut gate = Gate::new(bus, self.config.master(), self.config.msix_enabled());
        call(&mut *self.function, &mut gate)
    }

    fn inside(&self, bar: u8, offset: u64, len: usize) -> bool {
        let Some(spec) = self.spec.bars.iter().find(|spec| spec.index == bar) else {
            return false;
        };
        offset
            .checked_add(len as u64)
            .is_some_and(|end| end <= spec.size)
    }
}
