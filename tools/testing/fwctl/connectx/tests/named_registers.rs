// SPDX-License-Identifier: GPL-2.0

//! Theory: the registers that the driver's policy names answer as a device's do.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{word, Driver, DATA};
use serde_json::json;

const READ: u16 = 1;
const WRITE: u16 = 0;
const BAD_PARAM: u8 = 3;
const MCC: u16 = 0x9062;
const MCDA: u16 = 0x9063;
const MCDD: u16 = 0x905c;

#[test]
fn all_of_them_are_there() {
    let mut driver = Driver::ready();
    for (id, size) in [
        (0x4023, 16),
        (0x4024, 16),
        (0x402e, 64),
        (0x5012, 16),
        (0x7004, 16),
        (0x9028, 8),
        (0x9040, 128),
        (0x9041, 128),
        (0x9043, 64),
        (0x9051, 256),
        (MCDD, 32),
        (MCC, 32),
        (MCDA, 16),
        (0xc000, 256),
        (0xc010, 64),
    ] {
        let status = driver.register(0, READ, id, &vec![0; size - 4]).0;
        assert_eq!(status, 0x50, "{id:#x}");
    }
}

#[test]
fn icm_has_a_threshold_and_pages() {
    let mut driver = Driver::ready();
    let mut data = [0; 64];
    data[0x10..0x14].copy_from_slice(&77_u32.to_be_bytes());
    assert_eq!(driver.register(0, WRITE, 0xc010, &data).0, 0);
    let (_, read) = driver.register(0, READ, 0xc010, &[0; 64]);
    let pages = driver.objects("page") as u32;
    assert_eq!((word(&read, 0x10), word(&read, 0x18)), (77, pages));
    // Only with its bit does the id mean a function.
    data[2..4].copy_from_slice(&[9, 9]);
    assert_eq!(driver.register(0, WRITE, 0xc010, &data).0, 0);
    data[0] = 0x80;
    for op_mod in [READ, WRITE] {
        assert_eq!(driver.register(0, op_mod, 0xc010, &data).0, BAD_PARAM);
    }
}

#[test]
fn tracer_has_an_owner_and_a_destination() {
    let mut driver = Driver::ready();
    let user = driver.user_memory(&[DATA]);
    let mut own = [0; 128];
    own[0] = 0x80;
    let (_, data) = driver.register(0, READ, 0x9040, &[0; 128]);
    assert_eq!(word(&data, 0), 1 << 30);
    assert_eq!(driver.register(0, WRITE, 0x9040, &own).0, 0);
    let (_, data) = driver.register(0, READ, 0x9040, &[0; 128]);
    assert_eq!((word(&data, 0), word(&data, 8)), (3 << 30, 12));

    let mut conf = [0; 128];
    conf[3] = 1;
    conf[7] = 4;
    conf[8..12].copy_from_slice(&user.key.to_be_bytes());
    let stranger = driver.create_uctx(4).1;
    assert_eq!(driver.register(stranger, WRITE, 0x9041, &conf).0, 5);
    assert_eq!(driver.register(user.uid, WRITE, 0x9041, &conf).0, 0);
    let (_, data) = driver.register(0, READ, 0x9041, &[0; 128]);
    assert_eq!(data, conf);
    conf[7] = 13;
    assert_eq!(driver.register(0, WRITE, 0x9041, &conf).0, BAD_PARAM);

    let mut control = [0; 64];
    control[..4].copy_from_slice(&((1 << 30) | (1 << 27) | 1_u32).to_be_bytes());
    assert_eq!(driver.register(0, WRITE, 0x9043, &control).0, 0);
    control[..4].copy_from_slice(&(2_u32 << 30).to_be_bytes());
    assert_eq!(driver.register(0, WRITE, 0x9043, &control).0, 0);
    let (_, data) = driver.register(0, READ, 0x9043, &[0; 64]);
    assert_eq!(word(&data, 0), 1 << 30, "only what was selected");
    assert_eq!(word(&data, 0xc), 1_000_000_000, "the time");
}

