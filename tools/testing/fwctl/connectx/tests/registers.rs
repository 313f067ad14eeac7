// SPDX-License-Identifier: GPL-2.0

//! Theory: each register answers in the layout that vendor tools parse, and refuses lengths and indices.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use common::{core_dump, res_dump, word, Driver, User, DATA};
use connectx::{Config, ConnectX, Settings};

const READ: u16 = 1;
const WRITE: u16 = 0;

#[test]
fn mgir_tells_the_configured_identity() {
    let mut driver = Driver::with(Config {
        fw_version: (16, 35, 4030),
        psid: "TEST_0000000042".to_owned(),
        ..Config::default()
    });
    driver.init();
    for len in [160, 1040] {
        let (status, data) = driver.register(0, READ, 0x9020, &vec![0; len]);
        assert_eq!(status, 0);
        assert_eq!(word(&data, 0), 0x101d);
        assert_eq!(word(&data, 8), 0x0212);
        assert_eq!(&data[0x30..0x40], b"TEST_0000000042\0");
        assert_eq!(
            [word(&data, 0x44), word(&data, 0x48), word(&data, 0x4c)],
            [16, 35, 4030]
        );
    }
    let mut sent = vec![0; 160];
    sent[0x60..0x64].copy_from_slice(b"soft");
    assert_eq!(driver.register(0, WRITE, 0x9020, &sent).0, 0);
    assert_eq!(
        &driver.register(0, READ, 0x9020, &[0; 160]).1[0x60..0x64],
        b"soft"
    );
}

#[test]
fn mcam_groups() {
    let mut driver = Driver::ready();
    let (_, data) = driver.register(0, READ, 0x907f, &[0; 72]);
    assert_eq!((word(&data, 0x08), word(&data, 0x10)), (0x1f, 1));
    let mut second = [0; 72];
    second[3] = 2;
    let (status, data) = driver.register(0, READ, 0x907f, &second);
    assert_eq!((status, data[3]), (0, 2));
    assert!(data[4..].iter().all(|byte| *byte == 0));
}

#[test]
fn components_and_their_version() {
    let mut driver = Driver::ready();
    let (_, data) = driver.register(0, READ, 0x9060, &[0; 16]);
    assert_eq!((word(&data, 0), word(&data, 4)), (1 << 31, 1));
    let mut second = [0; 16];
    second[3] = 1;
    assert_ne!(driver.register(0, READ, 0x9060, &second).0, 0);

    let mut query = [0; 148];
    let (_, data) = driver.register(0, READ, 0x9061, &query);
    assert_eq!((word(&data, 0xc), word(&data, 0x18)), (0x14, 3));
    query[11] = 1;
    let (_, data) = driver.register(0, READ, 0x9061, &query);
    assert_eq!(word(&data, 0xc), 0x7c);
    assert_eq!(word(&data, 0x1c), (22 << 24) | (43 << 16) | 1014);
    assert_eq!(&data[0x38..0x43], b"22.43.1014\0");
    query[11] = 9;
    assert_ne!(driver.register(0, READ, 0x9061, &query).0, 0);
    assert_ne!(driver.register(0, READ, 0x9061, &[0; 24]).0, 0);
}

#[test]
fn strings_come_in_parts() {
    let mut driver = Driver::ready();
    let mut text = Vec::new();
    loop {
        let mut query = vec![0; 24];
        query[3] = 1;
        query[8..10].copy_from_slice(&(text.len() as u16).to_be_bytes());
        query[11] = 8;
        let (status, data) = driver.register(0, READ, 0x9064, &query);
        assert_eq!(status, 0);
        let part = usize::from(data[11]);
        if part == 0 {
            assert_eq!(usize::from(data[7]), text.len());
            break;
        }
        text.extend_from_slice(&data[16..16 + part]);
    }
    assert!(text.starts_with(b"MCX623106AN"));
}

