// SPDX-License-Identifier: GPL-2.0

//! Big-endian fields of command and register layouts.
//!
//! Offsets are bytes from the start of the layout. The dispatch tables guarantee lengths before a
//! handler runs; past the end, reads give zero and writes do nothing.

/// 16-bit field.
pub(crate) fn get16(from: &[u8], at: usize) -> u16 {
    match from.get(at..at + 2) {
        Some(&[a, b]) => u16::from_be_bytes([a, b]),
        _ => 0,
    }
}

/// 24-bit field in the low bytes of the dword that begins at `at - 1`.
pub(crate) fn get24(from: &[u8], at: usize) -> u32 {
    match from.get(at..at + 3) {
        Some(&[a, b, c]) => u32::from_be_bytes([0, a, b, c]),
        _ => 0,
    }
}

/// 32-bit field.
pub(crate) fn get32(from: &[u8], at: usize) -> u32 {
    match from.get(at..at + 4) {
        Some(&[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]),
        _ => 0,
    }
}

/// 64-bit field.
pub(crate) fn get64(from: &[u8], at: usize) -> u64 {
    (u64::from(get32(from, at)) << 32) | u64::from(get32(from, at + 4))
}

/// One byte.
pub(crate) fn get8(from: &[u8], at: usize) -> u8 {
    from.get(at).copied().unwrap_or(0)
}

/// Stores bytes as they are.
pub(crate) fn put(to: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(slot) = to.get_mut(at..at + bytes.len()) {
        slot.copy_from_slice(bytes);
    }
}

/// 16-bit field.
pub(crate) fn put16(to: &mut [u8], at: usize, value: u16) {
    put(to, at, &value.to_be_bytes());
}

/// 32-bit field.
pub(crate) fn put32(to: &mut [u8], at: usize, value: u32) {
    put(to, at, &value.to_be_bytes());
}

/// 64-bit field.
pub(crate) fn put64(to: &mut [u8], at: usize, value: u64) {
    put(to, at, &value.to_be_bytes());
}

/// Zero-padded text in a field of `len` bytes.
pub(crate) fn put_text(to: &mut [u8], at: usize, len: usize, text: &str) {
    for (slot, byte) in to.iter_mut().skip(at).take(len).zip(text.bytes()) {
        *slot = byte;
    }
}

/// Stores the low `width` bits of `value` at bit `bit`, counted from the most significant bit of
/// byte 0 as `mlx5_ifc.h` does.
pub(crate) fn put_bits(to: &mut [u8], bit: usize, width: usize, value: u64) {
    for i in 0..width {
        let at = bit + i;
        let set = (value >> (width - 1 - i)) & 1 != 0;
        if let Some(byte) = to.get_mut(at / 8) {
            let mask = 0x80 >> (at % 8);
            *byte = if set { *byte | mask } else { *byte & !mask };
        }
    }
}

/// XOR of all bytes, the checksum of command entries and mailbox blocks.
pub(crate) fn xor8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_count_from_the_top() {
        let mut data = [0; 4];
        put_bits(&mut data, 0x1b, 5, 0x1f);
        assert_eq!(data, [0, 0, 0, 0x1f]);
        put_bits(&mut data, 4, 8, 0xa5);
        assert_eq!(data, [0x0a, 0x50, 0, 0x1f]);
        put_bits(&mut data, 0x1b, 5, 2);
        assert_eq!(get32(&data, 0), 0x0a50_0002);
    }

    #[test]
    fn past_the_end_is_harmless() {
        let mut data = [1, 2, 3];
        assert_eq!(get32(&data, 0), 0);
        put32(&mut data, 0, 7);
        put_bits(&mut data, 100, 4, 1);
        assert_eq!(data, [1, 2, 3]);
        assert_eq!(get24(&data, 0), 0x01_0203);
    }
}
