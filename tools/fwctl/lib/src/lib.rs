// SPDX-License-Identifier: GPL-2.0

//! Safe access to device firmware through `/dev/fwctl`.
//!
//! [`discovery`] says which devices there are, [`Device`] is an open one. Its calls are those of
//! `include/uapi/fwctl/fwctl.h`: who it is ([`Device::info`]), one request and its reply
//! ([`Device::rpc`]), memory that the firmware may write ([`Device::umem`]). [`mlx5`] knows what the
//! requests of ConnectX devices look like, [`bnxt`] those of NetXtreme.
//!
//! ```no_run
//! use fwctl::{mlx5::Mlx5, Device, Result, Sysfs};
//!
//! fn version() -> Result<()> {
//!     let node = Sysfs::new().find("fwctl0")?;
//!     let device = Device::open(&node)?;
//!     let mgir = Mlx5::new(&device)?.read_register(0x9020, &[0; 160])?;
//!     println!("firmware {}.{}", mgir[0x47], mgir[0x4b]);
//!     Ok(())
//! }
//! ```
//!
//! A call can fail in three ways, which [`Error`] keeps apart: the kernel refuses it or cannot deliver
//! it (an errno), the firmware refuses it (a status and a syndrome), or the reply makes no sense.

#![deny(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)
)]

pub mod bnxt;
mod codes;
mod device;
pub mod discovery;
mod errno;
mod error;
pub mod mlx5;
mod scope;
mod sys;
pub mod transport;
mod uevent;
mod umem;

pub use device::{Device, DeviceType, Info, Reply, MAX_RPC_LEN};
pub use discovery::{Node, Sysfs};
pub use errno::Errno;
pub use error::{Error, NoDevice, Result, Rpc};
pub use scope::Scope;
pub use sys::Memory;
pub use uevent::Uevents;
pub use umem::{Umem, UmemFlags};
