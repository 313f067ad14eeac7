// SPDX-License-Identifier: GPL-2.0

//! Has the device write its registers to memory, with register CORE_DUMP 0x402e.
//!
//! Source: PRM, "CORE_DUMP Register Layout"; the fields from the key on are not in `mlx5_ifc.h`.

use super::bits::{get32, get64, set32, set64};
use super::pieces::{Fetched, Source};
use super::Mlx5;
use crate::error::Result;
use crate::scope::Scope;
use crate::umem::Umem;

const CORE_DUMP: u16 = 0x402e;
const LEN: usize = 64;

/// `core_dump_type`.
const CR_DUMP_TO_MEM: u32 = 2;
const MORE: u32 = 1 << 31;
const MKEY: usize = 0x10;
const SIZE: usize = 0x14;
const ADDRESS: usize = 0x18;
const COOKIE: usize = 0x20;

/// Unit of the capability `log_cr_dump_to_mem_size`.
const UNIT: usize = 4096;

/// Bytes that a dump can need, of capability `log_cr_dump_to_mem_size`; `None` where the device has
/// none.
pub fn size(log: u64) -> Option<usize> {
    let log = u32::try_from(log).ok().filter(|&log| log > 0)?;
    UNIT.checked_shl(log).filter(|size| size >> log == UNIT)
}

/// Fetches all of it through `umem`, which has a key, at most `limit` bytes. `progress` is told how many
/// bytes there are after each piece.
pub fn fetch(
    mlx5: &Mlx5<'_>,
    scope: Scope,
    umem: &Umem,
    limit: usize,
    progress: &mut dyn FnMut(usize),
) -> Fetched {
    let mut register = vec![0; LEN];
    set32(&mut register, 0, CR_DUMP_TO_MEM);
    set32(&mut register, MKEY, umem.mkey());
    set32(&mut register, SIZE, room(umem));
    set64(&mut register, ADDRESS, umem.device_address());
    let source = Source {
        mlx5,
        scope,
        id: CORE_DUMP,
        name: "CORE_DUMP",
    };
    let take = |register: &mut [u8], reply: &[u8], dump: &mut Vec<u8>| {
        take(&source, register, reply, umem, dump)
    };
    source.fetch(register, limit, take, progress)
}

fn room(umem: &Umem) -> u32 {
    u32::try_from(umem.len()).unwrap_or(u32::MAX)
}

/// Takes a piece, and makes `register` ask for the next; whether there is one.
fn take(
    source: &Source<'_>,
    register: &mut [u8],
    reply: &[u8],
    umem: &Umem,
    dump: &mut Vec<u8>,
) -> Result<bool> {
    let short = || source.short(reply);
    let more = get32(reply, 0).ok_or_else(short)? & MORE != 0;
    let len = get32(reply, SIZE).ok_or_else(short)?;
    let cookie = get64(reply, COOKIE).ok_or_else(short)?;
    source.check_len(len, room(umem), more)?;
    dump.extend(umem.read(0, len as usize).ok_or_else(short)?);
    set64(register, COOKIE, cookie);
    Ok(more)
}

/// The registers of a dump: pairs of address and value. The bytes after the last pair, if there are any,
/// are in the remainder.
pub fn pairs(dump: &[u8]) -> (impl Iterator<Item = (u32, u32)> + '_, &[u8]) {
    let chunks = dump.chunks_exact(8);
    let rest = chunks.remainder();
    (
        chunks.filter_map(|pair| Some((get32(pair, 0)?, get32(pair, 4)?))),
        rest,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // Theory: the capability counts in pages, and 0 and what no memory holds are none.
    #[test]
    fn sizes_count_in_pages() {
        assert_eq!(size(0), None);
        assert_eq!(size(9), Some(2 << 20));
        assert_eq!(size(31), Some(4096 << 31));
        assert_eq!(size(60), None);
        assert_eq!(size(u64::MAX), None);
    }

    proptest! {
        // Theory: any bytes are pairs and a rest.
        #[test]
        fn any_bytes_are_pairs(dump: Vec<u8>) {
            let (list, rest) = pairs(&dump);
            prop_assert_eq!(8 * list.count() + rest.len(), dump.len());
        }
    }
}
