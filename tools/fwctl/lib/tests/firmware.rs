// SPDX-License-Identifier: GPL-2.0

//! The library against firmware that is made up: answers are a function of the request, so that it can be
//! as wrong as one likes.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

use std::sync::{Arc, Mutex};

use fwctl::mlx5::bits::{get32, get64, set32, set64};
use fwctl::mlx5::resource_dump::{fetch, Request, Via, INLINE_LEN};
use fwctl::mlx5::{core_dump, Mlx5, Status};
use fwctl::transport::{Registered, Transport};
use fwctl::{Device, Errno, Error, Memory, Node, Scope, UmemFlags, MAX_RPC_LEN};
use proptest::prelude::*;

const REGISTER: usize = 0x10;
const MORE: u32 = 1 << 31;
const INLINE: u32 = 1 << 30;
const RSC_ID: u32 = 7;
const MKEY: u32 = 0x1234_5600;

/// What the kernel and the firmware make of a request.
type Answer = Result<Vec<u8>, Errno>;
type Firmware = dyn FnMut(&[u8], Option<&Memory>) -> Answer + Send;

struct Fake {
    firmware: Mutex<Box<Firmware>>,
    memory: Arc<Mutex<Option<Arc<Memory>>>>,
    info: Vec<u8>,
}

impl Transport for Fake {
    fn info(&self, data: &mut [u8]) -> Result<(u32, u32), Errno> {
        data[..self.info.len()].copy_from_slice(&self.info);
        Ok((1, self.info.len() as u32))
    }

    fn rpc(&self, _: Scope, request: &[u8], reply: &mut [u8]) -> Result<u32, Errno> {
        let memory = self.memory.lock().unwrap().clone();
        let answer = (self.firmware.lock().unwrap())(request, memory.as_deref())?;
        let len = answer.len().min(reply.len());
        reply[..len].copy_from_slice(&answer[..len]);
        Ok(answer.len() as u32)
    }

    fn umem_register(&self, memory: &Arc<Memory>, _: UmemFlags) -> Result<Registered, Errno> {
        *self.memory.lock().unwrap() = Some(Arc::clone(memory));
        Ok(Registered {
            umem_id: 1,
            mkey: MKEY,
            rsc_id: RSC_ID,
            device_address: 0x7000_0000,
        })
    }

    fn umem_destroy(&self, rsc_id: u32) -> Result<(), Errno> {
        assert_eq!(rsc_id, RSC_ID);
        self.memory
            .lock()
            .unwrap()
            .take()
            .map(|_| ())
            .ok_or(Errno::NOENT)
    }
}

fn device(firmware: impl FnMut(&[u8], Option<&Memory>) -> Answer + Send + 'static) -> Device {
    with_memory(firmware, Arc::default())
}

fn with_memory(
    firmware: impl FnMut(&[u8], Option<&Memory>) -> Answer + Send + 'static,
    memory: Arc<Mutex<Option<Arc<Memory>>>>,
) -> Device {
    let fake = Fake {
        firmware: Mutex::new(Box::new(firmware)),
        memory,
        info: [9u32.to_ne_bytes(), 4u32.to_ne_bytes()].concat(),
    };
    let node = Node {
        name: "fwctl0".into(),
        ..Node::default()
    };
    Device::with_transport(node, Box::new(fake))
}

/// A firmware that serves `stream` in pieces, inline or to memory, from where `device_opaque` says.
fn serve(stream: Vec<u8>) -> impl FnMut(&[u8], Option<&Memory>) -> Answer + Send {
    move |request, memory| {
        let mut reply = request.to_vec();
        reply[..REGISTER].fill(0);
        let first = get32(request, REGISTER).unwrap();
        let at = get64(request, REGISTER + 0x18).unwrap() as usize;
        let inline = first & INLINE != 0;
        let room = match inline {
            true => INLINE_LEN,
            false => get32(request, REGISTER + 0x24).unwrap() as usize,
        };
        let piece = &stream[at..stream.len().min(at + room)];
        if inline {
            reply[REGISTER + 0x30..][..piece.len()].copy_from_slice(piece);
        } else {
            assert_eq!(get32(request, REGISTER + 0x20), Some(MKEY));
            assert_eq!(get64(request, REGISTER + 0x28), Some(0x7000_0000));
            memory.unwrap().write(0, piece).unwrap();
        }
        let more = if at + piece.len() < stream.len() {
            MORE
        } else {
            0
        };
        let sequence = ((first >> 16) + 1) & 0xf;
        let kept = first & (INLINE | 0xffff);
        set32(&mut reply, REGISTER, kept | more | (sequence << 16));
        set64(&mut reply, REGISTER + 0x18, (at + piece.len()) as u64);
        set32(&mut reply, REGISTER + 0x24, piece.len() as u32);
        Ok(reply)
    }
}

// Theory: a stream of any length comes whole, inline and through memory, in as few RPCs as can be.
#[test]
fn streams_come_whole() {
    for len in [4_usize, 204, 208, 212, 5000] {
        let stream: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        let device = device(serve(stream.clone()));
        let mlx5 = Mlx5::new(&device).unwrap();
        let request = Request::default();
        let scope = Scope::DebugReadOnly;
        let mut last = 0;
        let inline = fetch(
            &mlx5,
            scope,
            &request,
            &Via::Inline,
            1 << 20,
            &mut |bytes| last = bytes,
        );
        assert_eq!((&inline.bytes, &inline.failure), (&stream, &None));
        assert_eq!(inline.rpcs as usize, len.div_ceil(INLINE_LEN));
        assert_eq!(last, len);
        let umem = device.umem(1024, UmemFlags::MKEY).unwrap();
        let through = fetch(
            &mlx5,
            scope,
            &request,
            &Via::Memory(&umem),
            1 << 20,
            &mut |_| {},
        );
        assert_eq!((&through.bytes, &through.failure), (&stream, &None));
        assert_eq!(through.rpcs as usize, len.div_ceil(1024));
        let limited = fetch(&mlx5, scope, &request, &Via::Inline, 300, &mut |_| {});
        assert_eq!(limited.failure.is_some(), len > 416);
    }
}

