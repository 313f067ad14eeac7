// SPDX-License-Identifier: GPL-2.0

//! RPCs that a driver starts and answers later, for which no worker is needed.
//!
//! The caller waits for the reply. One that is killed leaves its flight to a worker, which keeps it
//! and the context until the firmware has answered.

use crate::{
    context::Context,
    ffi::{
        Calls,
        InFlight, //
    },
    queues::Slot, //
};
use fwctl::{
    sys::memory::boxed_for_user,
    AsyncReply,
    Reply,
    Request,
    Scope, //
};
use kernel::{
    impl_has_work,
    new_work,
    prelude::*,
    sync::aref::ARef,
    workqueue::{
        Work,
        WorkItem, //
    }, //
};

/// An RPC that may be started.
#[pin_data]
pub(crate) struct Flight {
    // Dropped after it: what ends with the reply is not the last to have the context.
    #[pin]
    reply: AsyncReply<(Slot, InFlight)>,
    context: ARef<Context>,
    #[pin]
    work: Work<Self>,
}

impl_has_work! {
    impl HasWork<Self> for Flight { self.work }
}

impl Flight {
    /// Memory for a flight, charged to the caller. `ENOMEM`.
    pub(crate) fn new(context: ARef<Context>) -> Result<Pin<KBox<Self>>> {
        boxed_for_user(pin_init!(Self {
            reply <- AsyncReply::new(),
            context,
            work <- new_work!(),
        }))
    }

    /// Has the driver start `request`. Gives it back if it cannot, or if as many as may be are under
    /// way or others wait for a worker.
    pub(crate) fn start(
        &self,
        calls: &Calls<'_>,
        scope: Scope,
        request: Request,
    ) -> core::result::Result<(), Request> {
        let Some(slot) = Slot::now(&self.context.device) else {
            return Err(request);
        };
        match self.reply.completer((slot, calls.in_flight())) {
            Some(completer) => calls.start(&self.context, scope, request, completer),
            None => Err(request),
        }
    }

    /// Waits for the reply. `EINTR` if the caller, whose call on its descriptor this is, is killed
    /// first.
    pub(crate) fn wait(self: Pin<KBox<Self>>) -> Result<Reply> {
        match self.reply.wait_killable() {
            Ok(answer) => answer,
            Err(e) => {
                self.context.begin();
                let context = self.context.clone();
                // If the workers have ended then so has the flight, and its drop waits for the end
                // of an interrupt at most.
                context.device.queues.contexts.enqueue(self);
                Err(e)
            }
        }
    }
}

impl WorkItem for Flight {
    type Pointer = Pin<KBox<Self>>;

    fn run(this: Pin<KBox<Self>>) {
        this.reply.wait();
        // If the driver is on its way out, the end of the device closes the context.
        if let Ok(calls) = this.context.device.driver.enter() {
            this.context.end(&calls);
        }
    }
}
