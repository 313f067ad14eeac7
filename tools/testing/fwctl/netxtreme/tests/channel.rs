// SPDX-License-Identifier: GPL-2.0

//! The channel: requests, responses, and what goes wrong with them.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{get, Driver, DATA, NOWHERE, RESPONSE};
use serde_json::json;

const VER_GET: u16 = 0x0;
const NVM_RAW_DUMP: u16 = 0xfffc;

#[test]
fn a_driver_learns_what_it_is() {
    let mut driver = Driver::new();
    let version = driver.ok(VER_GET, &[]);
    assert_eq!(version.len(), 176);
    assert_eq!(
        (&version[8..11], &version[12..16]),
        (&[1, 10, 3][..], &[230, 0, 157, 0][..])
    );
    assert_eq!(
        (get(&version, 112, 2), get(&version, 118, 2)),
        (0x16d7, 128)
    );
    assert_eq!(&version[80..91], b"230.0.157.0");
    assert_eq!(driver.send(0x7777, &[]).unwrap().0, 0xffff);
    let trace = driver.trace(VER_GET);
    assert_eq!(
        (&trace["matched"], &trace["commands"][0]["name"]),
        (&json!(1), &json!("VER_GET"))
    );
}

#[test]
fn what_is_reserved_is_kept() {
    const FUNC_CFG: u16 = 0x17;
    const FUNC_QCFG: u16 = 0x16;
    let mut driver = Driver::new();
    let own = (16, 2, 0xffff);
    let rings = [(34, 2, 3), (36, 2, 4), (38, 2, 5), (44, 2, 6), (46, 2, 7)];
    // Completion, transmit and receive rings, statistics, groups.
    driver.ok(FUNC_CFG, &[&[own, (24, 4, 0x8_0138)], &rings[..]].concat());
    // The ring for events: the rest stays.
    driver.ok(FUNC_CFG, &[own, (24, 4, 0x4000), (80, 2, 1), (36, 2, 100)]);
    // Only a question.
    driver.ok(FUNC_CFG, &[own, (20, 4, 0x4000), (24, 4, 0x10), (36, 2, 9)]);
    let now = driver.ok(FUNC_QCFG, &[(16, 2, 0xffff)]);
    let reserved = [26, 28, 30, 70, 64].map(|at| get(&now, at, 2));
    assert_eq!(reserved, [3, 4, 5, 6, 7]);
    assert_eq!(
        driver
            .refused(FUNC_CFG, &[own, (24, 4, 0x10), (36, 2, 1000)])
            .0,
        4
    );
    assert_eq!(driver.refused(FUNC_QCFG, &[(16, 2, 2)]).0, 3);
    driver.ok(0x11, &[]);
    assert_eq!(get(&driver.ok(FUNC_QCFG, &[(16, 2, 1)]), 28, 2), 0);
}

#[test]
fn a_request_may_be_elsewhere() {
    let mut driver = Driver::new();
    let mut request = [0; 24];
    request[2] = 0xff;
    request[3] = 0xff;
    request[4] = 7;
    request[8..16].copy_from_slice(&RESPONSE.to_le_bytes());
    driver.bus.put(DATA, &request);
    // FUNC_QCAPS would be 0x15; what counts is what is there: VER_GET.
    driver.send_on(0x4321, 0x15, &[(6, 2, 24), (8, 8, DATA)]);
    let response = driver.bus.get(RESPONSE, 176);
    assert_eq!(
        (get(&response, 2, 2), get(&response, 4, 2), response[175]),
        (0, 7, 1)
    );
    driver.send_on(0x4321, 0, &[(6, 2, 24), (8, 8, NOWHERE)]);
    assert_eq!(driver.state()["violations_total"], 1);
}

#[test]
fn writes_beyond_the_window_are_noticed() {
    let mut driver = Driver::new();
    driver.endpoint.bar_write(&mut driver.bus, 0, 0x7e, &[0; 4]);
    assert_eq!(driver.state()["violations_total"], 1);
    // The doorbell is one, and nothing else.
    driver.write(0, 0x100, 0);
    assert_eq!(driver.state()["commands"], 0);
}

#[test]
fn a_late_answer_lands_where_it_was_to() {
    let mut driver = Driver::new();
    let dump = [(16, 8, DATA), (24, 4, 0), (28, 4, 64)];
    for (kind, data_at_once) in [("late", true), ("late_data", false)] {
        driver.bus.put(DATA, &[0xee; 64]);
        driver.fault(json!({"kind": kind, "opcode": "0xfffc", "delay_ms": 700}));
        assert_eq!(driver.send(NVM_RAW_DUMP, &dump), None);
        assert_eq!(
            driver.bus.get(DATA, 64) != [0xee; 64],
            data_at_once,
            "{kind}"
        );
        let state = driver.state();
        assert_eq!(
            (&state["in_flight"], &state["user_objects"]),
            (&json!(1), &json!(u8::from(!data_at_once)))
        );
        driver.advance(Duration::from_millis(699));
        assert_eq!(driver.answer(), None);
        driver.advance(Duration::from_millis(1));
        assert_eq!(driver.answer().unwrap().0, 0);
        assert_ne!(driver.bus.get(DATA, 64), [0xee; 64]);
    }
    let state = driver.state();
    assert_eq!(
        (&state["dma"]["late"], &state["in_flight"]),
        (&json!(2), &json!(0))
    );
}

