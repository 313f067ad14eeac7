// SPDX-License-Identifier: GPL-2.0
//! The emulated devices: one server process each, with a control socket that
//! speaks JSON lines.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use serde::Deserialize;
use serde_json::json;

use crate::model::Model;
use crate::process::{self, Group};
use crate::rundir::RunDir;

const START_BOUND: Duration = Duration::from_secs(20);
const REPLY_BOUND: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);

/// What a device's firmware holds and has seen.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct State {
    /// Kind -> number of live objects.
    #[serde(default)]
    pub(crate) objects: BTreeMap<String, u64>,
    /// UIDs, and objects that belong to one.
    #[serde(default)]
    pub(crate) user_objects: u64,
    #[serde(default)]
    pub(crate) commands: u64,
    #[serde(default)]
    pub(crate) leaks: Vec<Leak>,
    /// What a driver did that real firmware would treat as a bug.
    #[serde(default)]
    pub(crate) violations: Vec<String>,
}

/// An object that nobody released in time.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Leak {
    /// flr, teardown or exit
    pub(crate) at: String,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) owner: u64,
}

impl State {
    /// Objects still held, as "kind n, kind n".
    pub(crate) fn held(&self) -> String {
        let held = self.objects.iter().filter(|(_, &count)| count > 0);
        let words: Vec<String> = held
            .map(|(kind, count)| format!("{kind} {count}"))
            .collect();
        words.join(", ")
    }

    /// Leaks, but for those at the named moments.
    pub(crate) fn leaks_except(&self, allowed: &[String]) -> Vec<&Leak> {
        self.leaks
            .iter()
            .filter(|leak| !allowed.contains(&leak.at))
            .collect()
    }
}

/// One line for the leaks of each moment, kind and owner: a lost device
/// leaves hundreds of pages.
pub(crate) fn summarize(leaks: &[&Leak]) -> Vec<String> {
    let mut groups: BTreeMap<(&str, &str, u64), Vec<u64>> = BTreeMap::new();
    for leak in leaks {
        let key = (leak.at.as_str(), leak.kind.as_str(), leak.owner);
        groups.entry(key).or_default().push(leak.id);
    }
    let line = |(at, kind, owner): &(&str, &str, u64), ids: &[u64]| match ids {
        [id] => format!("leaked {kind} {id} of UID {owner} at {at}"),
        [id, ..] => format!(
            "leaked {} {kind} of UID {owner} at {at}, the first is {id}",
            ids.len()
        ),
        [] => String::new(),
    };
    groups.iter().map(|(key, ids)| line(key, ids)).collect()
}

/// A connection to a control socket.
#[derive(Debug)]
struct Control {
    reader: BufReader<UnixStream>,
}

impl Control {
    fn connect(path: &Path) -> std::io::Result<Control> {
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(REPLY_BOUND))?;
        Ok(Control {
            reader: BufReader::new(stream),
        })
    }

    fn ask(&mut self, op: &str) -> Result<State> {
        let mut request = json!({ "op": op }).to_string();
        request.push('\n');
        self.reader.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            bail!("the server closed its control socket");
        }
        parse_reply(&line)
    }
}

fn parse_reply(line: &str) -> Result<State> {
    let value: serde_json::Value =
        serde_json::from_str(line).with_context(|| format!("bad reply {line:?}"))?;
    if value.get("ok") != Some(&serde_json::Value::Bool(true)) {
        bail!(
            "refused: {}",
            value
                .get("error")
                .and_then(|error| error.as_str())
                .unwrap_or(line)
        );
    }
    serde_json::from_value(value).with_context(|| format!("bad reply {line:?}"))
}

/// One running device server.
#[derive(Debug)]
pub(crate) struct Emulator {
    index: usize,
    process: Group,
    control: Option<Control>,
    log: PathBuf,
}

/// The names of a device's sockets in the run directory.
pub(crate) fn socket_name(index: usize) -> String {
    format!("emu{index}")
}

pub(crate) fn control_name(index: usize) -> String {
    format!("control{index}")
}

/// `fwctl-emu`: as given, else beside this binary, in the target folder, in PATH.
pub(crate) fn find_binary(given: Option<&Path>) -> Result<PathBuf> {
    const NAME: &str = "fwctl-emu";
    if let Some(path) = given {
        if !path.is_file() {
            bail!("{} is not there (--emu)", path.display());
        }
        return Ok(path.to_path_buf());
    }
    let mut folders = Vec::new();
    if let Some(folder) = std::env::current_exe()
        .ok()
        .and_then(|exe| exe.parent().map(PathBuf::from))
    {
        folders.push(folder);
    }
    if let Some(target) = std::env::var_os("CARGO_TARGET_DIR") {
        folders.extend(["release", "debug"].map(|profile| Path::new(&target).join(profile)));
    }
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    match folders
        .iter()
        .map(|folder| folder.join(NAME))
        .find(|path| path.is_file())
    {
        Some(path) => Ok(path),
        None => {
            bail!("no {NAME} beside this program or in the target folder: build it, or give --emu")
        }
    }
}

