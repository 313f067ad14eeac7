// SPDX-License-Identifier: GPL-2.0

//! Memory that is lent to firmware, and what becomes of it if that does not give it back.
//!
//! What firmware may still write stays pinned and mapped until its device provably could not write any
//! more: after the memory was given to it, bus mastering was seen off, which every reset of the
//! function begins with, or the PCI device was unbound from its driver. While there is any, the module
//! cannot be unloaded.

use crate::{
    sys::{
        device::as_raw,
        dma::Mapping,
        message,
        queue::{
            cancel_delayed,
            OwnedQueue, //
        }, //
    },
    umem::Share, //
};
use core::ptr;
use kernel::{
    bindings,
    device,
    dma::Coherent,
    error::to_result,
    impl_has_delayed_work,
    new_delayed_work,
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            ordering::{
                Acquire,
                Full,
                Relaxed,
                Release, //
            },
            Atomic, //
        },
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

/// How often bus mastering is looked at while a device is lent memory. A reset of a function leaves it
/// off for 100 ms at least.
const POLL_MS: u32 = 40;

global_lock! {
    // SAFETY: `Watch::new` initialises it before memory can be lent.
    unsafe(uninit) static HELD: Mutex<Held> = Held {
        first: None,
        devices: KVec::new(),
        watch: None,
    };
}

struct Held {
    /// All that is in quarantine, as a chain, so that putting something in needs no memory.
    first: Option<KBox<Inner>>,
    /// Devices that were lent memory, in use or in quarantine.
    devices: KVec<Arc<Quiet>>,
    watch: Option<Poll>,
}

// SAFETY: The pointer to the module is used by any task.
unsafe impl Send for Held {}

/// When a device was quiet.
struct Quiet {
    device: ARef<device::Device>,
    /// How often it was seen so.
    times: Atomic<u32>,
    /// What it was lent.
    loans: Atomic<usize>,
}

/// What is lent, and for whose device it is mapped.
pub(crate) enum Memory {
    /// Pinned pages of a user.
    User(
        Mapping,
        #[expect(dead_code, reason = "it counts until it is dropped")] Share,
    ),
    /// A buffer of one command.
    Buffer(Coherent<[u8]>, ARef<device::Device>),
}

impl Memory {
    fn device(&self) -> &device::Device {
        match self {
            Self::User(mapping, _) => mapping.device(),
            Self::Buffer(_, device) => device,
        }
    }

    fn kib(&self) -> usize {
        let bytes = match self {
            Self::User(mapping, _) => mapping.pages().count() << kernel::page::PAGE_SHIFT,
            Self::Buffer(memory, _) => memory.size(),
        };
        bytes.div_ceil(1024)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::User(..) => "user memory",
            Self::Buffer(..) => "memory of a command",
        }
    }
}

const PRIVATE: u32 = 0;
const EXPOSED: u32 = 1;
const RELEASED: u32 = 2;

struct Inner {
    memory: Memory,
    state: Atomic<u32>,
    watched: Watched,
    next: Option<KBox<Inner>>,
}

/// Memory that firmware may come to know.
///
/// Dropped before [`expose`](Self::expose) or after [`released`](Self::released), it is given back
/// at once. Dropped in between, it is kept until the device was quiet.
pub(crate) struct Lent(Option<KBox<Inner>>);

impl Lent {
    /// Nobody knows it yet. `ENOMEM`.
    pub(crate) fn new(memory: Memory) -> Result<Self> {
        Ok(Self(Some(KBox::new(
            Inner {
                watched: Watched::new(memory.device())?,
                memory,
                state: Atomic::new(PRIVATE),
                next: None,
            },
            GFP_KERNEL_ACCOUNT,
        )?)))
    }

    /// What it is.
    pub(crate) fn memory(&self) -> Option<&Memory> {
        self.0.as_deref().map(|inner| &inner.memory)
    }

    /// From here on the firmware may know it.
    pub(crate) fn expose(&self) {
        if let Some(inner) = &self.0 {
            inner.watched.mark();
            inner.state.store(EXPOSED, Relaxed);
        }
    }

    /// The firmware has confirmed that it does not know it any more, or never did.
    pub(crate) fn released(&self) {
        if let Some(inner) = &self.0 {
            inner.state.store(RELEASED, Release);
        }
    }

    /// Whether the device cannot write there: the firmware does not know it, or the device was quiet
    /// since it was told.
    pub(crate) fn is_free(&self) -> bool {
        self.0.as_deref().is_none_or(Inner::is_free)
    }
}

