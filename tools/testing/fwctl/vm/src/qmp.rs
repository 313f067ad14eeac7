// SPDX-License-Identifier: GPL-2.0
//! QEMU's monitor (QMP): one connection, one command at a time.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{bail, Context, Result};
use serde_json::{json, Value};

const REPLY_BOUND: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Qmp {
    reader: BufReader<UnixStream>,
}

impl Qmp {
    /// Connects and leaves the negotiation mode.
    pub(crate) fn connect(path: &Path) -> Result<Qmp> {
        let stream = UnixStream::connect(path)
            .with_context(|| format!("cannot connect to {}", path.display()))?;
        stream.set_read_timeout(Some(REPLY_BOUND))?;
        let mut qmp = Qmp {
            reader: BufReader::new(stream),
        };
        qmp.read()?;
        qmp.execute("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    fn read(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            bail!("QEMU closed its monitor");
        }
        serde_json::from_str(&line)
            .with_context(|| format!("bad line from QEMU's monitor: {line:?}"))
    }

    pub(crate) fn execute(&mut self, command: &str, arguments: Value) -> Result<Value> {
        let mut line = json!({ "execute": command, "arguments": arguments }).to_string();
        line.push('\n');
        self.reader.get_mut().write_all(line.as_bytes())?;
        loop {
            let reply = self.read()?;
            if let Some(error) = reply.get("error") {
                bail!(
                    "{command}: {}",
                    error
                        .get("desc")
                        .and_then(Value::as_str)
                        .unwrap_or("failed")
                );
            }
            if let Some(value) = reply.get("return") {
                return Ok(value.clone());
            }
            // Anything else is an event.
        }
    }

    /// A command of the human monitor; its output, which is empty or the
    /// complaint for most.
    pub(crate) fn human(&mut self, command: &str) -> Result<String> {
        let value = self.execute("human-monitor-command", json!({ "command-line": command }))?;
        Ok(value.as_str().unwrap_or_default().trim().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    #[test]
    fn greeting_events_and_errors() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("qmp");
        let listener = UnixListener::bind(&path).unwrap();
        let server = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut line = String::new();
            reader.get_mut().write_all(b"{\"QMP\":{}}\n").unwrap();
            for reply in [
                "{\"return\":{}}\n",
                "{\"event\":\"X\"}\n{\"return\":\"out\\r\\n\"}\n",
                "{\"error\":{\"desc\":\"no\"}}\n",
            ] {
                reader.read_line(&mut line).unwrap();
                reader.get_mut().write_all(reply.as_bytes()).unwrap();
            }
        });
        let mut qmp = Qmp::connect(&path).unwrap();
        assert_eq!(qmp.human("info").unwrap(), "out");
        assert_eq!(
            qmp.human("bad").unwrap_err().to_string(),
            "human-monitor-command: no"
        );
        server.join().unwrap();
    }
}
