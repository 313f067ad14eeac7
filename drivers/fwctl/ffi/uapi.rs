// SPDX-License-Identifier: GPL-2.0

//! Structures that user space passes. Their layout is a promise, see `layout.rs`.
//!
//! C header: `include/uapi/fwctl/fwctl.h`

use kernel::transmute::{
    AsBytes,
    FromBytes, //
};

/// `struct fwctl_info`.
#[derive(Default)]
#[repr(C)]
pub(crate) struct Info {
    pub(crate) size: u32,
    pub(crate) flags: u32,
    pub(crate) out_device_type: u32,
    pub(crate) device_data_len: u32,
    pub(crate) out_device_data: u64,
}

impl Info {
    /// Bytes of the oldest version.
    pub(crate) const MIN_SIZE: usize = 24;
}

/// `struct fwctl_rpc`.
#[derive(Default)]
#[repr(C)]
pub(crate) struct Rpc {
    pub(crate) size: u32,
    pub(crate) scope: u32,
    pub(crate) in_len: u32,
    pub(crate) out_len: u32,
    pub(crate) in_: u64,
    pub(crate) out: u64,
}

impl Rpc {
    /// Bytes of the oldest version.
    pub(crate) const MIN_SIZE: usize = 32;
}

/// `struct fwctl_rsc_destroy`.
#[derive(Default)]
#[repr(C)]
pub(crate) struct RscDestroy {
    pub(crate) size: u32,
    pub(crate) reserved: u32,
    pub(crate) flags: u64,
    pub(crate) kind: u32,
    pub(crate) rsc_id: u32,
}

impl RscDestroy {
    /// Bytes of the oldest version.
    pub(crate) const MIN_SIZE: usize = 24;
}

/// `struct fwctl_rsc_umem_reg`.
#[derive(Default)]
#[repr(C)]
pub(crate) struct RscUmemReg {
    pub(crate) size: u32,
    pub(crate) reserved: u32,
    pub(crate) flags: u64,
    pub(crate) addr: u64,
    pub(crate) len: u64,
    pub(crate) umem_id: u32,
    pub(crate) mkey_id: u32,
    pub(crate) rsc_id: u32,
    pub(crate) tail: u32,
}

impl RscUmemReg {
    /// Bytes of the oldest version.
    pub(crate) const MIN_SIZE: usize = 44;
}

// SAFETY: Integers only, and `layout.rs` shows that there is no padding.
unsafe impl AsBytes for Info {}
// SAFETY: Integers only.
unsafe impl FromBytes for Info {}
// SAFETY: Integers only, and `layout.rs` shows that there is no padding.
unsafe impl AsBytes for Rpc {}
// SAFETY: Integers only.
unsafe impl FromBytes for Rpc {}
// SAFETY: Integers only, and `layout.rs` shows that there is no padding.
unsafe impl AsBytes for RscDestroy {}
// SAFETY: Integers only.
unsafe impl FromBytes for RscDestroy {}
// SAFETY: Integers only, and `layout.rs` shows that there is no padding.
unsafe impl AsBytes for RscUmemReg {}
// SAFETY: Integers only.
unsafe impl FromBytes for RscUmemReg {}
