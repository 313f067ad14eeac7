// SPDX-License-Identifier: GPL-2.0

//! What somebody would send who wants more than the policy gives: each by a field, next to the same
//! request without it.

use super::{
    judge, Mail, ACCESS_REGISTER_USER, ANYTHING, CORE_DUMP, CREATE_MKEY, DATA, OP_MODS, OP_READ,
    OP_WRITE, RES_DUMP, SCOPES, SET_DIAGNOSTIC_PARAMS,
};
use crate::{
    policy::{mkey, Caller, Reach},
    Scope,
};
use policies::kernel::number;

const MCDD: u16 = 0x905c;
const MTRC_CONF: u16 = 0x9041;

fn never(mail: &Mail, what: &str) {
    assert_eq!(mail.least(), None, "{what}");
}

/// Theory: the request that all attacks on CREATE_MKEY change is one that passes.
#[test]
fn a_window_passes() {
    let window = Mail::window();
    assert_eq!(window.least(), Some(Scope::DebugReadOnly));
    let wanted = mkey::Request {
        umem_id: 0x77,
        umem_offset: 0x1000,
        start_addr: 0x7f00_0000_1000,
        len: 0x3000,
        pd: 0x1234,
        variant: 0x5a,
        writable: true,
        readable: true,
    };
    assert_eq!(mkey::Request::parse(&window.0), Some(wanted));
}

/// Theory: a key is over translations of a umem, in no other access mode.
#[test]
fn access_modes() {
    // Bits 4-2 are 0x1c of byte 0x10, bits 1-0 are the lowest of byte 0x12.
    for mode in 0..32_u8 {
        let mail = Mail::window()
            .with(0x10, &[mode & 0x1c])
            .with(0x12, &[0x0c | mode & 3]);
        let least = (mode == 1).then_some(Scope::DebugReadOnly);
        // 0 is physical, 2 and 3 are indirect: by other keys.
        assert_eq!(mail.least(), least, "mode {mode}");
    }
}

/// Byte and bits of what a window does not have, and must be refused with.
const REFUSED: &[(&str, usize, u8)] = &[
    ("pg_access", 0xc, 0x80),
    ("data_direct", 0xc, 0x20),
    ("free", 0x10, 0x40),
    ("relaxed_ordering_write", 0x11, 0x04),
    ("small_fence_on_rdma_read_response", 0x11, 0x01),
    ("umr_en", 0x12, 0x80),
    ("atomics", 0x12, 0x40),
    ("remote write", 0x12, 0x20),
    ("remote read", 0x12, 0x10),
    ("ma_translation_mode", 0x13, 0x30),
    ("length64", 0x1c, 0x80),
    ("bsf_en", 0x1c, 0x40),
    ("sync_umr", 0x1c, 0x20),
    ("expected_sigerr_count", 0x1c, 0x04),
    ("en_rinval", 0x1c, 0x01),
];

/// What is not looked at, because it is not sent.
const DROPPED: &[(&str, usize, u8)] = &[
    ("uid", 2, 0xff),
    ("op_mod", 7, 0x01),
    ("bsf_octword_size", 0x33, 0xff),
    ("crossing_target_vhca_id", 0x40, 0xff),
    ("translations_octword_size", 0x47, 0xff),
    ("relaxed_ordering_read", 0x4b, 0x40),
    ("log_page_size", 0x4b, 0x3f),
    ("pcie_tph_en", 0x4c, 0x04),
    ("pcie_tph_ph", 0x4c, 0x03),
    ("pcie_tph_steering_tag_index", 0x4d, 0xff),
    ("translations_octword_actual_size", 0x63, 0xff),
];

/// Theory: no flag of a key that means more than a window passes, or it does not get to the firmware.
#[test]
fn key_flags() {
    for &(what, at, bits) in REFUSED {
        never(&Mail::window().or(at, bits), what);
    }
    let plain = mkey::Request::parse(&Mail::window().0).unwrap();
    for &(what, at, bits) in DROPPED {
        let mail = Mail::window().or(at, bits);
        assert!(mail.judge().is_some(), "{what}");
        assert_eq!(mkey::Request::parse(&mail.0), Some(plain), "{what}");
    }
}

