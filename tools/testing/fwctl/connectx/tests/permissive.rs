// SPDX-License-Identifier: GPL-2.0

//! Firmware that refuses its users nothing, and firmware that writes where it should not any more.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{message, Driver, DATA};
use serde_json::json;

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
