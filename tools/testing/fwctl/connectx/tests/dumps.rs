// SPDX-License-Identifier: GPL-2.0

//! Theory: dumps come whole, inline and through keys alike, and a test can tell every byte of them from the seed.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use connectx::Config;

use common::{core_dump, message, pattern, res_dump, wide, word, Driver, DATA};

const READ: u16 = 1;
const WRITE: u16 = 0;
const SEED: u32 = 0x1234_5678;
const WHOLE: usize = 2 << 20;
const BULK: u16 = 0x1002;
const DEBUG_CAPS: u16 = 0xd << 1;

/// 768 pages that are no neighbours of one another.
fn scattered() -> Vec<u64> {
    (0..768).map(|i| DATA + (i * 2 + (i & 1)) * 4096).collect()
}

fn gather(driver: &mut Driver, pages: &[u64], len: usize) -> Vec<u8> {
    let mut all = Vec::new();
    for page in pages {
        all.extend(driver.bus.get(*page, 4096));
    }
    all.truncate(len);
    all
}

fn assert_core_dump(dump: &[u8]) {
    assert_eq!(dump.len(), WHOLE);
    for i in 0..WHOLE / 8 {
        let pair = (word(dump, 8 * i), word(dump, 8 * i + 4));
        let i = i as u32;
        assert_eq!(pair, (0xf_0000 + 4 * i, pattern(SEED, i)));
    }
}

#[test]
fn core_dump_lands_in_memory_at_once() {
    let mut driver = Driver::seeded(SEED);
    let pages = scattered();
    let user = driver.user_memory(&pages);
    let request = core_dump(2, user.key, 3 << 20, 0, 64);
    let (status, data) = driver.register(user.uid, READ, 0x402e, &request);
    assert_eq!((status, word(&data, 0x14)), (0, WHOLE as u32));
    assert_eq!((word(&data, 0), wide(&data, 0x20)), (2, WHOLE as u64));
    assert_core_dump(&gather(&mut driver, &pages, WHOLE));
    let rest = driver.bus.get(pages[512], 4096);
    assert_eq!(rest, [0; 4096], "nothing past the end");
    driver.assert_clean();
}

#[test]
fn core_dump_can_be_read_inline() {
    let mut driver = Driver::seeded(SEED);
    let mut dump = Vec::new();
    let mut request = core_dump(3, 0, 0, 0, 64 + 65536);
    loop {
        let (status, data) = driver.register(0, READ, 0x402e, &request);
        assert_eq!(status, 0);
        let len = word(&data, 0x14) as usize;
        dump.extend_from_slice(&data[0x40..0x40 + len]);
        assert_eq!(wide(&data, 0x20), dump.len() as u64);
        if data[0] & 0x80 == 0 {
            break;
        }
        request[0x20..0x28].copy_from_slice(&data[0x20..0x28]);
    }
    assert_core_dump(&dump);
    // No room for data, then past the end, then nonsense.
    let (status, data) = driver.register(0, READ, 0x402e, &core_dump(3, 0, 0, 0, 64));
    assert_eq!((status, word(&data, 0x14), data[0] >> 7), (0, 0, 1));
    for offset in [WHOLE as u64 + 8, 4, u64::MAX] {
        request[0x20..0x28].copy_from_slice(&offset.to_be_bytes());
        assert_eq!(driver.register(0, READ, 0x402e, &request).0, 3);
    }
    for kind in [0, 1, 4] {
        let request = core_dump(kind, 0, 0, 0, 64);
        assert_eq!(driver.register(0, READ, 0x402e, &request).0, 3);
        let written = driver.register(0, WRITE, 0x402e, &request).0;
        assert_eq!(written == 0, kind == 0, "{kind}");
    }
}

#[test]
fn resource_dumps_are_the_same_inline_and_in_memory() {
    let mut driver = Driver::seeded(SEED);
    let pages = scattered();
    let user = driver.user_memory(&pages);
    for (kind, index1) in [(0xffff, 0), (0x1000, 0), (0x1001, 700)] {
        let mut request = res_dump(kind, index1, user.key, 3 << 20, 0);
        let (status, data) = driver.register(user.uid, READ, 0xc000, &request);
        assert_eq!((status, data[0] >> 7), (0, 0));
        let len = word(&data, 0x24) as usize;
        let in_memory = gather(&mut driver, &pages, len);
        request[0] = 0x40;
        let mut stream = Vec::new();
        while stream.len() < len {
            let (status, data) = driver.register(user.uid, READ, 0xc000, &request);
            assert_eq!(status, 0);
            let part = word(&data, 0x24) as usize;
            stream.extend_from_slice(&data[0x30..0x30 + part]);
            request = data;
        }
        assert!(stream == in_memory, "{kind:#x}");
    }
    driver.assert_clean();
}

