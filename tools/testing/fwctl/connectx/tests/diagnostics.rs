// SPDX-License-Identifier: GPL-2.0

//! Theory: diagnostic counters are sampled as they were set up, inline or into memory that the one who set them up may
//! write to.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{message, pattern, wide, word, Driver, DATA};
use proptest::prelude::*;

const SINGLE: u32 = 1 << 31;
const REPETITIVE: u32 = 1 << 30;
const CLEAR: u32 = 1 << 28;
const ON_DEMAND: u32 = 1 << 27;
const ENABLE: u32 = 1 << 26;
const BAD_PARAM: u8 = 3;
const SEED: u32 = 0x5eed;

/// SET_DIAGNOSTIC_PARAMS; `destination` is key, size and address.
fn set(uid: u16, flags: u32, log: u32, ids: &[u16], destination: (u32, u32, u64)) -> Vec<u8> {
    let mut input = message(0x820, 0, uid, &[]);
    input.resize(32, 0);
    input[8..12].copy_from_slice(&(((ids.len() as u32) << 16) | log).to_be_bytes());
    input[12..16].copy_from_slice(&flags.to_be_bytes());
    input[16..20].copy_from_slice(&destination.0.to_be_bytes());
    input[20..24].copy_from_slice(&destination.1.to_be_bytes());
    input[24..32].copy_from_slice(&destination.2.to_be_bytes());
    input.extend(ids.iter().flat_map(|id| u32::from(*id).to_be_bytes()));
    input
}

fn counters(driver: &mut Driver, uid: u16, count: u16, first: u16) -> (u8, Vec<u8>) {
    let input = message(0x821, 0, uid, &[(8, count), (10, first)]);
    driver.command(&input, 16 + 16 * usize::from(count))
}

/// Counter, sample and value of the records in a buffer.
fn records(data: &[u8]) -> Vec<(u32, u32, u64)> {
    let record = |data: &[u8]| (word(data, 0) >> 16, word(data, 0) & 0xffff, wide(data, 8));
    data.chunks_exact(16).map(record).collect()
}

fn expected(id: u32, sample: u32) -> (u32, u32, u64) {
    (id, sample, u64::from(pattern(SEED, id)) + u64::from(sample))
}

#[test]
fn a_single_run_fills_the_buffer() {
    let mut driver = Driver::seeded(SEED);
    assert_eq!(counters(&mut driver, 0, 1, 0).0, 9, "off");
    let input = set(0, ENABLE | SINGLE, 2, &[0x401, 0x2006], (0, 0, 0));
    assert_eq!(driver.command(&input, 16).0, 0);
    let (status, out) = driver.command(&message(0x819, 0, 0, &[]), 40);
    assert_eq!(status, 0);
    assert_eq!(out[8..40], input[8..40]);
    let (status, out) = counters(&mut driver, 0, 6, 0);
    assert_eq!(status, 0);
    let mut want = [0, 1]
        .map(|n| [expected(0x401, n), expected(0x2006, n)])
        .concat();
    want.extend([(0, 0, 0); 2]);
    assert_eq!(records(&out[16..]), want);
    let (_, out) = counters(&mut driver, 0, 1, 3);
    assert_eq!(records(&out[16..]), [expected(0x2006, 1)]);
    assert_eq!(driver.command(&set(0, CLEAR, 0, &[], (0, 0, 0)), 16).0, 0);
    assert_eq!(counters(&mut driver, 0, 1, 0).0, 9);
}

#[test]
fn repeated_samples_push_out_the_oldest() {
    let mut driver = Driver::seeded(SEED);
    for flags in [REPETITIVE, ON_DEMAND] {
        let input = set(0, ENABLE | CLEAR | flags, 1, &[0x402], (0, 0, 0));
        assert_eq!(driver.command(&input, 16).0, 0);
        for _ in 0..3 {
            assert_eq!(counters(&mut driver, 0, 2, 0).0, 0);
        }
        let (_, out) = counters(&mut driver, 0, 2, 0);
        let want = [expected(0x402, 2), expected(0x402, 3)];
        assert_eq!(records(&out[16..]), want);
    }
}

