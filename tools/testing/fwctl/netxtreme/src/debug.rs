// SPDX-License-Identifier: GPL-2.0

//! What can be read for debugging: the chip's registers, and core dumps.

use firmware_model::pattern;

use crate::call::Call;
use crate::le;
use crate::status::{Code, Refusal};
use crate::NetXtreme;

/// Where the chip's registers begin, and how many words there are.
const REGISTERS: u32 = 0xb100_0000;
const WORDS: u32 = 0x4_0000;

/// Segments of a core dump: component, segment, bytes.
const SEGMENTS: [(u16, u16, u32); 3] = [(1, 0, 16 << 10), (2, 1, 64 << 10), (3, 2, 100_000)];
/// Bytes of a segment's record in the list.
const RECORD: usize = 16;
/// There is more.
const MORE: u8 = 1;

/// State of a dump.
#[derive(Debug, Default)]
pub(crate) struct Debug {
    /// The segment that was asked for last.
    initiated: Option<(u16, u16)>,
}

/// DBG_READ_DIRECT: @28 words from the register @24 on, to @16.
pub(crate) fn read_direct(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let input = call.input;
    let first = le::get32(input, 24).wrapping_sub(REGISTERS) / 4;
    let words = le::get32(input, 28);
    if first >= WORDS || words > WORDS - first {
        return Err(Code::InvalidParams.into());
    }
    let range = 4 * first as usize..4 * (first + words) as usize;
    let bytes = pattern::bytes(hw.config.dump_seed, range);
    call.store(le::get64(input, 16), bytes);
    Ok(())
}

/// DBG_READ_INDIRECT: @36 entries of 4 bytes, of the kind @28, from @32 on, to the @24 bytes at @16. Kind 0x14 reads the host,
/// from the address in the first words of @40.
pub(crate) fn read_indirect(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const HOST: u8 = 0x14;
    let input = call.input;
    let room = le::get32(input, 24) as usize;
    let len = (le::get32(input, 36) as usize).saturating_mul(4);
    if len > room || len > 1 << 20 {
        return Err(Code::InvalidParams.into());
    }
    let bytes = match le::get8(input, 28) {
        HOST => call.fetch(le::get64(input, 40), len)?,
        kind => {
            let from = 4 * le::get32(input, 32) as usize % (1 << 20);
            let seed = hw.config.dump_seed ^ (u32::from(kind) << 24);
            pattern::bytes(seed, from..from + len)
        }
    };
    call.store(le::get64(input, 16), bytes);
    Ok(())
}

/// DBG_RING_INFO_GET: of a ring without entries.
pub(crate) fn ring_info(_: &mut NetXtreme, _: &mut Call<'_>) -> Result<(), Refusal> {
    Ok(())
}

/// DBG_COREDUMP_LIST: the segments, to the @24 bytes at @16.
pub(crate) fn coredump_list(_: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let room = le::get32(call.input, 24) as usize / RECORD;
    let first = usize::from(le::get16(call.input, 28)) * room;
    let mut list = Vec::new();
    for (component, segment, len) in SEGMENTS.into_iter().skip(first).take(room) {
        let mut record = [0; RECORD];
        le::put16(&mut record, 0, component);
        le::put16(&mut record, 2, segment);
        le::put16(&mut record, 4, 1);
        le::put32(&mut record, 12, len);
        list.extend(record);
    }
    let more = room != 0 && first + room < SEGMENTS.len();
    le::put8(&mut call.out, 8, if more { MORE } else { 0 });
    le::put16(&mut call.out, 10, SEGMENTS.len() as u16);
    le::put16(&mut call.out, 12, list.len() as u16);
    call.store(le::get64(call.input, 16), list);
    Ok(())
}

fn segment(component: u16, segment: u16) -> Result<u32, Refusal> {
    let found = SEGMENTS
        .into_iter()
        .find(|(of, number, _)| (*of, *number) == (component, segment));
    found.map(|(.., len)| len).ok_or(Code::InvalidParams.into())
}

/// DBG_COREDUMP_INITIATE: component @16, segment @18.
pub(crate) fn coredump_initiate(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let wanted = (le::get16(call.input, 16), le::get16(call.input, 18));
    segment(wanted.0, wanted.1)?;
    hw.debug.initiated = Some(wanted);
    Ok(())
}

/// DBG_COREDUMP_RETRIEVE: piece @48 of the segment that was initiated, component @32, segment @34, to the @24 bytes at @16.
pub(crate) fn coredump_retrieve(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let input = call.input;
    let wanted = (le::get16(input, 32), le::get16(input, 34));
    let total = segment(wanted.0, wanted.1)? as usize;
    let room = (le::get32(input, 24) as usize).min(32 << 10);
    if hw.debug.initiated != Some(wanted) || room == 0 {
        return Err(Code::InvalidParams.into());
    }
    let start = (le::get32(input, 48) as usize)
        .saturating_mul(room)
        .min(total);
    let end = total.min(start + room);
    let seed = hw.config.dump_seed ^ (u32::from(wanted.1) << 28);
    call.store(le::get64(input, 16), pattern::bytes(seed, start..end));
    le::put8(&mut call.out, 8, if end < total { MORE } else { 0 });
    le::put16(&mut call.out, 10, (end - start) as u16);
    Ok(())
}
