// SPDX-License-Identifier: GPL-2.0

//! A fwctl driver in Rust, as small as one can be: no hardware, see `sample.h` for what its
//! firmware does.

#![deny(unsafe_code)]

use ::fwctl::{
    Device,
    DeviceType,
    Operations,
    Registration,
    Reply,
    Request,
    Scope, //
};
use kernel::{
    faux,
    prelude::*,
    sync::atomic::{
        ordering::Relaxed,
        Atomic, //
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
}

impl Op {
    fn least_scope(self) -> Scope {
        match self {
            Self::Set => Scope::Configuration,
            Self::Echo | Self::Fill | Self::Sleep | Self::Fail => Scope::DebugReadOnly,
            Self::Poke => Scope::DebugWrite,
            Self::Everything => Scope::DebugWriteFull,
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
        _ => return Err(EBADMSG),
    };
    Ok((op, u32::from_ne_bytes(*arg)))
}

/// What a descriptor owns: nothing but its place in the count.
struct Context;

impl Operations for Context {
    /// Contexts that are open.
    type RegistrationData<'a> = Atomic<u32>;
    /// `struct fwctl_sample_info`.
    type Info = [u32; 2];

    const DEVICE_TYPE: DeviceType = DeviceType::Sample;
    const PARALLEL: u16 = 4;

    fn open<'a>(
        _: &Device<Self>,
        contexts: &Self::RegistrationData<'a>,
    ) -> impl PinInit<Self, Error> {
        contexts.add(1, Relaxed);
        Ok(Context)
    }

    fn close<'a>(_: Pin<&mut Self>, _: &Device<Self>, contexts: &Self::RegistrationData<'a>) {
        contexts.fetch_sub(1, Relaxed);
    }

    fn info<'a>(
        _: Pin<&Self>,
        _: &Device<Self>,
        contexts: &Self::RegistrationData<'a>,
    ) -> Result<[u32; 2]> {
        Ok([1, contexts.load(Relaxed)])
    }

    fn check<'a>(
        _: Pin<&Self>,
        _: &Device<Self>,
        _: &Self::RegistrationData<'a>,
        scope: Scope,
        request: &Request,
    ) -> Result {
        let (op, _) = parse(request)?;
        if scope < op.least_scope() {
            return Err(EBADMSG);
        }
        Ok(())
    }

    fn rpc<'a>(
        _: Pin<&Self>,
        _: &Device<Self>,
        _: &Self::RegistrationData<'a>,
        _: Scope,
        mut request: Request,
    ) -> Result<Reply> {
        let (op, arg) = parse(&request)?;
        match op {
            Op::Echo => {
                let len = request.input().len();
                Ok(request.into_reply_in_place(len))
            }
            Op::Fill => {
                request.buffers().1.fill(0xfe);
                Ok(request.into_reply(arg as usize))
            }
            Op::Sleep => {
                fsleep(Delta::from_millis(arg.into()));
                Ok(Reply::empty())
            }
            Op::Fail => Err(i32::try_from(arg).map_or(EIO, |errno| Error::from_errno(-errno))),
            Op::Set | Op::Poke | Op::Everything => Ok(Reply::empty()),
        }
    }
}

struct Sample {
    _parent: faux::Registration,
}

impl kernel::Module for Sample {
    fn init(_: &'static ThisModule) -> Result<Self> {
        let parent = faux::Registration::new(c"fwctl-rust-sample", None)?;
        let device: &faux::Device<kernel::device::Bound> = parent.as_ref();
        Registration::<Context>::register(device, device.as_ref(), |_| Ok(Atomic::new(0)))?;
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
