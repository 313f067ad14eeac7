// SPDX-License-Identifier: GPL-2.0
//! The VM's lib/modules: the few stock modules that it needs, unpacked but
//! otherwise as they are (their signatures stay), and ours in updates/.
//! depmod runs here, at native speed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{bail, Context, Result};

/// What was put together.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    /// Names that the VM unloads at its end: ours, and the kernel's drivers with what they need.
    pub(crate) unload: Vec<String>,
}

/// modules.dep: file -> files that it needs, by module name.
#[derive(Debug, Default)]
struct Dependencies {
    entries: BTreeMap<String, (String, Vec<String>)>,
}

impl Dependencies {
    fn parse(text: &str) -> Dependencies {
        let mut entries = BTreeMap::new();
        for line in text.lines() {
            if let Some((file, needs)) = line.split_once(':') {
                let needs = needs.split_whitespace().map(module_name).collect();
                entries.insert(module_name(file), (file.to_string(), needs));
            }
        }
        Dependencies { entries }
    }

    /// Adds the named module and all that it needs. False if there is none.
    fn collect(&self, name: &str, into: &mut BTreeSet<String>) -> bool {
        let Some((_, needs)) = self.entries.get(name) else {
            return false;
        };
        if into.insert(name.to_string()) {
            for need in needs {
                self.collect(need, into);
            }
        }
        true
    }
}

/// kernel/a/b-c.ko.xz -> b_c
fn module_name(file: &str) -> String {
    let base = file.rsplit('/').next().unwrap_or(file);
    base.split(".ko").next().unwrap_or(base).replace('-', "_")
}

/// The names in a module's `depends=` field.
fn depends(ko: &[u8]) -> Vec<String> {
    const FIELD: &[u8] = b"\0depends=";
    let Some(at) = ko.windows(FIELD.len()).position(|window| window == FIELD) else {
        return Vec::new();
    };
    let text = ko.get(at + FIELD.len()..).unwrap_or_default();
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(text);
    text.split(',')
        .filter(|name| !name.is_empty())
        .map(|name| name.replace('-', "_"))
        .collect()
}

/// Every .ko below `dir`, in order of names; hidden folders are left out.
pub(crate) fn find_ours(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if entry.file_type()?.is_dir() && !hidden {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "ko") && !hidden {
                found.push(path);
            }
        }
    }
    found.sort();
    if found.is_empty() {
        bail!("no .ko below {}: build the modules first", dir.display());
    }
    Ok(found)
}

/// The folder of the kernel's own modules.
pub(crate) fn stock_dir(given: Option<&Path>, guest_root: &Path, release: &str) -> Result<PathBuf> {
    let candidates = match given {
        Some(dir) => vec![
            dir.to_path_buf(),
            dir.join("lib/modules").join(release),
            dir.join(release),
        ],
        None => vec![
            guest_root.join("usr/lib/modules").join(release),
            guest_root.join("lib/modules").join(release),
        ],
    };
    match candidates
        .iter()
        .find(|dir| dir.join("modules.dep").is_file())
    {
        Some(dir) => Ok(dir.clone()),
        None => bail!(
            "no modules.dep of kernel {release} in {}: run `make setup`, or give --stock-modules",
            candidates.first().unwrap_or(&PathBuf::new()).display()
        ),
    }
}

