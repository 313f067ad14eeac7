// SPDX-License-Identifier: GPL-2.0

//! Firmware of an emulated ConnectX function, as far as a driver's command interface can tell.
//!
//! Facts come from the kernel's `include/linux/mlx5/` and the programmer's reference manual. The model
//! knows the machine only as a [`pci_model::Bus`]; what it refuses, counts and records is meant to be what firmware
//! would.

#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::indexing_slicing, clippy::unwrap_used))]

mod be;
mod caps;
mod command;
mod config;
mod diagnostics;
mod dispatch;
mod eq;
mod fault;
mod filter;
mod hca;
mod init_segment;
mod layout;
mod mkey;
mod objects;
mod pages;
mod pd;
mod registers;
mod stale;
mod state;
mod status;
mod trace;
mod uar;
mod uctx;
mod umem;
mod vport;

use std::time::Duration;

use firmware_model::{Findings, Records};
use pci_model::{Bar, Bus, Function, MsixLayout, Reset, Spec, Vpd};
use serde_json::Value;

pub use config::{Config, ConfigError, Kind as FunctionKind};
pub use registers::{Keep, Settings};

use command::Queue;
use diagnostics::Diagnostics;
use fault::{Faults, Immediate, Request};
use hca::Hca;
use init_segment::{Action, InitSegment};
use objects::{Kind, Ledger};
use registers::Registers;
use stale::Stale;
use state::Counters;
use trace::Record;

const BAR_SIZE: u64 = 2 << 20;
pub(crate) const VECTORS: u16 = 8;
pub(crate) const MSIX_TABLE: u32 = 0x1f_0000;
const MSIX_PBA: u32 = 0x1f_8000;

/// Where leftovers were found, in the control protocol's words.
const AT_RESET: &str = "flr";
const AT_TEARDOWN: &str = "teardown";
const AT_EXIT: &str = "exit";

/// One function of the device.
pub struct ConnectX {
    config: Config,
    segment: InitSegment,
    hca: Hca,
    objects: Ledger,
    stale: Stale,
    registers: Registers,
    diagnostics: Diagnostics,
    queue: Queue,
    faults: Faults,
    trace: Records<Record>,
    findings: Findings,
    counters: Counters,
}

impl ConnectX {
    /// A function after power-up.
    pub fn new(config: Config) -> Self {
        Self {
            segment: InitSegment::new(&config),
            hca: Hca::new(&config),
            objects: Ledger::default(),
            stale: Stale::default(),
            registers: Registers::default(),
            diagnostics: Diagnostics::default(),
            queue: Queue::default(),
            faults: Faults::default(),
            trace: Records::default(),
            findings: Findings::default(),
            counters: Counters::default(),
            config,
        }
    }

    /// Starts with these settings in force instead of the factory's, and hands those that are changed to `keep`. A change that
    /// cannot be kept is refused.
    pub fn with_settings(mut self, settings: Settings, keep: Box<Keep>) -> Self {
        self.registers.nv.start(settings, keep);
        self
    }

    /// Forgets objects of the kinds that `which` accepts, each a finding for the report.
    ///
    /// The kernel's own objects are no finding at a reset: a bound driver learns of it only afterwards.
    fn drop_kinds(&mut self, at: &'static str, which: impl Fn(Kind) -> bool) {
        let fatal = self.segment.fatal() || self.faults.bar_ones;
        let mut dropped = self.objects.drop_kinds(which);
        if at == AT_RESET {
            let before = dropped.len();
            dropped.retain(|object| object.owner != 0);
            self.counters.reset_drops += (before - dropped.len()) as u64;
        }
        self.findings.leaked(at, fatal, dropped);
    }

    /// Forgets everything that a driver set up, commands in flight included.
    fn drop_everything(&mut self, at: &'static str) {
        self.drop_kinds(at, |_| true);
        self.queue.clear();
        self.hca.reset();
        self.diagnostics = Diagnostics::default();
        self.stale.clear();
    }

    fn segment_write(&mut self, bus: &mut dyn Bus, offset: u64, data: &[u8]) {
        for (i, word) in data.chunks_exact(4).enumerate() {
            let value = be::get32(word, 0);
            match self.segment.write(offset + 4 * i as u64, value) {
                Action::None => {}
                Action::Doorbell(bits) => command::ring(self, bus, bits),
                Action::SoftwareReset => self.drop_everything(AT_RESET),
            }
        }
    }
}

