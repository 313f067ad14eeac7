// SPDX-License-Identifier: GPL-2.0
//! KVM or TCG: /dev/kvm may be there and yet not run this kernel, so a short
//! boot finds out, once per host boot, kernel and QEMU.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};

use crate::cli::AccelChoice;
use crate::process::Group;
use crate::qemu::{self, Accel};

const BOUND: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(100);
/// What guest/initramfs-init prints when the kernel gets there.
const MARKER: &str = "fwctl-vm: probe ok";

/// The accelerator to use, and whether that was tried just now.
pub(crate) fn choose(
    choice: AccelChoice,
    kernel: &Path,
    release: &str,
    initrd: &Path,
    verbose: bool,
) -> Result<Accel> {
    match choice {
        AccelChoice::Kvm => return Ok(Accel::Kvm),
        AccelChoice::Tcg => return Ok(Accel::Tcg),
        AccelChoice::Icount => return Ok(Accel::Icount),
        AccelChoice::Auto => {}
    }
    if fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/kvm")
        .is_err()
    {
        return Ok(Accel::Tcg);
    }
    let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let boot_id = boot_id.trim();
    let key = format!("{boot_id} {release} {}", qemu_version()?);
    let file = crate::env::cache_dir()?.join("accel");
    let mut verdicts = read(&file, boot_id);
    if let Some(&works) = verdicts.get(&key) {
        return Ok(if works { Accel::Kvm } else { Accel::Tcg });
    }
    eprintln!(
        "fwctl-vm: trying KVM with kernel {release} (at most {} s, once)",
        BOUND.as_secs()
    );
    let works = probe(kernel, initrd)?;
    if verbose || !works {
        eprintln!(
            "fwctl-vm: KVM {}",
            if works {
                "works"
            } else {
                "does not run this kernel: TCG it is"
            }
        );
    }
    verdicts.insert(key, works);
    // Without a writable cache each run probes again.
    let _ = write(&file, &verdicts);
    Ok(if works { Accel::Kvm } else { Accel::Tcg })
}

/// Verdicts of this host boot.
fn read(file: &Path, boot_id: &str) -> BTreeMap<String, bool> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let all: BTreeMap<String, bool> = serde_json::from_str(&text).unwrap_or_default();
    all.into_iter()
        .filter(|(key, _)| key.starts_with(boot_id))
        .collect()
}

/// Replaces the file at once: other runs may read it now.
fn write(file: &Path, verdicts: &BTreeMap<String, bool>) -> Result<()> {
    let folder = file.parent().context("no folder")?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(serde_json::to_string_pretty(verdicts)?.as_bytes())?;
    new.persist(file)?;
    Ok(())
}

fn qemu_version() -> Result<String> {
    let output = Command::new(qemu::PROGRAM)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .with_context(|| {
            format!(
                "cannot run {}: run in the tool root (`make setup`)",
                qemu::PROGRAM
            )
        })?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().next() {
        Some(line) if output.status.success() => Ok(line.to_string()),
        _ => bail!("{} --version fails", qemu::PROGRAM),
    }
}

fn probe(kernel: &Path, initrd: &Path) -> Result<bool> {
    let dir = tempfile::Builder::new().prefix("fwctl-probe.").tempdir()?;
    let console = dir.path().join("console");
    let mut args = qemu::base(Accel::Kvm, None, 512, 1);
    let mut add = |option: &str, value: &str| args.extend([option.to_string(), value.to_string()]);
    add("-kernel", &kernel.to_string_lossy());
    add("-initrd", &initrd.to_string_lossy());
    add("-append", "console=ttyS0 quiet panic=-1 fwctl.probe");
    add(
        "-chardev",
        &format!(
            "file,id=console,path={}",
            console.to_string_lossy().replace(',', ",,")
        ),
    );
    add("-serial", "chardev:console");
    let log = dir.path().join("log");
    let mut group = Group::spawn(Path::new(qemu::PROGRAM), &args, &log)?;
    let contains = |file: &Path, word: &str| {
        String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).contains(word)
    };
    // QEMU stops the VM on such an error, and does not end.
    let end = Instant::now() + BOUND;
    while Instant::now() < end && !contains(&log, "KVM internal error") {
        if group.wait(POLL)?.is_some() {
            return Ok(contains(&console, MARKER));
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_of_other_boots_are_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("accel");
        let verdicts = BTreeMap::from([("a k q".to_string(), true), ("b k q".to_string(), false)]);
        write(&file, &verdicts).unwrap();
        assert_eq!(
            read(&file, "b"),
            BTreeMap::from([("b k q".to_string(), false)])
        );
        assert!(read(&dir.path().join("none"), "b").is_empty());
        fs::write(&file, "nonsense").unwrap();
        assert!(read(&file, "b").is_empty());
    }

    #[test]
    fn marker_is_what_the_initramfs_says() {
        let script = include_str!("../guest/initramfs-init");
        assert!(script.contains("say \"probe ok\"") && script.contains("echo \"fwctl-vm: $*\""));
    }
}