/// Fills `root`/lib/modules/`release` and runs depmod on it.
pub(crate) fn assemble(
    root: &Path,
    release: &str,
    stock: &Path,
    wanted: &[String],
    ours: &[PathBuf],
) -> Result<Modules> {
    let tree = root.join("lib/modules").join(release);
    let updates = tree.join("updates");
    fs::create_dir_all(&updates)?;
    let dep = stock.join("modules.dep");
    let text =
        fs::read_to_string(&dep).with_context(|| format!("cannot read {}", dep.display()))?;
    let dependencies = Dependencies::parse(&text);
    let built_in = fs::read_to_string(stock.join("modules.builtin")).unwrap_or_default();

    let mut result = Modules::default();
    let mut needed = BTreeSet::new();
    for path in ours {
        let base = path.file_name().unwrap_or_default();
        let name = module_name(&base.to_string_lossy());
        let ko = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        for other in depends(&ko) {
            dependencies.collect(&other, &mut needed);
        }
        fs::write(updates.join(base), ko)?;
        result.unload.push(name);
    }
    for name in wanted {
        let name = name.replace('-', "_");
        let has = |line: &str| module_name(line) == name;
        if !dependencies.collect(&name, &mut needed) && !built_in.lines().any(has) {
            bail!(
                "kernel {release} has no module {name} in {}",
                stock.display()
            );
        }
    }
    for name in &needed {
        let Some((file, _)) = dependencies.entries.get(name) else {
            bail!("{} names {name} but does not list it", dep.display());
        };
        let target = tree.join(file);
        let target = target.with_file_name(format!("{}.ko", base_stem(file)));
        fs::create_dir_all(target.parent().unwrap_or(&tree))?;
        unpack(&stock.join(file), &target)?;
        result.unload.push(name.clone());
    }
    for name in [
        "modules.builtin",
        "modules.order",
        "modules.builtin.modinfo",
    ] {
        if stock.join(name).is_file() {
            fs::copy(stock.join(name), tree.join(name))?;
        }
    }
    let output = Command::new("depmod")
        .arg("-b")
        .arg(root)
        .arg(release)
        .stdin(Stdio::null())
        .output()
        .context("cannot run depmod: install kmod")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!(
            "depmod failed on {}: {}",
            tree.display(),
            errors.trim().replace('\n', "; ")
        );
    }
    Ok(result)
}

fn base_stem(file: &str) -> &str {
    let base = file.rsplit('/').next().unwrap_or(file);
    base.split(".ko").next().unwrap_or(base)
}

/// Copies a module, unpacked: that is slow in an emulated CPU.
fn unpack(from: &Path, to: &Path) -> Result<()> {
    let tool = match from.extension().and_then(|ext| ext.to_str()) {
        Some("xz") => "xz",
        Some("zst") => "zstd",
        Some("gz") => "gzip",
        _ => {
            fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
            return Ok(());
        }
    };
    let status = Command::new(tool)
        .arg("-dc")
        .arg(from)
        .stdin(Stdio::null())
        .stdout(File::create(to)?)
        .status()
        .with_context(|| format!("cannot run {tool} for {}", from.display()))?;
    if !status.success() {
        bail!("{tool} cannot unpack {}", from.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_followed() {
        let text = "kernel/a/mlx5_core.ko.xz: kernel/b/mlxfw.ko.xz\nkernel/b/mlxfw.ko.xz:\nkernel/x-y.ko:\n";
        let dependencies = Dependencies::parse(text);
        let mut found = BTreeSet::new();
        assert!(dependencies.collect("mlx5_core", &mut found));
        assert!(dependencies.collect("x_y", &mut found));
        assert!(!dependencies.collect("other", &mut found));
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["mlx5_core", "mlxfw", "x_y"]
        );
    }

    #[test]
    fn depends_field_is_read() {
        assert_eq!(
            depends(b"x\0depends=fwctl,mlx5-core\0y"),
            ["fwctl", "mlx5_core"]
        );
        assert!(depends(b"x\0depends=\0y").is_empty());
        assert!(depends(b"nothing").is_empty());
    }

    #[test]
    fn missing_stock_module_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("modules.dep"), "").unwrap();
        let root = dir.path().join("root");
        let error = assemble(&root, "1.0", dir.path(), &["mlx5_core".into()], &[]).unwrap_err();
        assert!(error.to_string().contains("no module mlx5_core"));
    }

    #[test]
    fn folder_without_modules_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        assert!(find_ours(dir.path()).is_err());
        fs::create_dir(dir.path().join("sub")).unwrap();
        fs::write(dir.path().join("sub/b.ko"), "").unwrap();
        fs::write(dir.path().join("a.ko"), "").unwrap();
        let found = find_ours(dir.path()).unwrap();
        assert_eq!(
            found,
            [dir.path().join("a.ko"), dir.path().join("sub/b.ko")]
        );
    }
}
