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
    unplugged: bool,
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
            unplugged: false,
        })
    }

    /// Identity and layout.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Reads configuration space.
    pub fn config_read(&self, offset: u64, data: &mut [u8]) {
        if self.unplugged {
            data.fill(0xff);
            return;
        }
        self.config.read(offset, data);
    }

    /// Writes configuration space and carries out what the write asked for.
    pub fn config_write(&mut self, bus: &mut dyn Bus, offset: u64, data: &[u8]) {
        if self.unplugged {
            return;
        }
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
        if self.unplugged {
            data.fill(0xff);
            return;
        }
        data.fill(0);
        if self.inside(bar, offset, data.len()) && !self.msix.read(bar, offset, data) {
            self.with(bus, |function, bus| {
                function.bar_read(bus, bar, offset, data);
            });
        }
    }

    /// Writes a BAR; writes to absent bytes are dropped.
    pub fn bar_write(&mut self, bus: &mut dyn Bus, bar: u8, offset: u64, data: &[u8]) {
        if self.unplugged {
            return;
        }
        if self.inside(bar, offset, data.len()) && !self.msix.write(bar, offset, data) {
            self.with(bus, |function, bus| {
                function.bar_write(bus, bar, offset, data);
            });
        }
    }

    /// Takes the function from the bus, for this guest: all reads are ones, and it does nothing any more.
    pub fn unplug(&mut self, bus: &mut dyn Bus) {
        self.reset(bus, Reset::Bus);
        self.unplugged = true;
    }

    /// Resets the function, then its configuration. For another guest it is there again.
    pub fn reset(&mut self, bus: &mut dyn Bus, cause: Reset) {
        self.unplugged &= cause != Reset::Disconnect;
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

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used)]
mod tests {
    use std::sync::mpsc::{channel, Receiver, Sender};

    use serde_json::Value;

    use super::*;
    use crate::bus::BusError;
    use crate::function::{Bar, MsixLayout, Vpd};

    /// Says what reached it.
    struct Probe(Sender<String>);

    fn spec() -> Spec {
        Spec {
            vendor: 0x1234,
            device: 0x5678,
            subsystem_vendor: 1,
            subsystem: 2,
            class: 0x02_0000,
            revision: 3,
            bars: vec![Bar {
                index: 0,
                size: 0x1_0000,
                wide: true,
                prefetchable: true,
            }],
            pm_at: 0x40,
            pcie_at: 0x60,
            msix: MsixLayout {
                at: 0x9c,
                vectors: 4,
                bar: 0,
                table: 0x8000,
                pba: 0x9000,
            },
            vpd: Some(Vpd {
                at: 0x48,
                image: (1..=6).collect(),
            }),
            serial: Some(0x1122_3344_5566_7788),
        }
    }

    impl Function for Probe {
        fn spec(&self) -> Spec {
            spec()
        }
        fn bar_read(&mut self, _: &mut dyn Bus, _: u8, offset: u64, data: &mut [u8]) {
            data.fill(0xaa);
            self.0.send(format!("read {offset:#x}")).unwrap();
        }
        fn bar_write(&mut self, bus: &mut dyn Bus, _: u8, _: u64, _: &[u8]) {
            let dma = bus.dma_write(0, &[0]);
            let interrupt = bus.interrupt(0);
            self.0.send(format!("{dma:?} {interrupt:?}")).unwrap();
        }
        fn bus_master(&mut self, _: &mut dyn Bus, on: bool) {
            self.0.send(format!("master {on}")).unwrap();
        }
        fn reset(&mut self, _: &mut dyn Bus, cause: Reset) {
            self.0.send(format!("{cause:?}")).unwrap();
        }
        fn deadline(&self) -> Option<Duration> {
            None
        }
        fn tick(&mut self, _: &mut dyn Bus) {}
        fn state(&self) -> Value {
            Value::Null
        }
        fn trace(&self, _: &Value) -> Result<Value, String> {
            Ok(Value::Null)
        }
        fn trace_clear(&mut self) {}
        fn fault(&mut self, _: &mut dyn Bus, _: &Value) -> Result<(), String> {
            Ok(())
        }
        fn fault_clear(&mut self, _: &mut dyn Bus) {}
    }

    struct Open;

    impl Bus for Open {
        fn dma_read(&mut self, _: u64, _: &mut [u8]) -> Result<(), BusError> {
            Ok(())
        }
        fn dma_write(&mut self, _: u64, _: &[u8]) -> Result<(), BusError> {
            Ok(())
        }
        fn interrupt(&mut self, _: u16) -> Result<(), BusError> {
            Ok(())
        }
        fn now(&self) -> Duration {
            Duration::ZERO
        }
    }

    fn endpoint() -> (Endpoint, Receiver<String>) {
        let (says, heard) = channel();
        (Endpoint::new(Box::new(Probe(says))).unwrap(), heard)
    }

    fn config(endpoint: &Endpoint, at: u64) -> u32 {
        let mut data = [0; 4];
        endpoint.config_read(at, &mut data);
        u32::from_le_bytes(data)
    }

    #[test]
    fn capabilities_are_chained_and_the_bar_can_be_sized() {
        let (mut endpoint, _heard) = endpoint();
        assert_eq!(config(&endpoint, 0), 0x5678_1234);
        let mut ids = Vec::new();
        let mut at = u64::from(config(&endpoint, 0x34) & 0xff);
        while at != 0 {
            let header = config(&endpoint, at);
            ids.push(header & 0xff);
            at = u64::from((header >> 8) & 0xff);
        }
        assert_eq!(ids, [0x01, 0x03, 0x10, 0x11]);
        assert_eq!((config(&endpoint, 0x64) >> 28) & 1, 1, "FLR");
        assert_eq!(config(&endpoint, 0x104), 0x5566_7788);
        endpoint.config_write(&mut Open, 0x10, &[0xff; 8]);
        assert_eq!(config(&endpoint, 0x10), 0xffff_000c);
        assert_eq!(config(&endpoint, 0x14), u32::MAX);
        endpoint.config_write(&mut Open, 0, &[0xff; 4]);
        assert_eq!(config(&endpoint, 0), 0x5678_1234, "read only");
    }

