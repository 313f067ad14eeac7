// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! mlx5_core, as the rest of the driver sees it: the only module with unsafe code.

use ::fwctl::{
    Completer,
    Request, //
};
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    auxiliary,
    bindings,
    device,
    error::to_result,
    prelude::*,
    sync::atomic::{
        ordering::Relaxed,
        Atomic, //
    },
    transmute::AsBytes,
    types::Opaque, //
};

// Sizes of structures that only C can see.
#[allow(dead_code)]
mod c {
    include!(env!("FWCTL_LAYOUT"));
}

/// Data of FWCTL_INFO. Source: `struct fwctl_info_mlx5` in `include/uapi/fwctl/mlx5.h`.
#[repr(C)]
pub(crate) struct Info {
    /// The UID of the descriptor.
    pub(crate) uid: u32,
    /// Its rights.
    pub(crate) uctx_caps: u32,
}

const _: () = assert!(core::mem::size_of::<Info>() == 8);

// SAFETY: Two integers, and by the assertion nothing else.
unsafe impl AsBytes for Info {}

// `rust/helpers/mlx5.c`.
extern "C" {
    fn fwctl_helper_mlx5_mdev(adev: *mut c_void) -> *mut c_void;
    fn fwctl_helper_mlx5_parent(mdev: *mut c_void) -> *mut c_void;
    fn fwctl_helper_mlx5_uctx_cap(mdev: *mut c_void) -> u32;
    fn fwctl_helper_mlx5_cmd_do(
        mdev: *mut c_void,
        input: *mut c_void,
        in_len: c_int,
        output: *mut c_void,
        out_len: c_int,
    ) -> c_int;
    fn fwctl_helper_mlx5_async_new(mdev: *mut c_void) -> *mut c_void;
    fn fwctl_helper_mlx5_async_end(ctx: *mut c_void);
    fn fwctl_helper_mlx5_cmd_start(
        ctx: *mut c_void,
        input: *mut c_void,
        in_len: c_int,
        output: *mut c_void,
        out_len: c_int,
        command: *mut c_void,
        done: unsafe extern "C" fn(*mut c_void, c_int),
    ) -> c_int;
}

/// A command on its way, in memory that its completer has for it.
#[repr(C)]
struct Command {
    /// `struct fwctl_helper_mlx5_command`. First, because C gives back a pointer to it.
    sent: Opaque<[u64; c::MLX5_COMMAND_SIZE.div_ceil(8)]>,
    request: Request,
    completer: Completer,
}

/// The firmware has answered, or will not: `status` is 0 or an error of mlx5_core. Runs in
/// mlx5_core's interrupt.
///
/// # Safety
///
/// `command` must be one that [`Mdev::start`] gave away; it is not used after this.
unsafe extern "C" fn command_done(command: *mut c_void, status: c_int) {
    // SAFETY: As required of the caller.
    let Command {
        mut request,
        completer,
        ..
    } = unsafe { command.cast::<Command>().read() };
    let len = request.output_len();
    completer.complete(answered(status).map(|()| {
        // SAFETY: mlx5_core has copied an answer, whatever its status, to all of the outbox.
        unsafe { request.filled() };
        request.into_reply(len)
    }));
}

/// Memory in the terms of mlx5_core.
#[derive(Clone, Copy)]
struct Mailbox {
    data: *mut c_void,
    len: c_int,
}

impl Mailbox {
    /// `EMSGSIZE` for a length that does not fit an `int`.
    fn new(bytes: &mut [u8]) -> Result<Self> {
        Ok(Self {
            data: bytes.as_mut_ptr().cast(),
            len: c_int::try_from(bytes.len()).map_err(|_| EMSGSIZE)?,
        })
    }

    /// A request and the room for its reply, which are the same memory.
    fn of(request: &mut Request) -> Result<(Self, Self)> {
        let data = request.as_mut_ptr().cast();
        let part = |len: usize| {
            let len = c_int::try_from(len).map_err(|_| EMSGSIZE)?;
            Ok::<_, Error>(Self { data, len })
        };
        Ok((part(request.input().len())?, part(request.output_len())?))
    }
}

/// What mlx5_core says of a command: `Ok` if the firmware answered, with whatever status.
fn answered(status: c_int) -> Result {
    match to_result(status) {
        // The word for a status other than OK in the outbox.
        Err(e) if e == EREMOTEIO => Ok(()),
        result => result,
    }
}

/// A `struct mlx5_core_dev`, while the auxiliary device that it made is bound.
///
/// # Invariants
///
/// The pointer is valid for `'a`. `async_ctx` is a `struct mlx5_async_ctx` of it, and ours.
pub(crate) struct Mdev<'a> {
    mdev: NonNull<c_void>,
    async_ctx: NonNull<c_void>,
    /// Releases that the firmware refused or did not answer.
    refusals: Atomic<u32>,
    _bound: PhantomData<&'a ()>,
}

// SAFETY: mlx5_core's commands can be sent from any thread.
unsafe impl Send for Mdev<'_> {}
// SAFETY: As above, and from several at a time.
unsafe impl Sync for Mdev<'_> {}