#[test]
fn writable_registers_keep_what_was_selected() {
    let mut driver = Driver::ready();
    let mut set = [0; 12];
    set[7] = 2;
    set[8..12].copy_from_slice(&0x8000_0001_u32.to_be_bytes());
    assert_eq!(driver.register(0, WRITE, 0x9056, &set).0, 0);
    assert_eq!(word(&driver.register(0, READ, 0x9056, &[0; 12]).1, 8), 1);
    set[7] = 0x40;
    assert_ne!(driver.register(0, WRITE, 0x9056, &set).0, 0);

    let mut order = [0; 16];
    order[0] = 0x80;
    assert_eq!(driver.register(0, WRITE, 0x7004, &order).0, 0);
    assert_eq!(driver.register(0, READ, 0x7004, &[0; 16]).1[0], 0x80);
}

#[test]
fn long_registers_arrive_whole() {
    let mut driver = Driver::ready();
    let bytes: Vec<u8> = (0..4096_u32).map(|i| (i * 31 + (i >> 8)) as u8).collect();
    assert_eq!(driver.register(0, READ, 0xfe00, &[1; 4096]).1, [0; 4096]);
    assert_eq!(driver.register(0, WRITE, 0xfe00, &bytes).0, 0);
    assert_eq!(driver.register(0, READ, 0xfe00, &[1; 4096]).1, bytes);
}

#[test]
fn timeouts_have_a_unit() {
    let mut driver = Driver::ready();
    let (_, data) = driver.register(0, READ, 0xc00e, &[0; 64]);
    assert_eq!(word(&data, 0x28), (1 << 29) | 5);
}

#[test]
fn refusals() {
    let mut driver = Driver::ready();
    assert_eq!(driver.register(0, READ, 0x9999, &[0; 64]).0, 3);
    assert_eq!(driver.register(0, WRITE, 0x9060, &[0; 16]).0, 3);
    assert_eq!(driver.register(0, 2, 0x9020, &[0; 160]).0, 2);
    assert_eq!(driver.register(0, READ, 0x9020, &[0; 156]).0, 0x50);
    let mut input = common::message(0x805, READ, 0, &[(10, 0x9020)]);
    input.resize(176, 0);
    let out = driver.exec(0, &input, 172).unwrap().1;
    assert_eq!(out[0], 0x51);
}

#[test]
fn parameters_change_at_the_next_boot() {
    let mut driver = Driver::ready();
    let item = |mode: u32, id: u32| {
        let mut data = vec![0; 268];
        data[..4].copy_from_slice(&(mode << 22).to_be_bytes());
        data[4..8].copy_from_slice(&id.to_be_bytes());
        data
    };
    let vfs = |driver: &mut Driver, mode| {
        let (status, data) = driver.register(0, READ, 0x9024, &item(mode, 0x80));
        assert_eq!((status, word(&data, 0) & 0x1ff), (0, 12));
        word(&data, 16) & 0xffff
    };
    let mut set = item(0, 0x80);
    set[3] = 12;
    set[16..20].copy_from_slice(&((1 << 31) | (1 << 16) | 8_u32).to_be_bytes());
    assert_eq!(driver.register(0, WRITE, 0x9024, &set).0, 0);
    assert_eq!([0, 1, 2].map(|mode| vfs(&mut driver, mode)), [8, 0, 0]);
    driver.reset(pci_model::Reset::Disconnect);
    driver.power();
    driver.init();
    assert_eq!([0, 1, 2].map(|mode| vfs(&mut driver, mode)), [8, 8, 0]);
    assert_eq!(driver.register(0, WRITE, 0x9033, &[0; 8]).0, 0);
    assert_eq!([0, 1, 2].map(|mode| vfs(&mut driver, mode)), [0, 8, 0]);

    // A reset of the function alone leaves the firmware running; one that was asked for does not, once.
    let mut ask = [0; 8];
    for (level, vfs_then) in [
        (None, [0, 8, 0]),
        (Some(1), [0, 8, 0]),
        (Some(8), [0, 0, 0]),
    ] {
        if let Some(level) = level {
            ask[7] = level;
            assert_eq!(driver.register(0, WRITE, 0x9028, &ask).0, 0);
        }
        driver.flr();
        driver.power();
        driver.init();
        assert_eq!([0, 1, 2].map(|mode| vfs(&mut driver, mode)), vfs_then);
    }
    assert_eq!(driver.register(0, WRITE, 0x9024, &set).0, 0);
    driver.flr();
    driver.power();
    driver.init();
    assert_eq!([0, 1, 2].map(|mode| vfs(&mut driver, mode)), [8, 0, 0]);

    assert_eq!(driver.register(0, READ, 0x9024, &item(0, 0x9999)).0, 5);
    let mut bad = set.clone();
    bad[3] = 16;
    assert_eq!(driver.register(0, WRITE, 0x9024, &bad).0, 3, "length");
    bad = set.clone();
    bad[19] = 128;
    assert_eq!(driver.register(0, WRITE, 0x9024, &bad).0, 3, "too many");
    bad = set;
    bad[7] = 0x81;
    bad[3] = 20;
    assert_eq!(driver.register(0, WRITE, 0x9024, &bad).0, 5, "no setting");
    assert_eq!(word(&driver.register(0, READ, 0x9030, &[0; 8]).1, 4), 0);
    assert_eq!(word(&driver.register(0, READ, 0x9034, &[0; 16]).1, 0), 3);
}

