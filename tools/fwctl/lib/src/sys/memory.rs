// SPDX-License-Identifier: GPL-2.0

//! Memory that a device may write behind our back.

use std::ptr::{self, NonNull};
use std::slice;
use std::sync::atomic::{AtomicU8, Ordering};

use rustix::mm::{mmap_anonymous, munmap, MapFlags, ProtFlags};
use rustix::param::page_size;

use crate::errno::Errno;

/// Zeroed whole pages of our own. They are a mapping, not of the heap: pages that the kernel keeps in
/// quarantine for a device are then never used for anything else.
#[derive(Debug)]
pub struct Memory {
    /// Invariant: a mapping of `mapped` bytes that nobody else unmaps.
    start: NonNull<u8>,
    mapped: usize,
    len: usize,
}

// SAFETY: all access is by atomic bytes, or by an exclusive borrow.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    /// Maps `len` bytes, rounded up to pages.
    ///
    /// # Errors
    ///
    /// EINVAL for 0 bytes or too many; ENOMEM.
    pub fn new(len: usize) -> Result<Self, Errno> {
        let mapped = len
            .checked_next_multiple_of(page_size())
            .filter(|&mapped| mapped > 0 && isize::try_from(mapped).is_ok())
            .ok_or(Errno::INVAL)?;
        let (rights, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE);
        // SAFETY: a new mapping at an address of the kernel's choice touches no other.
        let start = unsafe { mmap_anonymous(ptr::null_mut(), mapped, rights, flags) }?;
        let start = NonNull::new(start.cast()).ok_or(Errno::NOMEM)?;
        Ok(Self { start, mapped, len })
    }

    /// Address of the first byte.
    pub fn address(&self) -> u64 {
        self.start.as_ptr() as u64
    }

    /// Bytes asked for.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Never: there is no mapping of nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn bytes(&self) -> &[AtomicU8] {
        // SAFETY: the mapping lives as long as we do; AtomicU8 has the layout of u8 and allows others
        // to write.
        unsafe { slice::from_raw_parts(self.start.as_ptr().cast(), self.len) }
    }

    /// Copies out from byte `at` on; `None` beyond the end.
    pub fn read(&self, at: usize, len: usize) -> Option<Vec<u8>> {
        let bytes = self.bytes().get(at..at.checked_add(len)?)?;
        Some(
            bytes
                .iter()
                .map(|byte| byte.load(Ordering::Relaxed))
                .collect(),
        )
    }

    /// Copies in from byte `at` on; `None`, with nothing written, beyond the end.
    pub fn write(&self, at: usize, data: &[u8]) -> Option<()> {
        let bytes = self.bytes().get(at..at.checked_add(data.len())?)?;
        for (byte, value) in bytes.iter().zip(data) {
            byte.store(*value, Ordering::Relaxed);
        }
        Some(())
    }

    /// As a slice, while its owner makes sure that nothing writes.
    pub(crate) fn slice(&self) -> &[u8] {
        // SAFETY: the mapping lives as long as we do. A device writes only while an RPC with its key
        // is in flight, and `Umem::as_slice` borrows the umem, so that its owner sends none.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and no borrow of it is left. An error would leave it mapped.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.mapped) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Theory: memory is whole zeroed pages, and no access reaches beyond what was asked for.
    #[test]
    fn memory_is_zeroed_and_bounded() {
        let memory = Memory::new(5000).unwrap();
        assert_eq!(memory.address() % page_size() as u64, 0);
        assert_eq!(memory.read(0, 5000), Some(vec![0; 5000]));
        assert_eq!(memory.write(4998, &[1, 2]), Some(()));
        assert_eq!(memory.write(4999, &[1, 2]), None);
        assert_eq!(memory.read(4997, 3), Some(vec![0, 1, 2]));
        assert_eq!(memory.read(4998, 3), None);
        assert_eq!(memory.read(usize::MAX, 2), None);
        assert_eq!(memory.slice().len(), 5000);
        assert_eq!(Memory::new(0).err(), Some(Errno::INVAL));
        assert_eq!(Memory::new(usize::MAX).err(), Some(Errno::INVAL));
    }
}
