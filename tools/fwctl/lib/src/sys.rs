// SPDX-License-Identifier: GPL-2.0

//! All that is unsafe: the ioctls, and memory that a device writes.

#![allow(unsafe_code)]

mod ioctl;
mod memory;

pub(crate) use ioctl::{info, rpc, size_of, umem_destroy, umem_register};
pub use memory::Memory;

/// The structures and numbers of the headers, as bindgen made them.
#[allow(
    clippy::all,
    clippy::indexing_slicing,
    clippy::undocumented_unsafe_blocks,
    dead_code,
    missing_docs,
    non_camel_case_types,
    non_upper_case_globals,
    unreachable_pub
)]
pub(crate) mod uapi {
    include!(concat!(env!("OUT_DIR"), "/uapi.rs"));
}
