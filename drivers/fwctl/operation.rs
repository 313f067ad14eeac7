// SPDX-License-Identifier: GPL-2.0

//! Work for a driver that its caller need not wait for to the end.
//!
//! An operation belongs to nobody's stack. A worker carries it out while the caller waits; a
//! caller that is killed leaves, and what comes of it is undone when it comes. Until then the
//! operation keeps its buffers, its context and the driver. One that was not begun when its caller
//! was killed, or when the driver was told to go, is not begun any more.

use crate::{
    context::Context,
    ffi::{
        Calls,
        InFlight, //
    },
    queues::Turn, //
};
use fwctl::{
    sys::{
        completion::Completion,
        memory::Memcg, //
    },
    umem::UmemRequest,
    Attachments,
    Reply,
    Request,
    ResourceId,
    ResourceType,
    Scope,
    UmemNumbers, //
};
use kernel::{
    impl_has_work,
    new_mutex,
    new_work,
    prelude::*,
    sync::{
        aref::ARef,
        Arc,
        Mutex, //
    },
    workqueue::{
        Work,
        WorkItem, //
    }, //
};

/// What to do.
pub(crate) enum Job {
    /// Open the context.
    Open,
    /// Deliver an RPC.
    Rpc(Scope, Request),
    /// Deliver an RPC with what it names in user memory.
    Attached(Scope, Request, Attachments),
    /// Destroy a resource, of this type if one is given.
    Destroy(ResourceId, Option<ResourceType>),
    /// Register memory.
    Umem(UmemRequest),
}

/// What came of it.
pub(crate) enum Answer {
    Opened,
    Reply(Reply),
    Attached(Reply, Attachments),
    Destroyed,
    Umem(UmemNumbers),
}

#[pin_data]
pub(crate) struct Operation {
    context: ARef<Context>,
    /// Whose memory it uses.
    memcg: Memcg,
    #[pin]
    progress: Mutex<Progress>,
    #[pin]
    done: Completion,
    #[pin]
    work: Work<Self>,
}

struct Progress {
    job: Option<(Job, Option<Turn>, InFlight)>,
    /// The caller was killed before there was an answer.
    abandoned: bool,
    answer: Option<Result<Answer>>,
}

impl_has_work! {
    impl HasWork<Self> for Operation { self.work }
}

impl Operation {
    /// Memory for an operation, charged to the caller.
    pub(crate) fn new(context: ARef<Context>) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                context,
                memcg: Memcg::current(),
                progress <- new_mutex!(Progress {
                    job: None,
                    abandoned: false,
                    answer: None,
                }),
                done <- Completion::new(),
                work <- new_work!(),
            }),
            GFP_KERNEL_ACCOUNT,
        )
    }

    /// Hands `job` to a worker, inside of a call to the driver so that its end waits for it.
    pub(crate) fn send(self: &Arc<Self>, calls: &Calls<'_>, job: Job) {
        let opens = matches!(job, Job::Open);
        self.context.begin();
        // Who opens a context waits for nobody.
        let turn = (!opens).then(|| Turn::new(&self.context.device));
        self.progress.lock().job = Some((job, turn, calls.in_flight()));
        let queues = &self.context.device.queues;
        if opens {
            queues.contexts.enqueue(self.clone());
        } else {
            queues.operations.enqueue(self.clone());
        }
    }

    /// Waits for the answer. `EINTR` if the caller is killed first.
    pub(crate) fn wait(&self) -> Result<Answer> {
        let killed = self.done.wait_killable();
        let mut progress = self.progress.lock();
        match (progress.answer.take(), killed) {
            (Some(answer), _) => answer,
            (None, Err(e)) => {
                progress.abandoned = true;
                Err(e)
            }
            (None, Ok(())) => Err(EIO),
        }
    }

    fn carry_out(&self, calls: &Calls<'_>, job: Job) -> Result<Answer> {
        let context = &self.context;
        match job {
            Job::Open => {
                calls.open(context)?;
                context.opened();
                Ok(Answer::Opened)
            }
            Job::Rpc(scope, request) => calls.rpc(context, scope, request).map(Answer::Reply),
            Job::Attached(scope, request, mut attachments) => calls
                .rpc_attached(context, scope, request, &mut attachments)
                .map(|reply| Answer::Attached(reply, attachments)),
            Job::Destroy(id, kind) => {
                calls.destroy(context, id, kind)?;
                Ok(Answer::Destroyed)
            }
            Job::Umem(request) => calls.register_umem(context, request).map(Answer::Umem),
        }
    }

    /// Nobody will ever know of `answer`.
    fn undo(&self, calls: &Calls<'_>, answer: Result<Answer>) {
        match answer {
            Ok(Answer::Opened) => {
                // There is no descriptor; this operation is the last, which closes it.
                self.context.leave();
            }
            Ok(Answer::Reply(reply) | Answer::Attached(reply, _)) => {
                if let Some(id) = reply.created() {
                    self.discard(calls, id);
                }
            }
            Ok(Answer::Umem(numbers)) => self.discard(calls, numbers.rsc_id),
            Ok(Answer::Destroyed) | Err(_) => (),
        }
    }

    fn discard(&self, calls: &Calls<'_>, id: ResourceId) {
        // If the firmware refuses, the context has it still.
        let _ = calls.destroy(&self.context, id, None);
    }
}

impl WorkItem for Operation {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        let job = this.progress.lock().job.take();
        let Some((job, turn, in_flight)) = job else {
            return;
        };
        let slot = turn.map(Turn::wait);
        let calls = in_flight.calls();
        let answer = if this.progress.lock().abandoned || !calls.wanted() {
            Err(ENODEV)
        } else {
            this.memcg.charged(|| this.carry_out(&calls, job))
        };
        let unwanted = {
            let mut progress = this.progress.lock();
            if progress.abandoned {
                Some(answer)
            } else {
                progress.answer = Some(answer);
                None
            }
        };
        if let Some(answer) = unwanted {
            this.undo(&calls, answer);
        }
        drop(slot);
        // Before its caller goes on: who has had the answer and closes the descriptor waits for that.
        this.context.end(&calls);
        this.done.complete_all();
        // `in_flight` goes last: from then on the driver may be gone.
    }
}
