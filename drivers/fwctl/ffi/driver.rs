// SPDX-License-Identifier: GPL-2.0

//! Calls into a driver, and the proof that it is there.
//!
//! A driver can be called from its registration until the end of its unregistration. [`Calls`]
//! stands for that time, and only three things give one: [`Entered`], a call that the end of the
//! driver waits for; [`InFlight`], an operation that it waits for; and [`Driver::retire`], the end
//! itself.

use crate::context::Context;
use core::{
    marker::PhantomData,
    ops::Deref,
    ptr::NonNull, //
};
use fwctl::{
    abi::{
        DriverOps,
        InfoData, //
    },
    sys::completion::Completion,
    umem::UmemRequest,
    Attachments,
    Completer,
    ContextPlace,
    Delivery,
    Named,
    Reply,
    Request,
    ResourceId,
    ResourceType,
    Scope,
    UmemNumbers, //
};
use kernel::{
    bindings,
    error::{
        from_err_ptr,
        to_result, //
    },
    prelude::*,
    sync::{
        atomic::{
            ordering::{
                Acquire,
                Full,
                Relaxed,
                Release, //
            },
            Atomic, //
        },
        srcu,
        Arc,
        Srcu, //
    }, //
};

/// The operations of a driver, by the language that it is written in.
#[derive(Clone, Copy)]
pub(super) enum Ops {
    /// Judges and delivers in one call, on the caller's stack.
    C(NonNull<bindings::fwctl_ops>),
    /// Judges first and takes requests by value.
    Rust(NonNull<DriverOps>),
}

const NEW: u32 = 0;
const LIVE: u32 = 1;
const GONE: u32 = 2;

/// A driver as one device sees it.
///
/// # Invariants
///
/// While `state` is `LIVE`, and until [`Driver::retire`] has returned to the unregistration that
/// called it, `ops` points to the operations of a loaded driver.
#[pin_data]
pub(crate) struct Driver {
    ops: Ops,
    uctx_size: usize,
    context_place: ContextPlace,
    state: Atomic<u32>,
    /// Held by calls that are inside of the driver.
    #[pin]
    inside: Srcu,
    /// Operations in flight, and one more until the driver is retired.
    in_flight: Atomic<usize>,
    /// `in_flight` has come down to 0.
    #[pin]
    drained: Completion,
}

// SAFETY: `ops` is read-only data of the driver, used as the type's invariants say.
unsafe impl Send for Driver {}
// SAFETY: As above.
unsafe impl Sync for Driver {}

impl Driver {
    /// A driver that cannot be called yet.
    ///
    /// # Safety
    ///
    /// `ops` must point to the operations of a loaded driver.
    pub(super) unsafe fn new(ops: Ops) -> Result<Arc<Self>> {
        let (uctx_size, context_place) = match ops {
            // SAFETY: As required of the caller.
            Ops::C(ops) => (unsafe { ops.as_ref() }.uctx_size, ContextPlace::Caller),
            Ops::Rust(ops) => {
                // SAFETY: As required of the caller.
                let ops = unsafe { ops.as_ref() };
                (ops.uctx_size, ops.context)
            }
        };
        Arc::pin_init(
            try_pin_init!(Self {
                ops,
                uctx_size,
                context_place,
                state: Atomic::new(NEW),
                inside <- kernel::new_srcu!(),
                in_flight: Atomic::new(1),
                drained <- Completion::new(),
            }),
            GFP_KERNEL,
        )
    }

    /// Lets calls in.
    ///
    /// # Safety
    ///
    /// The driver's operations must stay valid until [`retire`](Self::retire) has returned.
    pub(super) unsafe fn start(&self) {
        // INVARIANT: As required of the caller.
        self.state.store(LIVE, Release);
    }

