// SPDX-License-Identifier: GPL-2.0
//! What the set-up left in the cache: `$FWCTL_CACHE/env`, shell assignments.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};

/// Files and folders that a VM is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) kernel: PathBuf,
    pub(crate) initrd: PathBuf,
    pub(crate) guest_root: PathBuf,
    /// A lib/modules/RELEASE folder; none where it is to be looked for in the guest root.
    pub(crate) stock_modules: Option<PathBuf>,
}

/// The cache folder: `$FWCTL_CACHE`, else `~/.cache/fwctl`.
pub(crate) fn cache_dir() -> Result<PathBuf> {
    if let Some(dir) = std::env::var_os("FWCTL_CACHE").filter(|dir| !dir.is_empty()) {
        return Ok(dir.into());
    }
    match std::env::var_os("HOME") {
        Some(home) => Ok(Path::new(&home).join(".cache/fwctl")),
        None => bail!("neither FWCTL_CACHE nor HOME is set: set FWCTL_CACHE"),
    }
}

/// Parses NAME=VALUE lines; values may be in single or double quotes.
fn parse(text: &str) -> BTreeMap<String, String> {
    let mut map = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        if line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let value = ['\'', '"']
            .iter()
            .find_map(|&quote| value.strip_prefix(quote)?.strip_suffix(quote))
            .unwrap_or(value);
        map.insert(name.to_string(), value.to_string());
    }
    map
}

/// Takes each part from `given`, else from the cache's `env` file.
pub(crate) fn parts(
    kernel: Option<PathBuf>,
    initrd: Option<PathBuf>,
    guest_root: Option<PathBuf>,
    stock_modules: Option<PathBuf>,
) -> Result<Parts> {
    let file = cache_dir()?.join("env");
    let env = fs::read_to_string(&file)
        .map(|text| parse(&text))
        .unwrap_or_default();
    // With another kernel the guest root's modules are the wrong ones, unless they fit by name.
    let stock_modules = stock_modules.or_else(|| {
        env.get("STOCK_MODULES")
            .filter(|_| kernel.is_none())
            .map(PathBuf::from)
    });
    let pick = |given: Option<PathBuf>, name: &str, option: &str| -> Result<PathBuf> {
        let path = given
            .or_else(|| env.get(name).map(PathBuf::from))
            .with_context(|| {
                format!(
                    "no {name} in {}: run `make setup`, or give {option}",
                    file.display()
                )
            })?;
        fs::canonicalize(&path).with_context(|| {
            format!(
                "{} ({name}) is missing: run `make setup`, or give {option}",
                path.display()
            )
        })
    };
    Ok(Parts {
        kernel: pick(kernel, "VMLINUZ", "--kernel")?,
        initrd: pick(initrd, "INITRD", "--initrd")?,
        guest_root: pick(guest_root, "GUEST_ROOT", "--guest-root")?,
        stock_modules,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_assignments_are_read() {
        let map = parse("# comment\nKVER=7.3\nexport A='b c'\nB=\"d=e\"\n\nnonsense\n");
        assert_eq!(map["KVER"], "7.3");
        assert_eq!(map["A"], "b c");
        assert_eq!(map["B"], "d=e");
        assert_eq!(map.len(), 3);
    }

    #[test]
    fn missing_part_names_the_option() {
        let error = parts(None, None, Some("/nonexistent".into()), None).unwrap_err();
        assert!(format!("{error:#}").contains("make setup"));
    }
}
