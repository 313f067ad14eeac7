// SPDX-License-Identifier: GPL-2.0

//! Theory: firmware that refuses its users nothing can be had, and firmware that writes where it should not any more.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{message, Driver, DATA};
use serde_json::{json, Value};

#[test]
fn users_are_refused_nothing() {
    let mut driver = Driver::ready();
    let (_, uid) = driver.create_uctx(4);
    let mut bad_opcode = message(0x7777, 0, uid, &[]);
    assert_ne!(driver.exec(0, &bad_opcode, 16).unwrap().1[0], 0);
    assert_eq!(driver.state()["admitted"], 0);

    driver.fault(json!({"kind": "permissive"}));
    assert_eq!(driver.exec(0, &bad_opcode, 16).unwrap().1[0], 0);
    assert_eq!(driver.as_uid(uid, 0x801, &[(10, 77)]).0, 0);
    assert_eq!(driver.state()["admitted"], 2);
    // The kernel still learns what it does wrong.
    bad_opcode[2..4].fill(0);
    assert_ne!(driver.exec(0, &bad_opcode, 16).unwrap().1[0], 0);
    driver.fault_clear();
    assert_ne!(driver.as_uid(uid, 0x801, &[(10, 77)]).0, 0);
}

#[test]
fn scribbles_on_all_pages_of_a_umem() {
    let mut driver = Driver::ready();
    let (_, uid) = driver.create_uctx(4);
    let umem = driver.create_umem(uid, &[DATA, DATA + 0x2000]).1;
    driver.fault(json!({"kind": "scribble", "umem": umem}));
    assert_eq!(driver.bus.get(DATA, 8), b"scribble");
    assert_eq!(driver.bus.get(DATA + 0x2000, 8), b"scribble");
    assert_eq!(driver.bus.get(DATA + 0x1000, 8), [0; 8]);
}

#[test]
fn gives_a_freed_number_to_the_next() {
    let mut driver = Driver::ready();
    let (_, uid) = driver.create_uctx(4);
    let first = driver.create_umem(uid, &[DATA]).1;
    assert_eq!(driver.as_uid(uid, 0xa0a, &[(10, first)]).0, 0);
    assert_ne!(driver.create_umem(uid, &[DATA]).1, first);
    driver.fault(json!({"kind": "reuse"}));
    assert_eq!(driver.create_umem(uid, &[DATA]).1, first);
    driver.fault_clear();
    assert_ne!(driver.create_umem(uid, &[DATA]).1, first);
}

fn destroyed(umem: u16) -> Value {
    json!({"kind": "scribble", "umem": umem, "destroyed": true})
}

#[test]
fn scribbles_by_the_last_mapping_of_a_destroyed_umem() {
    let mut driver = Driver::ready();
    let (_, uid) = driver.create_uctx(4);
    let umem = driver.create_umem(uid, &[DATA, DATA + 0x2000]).1;
    let early = driver.try_fault(destroyed(umem));
    assert!(early.unwrap_err().contains("no destroyed umem"));
    assert_eq!(driver.as_uid(uid, 0xa0a, &[(10, umem)]).0, 0);
    let late = driver.try_fault(json!({"kind": "scribble", "umem": umem}));
    assert!(late.unwrap_err().contains("no umem"));
    assert_eq!(driver.bus.get(DATA, 8), [0; 8]);

    driver.fault(destroyed(umem));
    assert_eq!(driver.bus.get(DATA, 8), b"scribble");
    assert_eq!(driver.bus.get(DATA + 0x2000, 8), b"scribble");
    // Not the driver's doing, so nothing against it.
    driver.assert_clean();
    driver.flr();
    assert!(
        driver.try_fault(destroyed(umem)).is_err(),
        "a reset ends it"
    );
}

#[test]
fn a_refused_destroy_ends_no_mapping() {
    let mut driver = Driver::ready();
    let (_, uid) = driver.create_uctx(4);
    let umem = driver.create_umem(uid, &[DATA]).1;
    driver.fault(json!({"kind": "bad_status", "opcode": "0xa0a", "status": 9}));
    assert_eq!(driver.as_uid(uid, 0xa0a, &[(10, umem)]).0, 9);
    assert!(driver.try_fault(destroyed(umem)).is_err());
    driver.fault(json!({"kind": "scribble", "umem": umem}));
    assert_eq!(driver.bus.get(DATA, 8), b"scribble");
}

#[test]
fn what_the_bus_refuses_is_told_and_the_rest_written() {
    let mut driver = Driver::ready();
    let (_, uid) = driver.create_uctx(4);
    let umem = driver.create_umem(uid, &[0x7000_0000, DATA, 0x7000_1000]).1;
    let refused = driver.try_fault(json!({"kind": "scribble", "umem": umem}));
    assert!(refused.unwrap_err().contains("2 of 3 pages"));
    assert_eq!(driver.bus.get(DATA, 8), b"scribble");
    driver.assert_clean();
}

#[test]
fn of_many_destroyed_umems_the_last_are_known() {
    let mut driver = Driver::ready();
    let (_, uid) = driver.create_uctx(4);
    let first = driver.create_umem(uid, &[DATA]).1;
    assert_eq!(driver.as_uid(uid, 0xa0a, &[(10, first)]).0, 0);
    for _ in 0..255 {
        let umem = driver.create_umem(uid, &[DATA + 0x1000]).1;
        assert_eq!(driver.as_uid(uid, 0xa0a, &[(10, umem)]).0, 0);
    }
    driver.fault(destroyed(first));
    assert_eq!(driver.bus.get(DATA, 8), b"scribble");
    let umem = driver.create_umem(uid, &[DATA + 0x1000]).1;
    assert_eq!(driver.as_uid(uid, 0xa0a, &[(10, umem)]).0, 0);
    assert!(driver.try_fault(destroyed(first)).is_err());
}
