// SPDX-License-Identifier: GPL-2.0

//! RES_DUMP 0xc000, 256 B: streams of segments, inline or through a memory key; `resource_dump` of `mlx5_ifc.h`.
//!
//! A stream is a command segment, an information segment, the menu or a resource's segment (a reserved dword, index1
//! and index2 before its payload) and a terminator. The caller fetches it in pieces: each answer carries the sequence number plus one and, opaque to the caller, where to go on.

use crate::be;
use crate::caps::GENERAL_LEN;
use crate::hca;
use crate::mkey;
use crate::registers::stream::Stream;
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const MENU: u16 = 0xffff;
const INFORMATION: u16 = 0xfffe;
const TERMINATOR: u16 = 0xfffb;
const COMMAND: u16 = 0xfffa;
/// Capabilities in force.
const CAPABILITIES: u16 = 0x1000;
/// As many dwords as index1 says, each its own number.
const PATTERN: u16 = 0x1001;
/// A whole dump ([`crate::Config::dump_len`]) of the seed's pattern, in as many segments as it takes.
const BULK: u16 = 0x1002;
/// Most bytes of the pattern in each: a segment's length is 16 bits of dwords.
const BULK_PART: usize = 128 << 10;

/// Before the indices of a resource.
const RESERVED: [u8; 4] = [0; 4];
const RECORD: usize = 52;
const RECORDS: &[(u16, &str, bool)] = &[
    (CAPABILITIES, "HCA_CAPS", false),
    (PATTERN, "PATTERN", true),
    (BULK, "BULK", false),
    (MENU, "MENU", false),
];
const HAS_INDEX1: u16 = 1;
const NEEDS_INDEX1: u16 = 2;
const MAX_PATTERN: u32 = 0xfff0;

const MORE: u32 = 1 << 31;
const INLINE: u32 = 1 << 30;
const SEGMENT_TYPE: usize = 2;
const VHCA_ID: usize = 6;
const INDEX1: usize = 8;
const DEVICE_OPAQUE: usize = 0x18;
const MKEY: usize = 0x20;
const SIZE: usize = 0x24;
const ADDRESS: usize = 0x28;
const INLINE_AT: usize = 0x30;
const INLINE_LEN: usize = 208;

/// Reads the next piece of a stream.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let first = be::get32(access.sent, 0);
    hca::own_vhca(hw, be::get16(access.sent, VHCA_ID))?;
    let stream = compose(hw, access.sent)?;
    let sequence = (first >> 16) & 0xf;
    let room = if first & INLINE != 0 {
        INLINE_LEN
    } else {
        be::get32(access.sent, SIZE) as usize & !3
    };
    // The sequence number wraps in a long stream, so only the opaque field tells where it stands.
    let offset = be::get64(access.sent, DEVICE_OPAQUE);
    let piece = usize::try_from(offset)
        .ok()
        .and_then(|at| stream.read(at, room))
        .ok_or(Status::BadParam.because(Reason::RegisterValue))?;
    let end = offset + piece.len() as u64;
    if first & INLINE != 0 {
        if let Some(space) = access.data.get_mut(INLINE_AT..INLINE_AT + INLINE_LEN) {
            space.fill(0);
        }
        be::put(access.data, INLINE_AT, &piece);
    } else {
        let key = be::get32(access.sent, MKEY);
        let addr = be::get64(access.sent, ADDRESS);
        mkey::write(hw, access.bus, access.uid, key, addr, &piece)?;
    }
    let more = if end < stream.len() as u64 { MORE } else { 0 };
    let kept = first & !(MORE | (0xf << 16));
    be::put32(access.data, 0, kept | more | (((sequence + 1) & 0xf) << 16));
    be::put64(access.data, DEVICE_OPAQUE, end);
    be::put32(access.data, SIZE, piece.len() as u32);
    Ok(())
}

fn compose(hw: &ConnectX, sent: &[u8]) -> Result<Stream, Refusal> {
    let kind = be::get16(sent, SEGMENT_TYPE);
    let index1 = be::get32(sent, INDEX1);
    let indices = sent.get(INDEX1..INDEX1 + 8).unwrap_or(&[0; 8]);
    let objects = sent.get(16..20).unwrap_or(&[0; 4]);
    let (major, minor, sub) = hw.config.fw_version;
    let version = (u32::from(major) << 24) | (u32::from(minor & 0xff) << 16) | u32::from(sub);
    let hardware = u32::from(hw.config.hw_id).to_be_bytes();
    let called = [&kind.to_be_bytes(), &[0, 0], indices, objects];
    let firmware = [&[0, 0, 0, 1], &hardware, &version.to_be_bytes()[..]];

    let mut stream = Stream::new(hw.config.dump_seed);
    stream.segment(COMMAND, &called);
    stream.segment(INFORMATION, &firmware);
    let mut resource = |payload: &[u8]| stream.segment(kind, &[&RESERVED, indices, payload]);
    match kind {
        MENU => stream.segment(kind, &[&menu()]),
        CAPABILITIES => resource(hw.hca.current.get(..GENERAL_LEN).unwrap_or(&[])),
        PATTERN if index1 <= MAX_PATTERN => {
            let dwords: Vec<u8> = (0..index1).flat_map(u32::to_be_bytes).collect();
            resource(&dwords);
        }
        BULK => {
            let len = hw.config.dump_len as usize;
            for first in (0..len).step_by(BULK_PART) {
                let part = first..len.min(first + BULK_PART);
                stream.patterned(kind, &[&RESERVED, indices], part);
            }
        }
        _ => return Err(Status::BadParam.because(Reason::RegisterIndex)),
    }
    stream.segment(TERMINATOR, &[]);
    Ok(stream)
}

/// The number of records, and the records.
fn menu() -> Vec<u8> {
    let mut menu = (RECORDS.len() as u32).to_be_bytes().to_vec();
    for &(kind, name, indexed) in RECORDS {
        let mut record = [0; RECORD];
        be::put16(&mut record, 2, kind);
        be::put_text(&mut record, 4, 16, name);
        if indexed {
            be::put16(&mut record, 0, HAS_INDEX1 | NEEDS_INDEX1);
            be::put_text(&mut record, 20, 16, "DWORDS");
        }
        menu.extend(record);
    }
    menu
}
