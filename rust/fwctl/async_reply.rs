// SPDX-License-Identifier: GPL-2.0

//! The reply to an RPC that was sent and that no thread waits for on behalf of the driver.
//!
//! The core keeps an [`AsyncReply`], the driver a [`Completer`], which is the right to fill it in.

use super::{
    sys::completion::Completion,
    Reply, //
};
use core::{
    cell::UnsafeCell,
    mem::MaybeUninit,
    ptr::NonNull, //
};
use kernel::{
    prelude::*,
    sync::atomic::{
        ordering::{
            Acquire,
            Relaxed,
            Release, //
        },
        Atomic, //
    }, //
};

const UNUSED: u32 = 0;
/// There is a completer.
const AWAITED: u32 = 1;
/// There was.
const HERE: u32 = 2;
const TAKEN: u32 = 3;

/// Words of [`Completer::scratch`], as many as leave a flight of the core 256 bytes on x86-64.
const SCRATCH: usize = 14;

/// Where a reply arrives, from any context.
///
/// `G` is dropped when it does, by whoever brings it, so its drop must do in an interrupt.
///
/// # Invariants
///
/// While `state` is `AWAITED`, only the completer touches `answer`, `guard` and `scratch`. Once it is
/// `HERE`, only who makes it `TAKEN` does.
#[pin_data(PinnedDrop)]
#[repr(C)]
pub struct AsyncReply<G> {
    /// First, because the completer finds it by its pointer to this.
    scratch: UnsafeCell<MaybeUninit<[u64; SCRATCH]>>,
    state: Atomic<u32>,
    answer: UnsafeCell<Result<Reply>>,
    guard: UnsafeCell<Option<G>>,
    /// The completer is gone, and touches nothing of this any more.
    #[pin]
    done: Completion,
}

// SAFETY: What is in the cells is handed over by `state`.
unsafe impl<G: Send> Send for AsyncReply<G> {}
// SAFETY: As above, to one thread only.
unsafe impl<G: Send> Sync for AsyncReply<G> {}

impl<G: Send + 'static> AsyncReply<G> {
    /// A place for one reply.
    pub fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            scratch: UnsafeCell::new(MaybeUninit::uninit()),
            state: Atomic::new(UNUSED),
            answer: UnsafeCell::new(Err(EIO)),
            guard: UnsafeCell::new(None),
            done <- Completion::new(),
        })
    }

    /// The right to fill it in, which keeps `guard`; `None` if somebody had it before.
    pub fn completer(&self, guard: G) -> Option<Completer> {
        // Nobody else can have seen `AWAITED` before the completer is handed out.
        self.state.cmpxchg(UNUSED, AWAITED, Relaxed).ok()?;
        // SAFETY: By the type's invariant it is the completer's, which is this function.
        unsafe { *self.guard.get() = Some(guard) };
        let place: &dyn Place = self;
        // INVARIANT: This is the one who made it `AWAITED`. It stays where it is until its drop,
        // which waits for the completer: what `new` makes is pinned.
        Some(Completer(place.into()))
    }

    /// Waits for the reply and takes it; an error is the driver's. The outer one is `EINTR`: the
    /// task was killed first.
    pub fn wait_killable(&self) -> Result<Result<Reply>> {
        self.done.wait_killable()?;
        Ok(self.take())
    }
}

impl<G: Send + 'static> AsyncReply<G> {
    /// The same, not to be interrupted; there must be a completer, or have been one.
    pub fn wait_for(&self) -> Result<Reply> {
        self.done.wait();
        self.take()
    }

    /// Takes what is there; `EIO` if somebody has.
    fn take(&self) -> Result<Reply> {
        if self.state.cmpxchg(HERE, TAKEN, Acquire).is_err() {
            return Err(EIO);
        }
        // SAFETY: By the type's invariant it is ours.
        unsafe { core::mem::replace(&mut *self.answer.get(), Err(EIO)) }
    }
}

impl<G> AsyncReply<G> {
    /// Waits until there is a reply, or there will be none. Not to be interrupted.
    pub fn wait(&self) {
        if self.state.load(Relaxed) != UNUSED {
            self.done.wait();
        }
    }
}

#[pinned_drop]
impl<G> PinnedDrop for AsyncReply<G> {
    fn drop(self: Pin<&mut Self>) {
        // The completer points here.
        self.wait();
    }
}

/// An [`AsyncReply`] of any kind.
trait Place {
    /// Fills it in.
    ///
    /// # Safety
    ///
    /// To be called once, by the owner of the completer. `self` may be gone when it returns.
    unsafe fn fill(&self, answer: Result<Reply>);
}

impl<G: Send + 'static> Place for AsyncReply<G> {
    unsafe fn fill(&self, answer: Result<Reply>) {
        // SAFETY: By the type's invariant both are the completer's, whose owner calls.
        let guard = unsafe {
            *self.answer.get() = answer;
            (*self.guard.get()).take()
        };
        self.state.store(HERE, Release);
        drop(guard);
        self.done.complete_all();
    }
}

/// The right to answer one RPC, once and from any context, a hard interrupt included.
///
/// One that is dropped answers with `EIO`.
///
/// # Examples
///
/// ```ignore
/// fn interrupt(command: KBox<Command>) {
///     let Command { request, completer, len, .. } = KBox::into_inner(command);
///     completer.complete(Ok(request.into_reply(len)));
/// }
/// ```
///
/// # Invariants
///
/// It is the only one of its [`AsyncReply`], which is there, and `AWAITED`.
pub struct Completer(NonNull<dyn Place>);

// SAFETY: An `AsyncReply` is filled in by any thread.
unsafe impl Send for Completer {}

impl Completer {
    /// Memory for what a driver keeps of its own until it answers, the completer included: nobody
    /// else's, and there until the completer is used or dropped.
    pub fn scratch<T>(&self) -> NonNull<MaybeUninit<T>> {
        const {
            assert!(size_of::<T>() <= size_of::<[u64; SCRATCH]>());
            assert!(align_of::<T>() <= align_of::<u64>());
        }
        // By the type's invariant there is an `AsyncReply`, which begins with it.
        self.0.cast()
    }

    /// Answers. An error means that the firmware did not.
    ///
    /// The driver may be unbound as soon as this has returned, or before: it has to wait for its
    /// own callbacks when its data goes.
    pub fn complete(self, answer: Result<Reply>) {
        let this = core::mem::ManuallyDrop::new(self);
        // SAFETY: By the type's invariant, and there is no completer after this.
        unsafe { this.0.as_ref().fill(answer) };
    }
}

impl Drop for Completer {
    fn drop(&mut self) {
        // SAFETY: By the type's invariant; this is the end of the completer.
        unsafe { self.0.as_ref().fill(Err(EIO)) };
    }
}