    /// Enters the driver. `ENODEV` if it is not there. Never waits.
    pub(crate) fn enter(self: &Arc<Self>) -> Result<Entered<'_>> {
        let guard = self.inside.read_lock();
        if self.state.load(Acquire) != LIVE {
            return Err(ENODEV);
        }
        Ok(Entered {
            calls: Calls {
                driver: self,
                _not_static: PhantomData,
            },
            _guard: guard,
        })
    }

    /// Whether it can be entered by now.
    pub(crate) fn is_live(&self) -> bool {
        self.state.load(Relaxed) == LIVE
    }

    /// Lets no more calls in, and waits for those inside and for operations in flight. The calls
    /// returned are the last; they are the caller's alone.
    pub(super) fn retire(self: &Arc<Self>) -> Calls<'_> {
        if self.state.xchg(GONE, Full) != GONE {
            self.inside.synchronize_expedited();
            self.put();
        }
        self.drained.wait();
        Calls {
            driver: self,
            _not_static: PhantomData,
        }
    }

    fn put(&self) {
        if self.in_flight.fetch_sub(1, Full) == 1 {
            self.drained.complete_all();
        }
    }

    /// RPCs at a time outside of their callers, which is where a driver in C works.
    pub(super) fn parallel(ops: Ops) -> u16 {
        match ops {
            Ops::C(_) => 0,
            Ops::Rust(ops) => {
                // SAFETY: Whoever made the device gave valid operations.
                let ops = unsafe { &*ops.as_ptr() };
                ops.parallel.max(1)
            }
        }
    }

    /// Bytes that the driver wants of a context.
    pub(crate) fn uctx_size(&self) -> usize {
        self.uctx_size
    }

    /// Where contexts are opened and closed.
    pub(crate) fn context_place(&self) -> ContextPlace {
        self.context_place
    }

    /// Whether the driver judges an RPC before it takes it, by value.
    pub(crate) fn takes_requests(&self) -> bool {
        matches!(self.ops, Ops::Rust(_))
    }
}

/// A call that is inside of the driver.
pub(crate) struct Entered<'a> {
    calls: Calls<'a>,
    _guard: srcu::Guard<'a>,
}

impl<'a> Deref for Entered<'a> {
    type Target = Calls<'a>;

    fn deref(&self) -> &Calls<'a> {
        &self.calls
    }
}

/// An operation that keeps the driver there.
pub(crate) struct InFlight(Arc<Driver>);

impl InFlight {
    pub(crate) fn calls(&self) -> Calls<'_> {
        Calls {
            driver: &self.0,
            _not_static: PhantomData,
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.put();
    }
}

/// A driver that is there for `'a`.
pub(crate) struct Calls<'a> {
    driver: &'a Arc<Driver>,
    _not_static: PhantomData<&'a mut ()>,
}

