// SPDX-License-Identifier: GPL-2.0

//! Firmware of an emulated NetXtreme-E function, a BCM57414, as far as a driver's command channel can tell.
//!
//! Facts come from the kernel's `include/linux/bnxt/hsi.h` and what `bnxt_en` sends. The model knows the machine only as a
//! [`pci_model::Bus`]; what it refuses, counts and records is meant to be what firmware would. Its link is down.

#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::indexing_slicing, clippy::unwrap_used))]

mod call;
mod channel;
mod config;
mod debug;
mod dispatch;
mod fault;
mod function;
mod health;
mod le;
mod nvm;
mod port;
mod rings;
mod state;
mod status;
mod trace;

use std::collections::BTreeMap;
use std::time::Duration;

use firmware_model::{Findings, Records};
use pci_model::{Bar, Bus, Function as PciFunction, MsixLayout, Reset, Spec, Vpd};
use serde_json::Value;

pub use config::{Config, ConfigError};

use call::Dma;
use channel::Channel;
use debug::Debug;
use fault::{Faults, Request};
use function::Function;
use health::Health;
use nvm::Nvm;
use rings::Rings;
use trace::Record;

pub(crate) const VECTORS: u16 = 8;
const MSIX_PBA: u32 = 0x1000;

/// Where leftovers were found, in the control protocol's words.
const AT_TEARDOWN: &str = "teardown";
const AT_EXIT: &str = "exit";

/// One function of the device.
pub struct NetXtreme {
    config: Config,
    channel: Channel,
    function: Function,
    health: Health,
    rings: Rings,
    nvm: Nvm,
    debug: Debug,
    /// Registers of PHYs that were written.
    mdio: BTreeMap<(u8, u8, u16), u16>,
    dma: Dma,
    faults: Faults,
    trace: Records<Record>,
    findings: Findings,
    /// Objects of a driver that a reset took away.
    reset_drops: u64,
}

impl NetXtreme {
    /// A function after power-up.
    pub fn new(config: Config) -> Self {
        Self {
            channel: Channel::default(),
            function: Function::default(),
            health: Health::default(),
            rings: Rings::default(),
            nvm: Nvm::new(config.dump_seed, &config.version_text(), &config.vpd()),
            debug: Debug::default(),
            mdio: BTreeMap::new(),
            dma: Dma::default(),
            faults: Faults::default(),
            trace: Records::default(),
            findings: Findings::default(),
            reset_drops: 0,
            config,
        }
    }

    /// What a driver set up is lost, and it is not its fault.
    fn forget_driver(&mut self) {
        self.reset_drops += self.rings.drop_all().len() as u64;
        self.function.reset();
    }
}

impl PciFunction for NetXtreme {
    fn spec(&self) -> Spec {
        let bar = |index, size| Bar {
            index,
            size,
            wide: true,
            prefetchable: true,
        };
        Spec {
            vendor: 0x14e4,
            device: 0x16d7,
            subsystem_vendor: 0x14e4,
            subsystem: 0x4140,
            class: 0x02_0000,
            revision: 1,
            bars: vec![bar(0, 64 << 10), bar(2, 64 << 10), bar(4, 8 << 10)],
            pm_at: 0x48,
            pcie_at: 0xac,
            msix: MsixLayout {
                at: 0xa0,
                vectors: VECTORS,
                bar: 4,
                table: 0,
                pba: MSIX_PBA,
            },
            vpd: Some(Vpd {
                at: 0x50,
                image: self.config.vpd(),
            }),
            serial: Some(self.config.mac),
        }
    }

    fn bar_read(&mut self, bus: &mut dyn Bus, bar: u8, offset: u64, data: &mut [u8]) {
        if self.faults.bar_ones {
            data.fill(0xff);
            return;
        }
        let now = bus.now();
        for (at, byte) in (offset..).zip(data.iter_mut()) {
            let word = match bar {
                0 => self.health.read(at & !3, self.config.recovery, now),
                _ => 0,
            };
            *byte = le::get8(&word.to_le_bytes(), (at & 3) as usize);
        }
    }

    fn bar_write(&mut self, bus: &mut dyn Bus, bar: u8, offset: u64, data: &[u8]) {
        const WINDOW_END: u64 = channel::WINDOW as u64;
        if self.faults.bar_ones {
            return;
        }
        match (bar, offset) {
            (0, 0..WINDOW_END) => channel::window_write(self, offset, data),
            // A driver that takes the window to be longer clears it, too.
            (0, channel::DOORBELL) if le::get32(data, 0) == 1 => channel::ring(self, bus),
            (0, _) => self.health.write(offset, le::get32(data, 0)),
            (2, _) => rings::doorbell(self, bus, offset, data),
            _ => {}
        }
    }

    fn bus_master(&mut self, _bus: &mut dyn Bus, on: bool) {
        if !on {
            // There is nothing left to write with.
            self.channel.forget();
        }
    }

    fn reset(&mut self, _bus: &mut dyn Bus, cause: Reset) {
        self.channel = Channel::default();
        self.debug = Debug::default();
        if cause == Reset::Disconnect {
            let left = self.rings.drop_all();
            self.findings.leaked(AT_EXIT, self.health.fatal(), left);
            self.function.reset();
            return;
        }
        self.forget_driver();
        self.health.boot();
    }

    fn deadline(&self) -> Option<Duration> {
        self.channel.deadline()
    }

    fn tick(&mut self, bus: &mut dyn Bus) {
        channel::tick(self, bus);
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
                opcode,
                verdict,
                times,
            } => self.faults.rules.arm(opcode, verdict, times),
            Request::Health(status) => self.health.status = status,
            Request::CounterStuck => self.health.stuck = Some(Health::beat(bus.now())),
            Request::BarOnes => self.faults.bar_ones = true,
            Request::Permissive => self.faults.permissive = true,
            Request::Release => channel::release(self, bus),
        }
        Ok(())
    }

    fn fault_clear(&mut self, _bus: &mut dyn Bus) {
        self.faults.clear();
        self.health.status = health::HEALTHY;
        self.health.stuck = None;
        self.channel.forget();
    }
}
