// SPDX-License-Identifier: GPL-2.0

//! Little-endian fields of requests and responses.
//!
//! Offsets are bytes from the start of the layout, header included. Past the end, reads give zero and writes do nothing.

fn get<const N: usize>(from: &[u8], at: usize) -> [u8; N] {
    let field = from.get(at..).and_then(|rest| rest.first_chunk());
    field.copied().unwrap_or([0; N])
}

/// One byte.
pub(crate) fn get8(from: &[u8], at: usize) -> u8 {
    from.get(at).copied().unwrap_or(0)
}

/// 16-bit field.
pub(crate) fn get16(from: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(get(from, at))
}

/// 32-bit field.
pub(crate) fn get32(from: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(get(from, at))
}

/// 64-bit field.
pub(crate) fn get64(from: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(get(from, at))
}

/// Stores bytes as they are.
pub(crate) fn put(to: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(slot) = to.get_mut(at..at + bytes.len()) {
        slot.copy_from_slice(bytes);
    }
}

/// One byte.
pub(crate) fn put8(to: &mut [u8], at: usize, value: u8) {
    put(to, at, &[value]);
}

/// 16-bit field.
pub(crate) fn put16(to: &mut [u8], at: usize, value: u16) {
    put(to, at, &value.to_le_bytes());
}

/// 32-bit field.
pub(crate) fn put32(to: &mut [u8], at: usize, value: u32) {
    put(to, at, &value.to_le_bytes());
}

/// 64-bit field.
pub(crate) fn put64(to: &mut [u8], at: usize, value: u64) {
    put(to, at, &value.to_le_bytes());
}

/// Text in a field of `len` bytes, with a zero at its end.
pub(crate) fn put_text(to: &mut [u8], at: usize, len: usize, text: &str) {
    for (slot, byte) in to
        .iter_mut()
        .skip(at)
        .take(len.saturating_sub(1))
        .zip(text.bytes())
    {
        *slot = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_little_endian_and_have_bounds() {
        let mut data = [0; 8];
        put32(&mut data, 0, 0x0403_0201);
        put16(&mut data, 6, 0x0807);
        assert_eq!(data, [1, 2, 3, 4, 0, 0, 7, 8]);
        assert_eq!((get16(&data, 0), get32(&data, 4)), (0x0201, 0x0807_0000));
        assert_eq!((get64(&data, 1), get8(&data, 8)), (0, 0));
        put64(&mut data, 1, u64::MAX);
        assert_eq!(get8(&data, 1), 2);
        put_text(&mut data, 0, 4, "abcdef");
        assert_eq!(&data[..4], b"abc\x04");
    }
}
