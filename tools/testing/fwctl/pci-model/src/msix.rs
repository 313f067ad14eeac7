// SPDX-License-Identifier: GPL-2.0

//! The MSI-X table and pending bits as BAR memory.
//!
//! A hypervisor usually keeps a table of its own and never shows its contents here; the model then only
//! provides memory that reads back. Delivery goes through [`crate::Bus::interrupt`].

use crate::function::MsixLayout;

const ENTRY: usize = 16;
const MASKED: u8 = 1;

/// Backing store of the vector table and the pending bits.
pub struct Msix {
    layout: MsixLayout,
    table: Vec<u8>,
    pending: Vec<u8>,
}

impl Msix {
    /// All vectors masked, none pending.
    pub fn new(layout: MsixLayout) -> Self {
        let vectors = usize::from(layout.vectors);
        let mut msix = Self {
            layout,
            table: vec![0; vectors * ENTRY],
            pending: vec![0; vectors.div_ceil(64) * 8],
        };
        msix.reset();
        msix
    }

    /// Masks all vectors.
    pub fn reset(&mut self) {
        self.pending.fill(0);
        for entry in self.table.chunks_exact_mut(ENTRY) {
            entry.fill(0);
            if let Some(control) = entry.get_mut(12) {
                *control = MASKED;
            }
        }
    }

    /// Reads the tables. False if the access lies outside of them.
    pub fn read(&self, bar: u8, offset: u64, data: &mut [u8]) -> bool {
        for (store, base) in [
            (&self.table, self.layout.table),
            (&self.pending, self.layout.pba),
        ] {
            if let Some(at) = self.position(bar, offset, base, store.len()) {
                data.fill(0);
                for (to, from) in data.iter_mut().zip(store.iter().skip(at)) {
                    *to = *from;
                }
                return true;
            }
        }
        false
    }

    /// Writes the vector table; pending bits are read only. False if the access lies outside.
    pub fn write(&mut self, bar: u8, offset: u64, data: &[u8]) -> bool {
        if let Some(at) = self.position(bar, offset, self.layout.table, self.table.len()) {
            for (to, from) in self.table.iter_mut().skip(at).zip(data) {
                *to = *from;
            }
            return true;
        }
        self.position(bar, offset, self.layout.pba, self.pending.len())
            .is_some()
    }

    fn position(&self, bar: u8, offset: u64, base: u32, len: usize) -> Option<usize> {
        let at = usize::try_from(offset.checked_sub(u64::from(base))?).ok()?;
        (bar == self.layout.bar && at < len).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: MsixLayout = MsixLayout {
        at: 0x9c,
        vectors: 8,
        bar: 0,
        table: 0x1000,
        pba: 0x2000,
    };

    #[test]
    fn table_reads_back_and_resets_to_masked() {
        let mut msix = Msix::new(LAYOUT);
        let mut data = [0; 4];
        assert!(msix.read(0, 0x1000 + 7 * 16 + 12, &mut data));
        assert_eq!(data, [1, 0, 0, 0]);
        assert!(msix.write(0, 0x1010, &[1, 2, 3, 4]));
        assert!(msix.read(0, 0x1010, &mut data));
        assert_eq!(data, [1, 2, 3, 4]);
        msix.reset();
        assert!(msix.read(0, 0x1010, &mut data));
        assert_eq!(data, [0; 4]);
    }

    #[test]
    fn outside_is_not_claimed_and_pending_bits_are_read_only() {
        let mut msix = Msix::new(LAYOUT);
        let mut data = [0; 4];
        assert!(!msix.read(0, 0xffc, &mut data));
        assert!(!msix.read(0, 0x1080, &mut data));
        assert!(!msix.read(1, 0x1000, &mut data));
        assert!(msix.write(0, 0x2000, &[0xff; 4]));
        assert!(msix.read(0, 0x2000, &mut data));
        assert_eq!(data, [0; 4]);
        assert!(msix.read(0, 0x107e, &mut data));
    }
}