#[test]
fn settings_are_kept_or_refused() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let full = Arc::new(AtomicBool::new(false));
    let keep = {
        let (kept, full) = (Arc::clone(&kept), Arc::clone(&full));
        move |text: &str| match full.load(Ordering::Relaxed) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => {
                kept.lock().unwrap().push(text.to_owned());
                Ok(())
            }
        }
    };
    let was = r#"{ "nv_global_pci_conf": { "sriov_en": 1, "total_vfs": 3 } }"#;
    let was = Settings::parse(was).unwrap();
    let function = ConnectX::new(Config::default()).with_settings(was, Box::new(keep));
    let mut driver = Driver::of(function);
    driver.init();
    let mut item = vec![0; 268];
    item[7] = 0x80;
    let in_force = |driver: &mut Driver| {
        let mut item = item.clone();
        item[1] = 1 << 6;
        word(&driver.register(0, READ, 0x9024, &item).1, 16)
    };
    assert_eq!(in_force(&mut driver), (1 << 31) | (1 << 16) | 3);
    let mut set = driver.register(0, READ, 0x9024, &item).1;
    set[19] = 9;
    assert_eq!(driver.register(0, WRITE, 0x9024, &set).0, 0);
    let text = kept.lock().unwrap().pop().unwrap();
    assert!(text.contains("\"total_vfs\": 9"), "{text}");
    assert!(Settings::parse(&text).is_ok());

    full.store(true, Ordering::Relaxed);
    set[19] = 10;
    assert_eq!(driver.register(0, WRITE, 0x9024, &set).0, 1);
    assert_eq!(driver.register(0, WRITE, 0x9033, &[0; 8]).0, 1);
    assert!(kept.lock().unwrap().is_empty());
    driver.reset(pci_model::Reset::Disconnect);
    driver.power();
    driver.init();
    assert_eq!(in_force(&mut driver), (1 << 31) | (1 << 16) | 9);
}