#[test]
fn resets_are_asked_for_and_wait_for_the_host() {
    let mut driver = Driver::ready();
    let (_, data) = driver.register(0, READ, 0x9028, &[0; 8]);
    assert_eq!(data, [0, 0, 0, 0, 0, 0, 1, 0x49]);
    for (level, status) in [(8, 0), (1, 0), (0, 0), (2, BAD_PARAM), (9, BAD_PARAM)] {
        let sent = [0, 0, 0, 0, 0, 0, 0, level];
        assert_eq!(driver.register(0, WRITE, 0x9028, &sent).0, status);
    }
    assert_eq!(driver.state()["phase"], json!("ready"));
}

#[test]
fn fpga_keeps_what_is_written() {
    let mut driver = Driver::ready();
    let mut control = [0; 16];
    control[5] = 1;
    for (operation, status, admin, oper) in [
        (0, BAD_PARAM, 0, 0),
        (2, 0, 0, 0),
        (3, 0, 1, 0),
        (1, 0, 1, 1),
        (7, BAD_PARAM, 1, 1),
    ] {
        control[1] = operation;
        let written = driver.register(0, WRITE, 0x4023, &control).0;
        assert_eq!(written, status, "{operation}");
        let (_, data) = driver.register(0, READ, 0x4023, &[0; 16]);
        assert_eq!((data[3], data[5], data[7]), (0, admin, oper), "{operation}");
    }

    let mut access = vec![0; 16 + 64];
    access[7] = 64;
    access[14..16].copy_from_slice(&0x0fc0_u16.to_be_bytes());
    access[16..].fill(0xa5);
    assert_eq!(driver.register(0, WRITE, 0x4024, &access).0, 0);
    access[16..].fill(0);
    let (_, data) = driver.register(0, READ, 0x4024, &access);
    assert_eq!(data[16..], [0xa5; 64]);
    for (at, byte) in [(15, 0xc1), (8, 0xff), (7, 65)] {
        let mut bad = access.clone();
        bad[at] = byte;
        assert_eq!(driver.register(0, READ, 0x4024, &bad).0, BAD_PARAM);
        assert_eq!(driver.register(0, WRITE, 0x4024, &bad).0, BAD_PARAM);
    }
}

/// MCC: instruction, handle and size of the component.
fn instruct(driver: &mut Driver, uid: u16, instruction: u8, handle: u32, size: u32) -> u8 {
    let mut data = [0; 32];
    data[3] = instruction;
    data[8..12].copy_from_slice(&handle.to_be_bytes());
    data[16..20].copy_from_slice(&size.to_be_bytes());
    driver.register(uid, WRITE, MCC, &data).0
}

/// Handle and state.
fn flow(driver: &mut Driver) -> (u32, u32) {
    let (_, data) = driver.register(0, READ, MCC, &[0; 32]);
    (word(&data, 8), word(&data, 0xc))
}

fn part(handle: u32, offset: u32, bytes: &[u8]) -> Vec<u8> {
    let mut data = vec![0; 16];
    data[..4].copy_from_slice(&handle.to_be_bytes());
    data[4..8].copy_from_slice(&offset.to_be_bytes());
    data[10..12].copy_from_slice(&(bytes.len() as u16).to_be_bytes());
    data.extend_from_slice(bytes);
    data
}

