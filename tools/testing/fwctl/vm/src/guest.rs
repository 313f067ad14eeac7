// SPDX-License-Identifier: GPL-2.0
//! What the VM's init is told (files in the run directory) and what it tells.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

const INIT: &str = include_str!("../guest/init");

/// A folder that the VM mounts at the same path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) path: std::path::PathBuf,
    pub(crate) writable: bool,
}

impl Share {
    /// The 9p mount tag of the share with this number.
    pub(crate) fn tag(index: usize) -> String {
        format!("fwctl.share{index}")
    }
}

/// The settings that guest/init reads.
#[derive(Debug, Default)]
pub(crate) struct Settings<'a> {
    pub(crate) devices: usize,
    /// PCI vendor ids of the devices.
    pub(crate) vendors: &'a [&'a str],
    pub(crate) autoload: bool,
    pub(crate) nodes: usize,
    /// The command gets a console rather than pipes.
    pub(crate) tty: bool,
    pub(crate) unload: &'a [String],
    pub(crate) shares: &'a [Share],
}

impl Settings<'_> {
    fn to_shell(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "DEVICES={}", self.devices);
        let _ = writeln!(text, "VENDORS={}", quote(&self.vendors.join(" ")));
        let _ = writeln!(text, "AUTOLOAD={}", u8::from(self.autoload));
        let _ = writeln!(text, "NODES={}", self.nodes);
        let _ = writeln!(text, "IO={}", if self.tty { "tty" } else { "port" });
        let _ = writeln!(text, "UNLOAD={}", quote(&self.unload.join(" ")));
        text.push_str("mount_shares() {\n\t:\n");
        for (index, share) in self.shares.iter().enumerate() {
            let path = share.path.to_string_lossy();
            let mode = if share.writable { "rw" } else { "ro" };
            let _ = writeln!(
                text,
                "\tshare {} {} {mode}",
                Share::tag(index),
                quote(&path)
            );
        }
        text.push_str("}\n");
        text
    }
}

/// Writes init, settings and the command's script into the shared folder.
pub(crate) fn prepare(share: &Path, settings: &Settings, command: &str) -> Result<()> {
    let write = |name: &str, text: &str| -> Result<()> {
        let path = share.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(())
    };
    write("init", INIT)?;
    write("settings", &settings.to_shell())?;
    write("command", command)
}

/// One word of a shell script, whatever is in it.
pub(crate) fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The script that runs one command with its arguments, in `cwd`.
pub(crate) fn command_script(command: &[String], env: &[String], cwd: &str) -> String {
    let mut text = format!("#!/bin/sh\ncd {} || exit 125\n", quote(cwd));
    for pair in env {
        if let Some((name, value)) = pair.split_once('=') {
            let _ = writeln!(text, "export {name}={}", quote(value));
        }
    }
    let words: Vec<String> = command.iter().map(|word| quote(word)).collect();
    let _ = writeln!(text, "exec {}", words.join(" "));
    text
}

/// What init reports, one JSON object per line.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum Event {
    /// The second stage runs.
    Up,
    /// Devices and nodes are there and the command starts. `uptime`: s since the kernel's start.
    Ready { nodes: usize, uptime: f64 },
    /// Something that fails the run.
    Problem { what: String },
    /// The command ended, with the shell's `$?`.
    Exit { status: i32 },
    /// A module could not be unloaded; refcount -1 where it cannot be read.
    Rmmod { module: String, refcount: i64 },
    /// All is written; the VM powers off.
    Done,
}

impl Event {
    pub(crate) fn parse(line: &str) -> Result<Event> {
        serde_json::from_str(line).with_context(|| format!("the VM's init sent nonsense: {line:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_shell() {
        let words = ["a b", "it's", "$HOME;`x`", "", "-n", "\\"];
        let command: Vec<String> = ["printf", "%s|"]
            .iter()
            .chain(&words)
            .map(|word| word.to_string())
            .collect();
        let script = command_script(&command, &["A=x 'y".into()], "/");
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(&script)
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "a b|it's|$HOME;`x`||-n|\\|"
        );
    }

    #[test]
    fn settings_are_shell() {
        let shares = [Share {
            path: "/a b".into(),
            writable: false,
        }];
        let unload = ["fwctl".to_string(), "mlx5_core".to_string()];
        let settings = Settings {
            devices: 2,
            vendors: &["0x15b3", "0x14e4"],
            autoload: true,
            nodes: 2,
            tty: false,
            unload: &unload,
            shares: &shares,
        };
        let script = format!(
            "share() {{ echo \"$1,$2,$3\"; }}\n{}mount_shares; echo $DEVICES $VENDORS $AUTOLOAD $NODES $IO $UNLOAD",
            settings.to_shell()
        );
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(&script)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            text,
            "fwctl.share0,/a b,ro\n2 0x15b3 0x14e4 1 2 port fwctl mlx5_core\n"
        );
    }

    #[test]
    fn events_are_parsed() {
        let exit = Event::parse(r#"{"event":"exit","status":3}"#).unwrap();
        assert_eq!(exit, Event::Exit { status: 3 });
        let ready = Event::parse(r#"{"event":"ready","nodes":1,"uptime":6.15}"#).unwrap();
        assert_eq!(
            ready,
            Event::Ready {
                nodes: 1,
                uptime: 6.15
            }
        );
        let rmmod = Event::parse(r#"{"event":"rmmod","module":"fwctl","refcount":-1}"#).unwrap();
        assert_eq!(
            rmmod,
            Event::Rmmod {
                module: "fwctl".into(),
                refcount: -1
            }
        );
        assert!(Event::parse("nonsense").is_err());
    }
}
