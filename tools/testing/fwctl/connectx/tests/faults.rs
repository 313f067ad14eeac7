// SPDX-License-Identifier: GPL-2.0

//! Theory: each fault hits the commands it names, once or as often as asked, and leaves the rest alone.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{assert_status, message, Driver, EQ_BUFFER};
use serde_json::{json, Value};

fn nop() -> Vec<u8> {
    message(0x80d, 0, 0, &[])
}

#[test]
fn bad_status_hits_its_opcode_once() {
    let mut driver = Driver::ready();
    driver
        .fault(json!({"kind": "bad_status", "opcode": "0x80d", "status": 5, "syndrome": "0x1234"}));
    driver.ok(0x107, 3, &[], 16);
    let answer = driver.exec(0, &nop(), 16);
    assert_status(&answer, 5);
    assert_eq!(answer.unwrap().1[4..8], 0x1234_u32.to_be_bytes());
    assert_status(&driver.exec(0, &nop(), 16), 0);
}

#[test]
fn rules_can_name_register_uid_and_times() {
    let mut driver = Driver::ready();
    driver.fault(
        json!({"kind": "bad_status", "register": "0x9020", "uid": 0, "status": 1, "times": 2}),
    );
    for expect in [1, 1, 0] {
        assert_eq!(driver.register(0, 1, 0x907f, &[0; 72]).0, 0);
        assert_eq!(driver.register(0, 1, 0x9020, &[0; 160]).0, expect);
    }
    driver.fault(json!({"kind": "bad_status", "status": 6, "times": 0}));
    for _ in 0..5 {
        assert_status(&driver.exec(0, &nop(), 16), 6);
    }
    driver.fault_clear();
    assert_status(&driver.exec(0, &nop(), 16), 0);
}

#[test]
fn delivery_error() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "delivery"}));
    assert_eq!(driver.exec(0, &nop(), 16).unwrap().0, 6);
    assert_eq!(driver.exec(0, &nop(), 16).unwrap().0, 0);
}

#[test]
fn lost_command_is_answered_when_released() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "lost", "opcode": "0x802"}));
    let input = message(0x802, 0, 0, &[]);
    assert_eq!(driver.exec(4, &input, 16), None);
    assert_eq!(driver.objects("uar"), 1, "never carried out");
    assert_eq!(driver.state()["in_flight"], json!(1));
    driver.advance(Duration::from_secs(100));
    assert_eq!(driver.answer(4, 16), None);
    driver.fault_clear();
    assert_status(&driver.answer(4, 16), 1);
    assert_eq!(
        driver.bus.get(EQ_BUFFER + 32, 4),
        (1_u32 << 4).to_be_bytes()
    );
}

#[test]
fn lost_command_can_have_been_carried_out() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "lost", "opcode": "0x802", "execute": true}));
    assert_eq!(driver.exec(4, &message(0x802, 0, 0, &[]), 16), None);
    assert_eq!(driver.objects("uar"), 2);
    driver.flr();
    driver.power();
    driver.fault_clear();
    assert_eq!(driver.answer(4, 16), None, "a reset forgets it");
}

#[test]
fn release_leaves_what_is_armed() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "lost", "opcode": "0x80d", "times": 2}));
    assert_eq!(driver.exec(4, &nop(), 16), None);
    driver.fault(json!({"kind": "release"}));
    assert_status(&driver.answer(4, 16), 1);
    assert_eq!(driver.exec(5, &nop(), 16), None);
    assert_eq!(driver.state()["in_flight"], json!(1));
}

#[test]
fn late_reply_leaves_the_mailboxes_of_others_alone() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "late", "opcode": "0x100", "delay_ms": 9000}));
    let input = message(0x100, 1, 0, &[]);
    assert_eq!(driver.exec(2, &input, 4112), None);
    let block = Driver::block(true, 0);
    assert_ne!(
        driver.bus.get(block, 4),
        [0xee; 4],
        "written while the driver still owned it"
    );
    driver.bus.put(block, &[0x55; 576]);
    driver.advance(Duration::from_millis(8999));
    assert_eq!(driver.answer(2, 16), None);
    driver.advance(Duration::from_millis(1));
    assert_status(&driver.answer(2, 16), 0);
    assert_eq!(driver.bus.get(block, 576), [0x55; 576]);
}

