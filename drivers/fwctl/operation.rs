// SPDX-License-Identifier: GPL-2.0

//! An RPC in flight.
//!
//! It belongs to nobody's stack. A worker carries it out while the caller waits; a caller that is
//! killed leaves, and the reply is dropped when it comes. Until then the operation keeps its
//! buffers, its context and the driver. One that was not sent yet when its caller was killed, or
//! when the driver was told to go, is not sent any more.

use crate::{
    context::Context,
    ffi::{
        Calls,
        InFlight, //
    },
};
use fwctl::{
    sys::completion::Completion,
    Reply,
    Request,
    Scope, //
};
use kernel::{
    impl_has_work,
    new_mutex,
    new_work,
    prelude::*,
    sync::{
        atomic::{
            ordering::Relaxed,
            Atomic, //
        },
        Arc,
        Mutex, //
    },
    workqueue::{
        Work,
        WorkItem, //
    }, //
};

#[pin_data]
pub(crate) struct Operation {
    context: Arc<Context>,
    scope: Scope,
    /// The caller was killed.
    abandoned: Atomic<bool>,
    #[pin]
    job: Mutex<Option<(Request, InFlight)>>,
    #[pin]
    outcome: Mutex<Option<Result<Reply>>>,
    #[pin]
    done: Completion,
    #[pin]
    work: Work<Self>,
}

impl_has_work! {
    impl HasWork<Self> for Operation { self.work }
}

impl Operation {
    /// Memory for an operation, charged to the caller.
    pub(crate) fn new(context: Arc<Context>, scope: Scope) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                context,
                scope,
                abandoned: Atomic::new(false),
                job <- new_mutex!(None),
                outcome <- new_mutex!(None),
                done <- Completion::new(),
                work <- new_work!(),
            }),
            GFP_KERNEL_ACCOUNT,
        )
    }

    /// Sends `request`, inside of a call to the driver so that the driver's end waits for it.
    pub(crate) fn send(self: &Arc<Self>, calls: &Calls<'_>, request: Request) {
        self.context.begin();
        *self.job.lock() = Some((request, calls.in_flight()));
        self.context.device.enqueue(self.clone());
    }

    /// Waits for the reply. `EINTR` if the caller is killed first.
    pub(crate) fn wait(&self) -> Result<Reply> {
        self.done
            .wait_killable()
            .inspect_err(|_| self.abandoned.store(true, Relaxed))?;
        self.outcome.lock().take().unwrap_or(Err(EIO))
    }
}

impl WorkItem for Operation {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        let Some((request, in_flight)) = this.job.lock().take() else {
            return;
        };
        let calls = in_flight.calls();
        let outcome = if this.abandoned.load(Relaxed) || !calls.wanted() {
            // Nobody is there to want it, so it is not sent.
            Err(ENODEV)
        } else {
            calls.rpc(&this.context.uctx, this.scope, request)
        };
        *this.outcome.lock() = Some(outcome);
        this.done.complete_all();
        this.context.end(&calls);
        // `in_flight` goes last: from then on the driver may be gone.
    }
}
