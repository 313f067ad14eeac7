// SPDX-License-Identifier: GPL-2.0

//! One open descriptor, as the operations of its driver see it.

use super::{
    Device,
    DmaBuffer,
    Operations,
    Resources, //
};
use core::ops::Deref;
use kernel::prelude::*;

/// An open descriptor: what the driver's [`open`](Operations::open) made, to which this
/// dereferences, the device that it is open on, and the resources that it owns.
///
/// # Examples
///
/// ```ignore
/// dev_warn!(context.device().as_ref(), "firmware keeps UID {}\n", context.uid);
/// let held = context.resources().hold(umem)?;
/// ```
pub struct UserContext<'a, T: Operations> {
    inner: Pin<&'a T>,
    device: &'a Device<T>,
    resources: &'a Resources<T::Resource>,
}

impl<'a, T: Operations> UserContext<'a, T> {
    pub(crate) fn new(
        inner: Pin<&'a T>,
        device: &'a Device<T>,
        resources: &'a Resources<T::Resource>,
    ) -> Self {
        Self {
            inner,
            device,
            resources,
        }
    }

    /// The device, for messages.
    pub fn device(&self) -> &'a Device<T> {
        self.device
    }

    /// Zeroed memory for what a command of `len` bytes transfers beside its request and its reply.
    /// `EINVAL` if that is 0; `ENOMEM`. May sleep.
    pub fn dma_buffer(&self, len: usize) -> Result<DmaBuffer> {
        // SAFETY: This is made for calls of the core into the driver, and for no longer.
        DmaBuffer::new(unsafe { self.device.parent() }, len)
    }

    /// What the descriptor owns in the firmware.
    pub fn resources(&self) -> &'a Resources<T::Resource> {
        self.resources
    }
}

impl<T: Operations> Deref for UserContext<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}