impl Function for ConnectX {
    fn spec(&self) -> Spec {
        Spec {
            vendor: 0x15b3,
            device: self.config.device_id(),
            subsystem_vendor: 0x15b3,
            subsystem: 0x0043,
            class: 0x02_0000,
            revision: 0,
            bars: vec![Bar {
                index: 0,
                size: BAR_SIZE,
                wide: true,
                prefetchable: true,
            }],
            pm_at: 0x40,
            pcie_at: 0x60,
            msix: MsixLayout {
                at: 0x9c,
                vectors: VECTORS,
                bar: 0,
                table: MSIX_TABLE,
                pba: MSIX_PBA,
            },
            vpd: self.config.vpd().map(|image| Vpd { at: 0x48, image }),
            serial: Some(self.config.mac),
        }
    }

    fn bar_read(&mut self, bus: &mut dyn Bus, _bar: u8, offset: u64, data: &mut [u8]) {
        if self.faults.bar_ones {
            data.fill(0xff);
            return;
        }
        let now = bus.now();
        for (at, byte) in (offset..init_segment::LEN).zip(data.iter_mut()) {
            let word = self.segment.read(at & !3, now).to_be_bytes();
            *byte = be::get8(&word, (at & 3) as usize);
        }
    }

    fn bar_write(&mut self, bus: &mut dyn Bus, _bar: u8, offset: u64, data: &[u8]) {
        if self.faults.bar_ones {
            return;
        }
        if offset < init_segment::LEN {
            self.segment_write(bus, offset, data);
        } else {
            uar::write(self, offset, data);
        }
    }

    fn bus_master(&mut self, _bus: &mut dyn Bus, on: bool) {
        if !on {
            self.drop_everything(AT_RESET);
        }
    }

    fn reset(&mut self, _bus: &mut dyn Bus, cause: Reset) {
        let at = match cause {
            Reset::FunctionLevel | Reset::Bus => AT_RESET,
            Reset::Disconnect => AT_EXIT,
        };
        self.drop_everything(at);
        self.segment.reset();
        let asked = self.registers.mfrl.take();
        if asked || cause == Reset::Disconnect {
            self.registers.boot();
        }
    }

    fn deadline(&self) -> Option<Duration> {
        self.queue.deadline()
    }

    fn tick(&mut self, bus: &mut dyn Bus) {
        command::tick(self, bus);
    }

    fn state(&self) -> Value {
        state::report(self)
    }

    fn trace(&self, request: &Value) -> Result<Value, String> {
        trace::report(&self.trace, request)
    }

    fn trace_clear(&mut self) {
        self.trace.clear();
    }

    fn fault(&mut self, bus: &mut dyn Bus, fault: &Value) -> Result<(), String> {
        match fault::parse(fault)? {
            Request::Command {
                filter,
                verdict,
                times,
            } => self.faults.rules.arm(filter, verdict, times),
            Request::LostInterrupt(count) => self.faults.lose_interrupts(count),
            Request::Now(Immediate::PageRequest(count)) => pages::request(self, bus, count),
            Request::Now(Immediate::CounterStuck) => {
                self.segment.stuck = Some(InitSegment::counter(bus.now()));
            }
            Request::Now(Immediate::Health(syndrome)) => self.segment.syndrome = syndrome,
            Request::Now(Immediate::BarOnes) => self.faults.bar_ones = true,
            Request::Now(Immediate::Permissive) => self.faults.permissive = true,
            Request::Now(Immediate::Scribble { umem, destroyed }) => {
                umem::scribble(self, bus, umem, destroyed)?;
            }
            Request::Now(Immediate::Reuse) => self.objects.reuse = true,
            Request::Now(Immediate::Release) => command::release_lost(self, bus),
        }
        Ok(())
    }

    fn fault_clear(&mut self, bus: &mut dyn Bus) {
        self.faults.clear();
        self.objects.reuse = false;
        self.segment.stuck = None;
        self.segment.syndrome = 0;
        command::release_lost(self, bus);
    }
}
