// SPDX-License-Identifier: GPL-2.0
//! An interactive shell in a VM: this terminal becomes the guest's console.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use anyhow::{bail, Context, Result};
use rustix::termios::{self, OptionalActions, Termios};

use crate::cli::ShellArgs;
use crate::guest::quote;
use crate::output;
use crate::run::{self, Job, Message, Sink};

/// Ctrl-A, as in QEMU.
const ESCAPE: u8 = 1;

/// The terminal's settings, put back on drop.
struct Raw {
    before: Termios,
}

impl Raw {
    fn enter() -> Result<Raw> {
        let stdin = rustix::stdio::stdin();
        let before =
            termios::tcgetattr(stdin).context("stdin is not a terminal: use `fwctl-vm run`")?;
        let mut raw = before.clone();
        raw.make_raw();
        termios::tcsetattr(stdin, OptionalActions::Now, &raw)?;
        Ok(Raw { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.before);
    }
}

/// Finds the escape sequences in what is typed.
#[derive(Debug, Default)]
struct Keys {
    escaped: bool,
}

impl Keys {
    /// The bytes to pass on, and whether Ctrl-A X was typed.
    fn take(&mut self, typed: &[u8]) -> (Vec<u8>, bool) {
        let mut passed = Vec::new();
        for &byte in typed {
            if !self.escaped {
                if byte == ESCAPE {
                    self.escaped = true;
                } else {
                    passed.push(byte);
                }
                continue;
            }
            self.escaped = false;
            match byte {
                b'x' | b'X' => return (passed, true),
                b'a' | b'A' | ESCAPE => passed.push(ESCAPE),
                _ => passed.extend([ESCAPE, byte]),
            }
        }
        (passed, false)
    }
}

struct Terminal;

impl Sink for Terminal {
    fn data(&mut self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    }

    fn connected(&mut self, mut io: UnixStream, quit: Sender<Message>) {
        thread::spawn(move || {
            let mut keys = Keys::default();
            let mut buffer = [0; 1024];
            while let Ok(len) = io::stdin().read(&mut buffer) {
                let (passed, out) = keys.take(buffer.get(..len).unwrap_or_default());
                if out || len == 0 {
                    let _ = quit.send(Message::Quit);
                    return;
                }
                if io.write_all(&passed).is_err() {
                    return;
                }
            }
        });
    }
}

pub(crate) fn run_shell(args: ShellArgs) -> Result<u8> {
    output::check_env(&args.vm)?;
    if !termios::isatty(rustix::stdio::stdout()) {
        bail!("stdout is not a terminal: use `fwctl-vm run`");
    }
    let shares = output::shares(&args.vm)?;
    let cwd = shares
        .first()
        .map_or("/root".into(), |share| share.path.to_string_lossy());
    let term = std::env::var("TERM").unwrap_or_else(|_| "linux".to_string());
    let mut script = format!("#!/bin/sh\nexport TERM={}\n", quote(&term));
    for (name, value) in args.vm.env.iter().filter_map(|pair| pair.split_once('=')) {
        script.push_str(&format!("export {name}={}\n", quote(value)));
    }
    script.push_str(&format!("cd {}\nexec bash -i\n", quote(&cwd)));
    let job = Job {
        script,
        shares,
        tty: true,
        timeout: args.vm.vm_timeout.map(Duration::from_secs),
        expect_end: None,
    };
    eprintln!(
        "Ctrl-A X ends the VM; `exit` ends it with a check of kernel log and firmware objects."
    );
    let raw = Raw::enter()?;
    let result = run::run(&args.vm, &job, Terminal);
    drop(raw);
    let (outcome, _) = result?;
    if outcome.quit {
        eprintln!();
        return Ok(0);
    }
    outcome.report(&mut io::stderr(), "");
    Ok(outcome.exit_status())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_quits_or_passes() {
        let mut keys = Keys::default();
        assert_eq!(keys.take(b"ls\x03"), (b"ls\x03".to_vec(), false));
        assert_eq!(keys.take(b"a\x01"), (b"a".to_vec(), false));
        assert_eq!(keys.take(b"a"), (b"\x01".to_vec(), false));
        assert_eq!(keys.take(b"\x01c"), (b"\x01c".to_vec(), false));
        assert_eq!(keys.take(b"b\x01xc"), (b"b".to_vec(), true));
    }
}