#[test]
fn what_is_lost_is_never_written() {
    let mut driver = Driver::new();
    driver.fault(json!({"kind": "lost", "execute": true, "opcode": "0xfffc"}));
    driver.bus.put(DATA, &[0xee; 64]);
    assert_eq!(
        driver.send(NVM_RAW_DUMP, &[(16, 8, DATA), (28, 4, 64)]),
        None
    );
    assert_eq!(driver.state()["user_objects"], 1);
    driver.advance(Duration::from_secs(100));
    assert_eq!(driver.bus.get(DATA, 64), [0xee; 64]);
    // Until it is told to.
    driver.fault(json!({"kind": "release"}));
    assert_ne!(driver.bus.get(DATA, 64), [0xee; 64]);
    assert_eq!(driver.answer().unwrap().0, 0);
    assert_eq!(driver.state()["user_objects"], 0);
    driver.bus.put(DATA, &[0xee; 64]);
    // The end of bus mastering is the end of it, too.
    driver.fault(json!({"kind": "late_data", "delay_ms": 1}));
    assert_eq!(
        driver.send(NVM_RAW_DUMP, &[(16, 8, DATA), (28, 4, 64)]),
        None
    );
    driver.flr();
    driver.power();
    driver.advance(Duration::from_secs(1));
    assert_eq!(driver.bus.get(DATA, 64), [0xee; 64]);
}

#[test]
fn errors_have_a_detail_and_no_data() {
    let mut driver = Driver::new();
    driver.fault(json!({"kind": "bad_status", "status": 0x10, "detail": 5, "times": 2}));
    driver.bus.put(DATA, &[0xee; 64]);
    for _ in 0..2 {
        assert_eq!(
            driver.refused(NVM_RAW_DUMP, &[(16, 8, DATA), (28, 4, 64)]),
            (0x10, 5)
        );
    }
    assert_eq!(driver.bus.get(DATA, 64), [0xee; 64]);
    driver.ok(NVM_RAW_DUMP, &[(16, 8, DATA), (28, 4, 64)]);
    driver.fault(json!({"kind": "cut"}));
    assert_eq!(driver.send(VER_GET, &[]), None);
    driver.fault(json!({"kind": "permissive"}));
    driver.ok(0x7777, &[]);
}

#[test]
fn memory_that_is_not_there_is_a_violation() {
    let mut driver = Driver::new();
    driver.ok(NVM_RAW_DUMP, &[(16, 8, NOWHERE), (28, 4, 64)]);
    driver.refused(0xffff, &[(16, 8, NOWHERE), (28, 4, 64)]);
    assert_eq!(driver.state()["violations_total"], 2);
}

#[test]
fn completions_arrive_when_they_are_wanted() {
    const RING_ALLOC: u16 = 0x50;
    const RING_FREE: u16 = 0x51;
    let mut driver = Driver::new();
    let ring = DATA;
    let made = driver.ok(
        RING_ALLOC,
        &[(20, 1, 0), (24, 8, ring), (40, 4, 2), (44, 2, 3)],
    );
    let id = get(&made, 8, 2);
    let packets = driver.ok(RING_ALLOC, &[(20, 1, 1)]);
    assert_eq!(driver.state()["objects"]["completion"], 1);
    // Armed, at index 0.
    driver.write(2, 3 * 0x80, 0x2400_0000);
    driver.send_on(
        id as u16,
        RING_FREE,
        &[(16, 1, 1), (18, 2, get(&packets, 8, 2))],
    );
    assert_eq!(driver.answer().unwrap().0, 0);
    assert_eq!(driver.bus.interrupts, [3]);
    let entry = driver.bus.get(ring, 16);
    assert_eq!((get(&entry, 0, 2), entry[8]), (0x20, 1));
    // Not armed any more, and arming with one that was not seen raises it.
    driver.send_on(id as u16, VER_GET, &[]);
    assert_eq!(driver.bus.interrupts, [3]);
    driver.write(2, 3 * 0x80, 0x2400_0001);
    assert_eq!(driver.bus.interrupts, [3, 3]);
    // The second pass has the other phase.
    driver.send_on(id as u16, VER_GET, &[]);
    assert_eq!(driver.bus.get(ring, 16)[8], 0);
    driver.send_on(99, VER_GET, &[]);
    assert_eq!(driver.state()["violations_total"], 1);
    driver.ok(0x1d, &[]);
    driver.ok(0x1a, &[]);
    assert_eq!(driver.state()["leaks"][0]["kind"], "completion");
}

#[test]
fn the_state_of_the_firmware_is_where_it_says() {
    let mut driver = Driver::new();
    driver.write(0, 0x408, 0x0310_0000);
    assert_eq!(driver.read(0, 0x31f0) & 0xffff_ff00, 0x4843_5300);
    let location = driver.read(0, 0x31f4);
    assert_eq!(location & 3, 2);
    assert_eq!(driver.read(0, u64::from(location & !3)), 0x8000);
    let recovery = driver.ok(0xc, &[]);
    assert_eq!(get(&recovery, 32, 4), u64::from(location));
    let beat = get(&recovery, 36, 4) & !3;
    let before = driver.read(0, beat);
    driver.advance(Duration::from_secs(1));
    assert_eq!(driver.read(0, beat), before + 10);
    driver.fault(json!({"kind": "counter_stuck"}));
    driver.fault(json!({"kind": "health", "value": 0x8001}));
    driver.advance(Duration::from_secs(1));
    assert_eq!(driver.read(0, beat), before + 10);
    assert_eq!(driver.state()["fatal"], true);
    driver.flr();
    assert_eq!(driver.state()["fatal"], false);
    driver.fault(json!({"kind": "bar_ones"}));
    assert_eq!(driver.read(0, beat), u32::MAX);
}
