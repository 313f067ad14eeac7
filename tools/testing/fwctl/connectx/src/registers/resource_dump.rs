// SPDX-License-Identifier: GPL-2.0

//! RES_DUMP 0xc000, 256 B: streams of segments, inline or through a memory key; `resource_dump` of `mlx5_ifc.h`.
//!
//! A stream is a command segment, an information segment, the menu or a resource's segment (a reserved dword, index1
//! and index2 before its payload) and a terminator. The caller fetches it in pieces: each answer carries the sequence number plus one and, opaque to the caller, where to go on.

use crate::be;
use crate::hca;
use crate::mkey;
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

const RECORD: usize = 52;
const RECORDS: &[(u16, &str, bool)] = &[
    (CAPABILITIES, "HCA_CAPS", false),
    (PATTERN, "PATTERN", true),
    (MENU, "MENU", false),
];
const HAS_INDEX1: u16 = 1;
const NEEDS_INDEX1: u16 = 2;
const MAX_PATTERN: u32 = 0xfff0;

const MORE: u32 = 1 << 31;
const INLINE: u32 = 1 << 30;
const INLINE_AT: usize = 0x30;
const INLINE_LEN: usize = 208;

/// Reads the next piece of a stream.
pub(crate) fn read(hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    let first = be::get32(access.sent, 0);
    hca::own_vhca(hw, be::get16(access.sent, 6))?;
    let stream = stream(hw, access.sent)?;
    let sequence = (first >> 16) & 0xf;
    // The sequence number wraps in a long stream, so only the opaque field tells where it stands.
    let offset = be::get64(access.sent, 0x18);
    let rest = usize::try_from(offset)
        .ok()
        .and_then(|at| stream.get(at..))
        .ok_or(Status::BadParam.because(Reason::RegisterValue))?;
    let room = if first & INLINE != 0 {
        INLINE_LEN
    } else {
        be::get32(access.sent, 0x24) as usize & !3
    };
    let piece = rest.get(..room).unwrap_or(rest);
    if first & INLINE != 0 {
        if let Some(space) = access.data.get_mut(INLINE_AT..INLINE_AT + INLINE_LEN) {
            space.fill(0);
        }
        be::put(access.data, INLINE_AT, piece);
    } else {
        let key = be::get32(access.sent, 0x20);
        let addr = be::get64(access.sent, 0x28);
        mkey::write(hw, access.bus, access.uid, key, addr, piece)?;
    }
    let more = if piece.len() < rest.len() { MORE } else { 0 };
    let kept = first & !(MORE | (0xf << 16));
    be::put32(access.data, 0, kept | more | (((sequence + 1) & 0xf) << 16));
    be::put64(access.data, 0x18, offset + piece.len() as u64);
    be::put32(access.data, 0x24, piece.len() as u32);
    Ok(())
}

fn stream(hw: &ConnectX, sent: &[u8]) -> Result<Vec<u8>, Refusal> {
    let kind = be::get16(sent, 2);
    let index1 = be::get32(sent, 8);
    let mut payload = Vec::new();
    match kind {
        MENU => {
            payload.extend((RECORDS.len() as u32).to_be_bytes());
            for &(kind, name, indexed) in RECORDS {
                let mut record = [0; RECORD];
                let flags = if indexed {
                    HAS_INDEX1 | NEEDS_INDEX1
                } else {
                    0
                };
                be::put16(&mut record, 0, flags);
                be::put16(&mut record, 2, kind);
                be::put_text(&mut record, 4, 16, name);
                if indexed {
                    be::put_text(&mut record, 20, 16, "DWORDS");
                }
                payload.extend(record);
            }
        }
        CAPABILITIES => payload.extend(hw.hca.current.iter().take(crate::caps::GENERAL_LEN)),
        PATTERN if index1 <= MAX_PATTERN => {
            payload.extend((0..index1).flat_map(u32::to_be_bytes));
        }
        _ => return Err(Status::BadParam.because(Reason::RegisterIndex)),
    }

    let (major, minor, sub) = hw.config.fw_version;
    let version = (u32::from(major) << 24) | (u32::from(minor & 0xff) << 16) | u32::from(sub);
    let mut stream = Vec::new();
    let called = sent.get(8..16).unwrap_or(&[0; 8]);
    let objects = sent.get(16..20).unwrap_or(&[0; 4]);
    segment(
        &mut stream,
        COMMAND,
        &[&kind.to_be_bytes(), &[0, 0], called, objects],
    );
    let hardware = u32::from(hw.config.hw_id).to_be_bytes();
    segment(
        &mut stream,
        INFORMATION,
        &[&[0, 0, 0, 1], &hardware, &version.to_be_bytes()],
    );
    match kind {
        MENU => segment(&mut stream, kind, &[&payload]),
        _ => segment(&mut stream, kind, &[&[0; 4], called, &payload]),
    }
    segment(&mut stream, TERMINATOR, &[]);
    Ok(stream)
}

/// Header `length in dwords << 16 | type`, then the parts.
fn segment(stream: &mut Vec<u8>, kind: u16, parts: &[&[u8]]) {
    let body: usize = parts.iter().map(|part| part.len()).sum();
    let dwords = 1 + body.div_ceil(4);
    stream.extend((dwords as u16).to_be_bytes());
    stream.extend(kind.to_be_bytes());
    for part in parts {
        stream.extend_from_slice(part);
    }
}