/// Theory: a key is over a umem, of a range that there can be, for any queue pair.
#[test]
fn key_ranges() {
    let window = Mail::window;
    never(&window().with(0xc, &[0]), "no umem");
    never(&window().with(0x28, &0_u64.to_be_bytes()), "length 0");
    never(&window().with(0x28, &u64::MAX.to_be_bytes()), "wraps");
    let last = u64::MAX - 0x3000;
    let at = |start: u64| window().with(0x20, &start.to_be_bytes());
    assert!(at(last).judge().is_some());
    never(&at(last + 1), "wraps by one");
    never(&window().with(0x14, &[0, 0, 1]), "for one queue pair");
    for byte in 0x110..0x130 {
        let mut inline = window();
        inline.0.resize(0x130, 0);
        assert!(inline.judge().is_some());
        never(&inline.or(byte, 1), "translations of its own");
    }
    for len in 16..0x110 {
        never(&Mail(window().0[..len].to_vec()), "too short");
    }
}

/// A dump into 0x2000 bytes at 0x5000 by key 0x1234.
fn dump(id: u16, op_mod: u16) -> Mail {
    let fields = [0x1234_u32.to_be_bytes(), 0x2000_u32.to_be_bytes()].concat();
    let at = if id == RES_DUMP { 0x20 } else { 0x10 };
    Mail::register(id, op_mod, 0x100)
        .data(at, &fields)
        .data(at + 8, &0x5000_u64.to_be_bytes())
}

const INTO_IT: Reach = Reach {
    mkey: 0x1234,
    addr: 0x5000,
    len: 0x2000,
};

fn reach(mail: &Mail) -> Option<Reach> {
    mail.judge().unwrap().reach
}

/// Theory: where a dump goes to memory, it is told by which key, from where and how far.
#[test]
fn dumps_to_memory() {
    for op_mod in OP_MODS {
        for opcode in [super::ACCESS_REG, ACCESS_REGISTER_USER] {
            let by = |mail: Mail| mail.with(0, &opcode.to_be_bytes());
            let resource = by(dump(RES_DUMP, op_mod));
            assert_eq!(reach(&resource), Some(INTO_IT));
            let core = by(dump(CORE_DUMP, op_mod).data(3, &[2]));
            assert_eq!(reach(&core), Some(INTO_IT));
        }
    }
}

/// Theory: a key is refused where the dump does not go to memory.
#[test]
fn dumps_elsewhere_with_a_key() {
    let inline = |mail: Mail| mail.data(0, &[0x40]);
    for op_mod in OP_MODS {
        never(&inline(dump(RES_DUMP, op_mod)), "RES_DUMP inline by key");
        let keyless = inline(dump(RES_DUMP, op_mod)).data(0x20, &[0; 4]);
        assert_eq!(reach(&keyless), None);
        for kind in (0..=u8::MAX).filter(|&kind| kind != 2) {
            let mail = dump(CORE_DUMP, op_mod).data(3, &[kind]);
            never(&mail, "CORE_DUMP by key");
            assert_eq!(reach(&mail.data(0x10, &[0; 4])), None);
        }
        // Any bit of a key is one.
        for bit in 0..32 {
            let bare = Mail::register(CORE_DUMP, op_mod, 0x40);
            never(&bare.inverted((DATA + 0x10) * 8 + bit, 1), "CORE_DUMP");
            let bare = inline(Mail::register(RES_DUMP, op_mod, 0x100));
            never(&bare.inverted((DATA + 0x20) * 8 + bit, 1), "RES_DUMP");
        }
    }
}

/// Theory: a dump of another function is for those who debug with writes.
#[test]
fn dumps_of_others() {
    let inline = Mail::register(RES_DUMP, OP_READ, 0x100).data(0, &[0x40]);
    let core = Mail::register(CORE_DUMP, OP_WRITE, 0x40);
    assert_eq!(inline.least(), Some(Scope::DebugReadOnly));
    assert_eq!(core.least(), Some(Scope::Configuration));
    for vhca_id in 1..=u16::MAX {
        let vhca_id = vhca_id.to_be_bytes();
        for mail in [
            inline.clone().data(6, &vhca_id),
            core.clone().data(0xa, &vhca_id),
            dump(RES_DUMP, OP_READ).data(6, &vhca_id),
            dump(CORE_DUMP, OP_WRITE).data(3, &[2]).data(0xa, &vhca_id),
        ] {
            assert_eq!(mail.least(), Some(Scope::DebugWrite), "{vhca_id:?}");
        }
    }
}

/// Theory: a dump that is too short to say where it goes goes nowhere.
#[test]
fn short_dumps() {
    for len in 0..0x30 {
        never(&Mail::register(RES_DUMP, OP_READ, len), "RES_DUMP");
    }
    for len in 0..0x20 {
        never(&Mail::register(CORE_DUMP, OP_READ, len), "CORE_DUMP");
    }
}