/// `all` has ARG for each device, N:ARG for device N alone.
fn own_args(all: &[String], index: usize) -> Vec<String> {
    let pick = |arg: &String| match arg.split_once(':') {
        Some((number, rest))
            if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            (number.parse() == Ok(index)).then(|| rest.to_string())
        }
        _ => Some(arg.clone()),
    };
    all.iter().filter_map(pick).collect()
}

impl Emulator {
    /// Starts the server of device `index`; `wait_ready` follows.
    pub(crate) fn spawn(
        binary: &Path,
        run: &RunDir,
        index: usize,
        model: Model,
        extra: &[String],
    ) -> Result<Emulator> {
        let log = run.file(&format!("emu{index}.log"));
        let mut args: Vec<std::ffi::OsString> = vec![
            model.name().into(),
            "--socket".into(),
            run.socket(&socket_name(index)).into(),
            "--control".into(),
            run.socket(&control_name(index)).into(),
            "--name".into(),
            model.device_name(index).into(),
            "--log".into(),
            run.file(&format!("emu{index}.trace")).into(),
        ];
        args.extend(own_args(extra, index).into_iter().map(Into::into));
        let process = Group::spawn(binary, &args, &log)?;
        Ok(Emulator {
            index,
            process,
            control: None,
            log,
        })
    }

    /// Waits until both sockets are there.
    pub(crate) fn wait_ready(&mut self, run: &RunDir) -> Result<()> {
        let socket = run.socket(&socket_name(self.index));
        let control = run.socket(&control_name(self.index));
        let end = Instant::now() + START_BOUND;
        loop {
            if let Some(status) = self.process.poll()? {
                bail!(
                    "the emulator of device {} ended at once with {}: {}",
                    self.index,
                    process::describe(status),
                    process::tail(&self.log, 3)
                );
            }
            if socket.exists() {
                if let Ok(control) = Control::connect(&control) {
                    self.control = Some(control);
                    return Ok(());
                }
            }
            if Instant::now() >= end {
                bail!(
                    "the emulator of device {} did not open its sockets within {} s: see {}",
                    self.index,
                    START_BOUND.as_secs(),
                    self.log.display()
                );
            }
            std::thread::sleep(POLL);
        }
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn state(&mut self) -> Result<State> {
        self.ask("state")
    }

    /// Asks for the last state and ends the process.
    pub(crate) fn finish(&mut self) -> Result<State> {
        let state = self.ask("exit")?;
        if self.process.wait(REPLY_BOUND)?.is_none() {
            self.process.kill();
        }
        Ok(state)
    }

    fn ask(&mut self, op: &str) -> Result<State> {
        let Some(control) = &mut self.control else {
            bail!("device {} has no control connection", self.index);
        };
        let result = control.ask(op);
        let ended = self.process.poll().ok().flatten();
        result.with_context(|| {
            let how = ended.map(|status| format!(" (it ended with {})", process::describe(status)));
            let log = self.log.display();
            format!(
                "device {}: the emulator did not answer `{op}`{}: see {log}",
                self.index,
                how.unwrap_or_default()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reply_is_parsed() {
        let line = r#"{"ok":true,"objects":{"uid":1,"page":0},"user_objects":1,"commands":9,
            "leaks":[{"at":"flr","kind":"uid","id":5,"owner":5}],"violations":["x"],"more":1}"#;
        let state = parse_reply(line).unwrap();
        assert_eq!(state.held(), "uid 1");
        assert_eq!(state.leaks[0].id, 5);
        assert_eq!(state.leaks_except(&[]).len(), 1);
        assert!(state.leaks_except(&["flr".into()]).is_empty());
        let error = parse_reply(r#"{"ok":false,"error":"no such op"}"#).unwrap_err();
        assert_eq!(error.to_string(), "refused: no such op");
        assert!(parse_reply("{}").is_err());
    }

    #[test]
    fn leaks_are_grouped() {
        let leak = |kind: &str, id, owner| Leak {
            at: "flr".into(),
            kind: kind.into(),
            id,
            owner,
        };
        let leaks = [leak("page", 1, 0), leak("uid", 5, 5), leak("page", 2, 0)];
        let lines = summarize(&leaks.iter().collect::<Vec<_>>());
        assert_eq!(
            lines,
            [
                "leaked 2 page of UID 0 at flr, the first is 1",
                "leaked uid 5 of UID 5 at flr"
            ]
        );
    }

    #[test]
    fn arguments_go_to_their_device() {
        let all: Vec<String> = ["--fast", "1:--function=vf", "--log=a:b"]
            .map(String::from)
            .into();
        assert_eq!(own_args(&all, 0), ["--fast", "--log=a:b"]);
        assert_eq!(own_args(&all, 1), ["--fast", "--function=vf", "--log=a:b"]);
    }
}
