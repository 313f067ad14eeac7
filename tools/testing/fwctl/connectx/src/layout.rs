// SPDX-License-Identifier: GPL-2.0

//! Fields of big-endian layouts, declared once.

use crate::be;

/// Bits of a dword. Where it stands and what it is called are those of the PRM.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// Byte of its dword.
    at: usize,
    /// Bit of its least significant bit, 0 the dword's least.
    low: u32,
    width: u32,
}

/// Bits `high` to `low` of the dword at byte `at`.
pub(crate) const fn field(name: &'static str, at: usize, high: u32, low: u32) -> Field {
    assert!(at % 4 == 0 && high < 32 && low <= high);
    Field {
        name,
        at,
        low,
        width: high - low + 1,
    }
}

impl Field {
    /// The largest value that fits.
    pub(crate) const fn max(&self) -> u32 {
        u32::MAX >> (32 - self.width)
    }

    /// Its value; 0 beyond the end of `data`.
    pub(crate) fn get(&self, data: &[u8]) -> u32 {
        (be::get32(data, self.at) >> self.low) & self.max()
    }

    /// Stores what fits of `value` and leaves the rest of the dword; nothing beyond the end of `data`.
    pub(crate) fn put(&self, data: &mut [u8], value: u32) {
        let mask = self.max() << self.low;
        let others = be::get32(data, self.at) & !mask;
        be::put32(data, self.at, others | ((value << self.low) & mask));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_its_bits_and_no_others() {
        let (all, some) = (field("all", 4, 31, 0), field("some", 4, 11, 8));
        let mut data = [0; 8];
        all.put(&mut data, 0xffff_ffff);
        some.put(&mut data, 0x35);
        assert_eq!(data, [0, 0, 0, 0, 0xff, 0xff, 0xf5, 0xff]);
        assert_eq!((some.get(&data), some.max()), (5, 15));
        assert_eq!((all.get(&data), all.max()), (0xffff_f5ff, u32::MAX));
        assert_eq!(all.get(&data[..6]), 0);
        all.put(&mut data[..6], 0);
        assert_eq!(data[4], 0xff);
    }
}
