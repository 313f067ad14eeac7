// SPDX-License-Identifier: GPL-2.0

//! The context of one open descriptor.

use crate::{
    device::Device,
    ffi::{
        Calls,
        InFlight,
        References, //
    },
    operation::{
        Job,
        Operation, //
    },
    transition::Transition, //
};
use fwctl::{
    sys::{
        completion::Completion,
        spare::Spare,
        task, //
    },
    ContextPlace, //
};
use kernel::{
    impl_has_work,
    new_spinlock,
    new_work,
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            ordering::{
                Full,
                Relaxed, //
            },
            Atomic, //
        },
        Arc,
        SpinLock, //
    },
    workqueue::{
        Work,
        WorkItem, //
    }, //
};

/// What a descriptor owns. It is closed towards the driver once, by whoever takes it out of the
/// device's list: the last of the descriptor and its operations, or the end of the device.
///
/// The driver's part follows in memory: see [`crate::ffi`].
#[repr(C)]
pub(crate) struct Context {
    pub(crate) references: References,
    /// The descriptor, if there is one still, and the operations in flight.
    users: Atomic<u32>,
    pub(crate) device: Arc<Device>,
    /// For the next request.
    pub(crate) spare: Spare,
    /// Who closes it where that is not for the caller to do.
    closer: Option<Arc<Closer>>,
}

/// The close of a context on a worker.
#[pin_data]
struct Closer {
    #[pin]
    order: SpinLock<Option<(ARef<Context>, InFlight)>>,
    /// The driver has closed it.
    #[pin]
    closed: Completion,
    #[pin]
    work: Work<Self>,
}

impl_has_work! {
    impl HasWork<Self> for Closer { self.work }
}

impl Closer {
    fn new() -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                order <- new_spinlock!(None),
                closed <- Completion::new(),
                work <- new_work!(),
            }),
            GFP_KERNEL_ACCOUNT,
        )
    }
}

impl Context {
    /// Makes a context on `device`, opened by its driver.
    pub(crate) fn open(device: Arc<Device>) -> Result<ARef<Self>> {
        let driver = &device.driver;
        let closer = match driver.context_place() {
            ContextPlace::Caller => None,
            ContextPlace::Worker => Some(Closer::new()?),
        };
        let context = Self::alloc(device.raw(), driver.uctx_size(), |references| Self {
            references,
            users: Atomic::new(1),
            device,
            spare: Spare::empty(),
            closer,
        })?;
        context.open_by_driver()?;
        Ok(context)
    }

    fn open_by_driver(&self) -> Result {
        let calls = self.device.driver.enter()?;
        if self.closer.is_none() {
            calls.open(self)?;
            self.opened();
            return Ok(());
        }
        if let Some(transition) = Transition::open(self, &calls) {
            drop(calls);
            return transition.wait();
        }
        let operation = Operation::new(self.into())?;
        operation.send(&calls, Job::Open);
        drop(calls);
        operation.wait().map(|_| ())
    }

    /// The driver has opened it. The end of the device waits for who says so, and will find it.
    pub(crate) fn opened(&self) {
        self.device.contexts.link(self.into());
    }

    /// The descriptor was closed.
    ///
    /// Waits until the driver has closed the context, unless operations of killed callers are in
    /// flight, or the task is being killed or is the kernel's own: then the context is left to the
    /// workers.
    pub(crate) fn release(&self) {
        if !self.leave() {
            return;
        }
        // If the driver is on its way out, the end of the device closes the context.
        let Ok(calls) = self.device.driver.enter() else {
            return;
        };
        match &self.closer {
            None => self.close(&calls),
            Some(closer) => {
                if let Some(transition) = self.start_close(&calls) {
                    drop(calls);
                    if task::unattended() {
                        transition.leave();
                    } else {
                        let _ = transition.wait();
                    }
                    return;
                }
                self.close_elsewhere(&calls);
                drop(calls);
                if !task::unattended() {
                    let _ = closer.closed.wait_killable();
                }
            }
        }
    }

    /// Has the driver start to close it, if it can and nobody else does.
    fn start_close(&self, calls: &Calls<'_>) -> Option<Pin<KBox<Transition>>> {
        let context = self.device.contexts.unlink(self)?;
        let transition = Transition::close(&context, calls);
        if transition.is_none() {
            // The end of the device waits for `calls`, and will find it.
            self.device.contexts.link(context);
        }
        transition
    }

    /// One user less. Returns whether it was the last, who is to close the context.
    pub(crate) fn leave(&self) -> bool {
        self.users.fetch_sub(1, Full) == 1
    }

    /// An operation is about to be sent, by the descriptor's owner.
    pub(crate) fn begin(&self) {
        self.users.add(1, Relaxed);
    }

    /// An operation has ended.
    pub(crate) fn end(&self, calls: &Calls<'_>) {
        if self.leave() {
            // Not on the worker of this operation, for which other RPCs may be waiting.
            self.close_elsewhere(calls);
        }
    }

    /// Has a worker close it, or closes it at once if that does not wait.
    pub(crate) fn close_elsewhere(&self, calls: &Calls<'_>) {
        match &self.closer {
            None => self.close(calls),
            Some(closer) => {
                *closer.order.lock() = Some((self.into(), calls.in_flight()));
                self.device.queues.contexts.enqueue(closer.clone());
            }
        }
    }

    /// Closes it, if nobody else has.
    pub(crate) fn close(&self, calls: &Calls<'_>) {
        if let Some(context) = self.device.contexts.unlink(self) {
            calls.close(&context);
            if let Some(closer) = &self.closer {
                closer.closed.complete_all();
            }
        }
    }
}

impl WorkItem for Closer {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        let order = this.order.lock().take();
        if let Some((context, in_flight)) = order {
            context.close(&in_flight.calls());
        }
    }
}
