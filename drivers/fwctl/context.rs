// SPDX-License-Identifier: GPL-2.0

//! The context of one open descriptor.

use crate::{
    device::Device,
    ffi::{
        Calls,
        Uctx, //
    },
};
use kernel::{
    new_spinlock,
    prelude::*,
    rbtree::RBTreeNode,
    sync::{
        Arc,
        SpinLock, //
    }, //
};

/// What a descriptor owns. It is closed towards the driver once, by whoever takes it out of the
/// device's table: the last of the descriptor and its operations, or the end of the device.
#[pin_data]
pub(crate) struct Context {
    pub(crate) device: Arc<Device>,
    pub(crate) uctx: Uctx,
    #[pin]
    state: SpinLock<State>,
}

struct State {
    /// The descriptor is closed.
    closed: bool,
    /// Operations in flight.
    operations: usize,
}

impl Context {
    /// Makes a context on `device`, opened by its driver.
    pub(crate) fn open(device: Arc<Device>) -> Result<Arc<Self>> {
        let driver = device.driver.clone();
        let calls = driver.enter()?;
        let uctx = Uctx::new(&calls, device.raw())?;
        let context = Arc::pin_init(
            pin_init!(Self {
                device,
                uctx,
                state <- new_spinlock!(State {
                    closed: false,
                    operations: 0,
                }),
            }),
            GFP_KERNEL_ACCOUNT,
        )?;
        let node = RBTreeNode::new(context.key(), context.clone(), GFP_KERNEL_ACCOUNT)?;
        calls.open(&context.uctx)?;
        // The end of the device waits for `calls`, so it will find the context.
        context.device.link(node);
        Ok(context)
    }

    fn key(self: &Arc<Self>) -> usize {
        core::ptr::from_ref(&**self).addr()
    }

    /// The descriptor was closed. Operations in flight keep the context.
    pub(crate) fn release(self: &Arc<Self>) {
        let idle = {
            let mut state = self.state.lock();
            state.closed = true;
            state.operations == 0
        };
        if idle {
            // If the driver is on its way out, the end of the device closes the context.
            if let Ok(calls) = self.device.driver.enter() {
                self.close(&calls);
            }
        }
    }

    /// An operation is about to be sent.
    pub(crate) fn begin(&self) {
        self.state.lock().operations += 1;
    }

    /// An operation has ended. The last one of a closed descriptor closes the context.
    pub(crate) fn end(self: &Arc<Self>, calls: &Calls<'_>) {
        let last = {
            let mut state = self.state.lock();
            state.operations -= 1;
            state.closed && state.operations == 0
        };
        if last {
            self.close(calls);
        }
    }

    fn close(self: &Arc<Self>, calls: &Calls<'_>) {
        if let Some(context) = self.device.unlink(self.key()) {
            calls.close(&context.uctx);
        }
    }
}