impl<'a> Mdev<'a> {
    /// `ENODEV` if mlx5_core did not make it.
    fn find(adev: &'a auxiliary::Device<device::Bound>) -> Result<NonNull<c_void>> {
        let adev: *const auxiliary::Device<device::Bound> = adev;
        // SAFETY: `adev` is an auxiliary device; the helper looks whose it is first.
        let mdev = unsafe { fwctl_helper_mlx5_mdev(adev.cast_mut().cast()) };
        NonNull::new(mdev).ok_or(ENODEV)
    }

    /// The function that made `adev`. `ENODEV` if mlx5_core did not make it; `ENOMEM`.
    pub(crate) fn of(adev: &'a auxiliary::Device<device::Bound>) -> Result<Self> {
        let mdev = Self::find(adev)?;
        // SAFETY: The function is there for `'a`.
        let async_ctx = unsafe { fwctl_helper_mlx5_async_new(mdev.as_ptr()) };
        // INVARIANT: mlx5_core unbinds the auxiliary device before it frees the function.
        Ok(Self {
            mdev,
            async_ctx: NonNull::new(async_ctx).ok_or(ENOMEM)?,
            refusals: Atomic::new(0),
            _bound: PhantomData,
        })
    }

    /// The PCI function of `adev`. `ENODEV` if mlx5_core did not make it.
    pub(crate) fn parent(adev: &'a auxiliary::Device<device::Bound>) -> Result<&'a device::Device> {
        // SAFETY: The function is there for `'a`.
        let dev = unsafe { fwctl_helper_mlx5_parent(Self::find(adev)?.as_ptr()) };
        // SAFETY: It outlives what mlx5_core keeps of it.
        Ok(unsafe { device::Device::from_raw(dev.cast::<bindings::device>()) })
    }

    /// Rights that a user context can be given. Source: `uctx_cap` of the general HCA capabilities.
    pub(crate) fn uctx_cap(&self) -> u32 {
        // SAFETY: By the type's invariant.
        unsafe { fwctl_helper_mlx5_uctx_cap(self.mdev.as_ptr()) }
    }

    /// The firmware did not take something back. Returns how often it did not.
    pub(crate) fn count_refusal(&self) -> u32 {
        self.refusals.fetch_add(1, Relaxed).wrapping_add(1)
    }

    /// Sends the mailbox `input` and waits for the firmware's answer in `output`.
    ///
    /// `Ok` means that the firmware answered, with whatever status. `EMSGSIZE` for a length that
    /// does not fit an `int`; else the error of mlx5_core: `ETIMEDOUT`, `EIO`, `ENXIO`, `ENOMEM` ...
    /// May sleep, for as long as mlx5_core's command timeout; cannot be interrupted.
    pub(crate) fn exec(&self, input: &mut [u8], output: &mut [u8]) -> Result {
        let (input, output) = (Mailbox::new(input)?, Mailbox::new(output)?);
        // SAFETY: Both are exclusive references.
        unsafe { self.exec_raw(input, output) }
    }

    /// The same for a request, whose reply then is in its memory.
    pub(crate) fn exec_in_place(&self, request: &mut Request) -> Result {
        let (input, output) = Mailbox::of(request)?;
        // SAFETY: They are the request's, which is an exclusive reference; mlx5_core copies an answer,
        // whatever its status, to all of the outbox.
        unsafe {
            self.exec_raw(input, output)?;
            request.filled();
        }
        Ok(())
    }

    /// # Safety
    ///
    /// Nobody else may use the mailboxes meanwhile. They may be the same memory.
    unsafe fn exec_raw(&self, input: Mailbox, output: Mailbox) -> Result {
        // SAFETY: By the type's invariant, and as required of the caller; mlx5_core is done with the
        // mailboxes when it returns, and with the first before it writes the second.
        answered(unsafe {
            fwctl_helper_mlx5_cmd_do(
                self.mdev.as_ptr(),
                input.data,
                input.len,
                output.data,
                output.len,
            )
        })
    }

    /// Sends a request and does not wait; `completer` is given the reply. Gives the request back if
    /// it was not sent: there is no memory, or mlx5_core has its hands full, or the device is in its
    /// error state.
    pub(crate) fn start(
        &self,
        request: Request,
        completer: Completer,
    ) -> core::result::Result<(), Request> {
        let mut place = completer.scratch::<Command>();
        // SAFETY: It is there until the completer is used, and nobody else's.
        let command: *mut Command = unsafe { place.as_mut() }.write(Command {
            sent: Opaque::uninit(),
            request,
            completer,
        });
        // SAFETY: Nobody else has it yet.
        let sent = match Mailbox::of(unsafe { &mut (*command).request }) {
            // SAFETY: By the type's invariant; the mailboxes belong to `command`, which belongs to
            // mlx5_core until it calls back.
            Ok((input, output)) => unsafe {
                fwctl_helper_mlx5_cmd_start(
                    self.async_ctx.as_ptr(),
                    input.data,
                    input.len,
                    output.data,
                    output.len,
                    command.cast(),
                    command_done,
                )
            },
            Err(e) => e.to_errno(),
        };
        if sent == 0 {
            return Ok(());
        }
        // SAFETY: It was not sent, so nobody calls back.
        Err(unsafe { command.read() }.request)
    }
}

impl Drop for Mdev<'_> {
    fn drop(&mut self) {
        // SAFETY: By the type's invariant; nothing is sent any more.
        unsafe { fwctl_helper_mlx5_async_end(self.async_ctx.as_ptr()) }
    }
}
