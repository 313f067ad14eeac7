// SPDX-License-Identifier: GPL-2.0

//! The class, the list of devices, and the life of a `struct fwctl_device`.

use super::driver::{
    Calls,
    Driver,
    Ops, //
};
use crate::{
    device::{
        Device,
        Minors, //
    },
    queues::Queues, //
};
use core::ptr::NonNull;
use fwctl::sys::{
    class::{
        Class,
        ClassRegistration, //
    },
    pool::Pool, //
};
use kernel::{
    bindings,
    error::to_result,
    prelude::*,
    sync::{
        global_lock,
        Arc, //
    }, //
};

global_lock! {
    // SAFETY: `Subsystem::new` initialises it before anything of this module can be called.
    unsafe(uninit) static STATE: Mutex<State> = State {
        minors: Minors::new(),
        parts: None,
    };
}

/// What new devices are made of.
struct State {
    minors: Minors,
    parts: Option<Parts>,
}

struct Parts {
    class: *const bindings::class,
    first: bindings::dev_t,
    pool: Arc<Pool>,
}

// SAFETY: The class pointer is only handed to the device core, which may use it on any thread.
unsafe impl Send for Parts {}

/// The device with this minor number, registered or not.
pub(crate) fn find_device(minor: u32) -> Option<Arc<Device>> {
    STATE.lock().minors.get(minor)
}

struct FwctlClass;

// SAFETY: `release` frees the allocation that begins with `dev`, and gives its number back.
unsafe impl Class for FwctlClass {
    const NAME: &'static CStr = c"fwctl";

    unsafe fn release(dev: *mut bindings::device) {
        // Has it still if it never was registered.
        if let Ok(raw) = RawDevice::from_ptr(dev.cast()) {
            raw.release_minor();
        }
        // SAFETY: `dev` is the first member of a `fwctl_device`, which is the first bytes of an
        // allocation that nobody refers to any more.
        unsafe { bindings::kfree(dev.cast()) };
    }
}

/// The class, while the module is loaded.
#[pin_data(PinnedDrop)]
pub(crate) struct Subsystem {
    #[pin]
    class: ClassRegistration<FwctlClass>,
}

impl Subsystem {
    /// To be called once, before anything else of this module.
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        // SAFETY: The module's `init` calls this once, and nothing uses the lock before.
        unsafe { STATE.init() };
        try_pin_init!(Self {
            class <- ClassRegistration::new(),
        })
    }

    /// Lets devices be made, with numbers from `first`.
    pub(crate) fn start(&self, first: bindings::dev_t, pool: Arc<Pool>) {
        STATE.lock().parts = Some(Parts {
            class: self.class.as_raw(),
            first,
            pool,
        });
    }
}

#[pinned_drop]
impl PinnedDrop for Subsystem {
    fn drop(self: Pin<&mut Self>) {
        // Drivers use symbols of this module, so they and their devices are gone. A static is not
        // dropped, so what it holds has to be taken out.
        let mut state = STATE.lock();
        let parts = state.parts.take();
        let minors = core::mem::replace(&mut state.minors, Minors::new());
        drop(state);
        drop((parts, minors));
    }
}

/// A `fwctl_device`. A plain pointer: who uses it says why it is valid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawDevice(NonNull<bindings::fwctl_device>);

// SAFETY: A pointer; see its uses.
unsafe impl Send for RawDevice {}
// SAFETY: As above.
unsafe impl Sync for RawDevice {}

impl RawDevice {
    pub(super) fn from_ptr(fwctl: *mut bindings::fwctl_device) -> Result<Self> {
        NonNull::new(fwctl).map(Self).ok_or(EINVAL)
    }

    pub(super) fn as_ptr(self) -> *mut bindings::fwctl_device {
        self.0.as_ptr()
    }

    fn dev(self) -> *mut bindings::device {
        // SAFETY: Only an address inside of the allocation is made.
        unsafe { &raw mut (*self.as_ptr()).dev }
    }

    /// # Safety
    ///
    /// The caller must own a reference, which it gives up.
    pub(super) unsafe fn put(self) {
        // SAFETY: As required of the caller.
        unsafe { bindings::put_device(self.dev()) };
    }

