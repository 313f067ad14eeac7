// SPDX-License-Identifier: GPL-2.0

//! Pinned memory as a device sees it.
//!
//! C header: [`include/linux/dma-mapping.h`](srctree/include/linux/dma-mapping.h)

use super::{
    device::as_raw,
    memory::flags_for_user,
    pin::PinnedPages, //
};
use core::ptr::NonNull;
use kernel::{
    bindings,
    device,
    error::to_result,
    page::{
        PAGE_SHIFT,
        PAGE_SIZE, //
    },
    prelude::*,
    sync::aref::ARef, //
};

extern "C" {
    fn fwctl_helper_max_segment(dev: *mut c_void) -> c_uint;
    fn fwctl_helper_sg_next(
        sg: *mut c_void,
        addr: *mut bindings::dma_addr_t,
        len: *mut c_uint,
    ) -> *mut c_void;
}

/// Pinned pages, whole ones, mapped for a device to read and write.
///
/// # Invariants
///
/// `table` is mapped for `device`.
pub struct Mapping {
    table: KBox<bindings::sg_table>,
    device: ARef<device::Device>,
    pages: PinnedPages,
}

// SAFETY: A mapping can be undone by any task.
unsafe impl Send for Mapping {}
// SAFETY: It does not change.
unsafe impl Sync for Mapping {}

const BIDIRECTIONAL: bindings::dma_data_direction = bindings::dma_data_direction::DMA_BIDIRECTIONAL;

/// The device writes when it likes and nobody syncs: neither copies nor caches may be between. With
/// it the same page may be mapped often, too.
const COHERENT: c_ulong = bindings::DMA_ATTR_REQUIRE_COHERENT as c_ulong;

/// A part of a mapping that is contiguous for the device.
#[derive(Clone, Copy)]
pub struct Segment {
    /// Bus address.
    pub addr: u64,
    /// Bytes.
    pub len: u64,
}

impl Mapping {
    /// Maps `pages` for `device`, which must be bound to its driver.
    ///
    /// `EOPNOTSUPP` if the platform would have to copy what the device writes; `ENOMEM`, or the
    /// error of the DMA layer. May sleep.
    pub fn new(mut pages: PinnedPages, device: &device::Device) -> Result<Self> {
        let mut table = KBox::new(pin_init::zeroed::<bindings::sg_table>(), GFP_KERNEL_ACCOUNT)?;
        let count = c_uint::try_from(pages.count()).map_err(|_| EINVAL)?;
        // Whole pages; what the hardware's driver says that the device takes at a time.
        // SAFETY: The device is bound.
        let longest = unsafe { fwctl_helper_max_segment(as_raw(device).cast()) };
        let longest = longest.max(PAGE_SIZE as c_uint) & !(PAGE_SIZE as c_uint - 1);
        // SAFETY: There are `count` pages; the table is ours.
        to_result(unsafe {
            bindings::sg_alloc_table_from_pages_segment(
                &mut *table,
                pages.as_mut_ptr(),
                count,
                0,
                pages.count() << PAGE_SHIFT,
                longest,
                flags_for_user(),
            )
        })?;
        let device: ARef<device::Device> = device.into();
        // SAFETY: The table holds the pages; the device is bound.
        let mapped = to_result(unsafe {
            bindings::dma_map_sgtable(as_raw(&device), &mut *table, BIDIRECTIONAL, COHERENT)
        });
        if let Err(e) = mapped {
            // SAFETY: It was allocated above and is not mapped.
            unsafe { bindings::sg_free_table(&mut *table) };
            // The error for an address that the device could not have without a copy.
            return Err(if e == EIO { EOPNOTSUPP } else { e });
        }
        // INVARIANT: It was just mapped.
        Ok(Self {
            table,
            device,
            pages,
        })
    }

    /// What is mapped.
    pub fn pages(&self) -> &PinnedPages {
        &self.pages
    }

    /// For which device.
    pub fn device(&self) -> &device::Device {
        &self.device
    }

    /// The parts, in the order of the memory.
    pub fn segments(&self) -> impl Iterator<Item = Segment> + '_ {
        let mut next = self.table.sgl;
        (0..self.table.nents).map_while(move |_| {
            // SAFETY: It is one of the mapped entries of the table.
            let (segment, after) = unsafe { take(NonNull::new(next)?) };
            next = after;
            Some(segment)
        })
    }
}

/// An entry of a mapped table, and the one after it. Not inlined, because drivers cannot call the
/// helper.
///
/// # Safety
///
/// `sg` must be one of the mapped entries.
#[inline(never)]
unsafe fn take(sg: NonNull<bindings::scatterlist>) -> (Segment, *mut bindings::scatterlist) {
    let (mut addr, mut len) = (0, 0);
    // SAFETY: As required of the caller.
    let after = unsafe { fwctl_helper_sg_next(sg.as_ptr().cast(), &mut addr, &mut len) };
    let segment = Segment {
        addr,
        len: len.into(),
    };
    (segment, after.cast())
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: By the type's invariant, with the direction, the attributes and the number of
        // entries that it was mapped with.
        unsafe {
            bindings::dma_unmap_sg_attrs(
                as_raw(&self.device),
                self.table.sgl,
                self.table.orig_nents as c_int,
                BIDIRECTIONAL,
                COHERENT,
            );
            bindings::sg_free_table(&mut *self.table);
        }
        // The pages go last, with the field.
    }
}
