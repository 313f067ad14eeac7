// SPDX-License-Identifier: GPL-2.0

//! Kernel facilities that the core needs and the `kernel` crate does not offer yet: character
//! devices, device classes, killable waiting, semaphores, own work queues, the size rule of extensible ioctls,
//! capabilities, lockdown and taint, memory charged to users and kept for the next, limited messages,
//! pinned user memory and its mapping. Each would go to a file of its own below `rust/kernel`.

pub mod chrdev;
pub mod class;
pub mod completion;
pub(crate) mod device;
pub mod dma;
pub mod lazy;
pub mod memory;
pub mod message;
pub mod pin;
pub mod pool;
pub mod queue;
pub mod security;
pub mod semaphore;
pub mod spare;
pub mod task;
pub mod uaccess;