    /// Allocates a device below `parent`: `size` zeroed bytes that begin with a `fwctl_device`,
    /// not visible yet. The caller owns the one reference.
    ///
    /// # Safety
    ///
    /// `parent` must be a valid device, and `size` at least that of a `fwctl_device`.
    pub(super) unsafe fn alloc(
        parent: *mut bindings::device,
        ops: Ops,
        size: usize,
    ) -> Result<Self> {
        // SAFETY: The operations are those of the driver that calls.
        let driver = unsafe { Driver::new(ops) }?;
        let words = size.div_ceil(core::mem::size_of::<u64>());
        let mut memory = KVec::from_elem(0u64, words, GFP_KERNEL)?;
        let raw = Self::from_ptr(memory.as_mut_ptr().cast())?;

        let (class, first, pool) = {
            let state = STATE.lock();
            let parts = state.parts.as_ref().ok_or(ENODEV)?;
            (parts.class, parts.first, parts.pool.clone())
        };
        let device = Device::new(raw, driver, Queues::new(Driver::parallel(ops)), pool)?;
        let mut state = STATE.lock();
        let minor = state.minors.reserve()?;
        state.minors.set(minor, device);
        drop(state);

        // From here on the memory belongs to the reference, and `FwctlClass::release` frees it and
        // gives the number back.
        let _ = memory.into_raw_parts();
        // SAFETY: The memory is zeroed, large enough, and nobody else knows it. The class stays
        // registered while drivers are loaded.
        unsafe {
            let dev = &mut *raw.dev();
            dev.class = class;
            dev.parent = parent;
            dev.devt = first + minor;
            bindings::device_initialize(dev);
            if let Ops::C(ops) = ops {
                (*raw.as_ptr()).ops = ops.as_ptr();
            }
        }
        // SAFETY: The format takes one number; `dev` was just initialised.
        let named = to_result(unsafe {
            bindings::dev_set_name(raw.dev(), c"fwctl%u".as_char_ptr(), minor)
        });
        if let Err(e) = named {
            // SAFETY: The one reference is ours.
            unsafe { raw.put() };
            return Err(e);
        }
        Ok(raw)
    }

    fn minor(self) -> u32 {
        // SAFETY: The callers below hold a reference, or are the release.
        unsafe { (*self.dev()).devt & ((1 << bindings::MINORBITS) - 1) }
    }

    fn release_minor(self) {
        let device = STATE.lock().minors.release(self.minor(), self);
        drop(device);
    }

    /// The core's state of a device that has its number, which it has until it is hidden.
    fn state(self) -> Result<Arc<Device>> {
        find_device(self.minor()).ok_or(ENODEV)
    }

    /// Shows the device to user space.
    ///
    /// # Safety
    ///
    /// It must come from [`alloc`](Self::alloc), with a reference held, and not have been shown
    /// before. The driver's operations must stay valid until [`hide`](Self::hide) returns.
    pub(super) unsafe fn show(self) -> Result {
        let device = self.state()?;
        // SAFETY: As required of the caller.
        unsafe { device.driver.start() };
        // SAFETY: It is initialised and named.
        let shown = to_result(unsafe { bindings::device_add(self.dev()) });
        if shown.is_err() {
            // Somebody who made a node by hand may have come in.
            device.end(&device.driver.retire());
        }
        shown
    }

    /// Takes the device from user space; the driver is not called after it.
    ///
    /// # Safety
    ///
    /// It must have been shown, with a reference held.
    pub(super) unsafe fn hide(self) {
        // SAFETY: It was added.
        unsafe { bindings::device_del(self.dev()) };
        if let Ok(device) = self.state() {
            device.end(&device.driver.retire());
        }
        self.release_minor();
        // SAFETY: A reference is held, and nobody else looks at the field.
        unsafe { (*self.as_ptr()).ops = core::ptr::null() };
    }
}

impl RawDevice {
    /// The device, for messages, during a call to its driver.
    pub(crate) fn device<'a>(self, _calls: &'a Calls<'_>) -> &'a kernel::device::Device {
        // SAFETY: While the driver is there it holds a reference.
        unsafe { kernel::device::Device::from_raw(self.dev()) }
    }
}
