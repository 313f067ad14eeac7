// SPDX-License-Identifier: GPL-2.0

//! What dumps and counters are made of: bytes that a test can compute from the function's seed.
//!
//! Dword `i` of the pattern is `i * 0x01010101 ^ seed`, 32 bits wide, big endian. The first 4 Mi of them all differ.

use std::ops::Range;

/// Dword `index` of the pattern of `seed`.
pub fn dword(seed: u32, index: u32) -> u32 {
    index.wrapping_mul(0x0101_0101) ^ seed
}

/// The bytes of `range` in the pattern of `seed`.
pub fn bytes(seed: u32, range: Range<usize>) -> Vec<u8> {
    let (first, end) = (range.start / 4, range.end.div_ceil(4));
    (first as u32..end as u32)
        .flat_map(|index| dword(seed, index).to_be_bytes())
        .skip(range.start % 4)
        .take(range.len())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a dump of 16 MiB.
    const DWORDS: u32 = 4 << 20;

    #[test]
    fn dwords_follow_the_documented_function() {
        assert_eq!(dword(0, 0), 0);
        assert_eq!(dword(0, 0x1ff), 0x0101_00ff);
        assert_eq!(dword(0x5eed, 2), 0x0202_0202 ^ 0x5eed);
        let mut seen: Vec<u32> = (0..DWORDS).map(|i| dword(0x5eed, i)).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len() as u32, DWORDS);
    }

    #[test]
    fn parts_join_to_the_whole() {
        let whole = bytes(1, 0..64);
        assert_eq!(whole[4..8], dword(1, 1).to_be_bytes());
        for start in 0..=64 {
            for end in start..=64 {
                assert_eq!(bytes(1, start..end), whole[start..end]);
            }
        }
    }
}
