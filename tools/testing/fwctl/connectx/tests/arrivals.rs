// SPDX-License-Identifier: GPL-2.0

//! Theory: the trace tells which commands arrived, with what in them, and which did not.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{core_dump, message, Driver};
use serde_json::{json, Value};

const READ: u16 = 1;
const WRITE: u16 = 0;

fn matched(driver: &mut Driver, request: Value) -> u64 {
    let reply = driver.trace(request).unwrap();
    reply["matched"].as_u64().unwrap()
}

#[test]
fn arrivals_are_chosen_by_their_fields() {
    let mut driver = Driver::ready();
    driver.trace_clear();
    let uid = driver.create_uctx(4).1;
    let dump = core_dump(2, 0x1234_5678, 64, 0x1122_3344_5566_7788, 64);
    driver.register(uid, READ, 0x402e, &dump);
    driver.register(uid, READ, 0x9020, &[0; 160]);
    driver.command(&message(0x80d, 3, uid, &[(4, 9)]), 16);
    for (request, count) in [
        (json!({}), 4),
        (json!({"opcode": "0x805"}), 2),
        (json!({"op_mod": 3}), 1),
        (json!({"uid": uid}), 3),
        (json!({"uid": uid, "register": "0x402e"}), 1),
        (json!({"opcode": "0x200"}), 0),
    ] {
        let reply = driver.trace(request.clone()).unwrap();
        assert_eq!(reply["matched"], json!(count), "{request}");
        assert_eq!(reply["commands"].as_array().unwrap().len(), count);
    }
    let reply = driver.trace(json!({"uid": uid, "last": 2})).unwrap();
    let opcodes = [0, 1].map(|i| reply["commands"][i]["opcode"].clone());
    assert_eq!(
        (&reply["matched"], opcodes),
        (&json!(3), [json!("0x805"), json!("0x80d")])
    );

    let plain = driver.trace(json!({"register": "0x402e"})).unwrap();
    assert!(plain["commands"][0].get("input").is_none());
    let whole = driver.trace(json!({"register": "0x402e", "input": true}));
    let whole = &whole.unwrap()["commands"][0];
    assert_eq!(whole["inlen"], json!(80));
    let digits = whole["input"].as_str().unwrap();
    assert_eq!(digits.len(), 160);
    assert_eq!(&digits[64..96], "12345678000000401122334455667788");
}

#[test]
fn what_is_not_delivered_did_not_arrive() {
    let mut driver = Driver::ready();
    driver.trace_clear();
    let nop = json!({"opcode": "0x80d"});
    driver.prepare(0, &message(0x80d, 0, 0, &[]), 16);
    let mut entry = driver.entry(0);
    entry[40] ^= 1;
    driver.bus.put(0x10_0000, &entry);
    driver.ring(0);
    assert_eq!(driver.answer(0, 16).unwrap().0, 1);
    assert_eq!(matched(&mut driver, nop.clone()), 0);
    // Refused, lost or answered by a fault: it did.
    driver.fault(json!({"kind": "lost", "opcode": "0x80d"}));
    driver.exec(1, &message(0x80d, 0, 0, &[]), 16);
    driver.fault(json!({"kind": "bad_status", "opcode": "0x80d", "status": 5}));
    driver.exec(2, &message(0x80d, 0, 0, &[]), 16);
    driver.exec(2, &message(0x80d, 0, 0xabc, &[]), 16);
    assert_eq!(matched(&mut driver, nop), 3);
}

#[test]
fn long_inputs_are_cut_and_the_log_is_bounded() {
    let mut driver = Driver::ready();
    for _ in 0..4100 {
        driver.ok(0x80d, 0, &[], 16);
    }
    driver.register(0, WRITE, 0xfe00, &[1; 4096]);
    let reply = driver
        .trace(json!({"last": 100_000, "input": true}))
        .unwrap();
    let all = reply["commands"].as_array().unwrap();
    assert_eq!((all.len(), &reply["matched"]), (4096, &json!(4096)));
    let last = &all[4095];
    assert_eq!(last["inlen"], json!(4112));
    assert_eq!(last["input"].as_str().unwrap().len(), 2 * 272);
}
