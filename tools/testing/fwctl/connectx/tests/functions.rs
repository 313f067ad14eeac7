// SPDX-License-Identifier: GPL-2.0

//! Theory: a function answers for itself alone, by whichever field another one is named.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{core_dump, message, res_dump, wide, word, Driver};
use connectx::Config;
use serde_json::json;

const READ: u16 = 1;
const WRITE: u16 = 0;
const BAD_PARAM: u8 = 3;
const OWN: u16 = 0x21;

fn numbered() -> Driver {
    let mut driver = Driver::with(Config {
        vhca_id: OWN,
        ..Config::default()
    });
    driver.init();
    driver
}

#[test]
fn capabilities_tell_the_number() {
    let mut driver = numbered();
    let out = driver.ok(0x100, 1, &[], 4112);
    assert_eq!(word(&out, 16 + 4) & 0xffff, u32::from(OWN));
}

#[test]
fn tunnels_lead_home_or_nowhere() {
    let mut driver = numbered();
    let user = driver.create_uctx(4).1;
    for (tunnel, status) in [(0, 0), (OWN, 0), (OWN + 1, BAD_PARAM), (0xffff, BAD_PARAM)] {
        for uid in [0, user] {
            let (got, _) = driver.as_uid(uid, 0x80d, &[(4, tunnel)]);
            assert_eq!(got, status, "{tunnel:#x}");
            assert_eq!(driver.last()["tunnel"], json!(tunnel));
        }
    }
}

#[test]
fn ports_and_capabilities_of_others_are_refused() {
    let mut driver = numbered();
    let uid = driver.create_uctx(4).1;
    // Flag in the upper half, number in the lower half of the same dword.
    for (opcode, op_mod, out) in [(0x750, 0, 16), (0x754, 0, 272), (0x100, 1, 4112)] {
        let mut ask = |fields: &[(usize, u16)]| {
            let input = message(opcode, op_mod, uid, fields);
            driver.command(&input, out).0
        };
        assert_eq!(ask(&[]), 0, "{opcode:#x}");
        assert_eq!(ask(&[(8, 0x8000), (10, 1)]), BAD_PARAM, "{opcode:#x}");
        assert_eq!(ask(&[(8, 0x8000)]), BAD_PARAM, "{opcode:#x}");
    }
    for opcode in [0x750, 0x754] {
        let input = message(opcode, 0, uid, &[(10, 1)]);
        assert_eq!(driver.command(&input, 272).0, BAD_PARAM, "{opcode:#x}");
    }
    let out = driver.ok(0x750, 0, &[], 16);
    assert_eq!(word(&out, 12), (1000 << 16) | 0x11, "up, with 100 Gb/s");
    let out = driver.ok(0x754, 0, &[], 272);
    assert_eq!(word(&out, 16 + 0x24), 1500);
    for at in [0x28, 0x30, 0x38, 0xf4] {
        assert_eq!(wide(&out, 16 + at), 0x9803_9b00_1000, "{at:#x}");
    }
}

#[test]
fn ids_in_commands_and_registers_are_checked() {
    let mut driver = numbered();
    let mut menu = res_dump(0xffff, 0, 0, 0, 0);
    menu[0] = 0x40;
    let mut icm = vec![0; 64];
    icm[0] = 0x80;
    for (id, status) in [(0, 0), (OWN, 0), (OWN - 1, BAD_PARAM)] {
        for (register, op_mod, mut data, at) in [
            (0xc000, READ, menu.clone(), 6),
            (0x402e, READ, core_dump(3, 0, 0, 0, 128), 0x0a),
            (0x402e, WRITE, core_dump(0, 0, 0, 0, 64), 0x0a),
            (0xc010, READ, icm.clone(), 2),
        ] {
            data[at..at + 2].copy_from_slice(&u16::to_be_bytes(id));
            let got = driver.register(0, op_mod, register, &data).0;
            assert_eq!(got, status, "{register:#x} {op_mod} {id:#x}");
        }
        let vuid = message(0xb22, 0, 0, &[(14, id)]);
        assert_eq!(driver.command(&vuid, 64).0, status, "{id:#x}");
    }
}
