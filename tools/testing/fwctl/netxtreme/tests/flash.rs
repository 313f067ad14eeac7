// SPDX-License-Identifier: GPL-2.0

//! The flash, its variables, and what can be dumped.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{get, Driver, DATA};
use firmware_model::pattern;

const NVM_GET_VARIABLE: u16 = 0xfff1;
const NVM_SET_VARIABLE: u16 = 0xfff2;
const NVM_MODIFY: u16 = 0xfff4;
const NVM_ERASE_DIR_ENTRY: u16 = 0xfff7;
const NVM_FIND_DIR_ENTRY: u16 = 0xfff9;
const NVM_GET_DIR_ENTRIES: u16 = 0xfffa;
const NVM_GET_DIR_INFO: u16 = 0xfffb;
const NVM_READ: u16 = 0xfffd;
const NVM_WRITE: u16 = 0xfffe;

fn find(driver: &mut Driver, kind: u64) -> (u64, u64) {
    let found = driver.ok(NVM_FIND_DIR_ENTRY, &[(22, 2, kind)]);
    (get(&found, 22, 2), get(&found, 12, 4))
}

#[test]
fn the_directory_is_what_find_finds() {
    let mut driver = Driver::new();
    let info = driver.ok(NVM_GET_DIR_INFO, &[]);
    let (entries, size) = (get(&info, 8, 4) as usize, get(&info, 12, 4) as usize);
    assert_eq!(size, 24);
    driver.ok(NVM_GET_DIR_ENTRIES, &[(16, 8, DATA)]);
    let directory = driver.bus.get(DATA, entries * size);
    assert_eq!(driver.bus.get(DATA + (entries * size) as u64, 24), [0; 24]);
    for (index, entry) in directory.chunks(size).enumerate() {
        let (found, len) = find(&mut driver, get(entry, 0, 2));
        assert_eq!((found as usize, len), (index, get(entry, 16, 4)));
    }
    let (log, len) = find(&mut driver, 1);
    driver.ok(NVM_READ, &[(16, 8, DATA), (24, 2, log), (32, 4, len)]);
    let text = driver.bus.get(DATA, len as usize);
    assert!(text.starts_with(b"1\tpackage\t230.0.157.0\t"));
    // What the board says of itself is in the flash and in configuration space.
    let (board, len) = find(&mut driver, 5);
    driver.ok(NVM_READ, &[(16, 8, DATA), (24, 2, board), (32, 4, len)]);
    let board = driver.bus.get(DATA, len as usize);
    assert_eq!(driver.endpoint.spec().vpd.as_ref().unwrap().image, board);
    assert_eq!(
        driver
            .refused(NVM_READ, &[(16, 8, DATA), (24, 2, log), (32, 4, len + 1)])
            .0,
        2
    );
    assert_eq!(
        driver.refused(NVM_READ, &[(16, 8, DATA), (24, 2, 99)]).0,
        0x13
    );
}

#[test]
fn items_are_written_modified_and_erased() {
    let mut driver = Driver::new();
    driver.bus.put(DATA, b"first words");
    let made = driver.ok(NVM_WRITE, &[(16, 8, DATA), (24, 2, 60), (32, 4, 11)]);
    let index = get(&made, 12, 2);
    assert_eq!(find(&mut driver, 60), (index, 11));
    driver.bus.put(DATA, b"FIRST");
    driver.ok(NVM_MODIFY, &[(16, 8, DATA), (24, 2, index), (32, 4, 5)]);
    driver.bus.put(DATA, b" again");
    // A batch: what counts is its own length.
    driver.ok(
        NVM_WRITE,
        &[
            (16, 8, DATA),
            (24, 2, 60),
            (32, 4, 11),
            (38, 2, 2),
            (44, 4, 5),
            (48, 4, 6),
        ],
    );
    driver.ok(NVM_READ, &[(16, 8, DATA), (24, 2, index), (32, 4, 11)]);
    assert_eq!(driver.bus.get(DATA, 11), b"FIRST again");
    let too_large = driver.refused(
        NVM_WRITE,
        &[(16, 8, DATA), (24, 2, 61), (32, 4, 8), (40, 4, 2 << 20)],
    );
    assert_eq!(too_large, (4, 2));
    driver.ok(NVM_ERASE_DIR_ENTRY, &[(16, 2, index)]);
    assert_eq!(driver.refused(NVM_FIND_DIR_ENTRY, &[(22, 2, 60)]).0, 0x13);
    assert_eq!(driver.state()["nvm"]["writes"], 4);
}

