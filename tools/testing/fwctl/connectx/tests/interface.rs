// SPDX-License-Identifier: GPL-2.0

//! Theory: the command interface takes what a correct driver sends and refuses everything else, each
//! in its own way.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{assert_status, message, Driver, EQ_BUFFER};
use pci_model::Reset;
use serde_json::json;

#[test]
fn init_and_teardown_leave_nothing() {
    let mut driver = Driver::new();
    driver.init();
    assert_eq!(driver.objects("page"), 288);
    assert_eq!(driver.objects("eq"), 1);
    assert_eq!(driver.state()["phase"], json!("ready"));
    driver.teardown();
    let state = driver.state();
    assert_eq!(state["phase"], json!("disabled"));
    for (kind, count) in state["objects"].as_object().unwrap() {
        assert_eq!(count, &json!(0), "{kind}");
    }
    driver.reset(Reset::Disconnect);
    driver.assert_clean();
}

#[test]
fn segment_says_where_the_queue_is_and_that_firmware_lives() {
    let mut driver = Driver::new();
    assert_eq!(driver.read(0x00), (43 << 16) | 22);
    assert_eq!(driver.read(0x04), (5 << 16) | 1014);
    assert_eq!(driver.read(0x14), 0x10_0000 | (5 << 4) | 6);
    assert_eq!(driver.read(0x1fc) >> 31, 0);
    assert_ne!(driver.read(0x230), u32::MAX);
    assert_eq!(driver.read(0xff8), (1 << 29) | 2);
    let before = driver.read(0x1010);
    driver.advance(std::time::Duration::from_secs(1));
    assert!(driver.read(0x1010) > before);
    let mut byte = [0xff];
    driver
        .endpoint
        .bar_read(&mut driver.bus, 0, 0x23d, &mut byte);
    assert_eq!(byte, [0]);
}

#[test]
fn mailboxes_chain_in_both_directions() {
    let mut driver = Driver::ready();
    // 4112 bytes are nine blocks; the last one is partly used.
    let out = driver.ok(0x100, 1, &[], 4112);
    assert_eq!(out[16 + 0xd4 + 3], 4, "uctx_cap");
    assert!(out[512..].iter().all(|byte| *byte != 0xee));
    let mut oversized = message(0x805, 1, 0, &[(10, 0x9020)]);
    oversized.resize(16 + 3100, 0);
    assert_status(&driver.exec(5, &oversized, 16 + 3100), 0);
    driver.assert_clean();
}

#[test]
fn output_blocks_are_signed() {
    let mut driver = Driver::ready();
    driver.ok(0x100, 1, &[], 4112);
    for number in 0..8 {
        let block = driver.bus.get(Driver::block(true, number), 576);
        assert_eq!(block.iter().fold(0, |sum, byte| sum ^ byte), 0xff);
        assert_eq!(block[512..575].iter().fold(0, |sum, byte| sum ^ byte), 0xff);
    }
}

#[test]
fn bad_entry_signature_is_a_delivery_error() {
    let mut driver = Driver::ready();
    driver.prepare(0, &message(0x80d, 0, 0, &[]), 16);
    let mut entry = driver.entry(0);
    entry[40] ^= 1;
    driver.bus.put(0x10_0000, &entry);
    driver.ring(0);
    assert_eq!(driver.answer(0, 16).unwrap().0, 1);
    assert_eq!(driver.state()["violations_total"], json!(1));
}

#[test]
fn bad_token_and_block_number_are_delivery_errors() {
    for (at, delivery) in [(573, 2), (571, 3)] {
        for out in [false, true] {
            let mut driver = Driver::ready();
            let mut input = message(0x805, 1, 0, &[(10, 0x9020)]);
            input.resize(16 + 1040, 0);
            driver.prepare(3, &input, 16 + 1040);
            let block = Driver::block(out, 1);
            let byte = driver.bus.get(block + at, 1)[0];
            driver.bus.put(block + at, &[byte ^ 0x40]);
            driver.ring(3);
            assert_eq!(driver.answer(3, 16).unwrap().0, delivery);
            assert_eq!(driver.last()["delivery"], json!(delivery));
        }
    }
}

#[test]
fn bad_pointers_are_delivery_errors() {
    for (at, delivery) in [(8, 5), (48, 4)] {
        for pointer in [0, 0x10_0004, u64::MAX - 511, 0x7fff_0000_0000] {
            let mut driver = Driver::ready();
            let mut input = message(0x805, 1, 0, &[(10, 0x9020)]);
            input.resize(176, 0);
            driver.prepare(0, &input, 176);
            let mut entry = driver.entry(0);
            entry[at..at + 8].copy_from_slice(&u64::to_be_bytes(pointer));
            driver.put_entry(0, entry);
            driver.ring(0);
            assert_eq!(driver.answer(0, 16).unwrap().0, delivery, "{pointer:#x}");
        }
    }
}

