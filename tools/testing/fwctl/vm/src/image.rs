// SPDX-License-Identifier: GPL-2.0
//! The release of an x86 kernel image, from its boot header
//! (Documentation/arch/x86/boot.rst).

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{bail, Context, Result};

const MAGIC_OFFSET: usize = 0x202;
const VERSION_OFFSET: usize = 0x20e;
/// kernel_version counts from here.
const VERSION_BASE: usize = 0x200;
const HEADER_LEN: usize = 0x8000;

/// `uname -r` of the kernel in a bzImage.
pub(crate) fn release(path: &Path) -> Result<String> {
    let file =
        File::open(path).with_context(|| format!("cannot open the kernel {}", path.display()))?;
    let mut header = vec![0; HEADER_LEN];
    let len = file
        .read_at(&mut header, 0)
        .with_context(|| format!("cannot read {}", path.display()))?;
    match release_in(header.get(..len).unwrap_or_default()) {
        Some(release) => Ok(release),
        None => bail!("{} is not an x86 kernel image (bzImage)", path.display()),
    }
}

fn release_in(header: &[u8]) -> Option<String> {
    if header.get(MAGIC_OFFSET..MAGIC_OFFSET + 4)? != b"HdrS" {
        return None;
    }
    let offset: [u8; 2] = header
        .get(VERSION_OFFSET..VERSION_OFFSET + 2)?
        .try_into()
        .ok()?;
    let text = header.get(VERSION_BASE + usize::from(u16::from_le_bytes(offset))..)?;
    let word = text.split(|&byte| byte == b' ' || byte == 0).next()?;
    let word = std::str::from_utf8(word).ok()?;
    (!word.is_empty()).then(|| word.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_is_the_first_word() {
        let mut header = vec![0; 0x400];
        header[0x202..0x206].copy_from_slice(b"HdrS");
        header[0x20e] = 0x80;
        header[0x280..0x28d].copy_from_slice(b"7.3.4-x (me) ");
        assert_eq!(release_in(&header).as_deref(), Some("7.3.4-x"));
    }

    #[test]
    fn other_files_are_refused() {
        assert_eq!(release_in(b"\x7fELF"), None);
        assert_eq!(release_in(&[0; 0x400]), None);
        let mut header = vec![0; 0x300];
        header[0x202..0x206].copy_from_slice(b"HdrS");
        header[0x20e..0x210].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(release_in(&header), None);
    }
}
