// SPDX-License-Identifier: GPL-2.0
//! Child processes that do not outlive the runner.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result};
use rustix::process::{kill_process_group, Pid, Signal};

/// A child in a process group of its own; dropping it kills the group.
#[derive(Debug)]
pub(crate) struct Group {
    child: Child,
    ended: bool,
}

impl Group {
    /// Starts `program` with its output in `log`. The kernel kills it when the
    /// calling thread ends, so call this from one that lives as long as the child.
    pub(crate) fn spawn<A: AsRef<OsStr>>(program: &Path, args: &[A], log: &Path) -> Result<Group> {
        let what = || format!("cannot start {}", program.display());
        let file = File::create(log).with_context(|| format!("cannot create {}", log.display()))?;
        let mut all: Vec<OsString> = vec!["--pdeathsig=KILL".into(), "--".into(), program.into()];
        all.extend(args.iter().map(|arg| arg.as_ref().to_os_string()));
        let child = Command::new("setpriv")
            .args(all)
            .stdin(Stdio::null())
            .stdout(file.try_clone().with_context(what)?)
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(what)?;
        Ok(Group {
            child,
            ended: false,
        })
    }

    /// The exit status, if it has ended.
    pub(crate) fn poll(&mut self) -> Result<Option<ExitStatus>> {
        let status = self
            .child
            .try_wait()
            .context("cannot wait for a child process")?;
        self.ended |= status.is_some();
        Ok(status)
    }

    /// Waits at most `bound`; none if it still runs then.
    pub(crate) fn wait(&mut self, bound: std::time::Duration) -> Result<Option<ExitStatus>> {
        let end = std::time::Instant::now() + bound;
        loop {
            let status = self.poll()?;
            if status.is_some() || std::time::Instant::now() >= end {
                return Ok(status);
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Kills the group and reaps the child.
    pub(crate) fn kill(&mut self) {
        if self.ended {
            return;
        }
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // An error means that the group is gone already.
            let _ = kill_process_group(pid, Signal::KILL);
        }
        let _ = self.child.wait();
        self.ended = true;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// How a process ended, for people.
pub(crate) fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown status".to_string(),
    }
}

/// The last lines of a log file, for an error message.
pub(crate) fn tail(log: &Path, lines: usize) -> String {
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    all.get(all.len().saturating_sub(lines)..)
        .unwrap_or_default()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dropping_kills_the_group() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let script = "sleep 1000 & echo $!; wait";
        let group = Group::spawn(Path::new("/bin/sh"), &["-c", script], &log).unwrap();
        let pid = loop {
            let text = std::fs::read_to_string(&log).unwrap();
            if text.ends_with('\n') {
                break text.trim().to_string();
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        drop(group);
        // The signal is there, but a grandchild ends when its CPU comes to it; not within 1000 s
        // if it was not killed. Reaped by whoever adopted it, or a zombie: it runs no more.
        let end = std::time::Instant::now() + Duration::from_secs(60);
        loop {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            if stat.is_empty() || stat.contains(") Z ") {
                break;
            }
            assert!(std::time::Instant::now() < end, "{stat}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn status_and_log_are_there() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let script = "echo a; echo b >&2; exit 3";
        let mut group = Group::spawn(Path::new("/bin/sh"), &["-c", script], &log).unwrap();
        let status = group.wait(Duration::from_secs(30)).unwrap().unwrap();
        assert_eq!(describe(status), "exit status 3");
        assert_eq!(tail(&log, 5), "a; b");
        assert_eq!(tail(&log, 1), "b");
    }
}