impl Calls<'_> {
    fn c(ops: NonNull<bindings::fwctl_ops>) -> bindings::fwctl_ops {
        // SAFETY: A `Calls` exists, so by the invariant of `Driver` the operations are valid.
        unsafe { *ops.as_ptr() }
    }

    fn rust<'b>(ops: NonNull<DriverOps>) -> &'b DriverOps {
        // SAFETY: A `Calls` exists, so by the invariant of `Driver` the operations are valid; they
        // are used for the time of one call.
        unsafe { &*ops.as_ptr() }
    }

    /// Whether the driver is to be called for users still; it is there for `'a` in any case.
    pub(crate) fn wanted(&self) -> bool {
        self.driver.state.load(Relaxed) == LIVE
    }

    /// Starts an operation that the end of the driver waits for.
    pub(crate) fn in_flight(&self) -> InFlight {
        self.driver.in_flight.fetch_add(1, Relaxed);
        InFlight(self.driver.clone())
    }

    /// The number for FWCTL_INFO.
    pub(crate) fn device_type(&self) -> u32 {
        match self.driver.ops {
            Ops::C(ops) => Self::c(ops).device_type,
            Ops::Rust(ops) => Self::rust(ops).device_type as u32,
        }
    }

    /// Opens a context that was not opened before.
    pub(crate) fn open(&self, context: &Context) -> Result {
        match self.driver.ops {
            Ops::C(ops) => {
                let open = Self::c(ops).open_uctx.ok_or(EOPNOTSUPP)?;
                // SAFETY: `uctx` is as large as the driver asked for, and nobody else knows it.
                to_result(unsafe { open(context.uctx()) })
            }
            // SAFETY: As above.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).open)(context.uctx()) },
        }
    }

    /// Closes a context that is open and on which nothing runs; once.
    pub(crate) fn close(&self, context: &Context) {
        match self.driver.ops {
            Ops::C(ops) => {
                if let Some(close) = Self::c(ops).close_uctx {
                    // SAFETY: It is open, and nothing else runs on it.
                    unsafe { close(context.uctx()) }
                }
            }
            // SAFETY: As above.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).close)(context.uctx()) },
        }
    }

    /// Has the driver start to open a context that was not opened before; false if it does not, and
    /// `completer` is gone.
    pub(crate) fn start_open(&self, context: &Context, completer: Completer) -> bool {
        match self.driver.ops {
            Ops::C(_) => false,
            // SAFETY: The context is as large as the driver asked for, and nobody else knows it.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).start_open)(context.uctx(), completer) },
        }
    }

    /// Opens a context by the reply to what [`start_open`](Self::start_open) sent.
    pub(crate) fn opened(&self, context: &Context, reply: Result<Reply>) -> Result {
        match self.driver.ops {
            Ops::C(_) => Err(EOPNOTSUPP),
            // SAFETY: As above.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).opened)(context.uctx(), reply) },
        }
    }

    /// Has the driver start to close a context that is open and on which nothing runs; false if it
    /// does not, and `completer` is gone.
    pub(crate) fn start_close(&self, context: &Context, completer: Completer) -> bool {
        match self.driver.ops {
            Ops::C(_) => false,
            // SAFETY: It is open, and nothing else runs on it.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).start_close)(context.uctx(), completer) },
        }
    }

    /// Closes a context by the reply to what [`start_close`](Self::start_close) sent; once.
    pub(crate) fn closed(&self, context: &Context, reply: Result<Reply>) {
        match self.driver.ops {
            Ops::C(_) => (),
            // SAFETY: It is open, and nothing else runs on it.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).closed)(context.uctx(), reply) },
        }
    }

    /// The data of FWCTL_INFO for a user who has `room` bytes.
    pub(crate) fn info(&self, context: &Context, room: usize) -> Result<Data> {
        match self.driver.ops {
            Ops::C(ops) => {
                let Some(info) = Self::c(ops).info else {
                    return Ok(Data::None);
                };
                let mut len = room;
                // SAFETY: The context is open; `len` is valid.
                let data = from_err_ptr(unsafe { info(context.uctx(), &mut len) })?;
                if len == room {
                    // A driver that leaves `len` alone has less than that; what it has is known.
                    // SAFETY: The driver hands over kmalloc() memory, or null.
                    len = len.min(unsafe { bindings::ksize(data) });
                }
                // SAFETY: As above, and it has `len` bytes.
                Ok(Data::C(unsafe { CBuffer::new(data, len) }))
            }
            // SAFETY: The context is open.
            Ops::Rust(ops) => Ok(Data::Rust(unsafe {
                (Self::rust(ops).info)(context.uctx())
            }?)),
        }
    }

    /// The verdict on an RPC of a driver that takes requests.
    pub(crate) fn check(
        &self,
        context: &Context,
        scope: Scope,
        request: &Request,
    ) -> Result<Delivery> {
        match self.driver.ops {
            Ops::C(_) => Err(EOPNOTSUPP),
            // SAFETY: The context is open.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).check)(context.uctx(), scope, request) },
        }
    }

    /// What a request names in user memory, of which that was the verdict.
    pub(crate) fn named(&self, context: &Context, request: &Request) -> Result<Named> {
        match self.driver.ops {
            Ops::C(_) => Err(EOPNOTSUPP),
            // SAFETY: The context is open.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).named)(context.uctx(), request) },
        }
    }

    /// Delivers an RPC to a driver that takes requests, and waits for the firmware.
    pub(crate) fn rpc(&self, context: &Context, scope: Scope, request: Request) -> Result<Reply> {
        match self.driver.ops {
            Ops::C(_) => Err(EOPNOTSUPP),
            // SAFETY: The context is open: an operation in flight keeps it so.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).rpc)(context.uctx(), scope, request) },
        }
    }

    /// The same with what the request names.
    pub(crate) fn rpc_attached(
        &self,
        context: &Context,
        scope: Scope,
        request: Request,
        attachments: &mut Attachments,
    ) -> Result<Reply> {
        match self.driver.ops {
            Ops::C(_) => Err(EOPNOTSUPP),
            // SAFETY: As above.
            Ops::Rust(ops) => unsafe {
                (Self::rust(ops).rpc_attached)(context.uctx(), scope, request, attachments)
            },
        }
    }

    /// Has a driver that takes requests start an RPC and answer it later; gives the request back if
    /// it sent nothing.
    pub(crate) fn start(
        &self,
        context: &Context,
        scope: Scope,
        request: Request,
        completer: Completer,
    ) -> core::result::Result<(), Request> {
        match self.driver.ops {
            Ops::C(_) => Err(request),
            // SAFETY: The context is open, and the flight keeps it so until the answer.
            Ops::Rust(ops) => unsafe {
                (Self::rust(ops).start)(context.uctx(), scope, request, completer)
            },
        }
    }

    /// Destroys a resource of the context, of this type if one is given, and waits for the firmware.
    /// `ENOENT` if the context does not own it, `EBUSY` if something needs it.
    pub(crate) fn destroy(
        &self,
        context: &Context,
        id: ResourceId,
        kind: Option<ResourceType>,
    ) -> Result {
        match self.driver.ops {
            // Its contexts own nothing that has a number.
            Ops::C(_) => Err(ENOENT),
            // SAFETY: The context is open: an operation in flight keeps it so.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).destroy)(context.uctx(), id, kind) },
        }
    }

    /// Registers memory of the context, and waits for the firmware.
    pub(crate) fn register_umem(
        &self,
        context: &Context,
        request: UmemRequest,
    ) -> Result<UmemNumbers> {
        match self.driver.ops {
            Ops::C(_) => Err(EOPNOTSUPP),
            // SAFETY: The context is open: an operation in flight keeps it so.
            Ops::Rust(ops) => unsafe { (Self::rust(ops).register_umem)(context.uctx(), request) },
        }
    }

    /// Whether the device can write to memory of its users.
    pub(crate) fn takes_umems(&self) -> bool {
        match self.driver.ops {
            Ops::C(_) => false,
            Ops::Rust(ops) => Self::rust(ops).umem,
        }
    }

    /// Has a C driver judge and deliver `request`, and waits for the firmware. Returns the reply, as
    /// much of it as the user has `room` for, and the length of all of it.
    pub(crate) fn fw_rpc<'r>(
        &self,
        context: &Context,
        scope: Scope,
        request: &'r mut KVVec<u8>,
        room: usize,
    ) -> Result<(CReply<'r>, usize)> {
        let Ops::C(ops) = self.driver.ops else {
            return Err(EOPNOTSUPP);
        };
        let fw_rpc = Self::c(ops).fw_rpc.ok_or(EOPNOTSUPP)?;
        let (input, in_len) = (request.as_mut_ptr().cast::<c_void>(), request.len());
        let mut out_len = room;
        // SAFETY: The context is open; `input` is an allocation with `in_len` bytes; `out_len` is
        // valid.
        let output = from_err_ptr(unsafe {
            fw_rpc(
                context.uctx(),
                bindings::fwctl_rpc_scope(scope as u32),
                input,
                in_len,
                &mut out_len,
            )
        })?;
        let len = out_len.min(room);
        let reply = if output == input {
            // What is behind the request may be of another.
            CReply::InPlace(request.get(..len).unwrap_or(request))
        } else {
            // SAFETY: The driver hands over kvmalloc() memory of its own, which has as many bytes as
            // the reply, or as the user has room for.
            CReply::Own(unsafe { CBuffer::new(output, len) })
        };
        Ok((reply, out_len))
    }
}

