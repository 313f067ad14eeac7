// SPDX-License-Identifier: GPL-2.0

//! The kernel's own drivers and headers, read when the tests run. What is amiss ends the test.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The source of the kernel: `KERNEL_SOURCE`, else what the set-up left in the cache.
///
/// # Panics
/// If there is neither.
pub fn source() -> PathBuf {
    if let Some(source) = env::var_os("KERNEL_SOURCE") {
        return source.into();
    }
    let cache = env::var("FWCTL_CACHE").unwrap_or_default();
    let set_up = fs::read_to_string(Path::new(&cache).join("env")).unwrap_or_default();
    let source = set_up
        .lines()
        .find_map(|line| line.strip_prefix("KERNEL_SOURCE="));
    let Some(source) = source else {
        panic!("no kernel source to compare with: set KERNEL_SOURCE, or run make test");
    };
    source.into()
}

/// A file of it.
///
/// # Panics
/// If it cannot be read.
pub fn read(path: &str) -> String {
    let path = source().join(path);
    match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

/// A hexadecimal number.
///
/// # Panics
/// If it is none.
pub fn number(hex: &str) -> u16 {
    u16::from_str_radix(hex.trim_start_matches("0x"), 16).unwrap_or_else(|_| panic!("{hex}"))
}