/// Theory: registers with addresses or keys that nobody can check pass in no way.
#[test]
fn registers_that_never_pass() {
    for id in [MCDD, MTRC_CONF] {
        for op_mod in 0..=u16::MAX {
            never(&Mail::register(id, op_mod, 0x40), "ACCESS_REG");
        }
        for len in 0..0x80 {
            let mail = Mail::register(id, OP_READ, len);
            never(&mail.with(0, &ACCESS_REGISTER_USER.to_be_bytes()), "user");
        }
    }
}

/// Theory: what is to be done with a register that has a row may be neither reading nor writing only
/// where both are allowed.
#[test]
fn odd_op_mods() {
    let host_endianness = |op_mod| Mail::register(0x7004, op_mod, 0x10).least();
    assert_eq!(host_endianness(OP_READ), Some(Scope::DebugReadOnly));
    for op_mod in 2..=u16::MAX {
        assert_eq!(host_endianness(op_mod), Some(Scope::DebugWrite));
    }
}

/// Theory: counters are not sampled into the tracer's memory, which is mlx5_core's.
#[test]
fn tracer_dump() {
    let params = |len| Mail::new(SET_DIAGNOSTIC_PARAMS, 0, len);
    assert_eq!(params(0x20).least(), Some(Scope::DebugWrite));
    never(&params(0x20).or(12, 0x02), "tracer_dump");
    // All else of the word is the sampler's own.
    let others = params(0x20).with(8, &[0xff, 0xff, 0xff, 0xff, 0xfd, 0xff, 0xff, 0xff]);
    assert_eq!(others.least(), Some(Scope::DebugWrite));
    never(&others.or(12, 0x02), "tracer_dump among others");
    // However little of the word there is.
    for len in 16..0x20 {
        never(&params(len).or(12, 0x02), "tracer_dump at the end");
    }
}

/// Theory: samples go to memory by a key that the descriptor is asked for; without one the words of it
/// are nothing.
#[test]
fn samples_to_memory() {
    let params = Mail::new(SET_DIAGNOSTIC_PARAMS, 0, 0x40);
    let bytes: Vec<u8> = [INTO_IT.mkey, INTO_IT.len]
        .into_iter()
        .flat_map(u32::to_be_bytes)
        .chain(INTO_IT.addr.to_be_bytes())
        .collect();
    let samples = params.clone().with(0x10, &bytes);
    assert_eq!(reach(&samples), Some(INTO_IT));
    assert_eq!(samples.least(), Some(Scope::DebugWrite));
    assert_eq!(reach(&params), None);
    // Any bit of it is one.
    for bit in 0..128 {
        assert!(reach(&params.clone().inverted(0x10 * 8 + bit, 1)).is_some());
    }
    // A part of it is none that could be looked for; and nothing is nothing.
    for len in 0x11..0x20 {
        never(
            &Mail::new(SET_DIAGNOSTIC_PARAMS, 0, len).or(0x10, 1),
            "part",
        );
    }
    for len in 0x10..=0x20 {
        let short = Mail::new(SET_DIAGNOSTIC_PARAMS, 0, len);
        assert_eq!(reach(&short), None);
        assert_eq!(short.least(), Some(Scope::DebugWrite));
    }
}

/// Theory: what makes objects or keys by address, and what the driver itself uses, has no row.
#[test]
fn commands_that_never_pass() {
    for hex in [
        "0x102", "0x103", "0x104", "0x105", "0x108", "0x301", "0x302", "0x400", "0x500", "0x802",
        "0xa00", "0xa04", "0xa06", "0xa08", "0xa0a", "0x0", "0xffff",
    ] {
        let opcode = number(hex);
        for op_mod in OP_MODS {
            for fill in [0, 0xff] {
                let mut mail = Mail::new(opcode, op_mod, 0x200);
                mail.0[8..].fill(fill);
                never(&mail, hex);
            }
        }
    }
}

/// Theory: no scope makes up for the rights that a UID does not have.
#[test]
fn other_functions_need_the_rights_for_tools() {
    let mail = Mail::new(0x109, 0, 0x1010);
    assert_eq!(mail.least(), Some(Scope::Configuration));
    for scope in SCOPES {
        let caller = Caller {
            scope,
            tools: false,
            strict: false,
        };
        assert_eq!(judge(&mail.0, caller), None);
    }
}

/// Theory: what is too short to have a header is nothing.
#[test]
fn short_mailboxes() {
    let window = Mail::window();
    for len in 0..16 {
        assert_eq!(judge(&window.0[..len], ANYTHING), None);
        let nop = Mail::new(0x80d, 0, 16);
        assert_eq!(judge(&nop.0[..len], ANYTHING), None);
    }
    assert!(Mail::new(0x80d, 0, 16).judge().is_some());
    assert!(Mail::new(CREATE_MKEY, 0, 16).judge().is_none());
}