#[test]
fn variables_have_bits() {
    let mut driver = Driver::new();
    let ask = [(16, 8, DATA), (24, 2, 16), (26, 2, 108)];
    driver.bus.put(DATA, &[0xee; 8]);
    let answer = driver.ok(NVM_GET_VARIABLE, &ask);
    assert_eq!((get(&answer, 8, 2), get(&answer, 10, 2)), (10, 108));
    // Ten bits are two bytes, however much room there is.
    assert_eq!(driver.bus.get(DATA, 4), [128, 0, 0xee, 0xee]);
    driver.bus.put(DATA, &[0xff, 0xff]);
    driver.ok(NVM_SET_VARIABLE, &ask);
    driver.ok(NVM_GET_VARIABLE, &ask);
    assert_eq!(driver.bus.get(DATA, 2), [0xff, 3]);
    assert_eq!(
        driver.refused(NVM_GET_VARIABLE, &[(16, 8, DATA), (24, 2, 9), (26, 2, 108)]),
        (1, 3)
    );
    assert_eq!(
        driver.refused(NVM_GET_VARIABLE, &[(16, 8, DATA), (24, 2, 9), (26, 2, 1)]),
        (1, 1)
    );
    driver.ok(0xffee, &[]);
    driver.ok(NVM_GET_VARIABLE, &ask);
    assert_eq!(driver.bus.get(DATA, 2), [128, 0]);
}

#[test]
fn a_core_dump_comes_in_pieces() {
    let mut driver = Driver::new();
    let list = driver.ok(0xff17, &[(16, 8, DATA), (24, 4, 2048)]);
    assert_eq!((list[8], get(&list, 10, 2), get(&list, 12, 2)), (0, 3, 48));
    let records = driver.bus.get(DATA, 48);
    let third = &records[32..];
    let (component, segment, len) = (get(third, 0, 2), get(third, 2, 2), get(third, 12, 4));
    let which = |seq| {
        [
            (16, 8, DATA),
            (24, 4, 4096),
            (32, 2, component),
            (34, 2, segment),
            (48, 4, seq),
        ]
    };
    assert_eq!(driver.refused(0xff19, &which(0)).0, 2);
    driver.ok(0xff18, &[(16, 2, component), (18, 2, segment)]);
    let mut whole = Vec::new();
    for seq in 0.. {
        let piece = driver.ok(0xff19, &which(seq));
        whole.extend(driver.bus.get(DATA, get(&piece, 10, 2) as usize));
        if piece[8] == 0 {
            break;
        }
    }
    assert_eq!(whole, pattern::bytes(2 << 28, 0..len as usize));
}

#[test]
fn registers_and_counters_come_of_the_pattern() {
    let mut driver = Driver::new();
    driver.ok(0xff10, &[(16, 8, DATA), (24, 4, 0xb100_0010), (28, 4, 4)]);
    assert_eq!(driver.bus.get(DATA, 16), pattern::bytes(0, 16..32));
    assert_eq!(
        driver
            .refused(0xff10, &[(16, 8, DATA), (24, 4, 0), (28, 4, 4)])
            .0,
        2
    );
    // No more than there is room for.
    driver.bus.put(DATA, &[0xee; 64]);
    let answer = driver.ok(0x204, &[(16, 2, 24), (24, 8, DATA)]);
    assert_eq!(get(&answer, 8, 2), 24);
    assert_eq!(driver.bus.get(DATA + 24, 8), [0xee; 8]);
    driver.ok(0x23, &[(24, 8, DATA), (32, 8, DATA + 4096)]);
    // Four responses, and data for three of them.
    assert_eq!(driver.state()["dma"]["writes"], 8);
}
