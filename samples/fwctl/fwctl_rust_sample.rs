// SPDX-License-Identifier: GPL-2.0

//! A fwctl driver in Rust, as small as one can be: no hardware, see `sample.h` for what its
//! firmware does.

#![deny(unsafe_code)]

use ::fwctl::{
    sys::queue::OwnedQueue,
    Completer,
    ContextPlace,
    Delivery,
    Device,
    DeviceType,
    Operations,
    Registration,
    Reply,
    Request,
    Resource,
    ResourceId,
    ResourceType,
    Scope,
    UserContext, //
};
use kernel::{
    faux,
    prelude::*,
    sync::{
        atomic::{
            ordering::Relaxed,
            Atomic, //
        },
        Arc, //
    },
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

/// Operations of the firmware, by their numbers in `sample.h`.
#[derive(Clone, Copy)]
enum Op {
    Echo,
    Fill,
    Sleep,
    Fail,
    Set,
    Poke,
    Everything,
    Fresh,
    Linger,
    Create,
    Use,
    Stick,
    CreateLate,
    EndLate,
    Later,
    Claim,
}

/// `SAMPLE_USE_MS`.
const USE: Delta = Delta::from_millis(1000);

fn sleep_ms(ms: u32) {
    fsleep(Delta::from_millis(ms.into()));
}

impl Op {
    fn least_scope(self) -> Scope {
        match self {
            Self::Set => Scope::Configuration,
            Self::Poke => Scope::DebugWrite,
            Self::Everything => Scope::DebugWriteFull,
            _ => Scope::DebugReadOnly,
        }
    }

    fn delivery(self) -> Delivery {
        match self {
            Self::Sleep | Self::Fresh | Self::Create | Self::CreateLate | Self::Use => {
                Delivery::Worker
            }
            Self::Later => Delivery::Async,
            _ => Delivery::Caller,
        }
    }
}

/// `struct fwctl_sample_rpc`: `EMSGSIZE` if it is cut short, `EBADMSG` for an unknown operation.
fn parse(request: &Request) -> Result<(Op, u32)> {
    let (op, rest) = request.input().split_first_chunk().ok_or(EMSGSIZE)?;
    let arg = rest.first_chunk().ok_or(EMSGSIZE)?;
    let op = match u32::from_ne_bytes(*op) {
        0 => Op::Echo,
        1 => Op::Fill,
        2 => Op::Sleep,
        3 => Op::Fail,
        4 => Op::Set,
        5 => Op::Poke,
        6 => Op::Everything,
        7 => Op::Fresh,
        8 => Op::Linger,
        9 => Op::Create,
        10 => Op::Use,
        11 => Op::Stick,
        12 => Op::CreateLate,
        13 => Op::EndLate,
        14 => Op::Later,
        15 => Op::Claim,
        _ => return Err(EBADMSG),
    };
    Ok((op, u32::from_ne_bytes(*arg)))
}

/// The answer to `Op::Later`, when it is there.
fn later(request: Request, ms: u32) -> Reply {
    sleep_ms(ms);
    let len = request.input().len();
    request.into_reply(len)
}

/// What the firmware holds, for all descriptors.
struct Firmware {
    contexts: Atomic<u32>,
    objects: Atomic<u32>,
    /// Objects that went before one that needed them.
    disorder: Atomic<u32>,
    /// Where it works on what was started. Dropped, it waits for the end of that.
    works: OwnedQueue,
}

impl Drop for Firmware {
    fn drop(&mut self) {
        pr_info!(
            "{} contexts, {} objects left, {} in disorder\n",
            self.contexts.load(Relaxed),
            self.objects.load(Relaxed),
            self.disorder.load(Relaxed),
        );
    }
}

/// An object.
struct Object {
    /// Objects that need this one.
    dependents: Arc<Atomic<u32>>,
    /// The same of the one that this one needs.
    needs: Option<Arc<Atomic<u32>>>,
    /// The next attempt to end it fails.
    stuck: Atomic<bool>,
    /// The next attempt to end it takes its time.
    late: Atomic<bool>,
}

impl Resource for Object {
    fn resource_type(&self) -> Option<ResourceType> {
        Some(ResourceType::Umem)
    }
}

/// What a descriptor is to the driver.
struct Context {
    linger_ms: Atomic<u32>,
}

impl Context {
    fn create(
        context: &UserContext<'_, Self>,
        firmware: &Firmware,
        needs: Option<ResourceId>,
        late: bool,
    ) -> Result<ResourceId> {
        let resources = context.resources();
        // Everything that can fail comes before the firmware makes it.
        let place = resources.reserve(needs.as_slice())?;
        let needs = match needs {
            Some(id) => Some(resources.hold(id)?.dependents.clone()),
            None => None,
        };
        let dependents = Arc::new(Atomic::new(0), GFP_KERNEL_ACCOUNT)?;
        firmware.objects.add(1, Relaxed);
        if let Some(needs) = &needs {
            needs.add(1, Relaxed);
        }
        if late {
            fsleep(USE);
        }
        Ok(place.commit(Object {
            dependents,
            needs,
            stuck: Atomic::new(false),
            late: Atomic::new(false),
        }))
    }
}

impl Operations for Context {
    type RegistrationData<'a> = Firmware;
    /// `struct fwctl_sample_info`.
    type Info = [u32; 4];
    type Resource = Object;

    const DEVICE_TYPE: DeviceType = DeviceType::Sample;
    const PARALLEL: u16 = 4;
    const CONTEXT: ContextPlace = ContextPlace::Caller;

    fn open<'a>(_: &Device<Self>, firmware: &Firmware) -> impl PinInit<Self, Error> {
        firmware.contexts.add(1, Relaxed);
        Ok(Context {
            linger_ms: Atomic::new(0),
        })
    }

    fn close<'a>(this: Pin<&mut Self>, _: &Device<Self>, firmware: &Firmware, _: usize) {
        match this.linger_ms.load(Relaxed) {
            0 => (),
            ms => sleep_ms(ms),
        }
        firmware.contexts.fetch_sub(1, Relaxed);
    }

    fn info<'a>(_: &UserContext<'_, Self>, firmware: &Firmware) -> Result<[u32; 4]> {
        Ok([
            1,
            firmware.contexts.load(Relaxed),
            firmware.objects.load(Relaxed),
            firmware.disorder.load(Relaxed),
        ])
    }

    fn check<'a>(
        _: &UserContext<'_, Self>,
        _: &Firmware,
        scope: Scope,
        request: &Request,
    ) -> Result<Delivery> {
        let (op, _) = parse(request)?;
        if scope < op.least_scope() {
            return Err(EBADMSG);
        }
        Ok(op.delivery())
    }

    fn rpc<'a>(
        context: &UserContext<'_, Self>,
        firmware: &Firmware,
        _: Scope,
        request: Request,
    ) -> Result<Reply> {
        let (op, arg) = parse(&request)?;
        match op {
            Op::Echo => {
                let len = request.input().len();
                return Ok(request.into_reply(len));
            }
            Op::Claim => return Ok(request.into_reply(arg as usize)),
            Op::Later => return Ok(later(request, arg)),
            Op::Fill => {
                let mut reply = request.into_writer();
                reply.repeat(0xfe, arg as usize);
                return Ok(reply.finish());
            }
            Op::Fresh => {
                let len = request.output_len().min(arg as usize);
                let mut reply = fwctl::room_for_user(len)?;
                reply.resize(len, 0xfe, GFP_KERNEL_ACCOUNT)?;
                return Ok(Reply::new(reply));
            }
            Op::Create | Op::CreateLate => {
                let needs = match arg {
                    0 => None,
                    id => Some(ResourceId::from_number(id)?),
                };
                let mut reply = fwctl::room_for_user(4)?;
                let late = matches!(op, Op::CreateLate);
                let id = Context::create(context, firmware, needs, late)?;
                reply.extend_from_slice(&id.number().to_ne_bytes(), GFP_KERNEL_ACCOUNT)?;
                return Ok(Reply::new(reply).with_created(id));
            }
            Op::Use => {
                let object = context.resources().hold(ResourceId::from_number(arg)?)?;
                fsleep(USE);
                drop(object);
            }
            Op::Stick => {
                let object = context.resources().hold(ResourceId::from_number(arg)?)?;
                object.stuck.store(true, Relaxed);
            }
            Op::EndLate => {
                let object = context.resources().hold(ResourceId::from_number(arg)?)?;
                object.late.store(true, Relaxed);
            }
            Op::Sleep => sleep_ms(arg),
            Op::Fail => {
                return Err(i32::try_from(arg).map_or(EIO, |errno| Error::from_errno(-errno)));
            }
            Op::Linger => context.linger_ms.store(arg, Relaxed),
            Op::Set | Op::Poke | Op::Everything => (),
        }
        Ok(Reply::empty())
    }

    fn start<'a>(
        _: &UserContext<'_, Self>,
        firmware: &Firmware,
        _: Scope,
        request: Request,
        completer: Completer,
    ) -> core::result::Result<(), Request> {
        let Ok((_, ms)) = parse(&request) else {
            return Err(request);
        };
        let work = move || completer.complete(Ok(later(request, ms)));
        // Without memory for it, the end of the completer is the answer.
        let _ = firmware.works.try_spawn(GFP_KERNEL_ACCOUNT, work);
        Ok(())
    }

    fn destroy<'a>(_: &UserContext<'_, Self>, firmware: &Firmware, object: &Object) -> Result {
        if object.late.xchg(false, Relaxed) {
            fsleep(USE);
        }
        if object.stuck.xchg(false, Relaxed) {
            return Err(EIO);
        }
        if object.dependents.load(Relaxed) != 0 {
            firmware.disorder.add(1, Relaxed);
        }
        if let Some(needs) = &object.needs {
            needs.fetch_sub(1, Relaxed);
        }
        firmware.objects.fetch_sub(1, Relaxed);
        Ok(())
    }
}

struct Sample {
    _parent: faux::Registration,
}

impl kernel::Module for Sample {
    fn init(_: &'static ThisModule) -> Result<Self> {
        let parent = faux::Registration::new(c"fwctl-rust-sample", None)?;
        let device: &faux::Device<kernel::device::Bound> = parent.as_ref();
        Registration::<Context>::register(device, device.as_ref(), |_| {
            Ok(Firmware {
                contexts: Atomic::new(0),
                objects: Atomic::new(0),
                disorder: Atomic::new(0),
                works: OwnedQueue::new(c"fwctl-sample", Context::PARALLEL)?,
            })
        })?;
        Ok(Self { _parent: parent })
    }
}

module! {
    type: Sample,
    name: "fwctl_rust_sample",
    authors: ["The fwctl-rust developers"],
    description: "fwctl sample driver in Rust",
    license: "GPL",
    imports_ns: ["FWCTL"],
}
