// SPDX-License-Identifier: GPL-2.0

//! Vital product data: what a board says of itself.
//!
//! Layout: PCI Local Bus 3.0, appendix I.

/// Large resources, and the small one that is last.
const NAME: u8 = 0x82;
const READ_ONLY: u8 = 0x90;
const END: u8 = 0x78;

/// A board's product data: its name, and fields by their two letters, such as `PN` and `SN`. Texts are cut to
/// 255 bytes.
pub fn image(name: &str, fields: &[(&[u8; 2], &str)]) -> Vec<u8> {
    let mut image = Vec::new();
    large(&mut image, NAME, name.as_bytes());
    let mut list = Vec::new();
    for (keyword, text) in fields {
        let text = text.as_bytes();
        let len = u8::try_from(text.len()).unwrap_or(u8::MAX);
        list.extend_from_slice(*keyword);
        list.push(len);
        list.extend(text.iter().take(usize::from(len)));
    }
    list.extend_from_slice(b"RV\x01\0");
    large(&mut image, READ_ONLY, &list);
    // All bytes up to the last one of the list are 0 in sum.
    let sum = image.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    if let Some(last) = image.last_mut() {
        *last = sum.wrapping_neg();
    }
    image.push(END);
    image
}

/// A resource of at most 64 KiB.
fn large(image: &mut Vec<u8>, tag: u8, body: &[u8]) {
    let len = u16::try_from(body.len()).unwrap_or(u16::MAX);
    image.push(tag);
    image.extend_from_slice(&len.to_le_bytes());
    image.extend(body.iter().take(usize::from(len)));
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_as_the_standard_has_it() {
        let image = image("board", &[(b"PN", "12-3"), (b"SN", "9")]);
        let mut wanted = b"\x82\x05\0board\x90\x0f\0PN\x0412-3SN\x019RV\x01".to_vec();
        assert_eq!(image[..wanted.len()], wanted);
        wanted.push(image[wanted.len()]);
        let sum = wanted.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
        assert_eq!(sum, 0);
        assert_eq!(image[wanted.len()..], [0x78]);
    }

    #[test]
    fn long_texts_are_cut() {
        let image = image("", &[(b"V0", &"x".repeat(300))]);
        assert_eq!(image[3..6], [0x90, 6, 1]);
        assert_eq!(image[6..9], [b'V', b'0', 255]);
    }
}
