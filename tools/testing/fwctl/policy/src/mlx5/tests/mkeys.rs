// SPDX-License-Identifier: GPL-2.0

//! CREATE_MKEY as it is written anew, read by the layout of the kernel's header; and that no bytes at
//! all make the policy panic.

use super::{callers, ifc::Layouts, judge, Mail, ANYTHING, CREATE_MKEY};
use crate::{
    mailbox::Outbox,
    policy::{commands::COMMANDS, mkey, registers::REGISTERS},
};
use proptest::{collection::vec, prelude::*, sample::select};
use std::sync::LazyLock;

static LAYOUTS: LazyLock<Layouts> = LazyLock::new(Layouts::read);

/// Where a field of the request is: first bit, bits.
type Place = (usize, usize);

fn place(path: &str) -> Place {
    let field = LAYOUTS.field("create_mkey_in", path);
    (field.at, field.bits)
}

fn entry(path: &str) -> Place {
    place(&format!("memory_key_mkey_entry.{path}"))
}

/// First bit of what says what the key is to be.
const BODY: usize = 8 * 8;
/// Not named in the header.
const UMEM_ID: Place = (0x64 * 8, 32);
const UMEM_OFFSET: Place = (0x68 * 8, 64);

fn get(bytes: &[u8], (at, bits): Place) -> u64 {
    (at..at + bits).fold(0, |value, bit| {
        let is_set = bytes[bit / 8] & (0x80 >> (bit % 8)) != 0;
        (value << 1) | u64::from(is_set)
    })
}

fn put(bytes: &mut [u8], (at, bits): Place, value: u64) {
    for bit in 0..bits {
        let mask = 0x80 >> ((at + bit) % 8);
        bytes[(at + bit) / 8] &= !mask;
        if (value >> (bits - 1 - bit)) & 1 != 0 {
            bytes[(at + bit) / 8] |= mask;
        }
    }
}

/// What may be sent for a request that was admitted: this and nothing else.
fn allowed(sent: &[u8], page_shift: u32, pages: u64) -> Vec<u8> {
    let mut bytes = vec![0; mkey::LEN];
    for field in [
        entry("lw"),
        entry("lr"),
        entry("mkey_7_0"),
        entry("pd"),
        entry("start_addr"),
        entry("len"),
        UMEM_ID,
        UMEM_OFFSET,
    ] {
        put(&mut bytes, field, get(sent, field));
    }
    let octwords = pages.div_ceil(2).min(u64::from(u32::MAX));
    for (field, value) in [
        (place("opcode"), u64::from(CREATE_MKEY)),
        (place("mkey_umem_valid"), 1),
        // Translations; the upper bits of the mode are 0.
        (entry("access_mode_1_0"), 1),
        (entry("qpn"), 0xff_ffff),
        (entry("log_page_size"), u64::from(page_shift % 64)),
        (entry("translations_octword_size"), octwords),
        (place("translations_octword_actual_size"), octwords),
    ] {
        put(&mut bytes, field, value);
    }
    bytes
}

/// Whether it was admitted; if so, what is sent is as it may be.
fn admitted(sent: &[u8], page_shift: u32, pages: u64) -> bool {
    let request = mkey::Request::parse(sent);
    let verdict = judge(sent, ANYTHING);
    assert_eq!(request.is_some(), verdict.is_some());
    let Some(request) = request else {
        return false;
    };
    let written = request.mailbox(page_shift, pages);
    assert_eq!(written.to_vec(), allowed(sent, page_shift, pages));
    // Taken apart again it is the same.
    assert_eq!(mkey::Request::parse(&written), Some(request));
    true
}

prop_compose! {
    /// A window with whatever can be said of one.
    fn window()(
        umem in any::<u32>(),
        offset in any::<u64>(),
        start in any::<u64>(),
        len in any::<u64>(),
        pd in 0_u32..1 << 24,
        variant in any::<u8>(),
        rights in 0_u8..4,
        more in 0..0x40_usize,
    ) -> Mail {
        let mut mail = Mail::window()
            .with(0x12, &[0x01 | (rights << 2)])
            .with(0x17, &[variant])
            .with(0x1c, &pd.to_be_bytes())
            .with(0x20, &start.to_be_bytes())
            .with(0x28, &len.to_be_bytes())
            .with(0x64, &umem.to_be_bytes())
            .with(0x68, &offset.to_be_bytes());
        mail.0.resize(0x110 + more, 0);
        mail
    }
}

