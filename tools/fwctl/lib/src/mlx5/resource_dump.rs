// SPDX-License-Identifier: GPL-2.0

//! Fetches a resource dump, piece by piece, with register RES_DUMP 0xc000.
//!
//! A piece comes inline, 208 bytes of it, or in memory that the descriptor registered, as much as there
//! is. Source: PRM, "Resource Dump"; `mlx5_ifc_resource_dump_bits` of `mlx5_ifc.h`.

use super::bits::{get16, get32, get64, set16, set32, set64};
use super::pieces::{Fetched, Source};
use super::Mlx5;
use crate::error::Result;
use crate::scope::Scope;
use crate::umem::Umem;

const RES_DUMP: u16 = 0xc000;
const LEN: usize = 256;

const MORE: u32 = 1 << 31;
const INLINE: u32 = 1 << 30;
const SEQUENCE: u32 = 0xf << 16;

const VHCA_ID: usize = 0x06;
const INDEX1: usize = 0x08;
const INDEX2: usize = 0x0c;
const NUM_OF_OBJ1: usize = 0x10;
const NUM_OF_OBJ2: usize = 0x12;
const OPAQUE: usize = 0x18;
const MKEY: usize = 0x20;
const SIZE: usize = 0x24;
const ADDRESS: usize = 0x28;
const DATA: usize = 0x30;

/// Bytes of a piece that comes inline.
pub const INLINE_LEN: usize = LEN - DATA;

/// Which objects to dump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Type of the segment, from the menu.
    pub segment: u16,
    /// First index.
    pub index1: u32,
    /// Second index.
    pub index2: u32,
    /// How many from the first index on.
    pub num_of_obj1: u16,
    /// How many from the second index on.
    pub num_of_obj2: u16,
    /// Another function, 0 for this one.
    pub vhca_id: u16,
}

/// How pieces come.
#[derive(Debug)]
pub enum Via<'a> {
    /// In the reply.
    Inline,
    /// In this memory, which has a key.
    Memory(&'a Umem),
}

/// Fetches all pieces, at most `limit` bytes. `progress` is told how many bytes there are after each.
pub fn fetch(
    mlx5: &Mlx5<'_>,
    scope: Scope,
    request: &Request,
    via: &Via<'_>,
    limit: usize,
    progress: &mut dyn FnMut(usize),
) -> Fetched {
    let source = Source {
        mlx5,
        scope,
        id: RES_DUMP,
        name: "RES_DUMP",
    };
    let take = |register: &mut [u8], reply: &[u8], stream: &mut Vec<u8>| {
        take(&source, register, reply, via, stream)
    };
    source.fetch(first(request, via), limit, take, progress)
}

fn first(request: &Request, via: &Via<'_>) -> Vec<u8> {
    let mut register = vec![0; LEN];
    set16(&mut register, 2, request.segment);
    set16(&mut register, VHCA_ID, request.vhca_id);
    set32(&mut register, INDEX1, request.index1);
    set32(&mut register, INDEX2, request.index2);
    set16(&mut register, NUM_OF_OBJ1, request.num_of_obj1);
    set16(&mut register, NUM_OF_OBJ2, request.num_of_obj2);
    match via {
        Via::Inline => set32(&mut register, 0, INLINE | u32::from(request.segment)),
        Via::Memory(umem) => {
            set32(&mut register, MKEY, umem.mkey());
            set32(&mut register, SIZE, room(via));
            set64(&mut register, ADDRESS, umem.device_address());
        }
    }
    register
}

fn room(via: &Via<'_>) -> u32 {
    match via {
        Via::Inline => INLINE_LEN as u32,
        Via::Memory(umem) => u32::try_from(umem.len()).unwrap_or(u32::MAX),
    }
}

/// Takes a piece out of `reply` and makes `register` ask for the next; whether there is one.
fn take(
    source: &Source<'_>,
    register: &mut [u8],
    reply: &[u8],
    via: &Via<'_>,
    stream: &mut Vec<u8>,
) -> Result<bool> {
    let short = || source.short(reply);
    let asked = get32(register, 0).unwrap_or_default();
    let answered = get32(reply, 0).ok_or_else(short)?;
    let len = get32(reply, SIZE).ok_or_else(short)?;
    let is_last = answered & MORE == 0;
    let number = |word: u32| (word & SEQUENCE) >> 16;
    // It is 0 where there is only one piece, and after 15.
    if number(answered) != 0 && number(answered) != (number(asked) + 1) & 0xf {
        let (is, was) = (number(answered), number(asked));
        return Err(source.wrong(format!("piece {is} follows piece {was}")));
    }
    source.check_len(len, room(via), !is_last)?;
    let piece = match via {
        Via::Inline => reply.get(DATA..DATA + len as usize).map(<[u8]>::to_vec),
        Via::Memory(umem) => umem.read(0, len as usize),
    };
    stream.extend(piece.ok_or_else(short)?);

    // The size stays, as it says how much room there is.
    set32(
        register,
        0,
        asked & !(SEQUENCE | MORE) | answered & (SEQUENCE | MORE),
    );
    set32(register, INDEX1, get32(reply, INDEX1).ok_or_else(short)?);
    set32(register, INDEX2, get32(reply, INDEX2).ok_or_else(short)?);
    set16(
        register,
        NUM_OF_OBJ1,
        get16(reply, NUM_OF_OBJ1).ok_or_else(short)?,
    );
    set16(
        register,
        NUM_OF_OBJ2,
        get16(reply, NUM_OF_OBJ2).ok_or_else(short)?,
    );
    set64(register, OPAQUE, get64(reply, OPAQUE).ok_or_else(short)?);
    Ok(!is_last)
}