    #[test]
    fn product_data_is_read_by_address() {
        let (mut endpoint, _heard) = endpoint();
        let mut word = |address: u16| {
            endpoint.config_write(&mut Open, 0x4a, &address.to_le_bytes());
            assert_eq!(config(&endpoint, 0x48) >> 16, u32::from(address | 0x8000));
            config(&endpoint, 0x4c)
        };
        assert_eq!(word(0), 0x0403_0201);
        assert_eq!(word(4), 0x0000_0605);
        assert_eq!(word(0x7ffc), 0);
        // A write ends, and changes nothing.
        endpoint.config_write(&mut Open, 0x4c, &[0xff; 4]);
        endpoint.config_write(&mut Open, 0x4a, &[0, 0x80]);
        assert_eq!(config(&endpoint, 0x48) >> 16, 0);
        endpoint.config_write(&mut Open, 0x4a, &[0, 0]);
        assert_eq!(config(&endpoint, 0x4c), 0x0403_0201);
    }

    #[test]
    fn the_bus_opens_with_bus_master_and_msix() {
        let (mut endpoint, heard) = endpoint();
        let off = "Err(MasterOff) Err(MasterOff)";
        endpoint.bar_write(&mut Open, 0, 0, &[0; 4]);
        assert_eq!(heard.recv().unwrap(), off);
        endpoint.config_write(&mut Open, 4, &[4, 0]);
        assert_eq!(heard.recv().unwrap(), "master true");
        endpoint.bar_write(&mut Open, 0, 0, &[0; 4]);
        assert_eq!(heard.recv().unwrap(), "Ok(()) Err(NoVector(0))");
        endpoint.config_write(&mut Open, 0x9e, &[0, 0x80]);
        endpoint.bar_write(&mut Open, 0, 0, &[0; 4]);
        assert_eq!(heard.recv().unwrap(), "Ok(()) Ok(())");
        endpoint.config_write(&mut Open, 4, &[0, 0]);
        assert_eq!(heard.recv().unwrap(), "master false");
        assert!(heard.try_recv().is_err());
    }

    #[test]
    fn flr_resets_function_and_configuration() {
        let (mut endpoint, heard) = endpoint();
        endpoint.config_write(&mut Open, 4, &[6, 0]);
        heard.recv().unwrap();
        endpoint.config_write(&mut Open, 0x68, &[0, 0x80]);
        assert_eq!(heard.recv().unwrap(), "FunctionLevel");
        assert_eq!(config(&endpoint, 4) & 0xffff, 0);
        assert_eq!((config(&endpoint, 0x68) >> 15) & 1, 0);
    }

    #[test]
    fn what_is_unplugged_reads_as_ones() {
        let (mut endpoint, heard) = endpoint();
        endpoint.config_write(&mut Open, 4, &[6, 0]);
        endpoint.unplug(&mut Open);
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), ["master true", "Bus"]);
        let mut data = [0; 4];
        endpoint.bar_read(&mut Open, 0, 0, &mut data);
        assert_eq!(data, [0xff; 4]);
        endpoint.bar_write(&mut Open, 0, 0, &data);
        endpoint.config_write(&mut Open, 4, &[6, 0]);
        assert_eq!(config(&endpoint, 0), u32::MAX);
        assert!(heard.try_recv().is_err());
        endpoint.reset(&mut Open, Reset::Bus);
        assert_eq!(config(&endpoint, 0), u32::MAX);
        endpoint.reset(&mut Open, Reset::Disconnect);
        assert_eq!(config(&endpoint, 0), 0x5678_1234);
    }

    #[test]
    fn accesses_outside_and_to_the_tables_stay_away_from_the_function() {
        let (mut endpoint, heard) = endpoint();
        let mut data = [0xff; 4];
        for (bar, at) in [(0, 0xfffe), (0, u64::MAX), (2, 0), (0, 0x8000), (0, 0x9000)] {
            endpoint.bar_read(&mut Open, bar, at, &mut data);
            endpoint.bar_write(&mut Open, bar, at, &data);
            assert!(heard.try_recv().is_err(), "{bar} {at:#x}");
        }
        endpoint.bar_read(&mut Open, 0, 0xfffc, &mut data);
        assert_eq!(data, [0xaa; 4]);
    }

    #[test]
    fn impossible_layouts_are_refused() {
        let refused = |change: fn(&mut Spec)| {
            let mut bad = spec();
            change(&mut bad);
            ConfigSpace::new(&bad).err()
        };
        assert_eq!(
            refused(|spec| spec.bars[0].size = 0x1001),
            Some(SpecError::Bar(0))
        );
        assert_eq!(
            refused(|spec| spec.bars[0].index = 5),
            Some(SpecError::Bar(5))
        );
        assert_eq!(
            refused(|spec| spec.pcie_at = 0x44),
            Some(SpecError::Capability(0x44))
        );
        assert_eq!(
            refused(|spec| spec.msix.at = 0xf8),
            Some(SpecError::Capability(0xf8))
        );
        assert_eq!(
            refused(|spec| spec.vpd.as_mut().unwrap().at = 0x44),
            Some(SpecError::Capability(0x44))
        );
        assert_eq!(refused(|_| {}), None);
    }
}