fn known_or_any(known: Vec<u16>) -> impl Strategy<Value = u16> {
    prop_oneof![3 => select(known), 1 => any::<u16>()]
}

fn opcodes() -> impl Strategy<Value = u16> {
    known_or_any(COMMANDS.iter().map(|command| command.opcode()).collect())
}

fn registers() -> impl Strategy<Value = u16> {
    known_or_any(REGISTERS.iter().map(|register| register.id()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Theory: no bytes of any length, from nobody, are too much for the policy.
    #[test]
    fn no_bytes_panic(
        bytes in vec(any::<u8>(), 0..0x180),
        opcode in opcodes(),
        op_mod in prop_oneof![0_u16..3, any::<u16>()],
        register in registers(),
        header in any::<bool>(),
    ) {
        let mut mail = Mail(bytes);
        if header && mail.0.len() >= 16 {
            mail = mail
                .with(0, &opcode.to_be_bytes())
                .with(4, &[0, 0])
                .with(6, &op_mod.to_be_bytes())
                .with(10, &register.to_be_bytes());
        }
        for caller in callers() {
            judge(&mail.0, caller);
        }
        mkey::Request::parse(&mail.0);
        Outbox::new(&mail.0);
    }

    /// Theory: whatever was asked for, nothing but the fields of a window reaches the firmware.
    #[test]
    fn a_window_is_all_that_is_written(
        mail in window(),
        flips in vec(BODY..0x110 * 8_usize, 0..4),
        page_shift in any::<u32>(),
        pages in any::<u64>(),
    ) {
        let sent = flips
            .iter()
            .fold(mail.clone(), |mail, &bit| mail.inverted(bit, 1));
        let passes = admitted(&sent.0, page_shift, pages);
        if flips.is_empty() {
            let start = get(&mail.0, entry("start_addr"));
            let len = get(&mail.0, entry("len"));
            prop_assert_eq!(passes, len != 0 && start.checked_add(len).is_some());
        }
    }

    /// Theory: the same of bytes that nobody meant to be a window.
    #[test]
    fn noise_is_not_written(
        bytes in vec(any::<u8>(), 0x110..0x140),
        page_shift in any::<u32>(),
        pages in any::<u64>(),
    ) {
        let mut sent = Mail(bytes).with(0, &CREATE_MKEY.to_be_bytes()).with(4, &[0; 4]);
        sent.0[0x110..].fill(0);
        // As far as the first checks as a window, beyond them noise.
        let window = Mail::window().0;
        sent = sent.with(0xc, &window[0xc..0x18]).with(0x1c, &[0]);
        admitted(&sent.0, page_shift, pages);
    }
}

/// Theory: every bit of the request is checked, copied, or dropped; none of those dropped matters.
#[test]
fn every_bit() {
    let window = Mail::window();
    assert!(admitted(&window.0, 12, 3));
    let plain = mkey::Request::parse(&window.0).unwrap().mailbox(12, 3);
    let (mut refused, mut copied, mut dropped) = (0, 0, 0);
    for bit in BODY..0x110 * 8 {
        let flipped = window.clone().inverted(bit, 1);
        if !admitted(&flipped.0, 12, 3) {
            refused += 1;
            continue;
        }
        let written = mkey::Request::parse(&flipped.0).unwrap().mailbox(12, 3);
        if written == plain {
            dropped += 1;
        } else {
            copied += 1;
        }
    }
    println!("{refused} bits are checked, {copied} copied, {dropped} dropped");
    // lw, lr, variant, PD, address, length, umem, offset. No flip of a bit empties or wraps it, but
    // for the highest bit of the length.
    assert_eq!(copied, 2 + 8 + 24 + 64 + 64 + 32 + 64);
}
