// SPDX-License-Identifier: GPL-2.0

//! Configuration space: header, capabilities and the few writes that have an effect.
//!
//! Layout: PCI Local Bus 3.0 chapter 6, PCI Express Base 4.0 chapter 7; names follow `pci_regs.h`.

use crate::function::{Bar, Spec, SpecError, Vpd};

/// Bytes of extended configuration space.
pub const CONFIG_SIZE: usize = 4096;

const COMMAND: usize = 0x04;
const STATUS: usize = 0x06;
const BAR0: usize = 0x10;
const CAPABILITIES: usize = 0x34;

const COMMAND_MASTER: u16 = 1 << 2;
const STATUS_CAP_LIST: u16 = 1 << 4;

const CAP_PM: u8 = 0x01;
const CAP_VPD: u8 = 0x03;
const CAP_PCIE: u8 = 0x10;
const CAP_MSIX: u8 = 0x11;
const PM_LEN: usize = 8;
const VPD_LEN: usize = 8;
const PCIE_LEN: usize = 60;
const MSIX_LEN: usize = 12;

/// Of the address: the data is there, or has been written.
const VPD_DONE: u16 = 1 << 15;
const DEVCTL_FLR: u16 = 1 << 15;
const MSIX_ENABLE: u16 = 1 << 15;
const MSIX_MASK_ALL: u16 = 1 << 14;

/// What a configuration write did beyond storing bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfigChange {
    /// The bus master bit has a new value.
    pub master: Option<bool>,
    /// Function-level reset was asked for.
    pub flr: bool,
}

/// 4 KiB of registers with a write mask.
pub struct ConfigSpace {
    data: Vec<u8>,
    initial: Vec<u8>,
    writable: Vec<u8>,
    pcie: usize,
    msix: usize,
    vpd: Option<Vpd>,
}

impl ConfigSpace {
    /// Builds the header and capabilities of `spec`.
    ///
    /// # Errors
    /// A BAR or capability that cannot exist.
    pub fn new(spec: &Spec) -> Result<Self, SpecError> {
        let mut space = Self {
            data: vec![0; CONFIG_SIZE],
            initial: Vec::new(),
            writable: vec![0; CONFIG_SIZE],
            pcie: usize::from(spec.pcie_at),
            msix: usize::from(spec.msix.at),
            vpd: spec.vpd.clone(),
        };
        space.header(spec);
        for bar in &spec.bars {
            space.bar(bar)?;
        }
        space.chain(spec)?;
        space.power_management(usize::from(spec.pm_at));
        space.pci_express();
        space.msix_capability(spec);
        if let Some(vpd) = &spec.vpd {
            space.allow16(usize::from(vpd.at) + 2, u16::MAX);
        }
        if let Some(serial) = spec.serial {
            // Device serial number, version 1, last of the extended list.
            space.put32(0x100, 0x0001_0003);
            space.put32(0x104, serial as u32);
            space.put32(0x108, (serial >> 32) as u32);
        }
        space.initial = space.data.clone();
        Ok(space)
    }

    /// Back to the values after power-up.
    pub fn reset(&mut self) {
        self.data.copy_from_slice(&self.initial);
    }

    /// Bytes past the end read as zero.
    pub fn read(&self, offset: u64, data: &mut [u8]) {
        data.fill(0);
        let Ok(at) = usize::try_from(offset) else {
            return;
        };
        for (to, from) in data.iter_mut().zip(self.data.iter().skip(at)) {
            *to = *from;
        }
    }

    /// Stores the writable bits and says what the write asked for.
    pub fn write(&mut self, offset: u64, data: &[u8]) -> ConfigChange {
        let before = self.master();
        if let Ok(at) = usize::try_from(offset) {
            let masks = self.writable.iter().skip(at);
            for ((to, mask), from) in self.data.iter_mut().skip(at).zip(masks).zip(data) {
                *to = (*to & !mask) | (from & mask);
            }
        }
        self.transfer_vpd(offset, data.len());
        // Initiate FLR always reads as zero.
        let devctl = self.get16(self.pcie + 8);
        let flr = devctl & DEVCTL_FLR != 0;
        self.put16(self.pcie + 8, devctl & !DEVCTL_FLR);
        let after = self.master();
        ConfigChange {
            master: (before != after).then_some(after),
            flr,
        }
    }

    /// The bus master bit.
    pub fn master(&self) -> bool {
        self.get16(COMMAND) & COMMAND_MASTER != 0
    }

    /// MSI-X is enabled and not masked as a whole.
    pub fn msix_enabled(&self) -> bool {
        self.get16(self.msix + 2) & (MSIX_ENABLE | MSIX_MASK_ALL) == MSIX_ENABLE
    }

    fn header(&mut self, spec: &Spec) {
        self.put16(0x00, spec.vendor);
        self.put16(0x02, spec.device);
        // Memory space, bus master, parity, SERR, INTx disable.
        self.allow16(COMMAND, 0x0546);
        self.put16(STATUS, STATUS_CAP_LIST);
        self.put32(0x08, (spec.class << 8) | u32::from(spec.revision));
        self.allow16(0x0c, 0x00ff);
        self.put16(0x2c, spec.subsystem_vendor);
        self.put16(0x2e, spec.subsystem);
        self.allow16(0x3c, 0x00ff);
    }