/// The reply of a C driver.
pub(crate) enum CReply<'r> {
    /// In the memory of the request.
    InPlace(&'r [u8]),
    Own(CBuffer),
}

impl CReply<'_> {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::InPlace(reply) => reply,
            Self::Own(reply) => reply.as_bytes(),
        }
    }
}

/// Bytes that a driver handed over.
pub(crate) enum Data {
    None,
    Rust(InfoData),
    C(CBuffer),
}

impl Data {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::None => &[],
            Self::Rust(data) => data.as_bytes(),
            Self::C(data) => data.as_bytes(),
        }
    }
}

/// Memory that C allocated.
///
/// # Invariants
///
/// `ptr` is null or to `len` bytes of kmalloc() or kvmalloc() memory that this owns.
pub(crate) struct CBuffer {
    ptr: *mut c_void,
    len: usize,
}

impl CBuffer {
    /// # Safety
    ///
    /// As the type's invariants say.
    unsafe fn new(ptr: *mut c_void, len: usize) -> Self {
        Self { ptr, len }
    }

    fn as_bytes(&self) -> &[u8] {
        if self.ptr.is_null() {
            return &[];
        }
        // SAFETY: By the type's invariants; the driver has initialised them.
        unsafe { core::slice::from_raw_parts(self.ptr.cast(), self.len) }
    }
}

impl Drop for CBuffer {
    fn drop(&mut self) {
        // SAFETY: By the type's invariants; it takes both kinds, and null.
        unsafe { bindings::kvfree(self.ptr) }
    }
}