#[test]
fn update_goes_its_way() {
    let mut driver = Driver::ready();
    let (handle, state) = flow(&mut driver);
    assert_eq!(state, 0);
    assert_eq!(instruct(&mut driver, 0, 3, handle, 256), BAD_PARAM, "idle");
    assert_eq!(instruct(&mut driver, 0, 1, handle, 0), 0);
    assert_eq!(instruct(&mut driver, 0, 1, handle, 0), 6, "locked");
    assert_eq!(instruct(&mut driver, 0, 3, handle + 1, 256), BAD_PARAM);
    assert_eq!(instruct(&mut driver, 0, 3, handle, 9 << 20), BAD_PARAM);
    assert_eq!(instruct(&mut driver, 0, 3, handle, 256), 0);
    assert_eq!(flow(&mut driver), (handle, 3));
    for (data, status) in [
        (part(handle, 0, &[1; 128]), 0),
        (part(handle, 128, &[2; 128]), 0),
        (part(handle, 192, &[3; 128]), BAD_PARAM),
        (part(handle, 0, &[3; 132]), BAD_PARAM),
        (part(handle + 1, 0, &[3; 4]), BAD_PARAM),
        (part(handle, u32::MAX, &[3; 4]), BAD_PARAM),
    ] {
        assert_eq!(driver.register(0, WRITE, MCDA, &data).0, status);
    }
    let mut short = part(handle, 0, &[3; 8]);
    short.truncate(20);
    assert_eq!(driver.register(0, WRITE, MCDA, &short).0, BAD_PARAM);
    for (instruction, state) in [(4, 1), (6, 1), (7, 7)] {
        assert_eq!(instruct(&mut driver, 0, instruction, handle, 0), 0);
        assert_eq!(flow(&mut driver).1, state);
    }
    let (status, data) = driver.register(0, READ, MCDA, &part(handle, 64, &[0; 128]));
    assert_eq!(status, 0);
    assert_eq!((data[16], data[79], data[80], data[143]), (1, 1, 2, 2));
    assert_eq!(instruct(&mut driver, 0, 8, handle, 0), 0);
    assert_eq!(instruct(&mut driver, 0, 2, handle, 0), 0);
    assert_eq!(flow(&mut driver), (handle + 1, 0));
}

/// MCDD: a page and a mailbox.
fn page(size: u16, data: u64, mailbox: u64) -> Vec<u8> {
    let mut sent = vec![0; 32];
    sent[10..12].copy_from_slice(&size.to_be_bytes());
    sent[16..24].copy_from_slice(&data.to_be_bytes());
    sent[24..32].copy_from_slice(&mailbox.to_be_bytes());
    sent
}

#[test]
fn pages_by_address_are_the_drivers_alone() {
    let mut driver = Driver::ready();
    let uid = driver.create_uctx(4).1;
    let sent = page(64, DATA, DATA + 4096);
    assert_eq!(driver.register(uid, WRITE, MCDD, &sent).0, BAD_PARAM);
    assert_eq!(driver.bus.get(DATA + 4096, 36), [0; 36]);
    driver.assert_clean();

    let (handle, _) = flow(&mut driver);
    assert_eq!(instruct(&mut driver, 0, 1, handle, 0), 0);
    assert_eq!(instruct(&mut driver, 0, 3, handle, 64), 0);
    driver.bus.put(DATA, &[7; 64]);
    assert_eq!(driver.register(0, WRITE, MCDD, &sent).0, 0);
    let mailbox = driver.bus.get(DATA + 4096, 36);
    assert_eq!(
        (&mailbox[..32], &mailbox[32..]),
        (&sent[..], &[0, 0, 0, 1][..])
    );
    assert_eq!(instruct(&mut driver, 0, 4, handle, 0), 0);
    assert_eq!(instruct(&mut driver, 0, 7, handle, 0), 0);
    let sent = page(64, DATA + 8192, DATA + 4096);
    assert_eq!(driver.register(0, WRITE, MCDD, &sent).0, 0);
    assert_eq!(
        driver.bus.get(DATA + 8192, 65)[..],
        [&[7; 64][..], &[0]].concat()
    );

    assert_eq!(
        driver.register(0, WRITE, MCDD, &page(65, DATA, DATA)).0,
        BAD_PARAM
    );
    assert_eq!(
        driver.register(0, WRITE, MCDD, &page(4097, DATA, DATA)).0,
        BAD_PARAM
    );
    assert_eq!(driver.register(0, WRITE, MCDD, &page(64, 8, DATA)).0, 1);
    assert_eq!(driver.state()["violations_total"], json!(1));
    assert_eq!(
        driver.register(uid, READ, MCDD, &sent).0,
        0,
        "moves nothing"
    );
}
