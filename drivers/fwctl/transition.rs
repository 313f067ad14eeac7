// SPDX-License-Identifier: GPL-2.0

//! The opening and closing of a context by a driver that starts it and has the answer later, for
//! which no worker is needed.
//!
//! The caller waits. One that is killed leaves it to a worker, which keeps the context and the driver
//! until the firmware has answered.

use crate::{
    context::Context,
    ffi::{
        Calls,
        InFlight, //
    }, //
};
use fwctl::{
    sys::memory::boxed_for_user,
    AsyncReply, //
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

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Open,
    Close,
}

#[pin_data]
pub(crate) struct Transition {
    which: Which,
    #[pin]
    reply: AsyncReply<()>,
    context: ARef<Context>,
    #[pin]
    work: Work<Self>,
    // Dropped last: from then on the driver may be gone.
    in_flight: InFlight,
}

impl_has_work! {
    impl HasWork<Self> for Transition { self.work }
}

impl Transition {
    fn new(which: Which, context: &Context, calls: &Calls<'_>) -> Result<Pin<KBox<Self>>> {
        let in_flight = calls.in_flight();
        boxed_for_user(pin_init!(Self {
            which,
            reply <- AsyncReply::new(),
            context: context.into(),
            work <- new_work!(),
            in_flight,
        }))
    }

    /// Has the driver start to open `context`. `None` if it cannot, or there is no memory.
    pub(crate) fn open(context: &Context, calls: &Calls<'_>) -> Option<Pin<KBox<Self>>> {
        let this = Self::new(Which::Open, context, calls).ok()?;
        let completer = this.reply.completer(())?;
        calls.start_open(context, completer).then_some(this)
    }

    /// Has the driver start to close `context`, which is open, in no list, and not used by anybody.
    /// `None` as above.
    pub(crate) fn close(context: &Context, calls: &Calls<'_>) -> Option<Pin<KBox<Self>>> {
        let this = Self::new(Which::Close, context, calls).ok()?;
        let completer = this.reply.completer(())?;
        calls.start_close(context, completer).then_some(this)
    }

    /// Waits for the firmware and brings it to its end. `EINTR` if the caller is killed first; else the
    /// driver's error.
    pub(crate) fn wait(self: Pin<KBox<Self>>) -> Result {
        let reply = match self.reply.wait_killable() {
            Ok(reply) => reply,
            Err(e) => {
                self.leave();
                return Err(e);
            }
        };
        let calls = self.in_flight.calls();
        match self.which {
            Which::Open => {
                calls.opened(&self.context, reply)?;
                self.context.opened();
            }
            Which::Close => calls.closed(&self.context, reply),
        }
        Ok(())
    }

    /// Leaves it to a worker.
    pub(crate) fn leave(self: Pin<KBox<Self>>) {
        let context = self.context.clone();
        context.device.queues.contexts.enqueue(self);
    }
}

impl WorkItem for Transition {
    type Pointer = Pin<KBox<Self>>;

    fn run(this: Pin<KBox<Self>>) {
        let reply = this.reply.wait_for();
        let calls = this.in_flight.calls();
        match this.which {
            // There is no descriptor.
            Which::Open => {
                if calls.opened(&this.context, reply).is_ok() {
                    calls.close(&this.context);
                }
            }
            Which::Close => calls.closed(&this.context, reply),
        }
    }
}
