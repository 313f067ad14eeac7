// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! mlx5_core, as the rest of the driver sees it: the only module with unsafe code.

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
    transmute::AsBytes, //
};

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
}

/// A `struct mlx5_core_dev`, while the auxiliary device that it made is bound.
///
/// # Invariants
///
/// The pointer is valid for `'a`.
pub(crate) struct Mdev<'a> {
    mdev: NonNull<c_void>,
    /// Releases that the firmware refused or did not answer.
    refusals: Atomic<u32>,
    _bound: PhantomData<&'a ()>,
}

// SAFETY: mlx5_core's commands can be sent from any thread.
unsafe impl Send for Mdev<'_> {}
// SAFETY: As above, and from several at a time.
unsafe impl Sync for Mdev<'_> {}

impl<'a> Mdev<'a> {
    /// The function that made `adev`. `ENODEV` if mlx5_core did not make it.
    pub(crate) fn of(adev: &'a auxiliary::Device<device::Bound>) -> Result<Self> {
        let adev: *const auxiliary::Device<device::Bound> = adev;
        // SAFETY: `adev` is an auxiliary device; the helper looks whose it is first.
        let mdev = unsafe { fwctl_helper_mlx5_mdev(adev.cast_mut().cast()) };
        // INVARIANT: mlx5_core unbinds the auxiliary device before it frees the function.
        Ok(Self {
            mdev: NonNull::new(mdev).ok_or(ENODEV)?,
            refusals: Atomic::new(0),
            _bound: PhantomData,
        })
    }

    /// The PCI function.
    pub(crate) fn parent(&self) -> &'a device::Device {
        // SAFETY: By the type's invariant.
        let dev = unsafe { fwctl_helper_mlx5_parent(self.mdev.as_ptr()) };
        // SAFETY: The function outlives what mlx5_core keeps of it.
        unsafe { device::Device::from_raw(dev.cast::<bindings::device>()) }
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
        let in_len = c_int::try_from(input.len()).map_err(|_| EMSGSIZE)?;
        let out_len = c_int::try_from(output.len()).map_err(|_| EMSGSIZE)?;
        // SAFETY: By the type's invariant; the buffers have these lengths, and mlx5_core is done
        // with them when it returns.
        let ret = to_result(unsafe {
            fwctl_helper_mlx5_cmd_do(
                self.mdev.as_ptr(),
                input.as_mut_ptr().cast(),
                in_len,
                output.as_mut_ptr().cast(),
                out_len,
            )
        });
        match ret {
            // mlx5_core's word for a status other than OK in `output`.
            Err(e) if e == EREMOTEIO => Ok(()),
            ret => ret,
        }
    }
}
