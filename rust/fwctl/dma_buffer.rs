// SPDX-License-Identifier: GPL-2.0

//! Memory of one command that the device reads or writes.

use super::{
    attachment::Attachment,
    quarantine::{
        Lent,
        Memory, //
    }, //
};
use kernel::{
    device,
    dma::Coherent,
    page::PAGE_SIZE,
    prelude::*, //
};

/// Memory for what a command transfers beside its request and its reply; zeroes to begin with.
///
/// It is contiguous for the device, and made of whole pages, so that nobody else's memory is where
/// firmware may write a little too much. Dropped after [`expose`](Self::expose) and without
/// [`released`](Self::released), it stays where it is until the device can write no more, and the
/// log says so: firmware that answers late writes there, and over nobody.
///
/// # Examples
///
/// ```ignore
/// let mut buffer = context.dma_buffer(len)?;
/// buffer.write(attachment.input());
/// request.set_address(buffer.expose());
/// hardware.exec(&mut request)?;
/// // It was answered, so it is over.
/// buffer.released();
/// buffer.give(attachment, len);
/// ```
pub struct DmaBuffer {
    lent: Lent,
    len: usize,
}

impl DmaBuffer {
    /// `len` bytes for `device`. `EINVAL` if that is 0; `ENOMEM`.
    pub(crate) fn new(device: &device::Device<device::Bound>, len: usize) -> Result<Self> {
        let size = len.checked_next_multiple_of(PAGE_SIZE).ok_or(ENOMEM)?;
        let memory = Coherent::zeroed_slice(device, size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN)?;
        let device: &device::Device = device;
        Ok(Self {
            lent: Lent::new(Memory::Buffer(memory, device.into()))?,
            len,
        })
    }

    fn memory(&self) -> Option<&Coherent<[u8]>> {
        match self.lent.memory()? {
            Memory::Buffer(memory, _) => Some(memory),
            Memory::User(..) => None,
        }
    }

    /// Puts `bytes` at the beginning, as many as there is room for. Before it is
    /// [exposed](Self::expose) only.
    pub fn write(&mut self, bytes: &[u8]) {
        let bytes = bytes.get(..self.len).unwrap_or(bytes);
        if let Some(memory) = self.memory() {
            // SAFETY: There are as many bytes, and nobody else has them: the device does not know
            // them yet, and `self` is an exclusive reference.
            unsafe {
                core::ptr::copy_nonoverlapping(
                    bytes.as_ptr(),
                    memory.as_mut_ptr().cast(),
                    bytes.len(),
                )
            };
        }
    }

    /// Its bus address. From here on the firmware may know it.
    pub fn expose(&self) -> u64 {
        self.lent.expose();
        self.memory().map_or(0, |memory| memory.dma_address())
    }

    /// The firmware has answered, or never was asked: it does not write there any more.
    pub fn released(&self) {
        self.lent.released();
    }

    /// What the device has written, the first `len` bytes of it, is the reply of `attachment`. After it
    /// was [released](Self::released).
    pub fn give(&self, attachment: &mut Attachment, len: usize) {
        let len = len.min(self.len);
        if let Some(memory) = self.memory() {
            // SAFETY: There are as many bytes, initialised. They are copied and nothing is concluded
            // from them, as firmware may write there although it has answered.
            unsafe { attachment.fill_from(memory.as_ptr().cast(), len) };
        }
    }
}