#[test]
fn late_mailbox_write_is_opt_in() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "late_mailbox_write", "opcode": "0x100", "delay_ms": 9000}));
    assert_eq!(driver.exec(2, &message(0x100, 1, 0, &[]), 4112), None);
    let block = Driver::block(true, 0);
    assert_eq!(driver.bus.get(block, 4), [0xee; 4]);
    driver.advance(Duration::from_secs(9));
    assert_ne!(driver.bus.get(block, 4), [0xee; 4]);
    assert_status(&driver.answer(2, 16), 0);
}

#[test]
fn lost_interrupt_keeps_the_event() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "lost_interrupt"}));
    driver.ok(0x80d, 0, &[], 16);
    assert!(driver.bus.interrupts.is_empty());
    assert_eq!(driver.bus.get(EQ_BUFFER + 1, 1), [0x0a]);
    driver.ok(0x80d, 0, &[], 16);
    assert_eq!(driver.bus.interrupts, [0]);
}

#[test]
fn page_request_is_an_event_and_pages_can_be_had_back() {
    let mut driver = Driver::ready();
    let buffer = EQ_BUFFER + 0x1_0000;
    driver.create_eq(0x800, buffer);
    driver.fault(json!({"kind": "page_request", "pages": 3}));
    let event = driver.bus.get(buffer, 64);
    assert_eq!((event[1], &event[36..40]), (0x0b, &[0, 0, 0, 3][..]));
    let mut give = message(0x108, 1, 0, &[(14, 3)]);
    for page in 0..3_u64 {
        give.extend((common::PAGES + (1000 - page) * 4096).to_be_bytes());
    }
    assert_status(&driver.exec(31, &give, 16), 0);
    assert_eq!(driver.objects("page"), 291);
    driver.fault(json!({"kind": "page_request", "pages": -3}));
    let out = driver
        .exec(31, &message(0x108, 2, 0, &[(14, 5)]), 56)
        .unwrap()
        .1;
    assert_eq!(out[8..12], [0, 0, 0, 3], "only what is spare");
    assert_eq!(driver.objects("page"), 288);
    driver.assert_clean();
}

#[test]
fn stuck_counter() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "counter_stuck"}));
    let stuck = driver.read(0x1010);
    driver.advance(Duration::from_secs(60));
    assert_eq!(driver.read(0x1010), stuck);
    driver.fault_clear();
    assert_ne!(driver.read(0x1010), stuck);
}

#[test]
fn health_error_lasts_until_the_driver_sets_the_interface() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "health", "synd": 1}));
    assert_eq!(driver.read(0x238), 1 << 31);
    assert_eq!(driver.read(0x23c), 1 << 16);
    driver.write(0x14, 0x10_0000 | (7 << 8));
    assert_eq!((driver.read(0x14) >> 8) & 7, 1, "reset ends in disabled");
    assert_eq!(driver.objects("eq"), 0);
    driver.write(0x14, 0x10_0000);
    assert_eq!(driver.read(0x238) | driver.read(0x23c), 0);
    driver.init();
}

#[test]
fn bar_of_ones() {
    let mut driver = Driver::ready();
    driver.fault(json!({"kind": "bar_ones"}));
    assert_eq!(driver.read(0x230), u32::MAX);
    assert_eq!(driver.exec(0, &nop(), 16), None);
    driver.fault_clear();
    assert_status(&driver.exec(0, &nop(), 16), 0);
}

#[test]
fn mistakes_in_a_fault_are_named() {
    let mut driver = Driver::new();
    let mut error = |fault: Value| driver.try_fault(fault).unwrap_err();
    assert!(error(json!({"kind": "nonsense"})).contains("bad_status"));
    assert!(error(json!({"kind": "bad_status"})).contains("status"));
    assert!(error(json!({"kind": "late"})).contains("delay_ms"));
    assert!(error(json!({"kind": "bad_status", "status": 256})).contains("256"));
    assert!(error(json!({"kind": "lost", "opcod": 1})).contains("opcod"));
    assert!(error(json!({"kind": "lost", "opcode": "xyz"})).contains("xyz"));
    assert!(error(json!(null)).len() > 5);
}
