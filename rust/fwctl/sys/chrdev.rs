// SPDX-License-Identifier: GPL-2.0

//! Character devices: one range of minor numbers served by one set of file operations.
//!
//! C headers: `include/linux/cdev.h`, `include/linux/fs.h`

use core::marker::PhantomData;
use kernel::{
    bindings,
    error::to_result,
    module::this_module,
    prelude::*,
    types::{
        ForeignOwnable,
        Opaque, //
    },
    uaccess::UserPtr,
    ModuleMetadata, //
};

/// What the files of a character device do.
pub trait FileOperations: Sized {
    /// The module that an open file keeps loaded.
    type OwnerModule: ModuleMetadata;

    /// What an open file owns.
    type Ptr: ForeignOwnable + Send + Sync;

    /// Opens the node with this minor number.
    fn open(minor: u32) -> Result<Self::Ptr>;

    /// The last reference to an open file is gone.
    fn release(ptr: Self::Ptr);

    /// A command. `arg` is the user's pointer, of a 32-bit caller too.
    fn ioctl(
        file: <Self::Ptr as ForeignOwnable>::Borrowed<'_>,
        cmd: u32,
        arg: UserPtr,
    ) -> Result<isize>;
}

/// A range of minor numbers, from 0, under a major number of its own.
///
/// # Invariants
///
/// `cdev` is live and serves the numbers of `region`.
#[pin_data(PinnedDrop)]
pub struct CharDevices<T: FileOperations> {
    region: Region,
    #[pin]
    cdev: Opaque<bindings::cdev>,
    _operations: PhantomData<T>,
}

// SAFETY: A character device can be removed by any task.
unsafe impl<T: FileOperations> Send for CharDevices<T> {}
// SAFETY: Nothing but numbers can be had from a shared reference.
unsafe impl<T: FileOperations> Sync for CharDevices<T> {}

impl<T: FileOperations> CharDevices<T> {
    /// Reserves `count` minor numbers as `name` and serves them. May sleep.
    pub fn new(name: &'static CStr, count: u32) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            region: Region::new(name, count)?,
            cdev <- Opaque::try_ffi_init(|slot: *mut bindings::cdev| {
                // SAFETY: `slot` is memory for a cdev, and the table is static.
                unsafe { bindings::cdev_init(slot, &Self::FILE_OPERATIONS) };
                // SAFETY: `slot` was just initialised.
                unsafe { (*slot).owner = Self::FILE_OPERATIONS.owner };
                // SAFETY: The numbers are reserved, and the cdev stays where it is until it is
                // removed, because it is pinned.
                to_result(unsafe { bindings::cdev_add(slot, region.first, region.count) })
            }),
            _operations: PhantomData,
        })
    }

    /// The number of the node with minor number 0.
    pub fn first(&self) -> bindings::dev_t {
        self.region.first
    }

    const FILE_OPERATIONS: bindings::file_operations = bindings::file_operations {
        owner: this_module::<T::OwnerModule>().as_ptr(),
        open: Some(Self::open),
        release: Some(Self::release),
        unlocked_ioctl: Some(Self::ioctl),
        #[cfg(CONFIG_COMPAT)]
        compat_ioctl: Some(Self::compat_ioctl),
        ..pin_init::zeroed()
    };

    unsafe extern "C" fn open(inode: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        // SAFETY: The kernel passes the inode of the node that is opened.
        let minor = unsafe { (*inode).i_rdev } & ((1 << bindings::MINORBITS) - 1);
        match T::open(minor) {
            Ok(ptr) => {
                // SAFETY: `file` is being opened and its private data is ours.
                unsafe { (*file).private_data = ptr.into_foreign() };
                0
            }
            Err(e) => e.to_errno(),
        }
    }

    unsafe extern "C" fn release(_: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        // SAFETY: `open` stored the pointer, and nobody uses the file after this.
        T::release(unsafe { T::Ptr::from_foreign((*file).private_data) });
        0
    }

    unsafe extern "C" fn ioctl(file: *mut bindings::file, cmd: c_uint, arg: c_ulong) -> c_long {
        // SAFETY: `open` stored the pointer; the file stays open during the call.
        let ptr = unsafe { T::Ptr::borrow((*file).private_data) };
        match T::ioctl(ptr, cmd, UserPtr::from_addr(arg)) {
            Ok(value) => value,
            Err(e) => e.to_errno() as c_long,
        }
    }

    #[cfg(CONFIG_COMPAT)]
    unsafe extern "C" fn compat_ioctl(
        file: *mut bindings::file,
        cmd: c_uint,
        arg: c_ulong,
    ) -> c_long {
        // A 32-bit pointer; what lies above it in the register is not the caller's.
        // SAFETY: The same call with the same file.
        unsafe { Self::ioctl(file, cmd, arg as u32 as c_ulong) }
    }
}

#[pinned_drop]
impl<T: FileOperations> PinnedDrop for CharDevices<T> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type's invariants it is live.
        unsafe { bindings::cdev_del(self.cdev.get()) };
    }
}

/// # Invariants
///
/// The numbers are reserved.
struct Region {
    first: bindings::dev_t,
    count: u32,
}

impl Region {
    fn new(name: &'static CStr, count: u32) -> Result<Self> {
        let mut first = 0;
        // SAFETY: The pointers are valid.
        to_result(unsafe {
            bindings::alloc_chrdev_region(&mut first, 0, count, name.as_char_ptr())
        })?;
        Ok(Self { first, count })
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: By the type's invariant they are reserved.
        unsafe { bindings::unregister_chrdev_region(self.first, self.count) }
    }
}