#[test]
fn lengths_are_refused_by_kind() {
    let mut driver = Driver::ready();
    let nop = message(0x80d, 0, 0, &[]);
    for len in 0..8 {
        assert_eq!(driver.exec(0, &nop[..len], 16).unwrap().0, 7, "{len}");
        assert_eq!(driver.exec(0, &nop, len).unwrap().0, 8, "{len}");
    }
    for len in 8..16 {
        assert_status(&driver.exec(0, &nop[..len], 16), 0x50);
        assert_status(&driver.exec(0, &nop, len), 0x51);
    }
    assert_status(&driver.exec(0, &message(0x100, 1, 0, &[]), 4111), 0x51);
    assert_status(&driver.exec(0, &message(0xa04, 0, 0, &[]), 16), 0x50);
    driver.assert_clean();
    driver.prepare(0, &nop, 16);
    let mut entry = driver.entry(0);
    entry[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
    driver.put_entry(0, entry);
    driver.ring(0);
    assert_eq!(driver.answer(0, 16).unwrap().0, 7);
}

#[test]
fn unknown_opcodes_and_tunnels_are_refused() {
    let mut driver = Driver::ready();
    let answer = driver.exec(0, &message(0xfff, 0, 0, &[]), 16);
    assert_status(&answer, 2);
    assert_ne!(answer.unwrap().1[4..8], [0; 4], "syndrome");
    assert_status(&driver.exec(0, &message(0x80d, 0, 0, &[(4, 1)]), 16), 3);
    assert_eq!(driver.last()["tunnel"], json!(1));
}

#[test]
fn every_hole_between_opcodes_is_refused() {
    let mut driver = Driver::ready();
    let mut known = 0;
    for opcode in 0..=0xfff {
        // Skip what would end the session.
        if matches!(opcode, 0x103..=0x105) {
            continue;
        }
        driver.exec(0, &message(opcode, 0xffff, 0, &[]), 8);
        let last = driver.last();
        if last["name"].is_null() {
            assert_eq!(last["status"], json!(2), "{opcode:#x}");
        } else {
            known += 1;
        }
    }
    assert_eq!(known, 34);
}

#[test]
fn commands_out_of_phase_are_refused() {
    let mut driver = Driver::new();
    assert_status(&driver.exec(0, &message(0x802, 0, 0, &[]), 16), 4);
    driver.ok(0x104, 0, &[], 12);
    assert_status(&driver.exec(0, &message(0x802, 0, 0, &[]), 16), 4);
    assert_status(&driver.exec(0, &message(0x103, 0, 0, &[]), 16), 4);
    let mut driver = Driver::ready();
    assert_status(&driver.exec(0, &message(0x105, 0, 0, &[]), 12), 4);
    let mut set = message(0x109, 0, 0, &[]);
    set.resize(4112, 0);
    assert_status(&driver.exec(0, &set, 16), 4);
}

#[test]
fn events_follow_the_command_queue_and_wrap() {
    let mut driver = Driver::ready();
    assert!(
        driver.bus.interrupts.is_empty(),
        "no event before the queue existed"
    );
    for round in 0..600_usize {
        driver.ok(0x80d, 0, &[], 16);
        let at = EQ_BUFFER + (round as u64 % 256) * 64;
        let event = driver.bus.get(at, 64);
        assert_eq!(event[1], 0x0a);
        assert_eq!(event[32..36], [0, 0, 0, 1]);
        assert_eq!(usize::from(event[63]), (round / 256) & 1);
    }
    assert_eq!(driver.bus.interrupts.len(), 600);
    driver.ok(0x302, 0, &[(10, 1)], 16);
    assert_eq!(driver.bus.interrupts.len(), 600, "none for its own end");
}

#[test]
fn doorbells_for_unowned_entries_are_violations() {
    let mut driver = Driver::ready();
    driver.ring(9);
    assert_eq!(driver.state()["violations_total"], json!(1));
}

#[test]
fn nothing_moves_without_bus_mastering() {
    let mut driver = Driver::ready();
    let uid = driver.create_uctx(4).1;
    driver.as_uid(uid, 0x800, &[]);
    driver.prepare(0, &message(0x80d, 0, 0, &[]), 16);
    driver.config_write(0x04, &0x0002_u16.to_le_bytes());
    assert_eq!(driver.objects("uid") + driver.objects("eq"), 0);
    driver.ring(0);
    assert_eq!(driver.answer(0, 16), None);
    assert_eq!(driver.state()["violations_total"], json!(1));
}

#[test]
fn flr_drops_everything_and_reports_what_users_had() {
    let mut driver = Driver::ready();
    let uid = driver.create_uctx(4).1;
    assert_eq!(driver.as_uid(uid, 0x800, &[]).0, 0);
    driver.flr();
    let kinds: Vec<String> = driver.leaks().into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds, ["uid", "pd"]);
    assert_eq!(driver.leaks()[0].0, "flr");
    assert_eq!(driver.state()["user_objects"], json!(0));
    assert_eq!((driver.read(0x14) >> 8) & 7, 1, "interface disabled");
    driver.power();
    assert_eq!((driver.read(0x14) >> 8) & 7, 0);
    driver.init();
}

#[test]
fn teardown_exit_and_enable_report_leftovers() {
    let mut driver = Driver::ready();
    driver.create_uctx(4);
    driver.ok(0x103, 0, &[], 16);
    let leaks = driver.leaks();
    assert!(leaks.iter().all(|(at, _)| at == "teardown"));
    let kinds: Vec<&str> = leaks.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds, ["uid", "eq", "uar"]);

    let mut driver = Driver::ready();
    driver.create_uctx(4);
    driver.reset(Reset::Disconnect);
    assert!(driver.leaks().iter().all(|(at, _)| at == "exit"));
    assert_eq!(driver.leaks().len(), 1 + 288 + 2);

    let mut driver = Driver::ready();
    driver.ok(0x104, 0, &[], 12);
    assert_eq!(driver.leaks().len(), 288 + 2);
    assert_eq!(driver.objects("page"), 0);
}
