// SPDX-License-Identifier: GPL-2.0

//! Memory that firmware was given and has not given back.
//!
//! It stays pinned and mapped until its device provably cannot write any more: bus mastering was
//! seen off, which every reset of the function begins with, or the PCI device was unbound from its
//! driver. While there is any, the module cannot be unloaded.

use super::Inner;
use crate::sys::queue::OwnedQueue;
use core::ptr;
use kernel::{
    bindings,
    device,
    error::to_result,
    impl_has_delayed_work,
    new_delayed_work,
    prelude::*,
    sync::{
        global_lock,
        Arc, //
    },
    time::msecs_to_jiffies,
    types::Opaque,
    workqueue::{
        DelayedWork,
        WorkItem, //
    }, //
};

extern "C" {
    fn fwctl_helper_bus_master(dev: *mut c_void) -> c_int;
}

/// How often bus mastering is looked at, while there is anything to wait for. A reset of a function
/// leaves it off for 100 ms.
const POLL_MS: u32 = 20;

global_lock! {
    // SAFETY: `Watch::new` initialises it before a umem can be made.
    unsafe(uninit) static HELD: Mutex<Held> = Held {
        first: None,
        watch: None,
    };
}

/// All that is held, as a chain, so that putting something in needs no memory.
struct Held {
    first: Option<KBox<Inner>>,
    watch: Option<Poll>,
}

// SAFETY: The pointer to the module is used by any task.
unsafe impl Send for Held {}

/// What looks after it.
struct Poll {
    module: *mut bindings::module,
    queue: OwnedQueue,
    work: Arc<PollWork>,
}

impl Poll {
    fn again(&self) {
        // It says whether the work was queued before, which is as good.
        let _ = self
            .queue
            .enqueue_delayed(self.work.clone(), msecs_to_jiffies(POLL_MS));
    }
}

#[pin_data]
struct PollWork {
    #[pin]
    work: DelayedWork<Self>,
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self> for PollWork { self.work }
}

impl WorkItem for PollWork {
    type Pointer = Arc<Self>;

    fn run(_: Arc<Self>) {
        release(|device| {
            // SAFETY: The entry has a reference to the device.
            unsafe { fwctl_helper_bus_master(raw(device).cast()) == 0 }
        });
        let held = HELD.lock();
        if let (Some(_), Some(watch)) = (&held.first, &held.watch) {
            watch.again();
        }
    }
}

fn raw(device: &device::Device) -> *mut bindings::device {
    // `Device` is a transparent wrapper.
    ptr::from_ref(device).cast_mut().cast()
}

fn kib(inner: &Inner) -> usize {
    (inner.mapping.pages().count() << kernel::page::PAGE_SHIFT) / 1024
}

/// Takes memory in whose firmware has not confirmed that it let go of it.
pub(super) fn put(mut inner: KBox<Inner>) {
    dev_warn!(
        inner.mapping.device(),
        "{} KiB of user memory stay pinned: firmware may still write there; a reset or unbinding the PCI device frees them\n",
        kib(&inner)
    );
    let mut held = HELD.lock();
    let was_empty = held.first.is_none();
    inner.next = held.first.take();
    held.first = Some(inner);
    if let Some(watch) = &held.watch {
        if was_empty {
            // SAFETY: It is our own module, which is running. It is put when the last one goes.
            unsafe { bindings::try_module_get(watch.module) };
        }
        watch.again();
    }
}

/// Gives back all memory of devices that `is_quiet` says yes to.
fn release(is_quiet: impl Fn(&device::Device) -> bool) {
    let mut quiet = None;
    let mut held = HELD.lock();
    let mut rest = held.first.take();
    let was_empty = rest.is_none();
    while let Some(mut inner) = rest {
        rest = inner.next.take();
        let chain = if is_quiet(inner.mapping.device()) {
            &mut quiet
        } else {
            &mut held.first
        };
        inner.next = chain.take();
        *chain = Some(inner);
    }
    let module = match &held.watch {
        Some(watch) if !was_empty && held.first.is_none() => watch.module,
        _ => ptr::null_mut(),
    };
    drop(held);

    // One by one: a chain that is dropped at its head goes as deep as it is long.
    while let Some(mut inner) = quiet {
        quiet = inner.next.take();
        dev_info!(
            inner.mapping.device(),
            "{} KiB of user memory are free again: the device is quiet\n",
            kib(&inner)
        );
    }
    // SAFETY: Null, or our own module, whose reference was taken in `put`.
    unsafe { bindings::module_put(module) };
}

/// Looks after the quarantine while the module is loaded.
///
/// # Invariants
///
/// `notifier` is registered with the PCI bus.
#[pin_data(PinnedDrop)]
pub struct Watch {
    #[pin]
    notifier: Opaque<bindings::notifier_block>,
}

// SAFETY: A notifier can be unregistered by any task.
unsafe impl Send for Watch {}
// SAFETY: It has nothing to share.
unsafe impl Sync for Watch {}

impl Watch {
    /// To be called once, by the module that has this crate, before anything of [`super`].
    pub fn new(module: &'static ThisModule) -> impl PinInit<Self, Error> {
        // SAFETY: The module's `init` calls this once, and nothing uses the lock before.
        unsafe { HELD.init() };
        try_pin_init!(Self {
            _: {
                HELD.lock().watch = Some(Poll {
                    module: module.as_ptr(),
                    queue: OwnedQueue::new(c"fwctl-quarantine", 1)?,
                    work: Arc::pin_init(
                        pin_init!(PollWork { work <- new_delayed_work!() }),
                        GFP_KERNEL,
                    )?,
                });
            },
            notifier <- Opaque::try_ffi_init(|slot: *mut bindings::notifier_block| {
                let mut block: bindings::notifier_block = pin_init::zeroed();
                block.notifier_call = Some(Self::notify);
                // Before those who look for what a driver left mapped.
                block.priority = 1;
                // SAFETY: `slot` is memory for a notifier.
                unsafe { slot.write(block) };
                // SAFETY: It stays where it is until it is unregistered, because it is pinned.
                to_result(unsafe { bindings::bus_register_notifier(&bindings::pci_bus_type, slot) })
            }),
        })
    }

    unsafe extern "C" fn notify(
        _: *mut bindings::notifier_block,
        event: c_ulong,
        device: *mut c_void,
    ) -> c_int {
        if event == bindings::bus_notifier_event_BUS_NOTIFY_UNBOUND_DRIVER as c_ulong {
            release(|of| raw(of).cast() == device);
        }
        bindings::NOTIFY_DONE as c_int
    }
}

#[pinned_drop]
impl PinnedDrop for Watch {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type's invariant.
        unsafe { bindings::bus_unregister_notifier(&bindings::pci_bus_type, self.notifier.get()) };
        // Nothing is held, or the module would not go. Its worker ends with the queue.
        let watch = HELD.lock().watch.take();
        drop(watch);
    }
}
