// SPDX-License-Identifier: GPL-2.0

//! Chains of mailbox blocks, `struct mlx5_cmd_prot_block` of `include/linux/mlx5/device.h`.

use pci_model::Bus;

use crate::be;
use crate::status::Delivery;

/// Data bytes of a block.
pub(crate) const DATA: usize = 512;
const LEN: usize = 576;
const NEXT: usize = 560;
const NUMBER: usize = 568;
const TOKEN: usize = 573;
const CONTROL_SIGNATURE: usize = 574;
const SIGNATURE: usize = 575;
/// Blocks lie at multiples of this.
const ALIGN: u64 = 512;

/// Where a chain begins and what its blocks must carry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    pub(crate) first: u64,
    pub(crate) token: u8,
    /// What to report for a block that is absent, unaligned or out of reach.
    pub(crate) pointer_error: Delivery,
}

impl Chain {
    /// Reads `len` bytes.
    pub(crate) fn read(self, bus: &mut dyn Bus, len: usize) -> Result<Vec<u8>, Delivery> {
        let mut data = Vec::with_capacity(len);
        self.walk(bus, len, |_, block, part| {
            data.extend_from_slice(block.get(..part).unwrap_or(&[]));
            Ok(())
        })?;
        Ok(data)
    }

    /// Checks that a chain of `len` bytes is there.
    pub(crate) fn check(self, bus: &mut dyn Bus, len: usize) -> Result<(), Delivery> {
        self.walk(bus, len, |_, _, _| Ok(()))
    }

    /// Writes `data` and signs the blocks.
    pub(crate) fn write(self, bus: &mut dyn Bus, data: &[u8]) -> Result<(), Delivery> {
        let mut parts = data.chunks(DATA);
        self.walk(bus, data.len(), |(bus, addr), block, _| {
            be::put(block, 0, parts.next().unwrap_or(&[]));
            sign(block);
            bus.dma_write(addr, block).map_err(|_| self.pointer_error)
        })
    }

    fn walk(
        self,
        bus: &mut dyn Bus,
        len: usize,
        mut visit: impl FnMut((&mut dyn Bus, u64), &mut [u8], usize) -> Result<(), Delivery>,
    ) -> Result<(), Delivery> {
        let mut addr = self.first;
        for number in 0..len.div_ceil(DATA) {
            if addr == 0 || addr % ALIGN != 0 {
                return Err(self.pointer_error);
            }
            let mut block = [0; LEN];
            bus.dma_read(addr, &mut block)
                .map_err(|_| self.pointer_error)?;
            if be::get8(&block, TOKEN) != self.token {
                return Err(Delivery::Token);
            }
            if be::get32(&block, NUMBER) as usize != number {
                return Err(Delivery::BlockNumber);
            }
            let next = be::get64(&block, NEXT);
            let part = DATA.min(len - number * DATA);
            visit((&mut *bus, addr), &mut block, part)?;
            addr = next;
        }
        Ok(())
    }
}

fn sign(block: &mut [u8]) {
    be::put(block, CONTROL_SIGNATURE, &[0, 0]);
    let control = !be::xor8(block.get(DATA..CONTROL_SIGNATURE).unwrap_or(&[]));
    be::put(block, CONTROL_SIGNATURE, &[control]);
    let all = !be::xor8(block);
    be::put(block, SIGNATURE, &[all]);
}
