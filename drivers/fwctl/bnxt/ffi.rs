// SPDX-License-Identifier: GPL-2.0

//! bnxt_en, as the rest of the driver sees it: the only module with unsafe code.

use crate::mailbox::Message;
use core::{
    marker::PhantomData,
    ptr::NonNull, //
};
use kernel::{
    auxiliary,
    device,
    error::to_result,
    prelude::*,
    sync::atomic::{
        ordering::Relaxed,
        Atomic, //
    },
    transmute::AsBytes, //
};

/// Data of FWCTL_INFO. Source: `struct fwctl_info_bnxt` in `include/uapi/fwctl/bnxt.h`.
#[repr(C)]
pub(crate) struct Info {
    /// What the driver accepts, by bit.
    pub(crate) uctx_caps: u32,
}

const _: () = assert!(core::mem::size_of::<Info>() == 4);

// SAFETY: An integer, and by the assertion nothing else.
unsafe impl AsBytes for Info {}

// `rust/helpers/bnxt.c`.
extern "C" {
    fn fwctl_helper_bnxt_edev(adev: *mut c_void) -> *mut c_void;
    fn fwctl_helper_bnxt_send(
        edev: *mut c_void,
        msg: *mut c_void,
        msg_len: c_int,
        resp: *mut c_void,
        resp_len: c_int,
        timeout: c_int,
    ) -> c_int;
}

/// A `struct bnxt_en_dev`, while the auxiliary device that bnxt_en made is bound.
///
/// # Invariants
///
/// The pointer is valid for `'a`.
pub(crate) struct Edev<'a> {
    edev: NonNull<c_void>,
    /// The firmware has not answered a message, and none since.
    silent: Atomic<bool>,
    _bound: PhantomData<&'a ()>,
}

// SAFETY: Messages can be sent from any thread.
unsafe impl Send for Edev<'_> {}
// SAFETY: As above; bnxt_en's lock lets in one at a time.
unsafe impl Sync for Edev<'_> {}

impl<'a> Edev<'a> {
    /// The function that made `adev`. `ENODEV` if bnxt_en did not make it.
    pub(crate) fn of(adev: &'a auxiliary::Device<device::Bound>) -> Result<Self> {
        let adev: *const auxiliary::Device<device::Bound> = adev;
        // SAFETY: `adev` is an auxiliary device; the helper looks whose it is first.
        let edev = unsafe { fwctl_helper_bnxt_edev(adev.cast_mut().cast()) };
        // INVARIANT: bnxt_en unbinds the auxiliary device before it frees what belongs to it.
        Ok(Self {
            edev: NonNull::new(edev).ok_or(ENODEV)?,
            silent: Atomic::new(false),
            _bound: PhantomData,
        })
    }

    /// Sends `message` and waits for the response, as much of which as there is room for is written
    /// over the beginning of `response`.
    ///
    /// An error is bnxt_en's word for what the firmware answered, or says that it did not: see
    /// [`cmd`](crate::cmd). May sleep for some `timeout` milliseconds, and half of that again; cannot be
    /// interrupted.
    pub(crate) fn send(&self, message: &mut Message, response: &mut [u8], timeout: u32) -> Result {
        let message = message.bytes_mut();
        let len = |bytes: &[u8]| c_int::try_from(bytes.len()).map_err(|_| EMSGSIZE);
        // SAFETY: By the type's invariant. Both are exclusive references; bnxt_en is done with them
        // when it returns, and the message is aligned and whole words, as it wants.
        to_result(unsafe {
            fwctl_helper_bnxt_send(
                self.edev.as_ptr(),
                message.as_mut_ptr().cast(),
                len(message)?,
                response.as_mut_ptr().cast(),
                len(response)?,
                c_int::try_from(timeout).map_err(|_| EINVAL)?,
            )
        })
    }

    /// Remembers whether the firmware has answered the last message.
    pub(crate) fn note(&self, answered: bool) {
        self.silent.store(!answered, Relaxed);
    }

    /// Whether it has not.
    pub(crate) fn is_silent(&self) -> bool {
        self.silent.load(Relaxed)
    }
}
