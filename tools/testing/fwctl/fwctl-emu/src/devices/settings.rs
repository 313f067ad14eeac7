// SPDX-License-Identifier: GPL-2.0

//! The file that a function keeps its non-volatile configuration in.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use connectx::{Keep, Settings};

/// What is in `path`; the factory's settings if there is no such file.
pub(crate) fn load(path: &Path) -> Result<Settings> {
    match fs::read_to_string(path) {
        Ok(text) => {
            Settings::parse(&text).with_context(|| format!("cannot use {}", path.display()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes `path` anew, at once: whoever kills the process leaves the old file or the new one.
pub(crate) fn keep(path: PathBuf) -> Box<Keep> {
    let mut new = OsString::from(&path);
    new.push(".new");
    Box::new(move |text| {
        let written = fs::write(&new, text).and_then(|()| fs::rename(&new, &path));
        if let Err(error) = &written {
            tracing::error!("cannot write {}: {error}", path.display());
        }
        written
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn settings_outlast_the_process() {
        let dir = std::env::temp_dir().join(format!("fwctl-emu-{}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        let path = dir.join("settings");
        assert_eq!(load(&path).unwrap(), Settings::default());
        let text = r#"{ "nv_global_pci_conf": { "total_vfs": 5 } }"#;
        let settings = Settings::parse(text).unwrap();
        keep(path.clone())(&settings.to_text()).unwrap();
        assert_eq!(load(&path).unwrap(), settings);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
        fs::write(&path, "{").unwrap();
        let why = format!("{:#}", load(&path).unwrap_err());
        assert!(
            why.contains("cannot use") && why.contains("settings: EOF"),
            "{why}"
        );
        assert!(keep(dir.join("no/such"))(text).is_err());
        fs::remove_dir_all(&dir).unwrap();
    }
}