#[test]
fn records_go_to_memory_with_the_rights_of_who_said_so() {
    let mut driver = Driver::seeded(SEED);
    let user = driver.user_memory(&[DATA]);
    let other = driver.create_uctx(4).1;
    let to = |uid, key, size, addr| set(uid, ENABLE | SINGLE, 3, &[0x401], (key, size, addr));
    for (uid, key, size, addr) in [
        (other, user.key, 64, 0),
        (user.uid, user.key, 64, 4096 - 48),
        (user.uid, user.key ^ 1, 64, 0),
        (user.uid, user.key + 0x100, 64, 0),
    ] {
        assert_ne!(driver.command(&to(uid, key, size, addr), 16).0, 0);
    }
    let input = to(user.uid, user.key, 48, 4096 - 48);
    assert_eq!(driver.command(&input, 16).0, 0);
    // Whoever asks: eight records are there, three fit.
    let (status, out) = driver.command(&message(0x821, 0, other, &[(8, 100)]), 16);
    assert_eq!((status, word(&out, 8)), (0, 3));
    let data = driver.bus.get(DATA + 4096 - 48, 48);
    assert_eq!(records(&data), [0, 1, 2].map(|n| expected(0x401, n)));
    assert_eq!(driver.bus.get(DATA, 4048), [0; 4048]);

    // With the key gone nothing is written any more, and with the context nothing is sampled.
    driver.bus.put(DATA, &[0; 4096]);
    assert_eq!(driver.as_uid(user.uid, 0x202, &[(10, user.mkey)]).0, 0);
    assert_ne!(counters(&mut driver, 0, 8, 0).0, 0);
    assert_eq!(driver.as_uid(user.uid, 0xa0a, &[(10, user.umem)]).0, 0);
    assert_eq!(driver.as_uid(user.uid, 0x801, &[(10, user.pd)]).0, 0);
    assert_eq!(driver.as_uid(0, 0xa06, &[(10, user.uid)]).0, 0);
    assert_eq!(counters(&mut driver, 0, 8, 0).0, 9);
    assert_eq!(driver.bus.get(DATA, 4096), [0; 4096]);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut driver = Driver::seeded(SEED);
    for (flags, log, ids) in [
        (ENABLE | SINGLE | REPETITIVE, 1, &[0x401][..]),
        (ENABLE, 11, &[0x401]),
        (ENABLE, 1, &[0x9999]),
        (ENABLE, 1, &[0x401; 9]),
        (ENABLE, 1, &[]),
    ] {
        let input = set(0, flags, log, ids, (0, 0, 0));
        assert_eq!(driver.command(&input, 16).0, BAD_PARAM);
    }
    let mut short = set(0, ENABLE, 1, &[0x401, 0x402], (0, 0, 0));
    short.truncate(36);
    assert_eq!(driver.command(&short, 16).0, 0x50);
    let input = set(0, ENABLE | SINGLE, 1, &[0x401], (0, 0, 0));
    assert_eq!(driver.command(&input, 16).0, 0);
    let input = message(0x821, 0, 0, &[(8, 2)]);
    assert_eq!(driver.command(&input, 47).0, 0x51);
    assert_eq!(driver.command(&message(0x819, 0, 0, &[]), 32).0, 0x51);
    let plain = driver.create_uctx(0).1;
    assert_eq!(counters(&mut driver, plain, 1, 0).0, BAD_PARAM);
}

#[test]
fn capabilities_tell_what_there_is() {
    let mut driver = Driver::seeded(SEED);
    let general = driver.ok(0x100, 1, &[], 4112);
    let count = word(&general, 16 + 0x50) >> 16;
    assert_eq!(count, 8);
    let debug = driver.ok(0x100, 27, &[], 4112);
    assert_eq!(word(&debug, 16), (1 << 31) | (9 << 23) | (1 << 22) | 10);
    let ids: Vec<u32> = (0..8).map(|i| word(&debug, 16 + 0x40 + 4 * i)).collect();
    assert!(ids.contains(&0x401) && ids.contains(&0x2006));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_settings_do_no_harm(
        inputs in proptest::collection::vec(
            (any::<bool>(), proptest::collection::vec(any::<u8>(), 0..64), 0..400_usize), 1..32),
    ) {
        let mut driver = Driver::seeded(SEED);
        for (ask, body, out) in inputs {
            let opcode: u16 = if ask { 0x821 } else { 0x820 };
            let mut input = message(opcode, 0, 0, &[]);
            input.truncate(8);
            input.extend(body);
            driver.exec(0, &input, out);
        }
        prop_assert_eq!(driver.bus.outside, 0);
    }
}