// Theory: what came before a failure is kept, and the failure names what refused.
#[test]
fn what_came_before_a_failure_is_kept() {
    let mut serve = serve(vec![1; 1000]);
    let mut left = 2;
    let device = device(move |request, memory| {
        left -= 1;
        match left {
            0.. => serve(request, memory),
            _ => Ok([&[5, 0, 0, 0, 0, 0, 0x12, 0x34][..], &[0; 264]].concat()),
        }
    });
    let mlx5 = Mlx5::new(&device).unwrap();
    let fetched = fetch(
        &mlx5,
        Scope::DebugReadOnly,
        &Request::default(),
        &Via::Inline,
        4096,
        &mut |_| {},
    );
    assert_eq!(fetched.bytes.len(), 2 * INLINE_LEN);
    let failure = fetched.failure.unwrap();
    assert_eq!(failure.firmware(), Some((Status::BAD_RESOURCE, 0x1234)));
    assert_eq!(failure.errno(), None);
}

// Theory: kernel, firmware and nonsense are told apart.
#[test]
fn failures_are_told_apart() {
    let ask = |answer: Answer| {
        let device = device(move |_, _| answer.clone());
        let mlx5 = Mlx5::new(&device).unwrap();
        mlx5.read_register(0x9020, &[0; 160]).unwrap_err()
    };
    match ask(Err(Errno::BADMSG)) {
        Error::Kernel {
            errno, rpc, ioctl, ..
        } => {
            assert_eq!((errno, ioctl), (Errno::BADMSG, "FWCTL_RPC"));
            assert_eq!(rpc.unwrap().what, "ACCESS_REG 0x805 (read MGIR 0x9020)");
        }
        other => panic!("{other:?}"),
    }
    let refused = ask(Ok(vec![3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    assert_eq!(refused.firmware(), Some((Status::BAD_PARAM, 1)));
    assert!(matches!(ask(Ok(vec![0; 7])), Error::Reply { .. }));
    assert!(matches!(ask(Ok(vec![0; 100])), Error::Reply { .. }));
    assert!(matches!(ask(Ok(Vec::new())), Error::Reply { .. }));
}

// Theory: memory is given back once, when it is dropped or destroyed, and slices show what was written.
#[test]
fn memory_is_given_back() {
    let registered = Arc::new(Mutex::new(None));
    let device = with_memory(|_, _| Err(Errno::IO), Arc::clone(&registered));
    let mut umem = device.umem(4096, UmemFlags::MKEY).unwrap();
    registered
        .lock()
        .unwrap()
        .as_ref()
        .unwrap()
        .write(5, b"here")
        .unwrap();
    assert_eq!(&umem.as_slice()[4..10], b"\0here\0");
    assert_eq!(umem.read(5, 4).unwrap(), b"here");
    drop(umem);
    assert!(registered.lock().unwrap().is_none());
    let umem = device.umem(4096, UmemFlags::NONE).unwrap();
    registered.lock().unwrap().take();
    let failed = umem.destroy().unwrap_err();
    assert_eq!(failed.errno(), Some(Errno::NOENT));
}

// Theory: what no kernel takes is refused here.
#[test]
fn lengths_are_bounded() {
    let device = device(|_, _| panic!("it was sent"));
    let refused = device
        .rpc(Scope::Configuration, &[0; 16], MAX_RPC_LEN + 1)
        .unwrap_err();
    assert_eq!(refused.errno(), Some(Errno::MSGSIZE));
    assert_eq!(
        device.umem(0, UmemFlags::NONE).unwrap_err().errno(),
        Some(Errno::INVAL)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // Theory: whatever the firmware answers, fetching ends, and gives no more than the limit and a piece.
    #[test]
    fn hostile_answers_end(
        answers in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..20),
        honest in any::<bool>(),
        through_memory in any::<bool>(),
    ) {
        let mut next = 0;
        let device = device(move |request, _| {
            let mut answer = answers[next % answers.len()].clone();
            next += 1;
            if honest {
                // As far as anything is looked at, so that the rest is reached as well.
                answer.resize(request.len(), 0);
                answer[..8].fill(0);
                let first = get32(request, REGISTER).unwrap();
                set32(&mut answer, REGISTER, MORE | ((((first >> 16) + 1) & 0xf) << 16));
                let len = u32::from(answer[REGISTER + 0x27]);
                set32(&mut answer, REGISTER + 0x24, len);
                let len = u32::from(answer[REGISTER + 0x17]);
                set32(&mut answer, REGISTER + 0x14, len);
            }
            Ok(answer)
        });
        let mlx5 = Mlx5::new(&device).unwrap();
        let umem = device.umem(512, UmemFlags::MKEY).unwrap();
        let via = match through_memory {
            true => Via::Memory(&umem),
            false => Via::Inline,
        };
        let limit = 2000;
        let scope = Scope::DebugReadOnly;
        let resources = fetch(&mlx5, scope, &Request::default(), &via, limit, &mut |_| {});
        prop_assert!(resources.bytes.len() <= limit + 512);
        let registers = core_dump::fetch(&mlx5, scope, &umem, limit, &mut |_| {});
        prop_assert!(registers.bytes.len() <= limit + 512);
        prop_assert!(!honest || resources.failure.is_some() && registers.failure.is_some());
    }
}