    fn bar(&mut self, bar: &Bar) -> Result<(), SpecError> {
        let slots = if bar.wide { 2 } else { 1 };
        let fits = bar.wide || bar.size <= 1 << 31;
        if u16::from(bar.index) + slots > 6 || !bar.size.is_power_of_two() || bar.size < 16 || !fits
        {
            return Err(SpecError::Bar(bar.index));
        }
        let at = BAR0 + 4 * usize::from(bar.index);
        let mask = !(bar.size - 1);
        let kind = (u32::from(bar.wide) << 2) | (u32::from(bar.prefetchable) << 3);
        self.put32(at, kind);
        self.allow32(at, mask as u32);
        if bar.wide {
            self.allow32(at + 4, (mask >> 32) as u32);
        }
        Ok(())
    }

    /// Links the capabilities in order of their offsets.
    fn chain(&mut self, spec: &Spec) -> Result<(), SpecError> {
        let mut caps = vec![
            (usize::from(spec.pm_at), CAP_PM, PM_LEN),
            (self.pcie, CAP_PCIE, PCIE_LEN),
            (self.msix, CAP_MSIX, MSIX_LEN),
        ];
        let vpd = spec.vpd.as_ref();
        caps.extend(vpd.map(|vpd| (usize::from(vpd.at), CAP_VPD, VPD_LEN)));
        caps.sort_unstable();
        let mut link = CAPABILITIES;
        let mut free = 0x40;
        for (at, id, len) in caps {
            if at < free || at % 4 != 0 || at + len > 0x100 {
                return Err(SpecError::Capability(at as u8));
            }
            let low = self.get16(link) & if link == CAPABILITIES { 0xff00 } else { 0x00ff };
            let next = at as u16;
            let value = if link == CAPABILITIES {
                low | next
            } else {
                low | (next << 8)
            };
            self.put16(link, value);
            self.put16(at, u16::from(id));
            link = at;
            free = at + len;
        }
        Ok(())
    }

    fn power_management(&mut self, at: usize) {
        self.put16(at + 2, 0x0003);
        // No soft reset: a trip through D3hot keeps the state.
        self.put16(at + 4, 0x0008);
        self.allow16(at + 4, 0x0003);
    }

    fn pci_express(&mut self) {
        let at = self.pcie;
        // Version 2, endpoint.
        self.put16(at + 2, 0x0002);
        // FLR, role-based errors, extended tags, payload of 256 B.
        self.put32(at + 4, (1 << 28) | (1 << 15) | (1 << 5) | 1);
        self.put16(at + 8, 0x2810);
        self.allow16(at + 8, 0xffff);
        // 16 GT/s, 16 lanes.
        self.put32(at + 12, 0x0000_0104);
        self.allow16(at + 16, 0x01fb);
        self.put16(at + 18, 0x0104);
        // Completion timeout disable and ranges A to D.
        self.put32(at + 36, 0x0000_001f);
        self.allow16(at + 40, 0x001f);
        self.put32(at + 44, 0x0000_001e);
        self.put16(at + 48, 0x0004);
        self.allow16(at + 48, 0x000f);
    }

    fn msix_capability(&mut self, spec: &Spec) {
        let at = self.msix;
        let bar = u32::from(spec.msix.bar);
        self.put16(at + 2, spec.msix.vectors.saturating_sub(1) & 0x07ff);
        self.allow16(at + 2, MSIX_ENABLE | MSIX_MASK_ALL);
        self.put32(at + 4, spec.msix.table | bar);
        self.put32(at + 8, spec.msix.pba | bar);
    }

    /// Carries out what a write of `len` bytes at `offset` asked for, if it was one of the address of product data.
    fn transfer_vpd(&mut self, offset: u64, len: usize) {
        let Some(vpd) = &self.vpd else { return };
        let at = usize::from(vpd.at);
        let flag = at as u64 + 3;
        if !(offset..offset.saturating_add(len as u64)).contains(&flag) {
            return;
        }
        let address = self.get16(at + 2);
        if address & VPD_DONE != 0 {
            // None of it can be written, which takes no time.
            self.put16(at + 2, address & !VPD_DONE);
            return;
        }
        let from = vpd.image.iter().skip(usize::from(address));
        let mut word = [0; 4];
        for (to, from) in word.iter_mut().zip(from) {
            *to = *from;
        }
        store(&mut self.data, at + 4, &word);
        self.put16(at + 2, address | VPD_DONE);
    }

    fn get16(&self, at: usize) -> u16 {
        match self.data.get(at..at + 2) {
            Some(&[low, high]) => u16::from_le_bytes([low, high]),
            _ => 0,
        }
    }

    fn put16(&mut self, at: usize, value: u16) {
        store(&mut self.data, at, &value.to_le_bytes());
    }

    fn put32(&mut self, at: usize, value: u32) {
        store(&mut self.data, at, &value.to_le_bytes());
    }

    fn allow16(&mut self, at: usize, mask: u16) {
        store(&mut self.writable, at, &mask.to_le_bytes());
    }

    fn allow32(&mut self, at: usize, mask: u32) {
        store(&mut self.writable, at, &mask.to_le_bytes());
    }
}

fn store(to: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(slot) = to.get_mut(at..at + bytes.len()) {
        slot.copy_from_slice(bytes);
    }
}