#[test]
fn port_goes_down_and_up() {
    let mut driver = Driver::ready();
    let (_, data) = driver.register(0, READ, 0x5004, &[0; 68]);
    assert_eq!(word(&data, 0x20), 0x200);
    let mut set = [0; 16];
    set[2] = 2;
    set[4] = 0x80;
    assert_eq!(driver.register(0, WRITE, 0x5006, &set).0, 0);
    assert_eq!(driver.register(0, READ, 0x5006, &[0; 16]).1[2..4], [2, 2]);
    let mut page = [0; 256];
    assert_eq!(driver.register(0, READ, 0x5031, &page).1[0x0c], 0);
    page[7] = 1;
    assert_eq!(driver.register(0, READ, 0x5031, &page).1[0x0f], 1);
    set[2] = 9;
    assert_eq!(driver.register(0, WRITE, 0x5006, &set).0, 3);
    set[2] = 1;
    assert_eq!(driver.register(0, WRITE, 0x5006, &set).0, 0);
    assert_eq!(driver.register(0, READ, 0x5031, &[0; 256]).1[0x0c], 3);
    page[7] = 3;
    assert_eq!(
        &driver.register(0, READ, 0x5031, &page).1[0x1c..0x24],
        b"Emulated"
    );
    let (_, data) = driver.register(0, READ, 0x5002, &[0; 64]);
    assert_eq!((data[3], word(&data, 16)), (4, (3 << 24) | (3 << 16)));
    assert_eq!(driver.register(0, READ, 0x5027, &[0; 76]).1[0], 3);
    for id in [0x5002, 0x5004, 0x5006, 0x5008, 0x5023, 0x5031] {
        let mut sent = vec![0; 256];
        sent[1] = 2;
        assert_eq!(
            driver.register(0, READ, id, &sent).0,
            3,
            "{id:#x}: no second port"
        );
        sent[1] = 1;
        assert_eq!(driver.register(0, READ, id, &sent).0, 0, "{id:#x}");
    }
    assert_eq!(driver.register(0, READ, 0x5040, &[0; 16]).1, [0; 16]);
    assert_eq!(driver.register(0, READ, 0x507f, &[0; 80]).0, 0);
}

#[test]
fn link_and_temperature() {
    let mut driver = Driver::ready();
    let (_, data) = driver.register(0, READ, 0x9050, &[0; 48]);
    assert_eq!(
        (word(&data, 8), word(&data, 0x14) >> 16),
        ((16 << 16) | 0x10, 0x0100)
    );
    assert_eq!(driver.register(0, READ, 0x9059, &[0; 16]).1[8], 1);
    for id in [0x9050, 0x9059] {
        let mut other = [0; 48];
        other[1] = 1;
        assert_eq!(driver.register(0, READ, id, &other).0, 3);
    }
    let (_, sensors) = driver.register(0, READ, 0x9009, &[0; 16]);
    assert_eq!((sensors[3], sensors[7], sensors[15]), (1, 1, 1));
    let (_, data) = driver.register(0, READ, 0x900a, &[0; 32]);
    assert_eq!(word(&data, 4), 400);
    let mut second = [0; 32];
    second[3] = 1;
    assert_eq!(driver.register(0, READ, 0x900a, &second).0, 3);
}

#[test]
fn module_is_plugged() {
    let mut driver = Driver::ready();
    let mut sent = [0; 16];
    let (status, data) = driver.register(0, READ, 0x5012, &sent);
    assert_eq!((status, word(&data, 0)), (0, (1 << 8) | 1));
    assert_eq!(data[4..], [0; 12]);
    assert_eq!(driver.register(0, WRITE, 0x5012, &sent).0, 3);
    sent[1] = 1;
    assert_eq!(driver.register(0, READ, 0x5012, &sent).0, 3);
}

#[test]
fn pcie_counts_nothing() {
    let mut driver = Driver::ready();
    for (first, status) in [
        ([0, 0, 0, 0], 0),
        ([0, 0, 0, 1], 0),
        ([0, 0, 0, 2], 0),
        ([0, 0, 0, 3], 3),
        ([0, 0, 0, 0x20], 3),
        ([1, 0, 0, 0], 3),
        ([0, 1, 0, 0], 3),
        ([0, 0, 1, 0], 3),
    ] {
        let mut sent = [0xff; 256];
        sent[..4].copy_from_slice(&first);
        let (was, data) = driver.register(0, READ, 0x9051, &sent);
        assert_eq!(was, status, "{first:?}");
        if status == 0 {
            assert_eq!((&data[..4], &data[4..]), (&first[..], &[0; 252][..]));
        }
    }
    assert_eq!(driver.register(0, WRITE, 0x9051, &[0; 256]).0, 3);
}