impl Inner {
    fn is_free(&self) -> bool {
        self.state.load(Acquire) != EXPOSED || self.watched.was_quiet()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(inner) = self.0.take() {
            if !inner.is_free() {
                put(inner);
            }
        }
    }
}

/// A loan's view of its device.
struct Watched {
    quiet: Arc<Quiet>,
    /// How often the device had been seen quiet when it was told of the memory.
    before: Atomic<u32>,
}

impl Watched {
    /// Has `device` watched for as long as this lives. `ENOMEM`.
    fn new(device: &device::Device) -> Result<Self> {
        let mut held = HELD.lock();
        let known = held
            .devices
            .iter()
            .find(|quiet| ptr::eq(&*quiet.device, device))
            .cloned();
        let quiet = match known {
            Some(quiet) => quiet,
            None => {
                let quiet = Arc::new(
                    Quiet {
                        device: device.into(),
                        times: Atomic::new(0),
                        loans: Atomic::new(0),
                    },
                    GFP_KERNEL,
                )?;
                held.devices.push(quiet.clone(), GFP_KERNEL)?;
                quiet
            }
        };
        quiet.loans.add(1, Relaxed);
        if let Some(watch) = &held.watch {
            watch.again();
        }
        Ok(Self {
            before: Atomic::new(quiet.times.load(Acquire)),
            quiet,
        })
    }

    /// The device is about to be told of it.
    fn mark(&self) {
        self.before.store(self.quiet.times.load(Acquire), Relaxed);
    }

    /// Whether the device was quiet since then.
    fn was_quiet(&self) -> bool {
        self.quiet.times.load(Acquire) != self.before.load(Relaxed)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.quiet.loans.fetch_sub(1, Full);
    }
}

/// What looks at devices.
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

impl Drop for Poll {
    /// To be called when it is not in [`HELD`] any more, so that the work does not come again.
    fn drop(&mut self) {
        cancel_delayed(&self.work);
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
        let mut held = HELD.lock();
        held.devices.retain(|quiet| {
            // SAFETY: There is a reference to the device.
            if unsafe { fwctl_helper_bus_master(as_raw(&quiet.device).cast()) } == 0 {
                quiet.times.fetch_add(1, Full);
            }
            // Nobody can add one meanwhile: that takes the lock.
            quiet.loans.load(Acquire) != 0
        });
        if let (false, Some(watch)) = (held.devices.is_empty(), &held.watch) {
            watch.again();
        }
        drop(held);
        release();
    }
}

/// Takes memory in whose firmware has not confirmed that it let go of it.
fn put(mut inner: KBox<Inner>) {
    if message::allowed() {
        dev_warn!(
            inner.memory.device(),
            "{} KiB of {} stay pinned: firmware may still write there; a reset or unbinding the PCI device frees them\n",
            inner.memory.kib(),
            inner.memory.name()
        );
    }
    let mut held = HELD.lock();
    let was_empty = held.first.is_none();
    inner.next = held.first.take();
    held.first = Some(inner);
    if let (true, Some(watch)) = (was_empty, &held.watch) {
        // SAFETY: It is our own module, which is running. It is put when the last one goes.
        unsafe { bindings::try_module_get(watch.module) };
    }
}

/// Gives back all memory whose device was quiet.
fn release() {
    let mut quiet = None;
    let mut held = HELD.lock();
    let mut rest = held.first.take();
    let was_empty = rest.is_none();
    while let Some(mut inner) = rest {
        rest = inner.next.take();
        let chain = if inner.watched.was_quiet() {
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
            inner.memory.device(),
            "{} KiB of {} are free again: the device is quiet\n",
            inner.memory.kib(),
            inner.memory.name()
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
    /// To be called once, by the module that has this crate, before memory is lent.
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
            for quiet in &HELD.lock().devices {
                if as_raw(&quiet.device).cast() == device {
                    quiet.times.fetch_add(1, Full);
                }
            }
            release();
        }
        bindings::NOTIFY_DONE as c_int
    }
}

#[pinned_drop]
impl PinnedDrop for Watch {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type's invariant.
        unsafe { bindings::bus_unregister_notifier(&bindings::pci_bus_type, self.notifier.get()) };
        // Nothing is held, or the module would not go. A static is not dropped, so what it has is
        // taken out; the worker ends with its queue, which may want the lock.
        let mut held = HELD.lock();
        let devices = core::mem::replace(&mut held.devices, KVec::new());
        let watch = held.watch.take();
        drop(held);
        drop(watch);
        drop(devices);
    }
}
