// SPDX-License-Identifier: GPL-2.0

//! Guest memory by bus address, as the hypervisor shares it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::atomic::{fence, Ordering};

use pci_model::BusError;
use vm_memory::{Bytes, FileOffset, MmapRegion, VolatileMemory};

const PROT_READ: i32 = 1;
const PROT_WRITE: i32 = 2;
const MAP_SHARED: i32 = 1;

#[derive(Debug)]
struct Map {
    size: u64,
    memory: MmapRegion,
    writable: bool,
}

/// Address ranges that the function may reach. Ranges do not overlap.
#[derive(Debug, Default)]
pub(crate) struct DmaTable {
    maps: BTreeMap<u64, Map>,
}

impl DmaTable {
    /// Maps `size` bytes of `file` at `offset` to the bus address `addr`. A range without a file (ROM, VGA) is not
    /// memory and stays unreachable.
    ///
    /// # Errors
    /// An empty, wrapping or overlapping range, or a file that cannot be mapped.
    pub(crate) fn map(
        &mut self,
        addr: u64,
        size: u64,
        offset: u64,
        file: Option<File>,
        writable: bool,
    ) -> io::Result<()> {
        let end = addr.checked_add(size).filter(|end| *end > addr);
        let end = end.ok_or(io::ErrorKind::InvalidInput)?;
        let below = self.maps.range(..end).next_back();
        if below.is_some_and(|(base, map)| base + map.size > addr) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let Some(file) = file else {
            return Ok(());
        };
        let len = usize::try_from(size).map_err(|_| io::ErrorKind::InvalidInput)?;
        let protection = PROT_READ | if writable { PROT_WRITE } else { 0 };
        let file = FileOffset::new(file, offset);
        let memory =
            MmapRegion::build(Some(file), len, protection, MAP_SHARED).map_err(io::Error::other)?;
        let map = Map {
            size,
            memory,
            writable,
        };
        self.maps.insert(addr, map);
        Ok(())
    }

    /// Unmaps everything inside of the range.
    ///
    /// # Errors
    /// The range cuts a map in two.
    pub(crate) fn unmap(&mut self, addr: u64, size: u64) -> io::Result<()> {
        let end = addr.saturating_add(size);
        let cut = |(base, map): (&u64, &Map)| *base < addr || base + map.size > end;
        let first = self.maps.range(..addr).next_back();
        let straddles = first.is_some_and(|(base, map)| base + map.size > addr);
        if straddles || self.maps.range(addr..end).any(cut) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.maps.retain(|base, _| *base < addr || *base >= end);
        Ok(())
    }

    /// Unmaps everything.
    pub(crate) fn clear(&mut self) {
        self.maps.clear();
    }

    /// Fills `data` from guest memory.
    pub(crate) fn read(&self, addr: u64, data: &mut [u8]) -> Result<(), BusError> {
        // Whatever told us to look was written after what it speaks of.
        fence(Ordering::Acquire);
        let mut at = addr;
        let mut rest = data;
        while !rest.is_empty() {
            let (map, offset, len) = self.locate(at, rest.len(), addr)?;
            let (part, after) = rest.split_at_mut(len);
            map.memory
                .get_slice(offset, len)
                .and_then(|slice| slice.read_slice(part, 0))
                .map_err(|_| unmapped(addr, len))?;
            at = at.wrapping_add(len as u64);
            rest = after;
        }
        Ok(())
    }

    /// Writes `data` to guest memory, after everything that was written before.
    pub(crate) fn write(&self, addr: u64, data: &[u8]) -> Result<(), BusError> {
        fence(Ordering::Release);
        let mut at = addr;
        let mut rest = data;
        while !rest.is_empty() {
            let (map, offset, len) = self.locate(at, rest.len(), addr)?;
            if !map.writable {
                return Err(unmapped(addr, data.len()));
            }
            let (part, after) = rest.split_at(len);
            map.memory
                .get_slice(offset, len)
                .and_then(|slice| slice.write_slice(part, 0))
                .map_err(|_| unmapped(addr, len))?;
            at = at.wrapping_add(len as u64);
            rest = after;
        }
        fence(Ordering::Release);
        Ok(())
    }

    /// The map that holds `at`, the offset inside, and how many of `want` bytes it holds.
    fn locate(&self, at: u64, want: usize, addr: u64) -> Result<(&Map, usize, usize), BusError> {
        let found = self.maps.range(..=at).next_back();
        let (base, map) = found
            .filter(|(base, map)| at - **base < map.size)
            .ok_or(unmapped(addr, want))?;
        let offset = at - base;
        let room = usize::try_from(map.size - offset).unwrap_or(usize::MAX);
        Ok((map, offset as usize, want.min(room)))
    }
}

fn unmapped(addr: u64, len: usize) -> BusError {
    BusError::Unmapped { addr, len }
}