#[test]
fn bulk_dump_comes_in_pieces_and_follows_the_seed() {
    let mut driver = Driver::seeded(SEED);
    let pages = scattered();
    let user = driver.user_memory(&pages);
    let mut request = res_dump(BULK, 0, user.key, 300_000, 0);
    let mut len = 0_u64;
    loop {
        request[0x24..0x28].copy_from_slice(&300_000_u32.to_be_bytes());
        request[0x28..0x30].copy_from_slice(&len.to_be_bytes());
        let (status, data) = driver.register(user.uid, READ, 0xc000, &request);
        assert_eq!(status, 0);
        len += u64::from(word(&data, 0x24));
        request = data;
        if request[0] & 0x80 == 0 {
            break;
        }
    }
    // Command and information, sixteen segments with a header of 16 bytes, the terminator.
    assert_eq!(len as usize, 20 + 16 + 16 * 16 + WHOLE + 4);
    let stream = gather(&mut driver, &pages, len as usize);
    let (mut at, mut index, mut last) = (0, 0, 0);
    while at < stream.len() {
        let header = word(&stream, at);
        let dwords = (header >> 16) as usize;
        last = header & 0xffff;
        if last == u32::from(BULK) {
            for dword in 4..dwords {
                assert_eq!(word(&stream, at + 4 * dword), pattern(SEED, index));
                index += 1;
            }
        }
        at += 4 * dwords;
    }
    assert_eq!((index as usize * 4, last), (WHOLE, 0xfffb));

    // Inline it is the same: here the end of the first segment and what follows.
    let mut request = res_dump(BULK, 0, 0, 0, 0);
    request[0] = 0x40;
    let at = 36 + 16 + (128 << 10) - 100;
    request[0x18..0x20].copy_from_slice(&(at as u64).to_be_bytes());
    let (status, data) = driver.register(user.uid, READ, 0xc000, &request);
    assert_eq!((status, data[0] >> 6, word(&data, 0x24)), (0, 3, 208));
    assert_eq!(data[0x30..], stream[at..at + 208]);
    request[0x18..0x20].copy_from_slice(&(len + 1).to_be_bytes());
    let past = driver.register(user.uid, READ, 0xc000, &request).0;
    assert_eq!(past, 3);
    driver.assert_clean();
}

#[test]
fn what_cannot_be_written_whole_is_not_written() {
    let mut driver = Driver::seeded(SEED);
    let user = driver.user_memory(&[DATA, DATA + 0x2000]);
    // The second page of the first list is read-only.
    let mut input = message(0xa08, 0, user.uid, &[]);
    input.resize(48, 0);
    input[47] = 2;
    input.extend((DATA | 3).to_be_bytes());
    input.extend(((DATA + 0x2000) | 1).to_be_bytes());
    let (status, out) = driver.command(&input, 16);
    assert_eq!(status, 0);
    let umem = word(&out, 8) as u16;
    let (status, mkey) = driver.create_mkey(user.uid, user.pd, umem, 8192);
    assert_eq!(status, 0);
    let key = (u32::from(mkey) << 8) | 0x42;
    for (size, status) in [(4104, 3), (4096, 0)] {
        let request = core_dump(2, key, size, 0, 64);
        assert_eq!(driver.register(user.uid, READ, 0x402e, &request).0, status);
        let written = driver.bus.get(DATA, 4096) != [0; 4096];
        assert_eq!(written, status == 0, "{size}");
    }
}

#[test]
fn dumps_are_as_long_as_the_device_is_told() {
    const LEN: usize = 8192;
    let mut driver = Driver::with(Config {
        dump_seed: SEED,
        dump_len: LEN as u32,
        ..Config::default()
    });
    driver.init();
    let caps = driver.ok(0x100, DEBUG_CAPS, &[], 16 + 4096);
    assert_eq!(caps[16] >> 7, 1, "core_dump_general");
    assert_eq!((word(&caps, 16) >> 23) & 0x1f, 1, "log_cr_dump_to_mem_size");

    let user = driver.user_memory(&scattered());
    let mut request = vec![0; 0x40 + 2 * LEN];
    request[3] = 3;
    let (status, data) = driver.register(user.uid, READ, 0x402e, &request);
    assert_eq!(
        (status, data[0] >> 7, word(&data, 0x14)),
        (0, 0, LEN as u32)
    );
    assert_eq!(
        word(&data, 0x40 + LEN - 4),
        pattern(SEED, LEN as u32 / 8 - 1)
    );

    let mut request = res_dump(BULK, 0, 0, 0, 0);
    request[0] = 0x40;
    let at = (36 + 16 + LEN) as u64;
    request[0x18..0x20].copy_from_slice(&at.to_be_bytes());
    let (status, data) = driver.register(user.uid, READ, 0xc000, &request);
    assert_eq!((status, data[0] >> 7, word(&data, 0x24)), (0, 0, 4));
    assert_eq!(word(&data, 0x30), 0x0001_fffb);
    driver.assert_clean();
}