/// Fetches a whole inline stream of a segment type.
fn dump(driver: &mut Driver, kind: u16, index1: u32) -> Vec<u8> {
    let mut request = vec![0; 256];
    request[0] = 0x40;
    request[2..4].copy_from_slice(&kind.to_be_bytes());
    request[8..12].copy_from_slice(&index1.to_be_bytes());
    let mut stream = Vec::new();
    for _ in 0..1000 {
        let (status, data) = driver.register(0, READ, 0xc000, &request);
        assert_eq!(status, 0);
        let sequence = |data: &[u8]| data[1] & 0xf;
        assert_eq!(sequence(&data), (sequence(&request) + 1) & 0xf);
        let len = word(&data, 0x24) as usize;
        stream.extend_from_slice(&data[0x30..0x30 + len]);
        if data[0] & 0x80 == 0 {
            return stream;
        }
        request = data;
    }
    unreachable!("a stream without an end");
}

#[test]
fn dumps_are_streams_of_segments() {
    let mut driver = Driver::ready();
    let menu = dump(&mut driver, 0xffff, 0);
    let mut kinds = Vec::new();
    let mut at = 0;
    while at < menu.len() {
        let header = word(&menu, at);
        kinds.push(header & 0xffff);
        at += (header >> 16) as usize * 4;
    }
    assert_eq!(
        (at, kinds),
        (menu.len(), vec![0xfffa, 0xfffe, 0xffff, 0xfffb])
    );
    assert_eq!(word(&menu, 36 + 4), 4, "records");
    assert_eq!(&menu[36 + 8 + 4..36 + 8 + 12], b"HCA_CAPS");
    // More than sixteen pieces, so that the sequence number wraps.
    let pattern = dump(&mut driver, 0x1001, 2000);
    let head = [36, 40, 44, 48].map(|at| word(&pattern, at));
    assert_eq!(head, [(2004 << 16) | 0x1001, 0, 2000, 0]);
    assert_eq!(word(&pattern, 36 + 16 + 4 * 1999), 1999);
    let mut request = [0; 256];
    request[0] = 0x40;
    request[3] = 0x77;
    assert_eq!(driver.register(0, READ, 0xc000, &request).0, 3);
}

#[test]
fn dumps_through_a_key_stay_inside_of_it() {
    let mut driver = Driver::ready();
    // Two pages that are not neighbours, in the wrong order.
    let (high, low) = (DATA + 0x3000, DATA);
    let User { uid, key, .. } = driver.user_memory(&[high, low]);
    let request = |key: u32, addr: u64, size: u32| res_dump(0x1001, 3000, key, size, addr);
    let (status, data) = driver.register(uid, READ, 0xc000, &request(key, 4, 8188));
    assert_eq!((status, word(&data, 0x24)), (0, 8188));
    assert_ne!(data[0] & 0x80, 0, "there is more");
    let first = (8192 - 4 - 52) / 4 - 1;
    let end = driver.bus.get(low + 4092, 4);
    assert_eq!(word(&end, 0), first, "last dword of the second page");
    assert_eq!(driver.bus.get(low + 4096, 4), [0; 4]);
    assert_eq!(driver.bus.get(high, 4), [0; 4]);

    let (_, other) = driver.create_uctx(4);
    for (uid, key, addr, size) in [
        (uid, key, 8, 8188),
        (uid, key, u64::MAX, 8),
        (uid, key ^ 1, 0, 8),
        (uid, key ^ 0x100, 0, 8),
        (other, key, 0, 8),
        (0, key, 0, 8),
    ] {
        let (status, _) = driver.register(uid, READ, 0xc000, &request(key, addr, size));
        assert_ne!(status, 0, "{key:#x} {addr:#x} {size}");
    }
    let mut core = core_dump(2, key, 64, 0, 64);
    let (status, data) = driver.register(uid, READ, 0x402e, &core);
    assert_eq!((status, word(&data, 0x14)), (0, 64));
    let pairs = driver.bus.get(high, 16);
    let pairs = [0, 4, 8, 12].map(|at| word(&pairs, at));
    assert_eq!(pairs, [0xf_0000, 0, 0xf_0004, 0x0101_0101]);
    core[3] = 1;
    assert_eq!(driver.register(uid, READ, 0x402e, &core).0, 3);
}
