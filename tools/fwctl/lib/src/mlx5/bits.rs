// SPDX-License-Identifier: GPL-2.0

//! Fields of big-endian mailboxes. What is beyond the end is not there.

/// `width` bits, at most 64, from bit `bit` on; bit 0 is the highest of the first byte, as in
/// `mlx5_ifc.h`.
pub fn get(bytes: &[u8], bit: u32, width: u32) -> Option<u64> {
    let (first, end) = range(bytes, bit, width)?;
    let mut value: u128 = 0;
    for byte in bytes.get(first..end)? {
        value = (value << 8) | u128::from(*byte);
    }
    let below = below(bit, width);
    Some((value >> below) as u64 & mask(width))
}

/// Writes what [`get`] reads; `None`, with nothing written, beyond the end or for a value that does not
/// fit.
pub fn set(bytes: &mut [u8], bit: u32, width: u32, value: u64) -> Option<()> {
    let (first, end) = range(bytes, bit, width)?;
    if value & !mask(width) != 0 {
        return None;
    }
    let below = below(bit, width);
    let mut value = u128::from(value) << below;
    let mut cleared = u128::from(mask(width)) << below;
    for byte in bytes.get_mut(first..end)?.iter_mut().rev() {
        *byte = *byte & !(cleared as u8) | value as u8;
        value >>= 8;
        cleared >>= 8;
    }
    Some(())
}

fn range(bytes: &[u8], bit: u32, width: u32) -> Option<(usize, usize)> {
    let last = bit.checked_add(width)?.checked_add(7)?;
    let (first, end) = (bit / 8, last / 8);
    let fits = (1..=64).contains(&width) && end as usize <= bytes.len();
    fits.then_some((first as usize, end as usize))
}

/// Bits of the last byte below the field.
fn below(bit: u32, width: u32) -> u32 {
    (8 - (bit + width) % 8) % 8
}

fn mask(width: u32) -> u64 {
    u64::MAX >> (64 - width)
}

/// A 16-bit field at byte `at`.
pub fn get16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|b| u16::from_be_bytes(*b))
}

/// A 32-bit field at byte `at`.
pub fn get32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|b| u32::from_be_bytes(*b))
}

/// A 64-bit field at byte `at`.
pub fn get64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|b| u64::from_be_bytes(*b))
}

/// Writes a 16-bit field at byte `at`, if it is there.
pub fn set16(bytes: &mut [u8], at: usize, value: u16) {
    put(bytes, at, &value.to_be_bytes());
}

/// Writes a 32-bit field at byte `at`, if it is there.
pub fn set32(bytes: &mut [u8], at: usize, value: u32) {
    put(bytes, at, &value.to_be_bytes());
}

/// Writes a 64-bit field at byte `at`, if it is there.
pub fn set64(bytes: &mut [u8], at: usize, value: u64) {
    put(bytes, at, &value.to_be_bytes());
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    let end = at.saturating_add(value.len());
    if let Some(space) = bytes.get_mut(at..end) {
        space.copy_from_slice(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // Theory: a field that was set reads back, and no bit beside it changed.
        #[test]
        fn fields_read_back(
            bytes in prop::collection::vec(any::<u8>(), 0..32),
            bit in 0u32..300,
            width in 0u32..70,
            value: u64,
        ) {
            let mut changed = bytes.clone();
            let there = (1..=64).contains(&width) && (bit + width) as usize <= 8 * bytes.len();
            prop_assert_eq!(get(&bytes, bit, width).is_some(), there);
            if !there {
                prop_assert_eq!(set(&mut changed, bit, width, 0), None);
                prop_assert_eq!(changed, bytes);
                return Ok(());
            }
            let value = value & mask(width);
            prop_assert_eq!(set(&mut changed, bit, width, value), Some(()));
            prop_assert_eq!(get(&changed, bit, width), Some(value));
            let old = get(&bytes, bit, width).unwrap();
            prop_assert_eq!(set(&mut changed, bit, width, old), Some(()));
            prop_assert_eq!(changed, bytes);
        }

        // Theory: whole fields and bits are the same view.
        #[test]
        fn whole_fields_are_bits(bytes in prop::collection::vec(any::<u8>(), 0..20), at in 0usize..24) {
            let bit = 8 * at as u32;
            prop_assert_eq!(get16(&bytes, at).map(u64::from), get(&bytes, bit, 16));
            prop_assert_eq!(get32(&bytes, at).map(u64::from), get(&bytes, bit, 32));
            prop_assert_eq!(get64(&bytes, at), get(&bytes, bit, 64));
        }
    }

    // Theory: a value that does not fit writes nothing.
    #[test]
    fn too_large_values_are_refused() {
        let mut bytes = [0x55; 2];
        assert_eq!(set(&mut bytes, 4, 3, 8), None);
        assert_eq!(bytes, [0x55; 2]);
    }
}
