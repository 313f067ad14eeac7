// SPDX-License-Identifier: GPL-2.0
//! The folder of one run: logs, sockets, and the part that the VM sees.
//!
//! ```text
//! RUN/console.log qemu.log emuN.log   logs
//! RUN/sockets/                        io status host qmp emuN controlN
//! RUN/share/                          mounted by the VM: init settings command modules/ results/
//! ```

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// sun_path holds 108 bytes with its end; the names in it are short.
const SOCKET_DIR_MAX: usize = 80;

#[derive(Debug)]
pub(crate) struct RunDir {
    path: PathBuf,
    /// Removed with this value, unless kept.
    temporary: Option<TempDir>,
    sockets: PathBuf,
    _short: Option<TempDir>,
}

impl RunDir {
    /// `given`: a folder to keep; else a fresh one in `$TMPDIR`.
    pub(crate) fn new(given: Option<&Path>) -> Result<RunDir> {
        let (path, temporary) = match given {
            Some(dir) => {
                fs::create_dir_all(dir)
                    .with_context(|| format!("cannot create {}", dir.display()))?;
                let path = fs::canonicalize(dir)?;
                clear(&path)?;
                (path, None)
            }
            None => {
                let dir = tempfile::Builder::new()
                    .prefix("fwctl-vm.")
                    .tempdir()
                    .with_context(|| {
                        format!(
                            "cannot create a folder in {}",
                            std::env::temp_dir().display()
                        )
                    })?;
                (fs::canonicalize(dir.path())?, Some(dir))
            }
        };
        fs::create_dir_all(path.join("share/results"))?;
        fs::create_dir_all(path.join("share/modules/lib/modules"))?;
        let mut sockets = path.join("sockets");
        let mut short = None;
        if sockets.as_os_str().len() > SOCKET_DIR_MAX {
            let dir = tempfile::Builder::new()
                .prefix("fwctl-vm.")
                .tempdir_in("/tmp")?;
            symlink(dir.path(), &sockets)?;
            sockets = dir.path().to_path_buf();
            short = Some(dir);
        } else {
            fs::create_dir_all(&sockets)?;
        }
        Ok(RunDir {
            path,
            temporary,
            sockets,
            _short: short,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(crate) fn share(&self) -> PathBuf {
        self.path.join("share")
    }

    pub(crate) fn socket(&self, name: &str) -> PathBuf {
        self.sockets.join(name)
    }

    pub(crate) fn listen(&self, name: &str) -> Result<UnixListener> {
        let path = self.socket(name);
        let listener = UnixListener::bind(&path)
            .with_context(|| format!("cannot listen on {}", path.display()))?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }

    /// Keeps the folder; it is not removed at the end.
    pub(crate) fn keep(&mut self) {
        if let Some(dir) = self.temporary.take() {
            let _ = dir.keep();
        }
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }
}

/// What an earlier run left in a given folder; other files are not touched.
fn clear(path: &Path) -> Result<()> {
    for name in ["share", "sockets"] {
        let old = path.join(name);
        let gone = match fs::symlink_metadata(&old) {
            Ok(meta) if meta.is_dir() => fs::remove_dir_all(&old),
            Ok(_) => fs::remove_file(&old),
            Err(_) => Ok(()),
        };
        gone.with_context(|| format!("cannot remove {}", old.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_folder_goes_unless_kept() {
        let run = RunDir::new(None).unwrap();
        let path = run.path().to_path_buf();
        assert!(path.join("share/results").is_dir());
        drop(run);
        assert!(!path.exists());

        let mut run = RunDir::new(None).unwrap();
        run.keep();
        let path = run.path().to_path_buf();
        drop(run);
        assert!(path.exists());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn long_paths_get_short_sockets() {
        let dir = tempfile::tempdir().unwrap();
        let long = dir.path().join("x".repeat(120));
        let run = RunDir::new(Some(&long)).unwrap();
        run.listen("status").unwrap();
        assert!(run.socket("status").as_os_str().len() < 108);
        assert!(long.join("sockets/status").exists());
        // A second run in the same folder finds it clean.
        drop(run);
        RunDir::new(Some(&long)).unwrap().listen("status").unwrap();
    }
}
