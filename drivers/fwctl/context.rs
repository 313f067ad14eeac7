// SPDX-License-Identifier: GPL-2.0

//! The context of one open descriptor.

use crate::{
    device::Device,
    ffi::{
        Calls,
        InFlight,
        Uctx, //
    },
    operation::{
        Job,
        Operation, //
    }, //
};
use fwctl::{
    sys::{
        completion::Completion,
        task, //
    },
    ContextPlace, //
};
use kernel::{
    impl_has_work,
    new_spinlock,
    new_work,
    prelude::*,
    rbtree::RBTreeNode,
    sync::{
        Arc,
        SpinLock, //
    },
    workqueue::{
        Work,
        WorkItem, //
    }, //
};

/// By what a device finds a context.
pub(crate) type Link = RBTreeNode<usize, Arc<Context>>;

/// What a descriptor owns. It is closed towards the driver once, by whoever takes it out of the
/// device's table: the last of the descriptor and its operations, or the end of the device.
#[pin_data]
pub(crate) struct Context {
    pub(crate) device: Arc<Device>,
    pub(crate) uctx: Uctx,
    #[pin]
    state: SpinLock<State>,
    /// The driver has closed it.
    #[pin]
    closed: Completion,
    /// Its close on a worker.
    #[pin]
    work: Work<Self>,
}

struct State {
    /// There is no descriptor any more.
    disowned: bool,
    /// Operations in flight.
    operations: usize,
    /// For the worker that closes it.
    closing: Option<InFlight>,
}

impl_has_work! {
    impl HasWork<Self> for Context { self.work }
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
                    disowned: false,
                    operations: 0,
                    closing: None,
                }),
                closed <- Completion::new(),
                work <- new_work!(),
            }),
            GFP_KERNEL_ACCOUNT,
        )?;
        let link = RBTreeNode::new(context.key(), context.clone(), GFP_KERNEL_ACCOUNT)?;
        match calls.context() {
            ContextPlace::Caller => {
                calls.open(&context.uctx)?;
                context.opened(link);
            }
            ContextPlace::Worker => {
                let operation = Operation::new(context.clone())?;
                operation.send(&calls, Job::Open(link));
                drop(calls);
                operation.wait()?;
            }
        }
        Ok(context)
    }

    fn key(self: &Arc<Self>) -> usize {
        core::ptr::from_ref(&**self).addr()
    }

    /// The driver has opened it. The end of the device waits for who says so, and will find it.
    pub(crate) fn opened(&self, link: Link) {
        self.device.link(link);
    }

    /// The descriptor was closed.
    ///
    /// Waits until the driver has closed the context, unless operations of killed callers are in
    /// flight, or the task is being killed or is the kernel's own: then the context is left to the
    /// workers.
    pub(crate) fn release(self: &Arc<Self>) {
        if self.disown() {
            return;
        }
        // If the driver is on its way out, the end of the device closes the context.
        let Ok(calls) = self.device.driver.enter() else {
            return;
        };
        match calls.context() {
            ContextPlace::Caller => self.close(&calls),
            ContextPlace::Worker => {
                self.close_on_worker(&calls);
                drop(calls);
                if !task::unattended() {
                    let _ = self.closed.wait_killable();
                }
            }
        }
    }

    /// There is no descriptor any more. Returns whether there are operations; the last one closes
    /// the context.
    pub(crate) fn disown(&self) -> bool {
        let mut state = self.state.lock();
        state.disowned = true;
        state.operations > 0
    }

    /// An operation is about to be sent.
    pub(crate) fn begin(&self) {
        self.state.lock().operations += 1;
    }

    /// An operation has ended.
    pub(crate) fn end(self: &Arc<Self>, calls: &Calls<'_>) {
        let last = {
            let mut state = self.state.lock();
            state.operations -= 1;
            state.disowned && state.operations == 0
        };
        if last {
            match calls.context() {
                ContextPlace::Caller => self.close(calls),
                // Not on the worker of this operation, for which other RPCs may be waiting.
                ContextPlace::Worker => self.close_on_worker(calls),
            }
        }
    }

    /// Has a worker close it.
    pub(crate) fn close_on_worker(self: &Arc<Self>, calls: &Calls<'_>) {
        self.state.lock().closing = Some(calls.in_flight());
        self.device.queues.contexts.enqueue(self.clone());
    }

    /// Closes it, if nobody else has.
    pub(crate) fn close(self: &Arc<Self>, calls: &Calls<'_>) {
        if let Some(context) = self.device.unlink(self.key()) {
            calls.close(&context.uctx);
            self.closed.complete_all();
        }
    }
}

impl WorkItem for Context {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        let closing = this.state.lock().closing.take();
        if let Some(in_flight) = closing {
            this.close(&in_flight.calls());
        }
    }
}
