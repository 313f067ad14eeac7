// SPDX-License-Identifier: GPL-2.0

//! Theory: a user context reaches its own objects and nothing else, and cannot go while it owns any.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{message, Driver, DATA};
use connectx::Config;
use serde_json::json;

const BAD_PARAM: u8 = 3;
const BAD_RESOURCE: u8 = 5;
const BUSY: u8 = 6;
const BAD_STATE: u8 = 9;

#[test]
fn life_of_a_context() {
    let mut driver = Driver::ready();
    let (status, uid) = driver.create_uctx(4);
    assert_eq!(status, 0);
    let (status, out) = driver.as_uid(uid, 0x800, &[]);
    assert_eq!(status, 0);
    let pd = u16::from_be_bytes([out[10], out[11]]);
    let (status, umem) = driver.create_umem(uid, &[DATA, DATA + 4096]);
    assert_eq!(status, 0);
    let (status, mkey) = driver.create_mkey(uid, pd, umem, 8192);
    assert_eq!(status, 0);
    assert_eq!(driver.state()["user_objects"], json!(4));

    assert_eq!(driver.as_uid(uid, 0x801, &[(10, pd)]).0, BUSY);
    assert_eq!(driver.as_uid(uid, 0xa0a, &[(10, umem)]).0, BUSY);
    assert_eq!(driver.as_uid(uid, 0x202, &[(10, mkey)]).0, 0);
    assert_eq!(driver.as_uid(uid, 0xa0a, &[(10, umem)]).0, 0);
    assert_eq!(driver.as_uid(0, 0xa06, &[(10, uid)]).0, BAD_STATE);
    assert_eq!(driver.state()["violations_total"], json!(1));
    assert_eq!(driver.as_uid(uid, 0x801, &[(10, pd)]).0, 0);
    assert_eq!(driver.as_uid(0, 0xa06, &[(10, uid)]).0, 0);
    assert_eq!(driver.as_uid(0, 0xa06, &[(10, uid)]).0, BAD_RESOURCE);
    assert_eq!(driver.state()["user_objects"], json!(0));
}

#[test]
fn a_uid_must_exist_and_is_recorded() {
    let mut driver = Driver::ready();
    assert_eq!(driver.as_uid(77, 0x80d, &[]).0, BAD_PARAM);
    assert_eq!(driver.last()["uid"], json!(77));
    let (_, uid) = driver.create_uctx(0);
    assert_eq!(driver.as_uid(uid, 0x80d, &[]).0, 0);
    driver.as_uid(0, 0xa06, &[(10, uid)]);
    assert_eq!(driver.as_uid(uid, 0x80d, &[]).0, BAD_PARAM);
    assert_ne!(driver.create_uctx(0).1, uid, "freed ids come back last");
}

#[test]
fn capabilities_are_a_subset_of_the_functions() {
    let mut driver = Driver::ready();
    assert_eq!(driver.create_uctx(1).0, BAD_PARAM);
    assert_eq!(driver.create_uctx(u32::MAX).0, BAD_PARAM);
    assert_eq!(driver.create_uctx(4).0, 0);
    let mut driver = Driver::with(Config {
        uctx_cap: 1,
        ..Config::default()
    });
    driver.init();
    assert_eq!(driver.create_uctx(4).0, BAD_PARAM);
    assert_eq!(driver.create_uctx(1).0, 0);
}

#[test]
fn tools_commands_need_the_label() {
    let mut driver = Driver::ready();
    let (_, plain) = driver.create_uctx(0);
    let (_, tools) = driver.create_uctx(4);
    assert_eq!(driver.register(plain, 1, 0x9020, &[0; 160]).0, BAD_PARAM);
    assert_eq!(driver.register(tools, 1, 0x9020, &[0; 160]).0, 0);
    for opcode in [0x102, 0x302, 0x803, 0xa04, 0xa06] {
        let mut input = message(opcode, 0, tools, &[]);
        input.resize(64, 0);
        let out = driver.exec(0, &input, 16).unwrap().1;
        assert_ne!(out[0], 0, "{opcode:#x}");
    }
    // What plain contexts may read, they read by the other opcode.
    let mut input = message(0xb0c, 1, plain, &[(10, 0x9020)]);
    input.resize(176, 0);
    assert_eq!(driver.exec(0, &input, 176).unwrap().1[0], 0);
}

#[test]
fn foreign_objects_are_out_of_reach() {
    let mut driver = Driver::ready();
    let (_, mine) = driver.create_uctx(4);
    let (_, other) = driver.create_uctx(4);
    let out = driver.as_uid(mine, 0x800, &[]).1;
    let pd = u16::from_be_bytes([out[10], out[11]]);
    let umem = driver.create_umem(mine, &[DATA]).1;
    let mkey = driver.create_mkey(mine, pd, umem, 4096).1;
    for uid in [other, 0] {
        assert_eq!(driver.as_uid(uid, 0x801, &[(10, pd)]).0, BAD_RESOURCE);
        assert_eq!(driver.as_uid(uid, 0x202, &[(10, mkey)]).0, BAD_RESOURCE);
        assert_eq!(driver.as_uid(uid, 0xa0a, &[(10, umem)]).0, BAD_RESOURCE);
    }
    assert_eq!(driver.create_mkey(other, pd, umem, 4096).0, BAD_RESOURCE);
    let foreign_pd = driver.as_uid(other, 0x800, &[]).1;
    let foreign_pd = u16::from_be_bytes([foreign_pd[10], foreign_pd[11]]);
    assert_eq!(
        driver.create_mkey(other, foreign_pd, umem, 4096).0,
        BAD_RESOURCE
    );
    assert_eq!(
        driver.create_mkey(mine, foreign_pd, umem, 4096).0,
        BAD_RESOURCE
    );
}

#[test]
fn keys_stay_inside_of_their_memory() {
    let mut driver = Driver::ready();
    let (_, uid) = driver.create_uctx(4);
    let out = driver.as_uid(uid, 0x800, &[]).1;
    let pd = u16::from_be_bytes([out[10], out[11]]);
    let umem = driver.create_umem(uid, &[DATA, DATA + 0x2000]).1;
    assert_eq!(driver.create_mkey(uid, pd, umem, 8193).0, BAD_PARAM);
    assert_eq!(driver.create_mkey(uid, pd, umem, u64::MAX).0, BAD_PARAM);
    assert_eq!(driver.create_mkey(uid, pd, umem, 8192).0, 0);
    assert_eq!(driver.create_mkey(uid, pd, umem + 1, 1).0, BAD_RESOURCE);
}

#[test]
fn umem_layout_is_checked() {
    let mut driver = Driver::ready();
    let (_, uid) = driver.create_uctx(4);
    assert_eq!(driver.create_umem(0, &[DATA]).0, BAD_PARAM);
    assert_eq!(driver.create_umem(uid, &[]).0, BAD_PARAM);
    assert_eq!(driver.create_umem(uid, &[DATA + 8]).0, BAD_PARAM);
    let mut input = message(0xa08, 0, uid, &[]);
    input.resize(48, 0);
    input[40..48].copy_from_slice(&u64::MAX.to_be_bytes());
    assert_eq!(driver.exec(0, &input, 16).unwrap().1[0], BAD_PARAM);
    input[40..48].copy_from_slice(&2_u64.to_be_bytes());
    assert_eq!(driver.exec(0, &input, 16).unwrap().1[0], 0x50);
    assert_eq!(driver.objects("umem"), 0);
}
