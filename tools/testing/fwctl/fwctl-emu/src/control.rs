// SPDX-License-Identifier: GPL-2.0

//! The control socket: one JSON request per line, one JSON reply per line, any number of clients.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result};
use serde_json::{json, Map, Value};
use tracing::{debug, warn};

use crate::machine::Machine;
use crate::Exit;

const LONGEST_LINE: u64 = 64 << 10;
const DEFAULT_TRACE: u64 = 32;

/// Listens on `path`; a stale socket is removed first.
pub(crate) fn listen(path: &Path) -> Result<UnixListener> {
    crate::remove_stale(path)?;
    UnixListener::bind(path)
        .with_context(|| format!("cannot listen for control on {}", path.display()))
}

/// Accepts clients, for ever.
pub(crate) fn serve(listener: &UnixListener, machine: &Arc<Machine>, exit: &Arc<Exit>) {
    for client in listener.incoming() {
        let client = match client {
            Ok(client) => client,
            Err(error) => {
                warn!("control client lost: {error}");
                continue;
            }
        };
        let machine = Arc::clone(machine);
        let exit = Arc::clone(exit);
        thread::spawn(move || {
            if let Err(error) = converse(&client, &machine, &exit) {
                debug!("control client ended: {error}");
            }
        });
    }
}

fn converse(client: &UnixStream, machine: &Machine, exit: &Exit) -> std::io::Result<()> {
    let mut lines = BufReader::new(client);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = (&mut lines).take(LONGEST_LINE);
        if limited.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (reply, leave) = answer(machine, &line);
        let mut text = reply.to_string();
        text.push('\n');
        let mut to = client;
        to.write_all(text.as_bytes())?;
        if leave {
            exit.now();
        }
    }
}

/// The reply to one line, and whether the process should end.
fn answer(machine: &Machine, line: &[u8]) -> (Value, bool) {
    let request: Value = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => return (refuse(format!("not a JSON request: {error}")), false),
    };
    let op = request.get("op").and_then(Value::as_str).unwrap_or("");
    let done = || Ok(Map::new());
    let result = match op {
        "state" | "exit" => state(machine),
        "trace" => {
            let last = request.get("last").and_then(Value::as_u64);
            let last = usize::try_from(last.unwrap_or(DEFAULT_TRACE)).unwrap_or(usize::MAX);
            let commands = machine.run(|inner| inner.with(|function, _| function.trace(last)));
            Ok(Map::from_iter([("commands".to_owned(), commands)]))
        }
        "trace_clear" => {
            machine.run(|inner| inner.with(|function, _| function.trace_clear()));
            done()
        }
        "fault" => {
            let fault = request.get("fault").unwrap_or(&Value::Null);
            machine
                .run(|inner| inner.with(|function, bus| function.fault(bus, fault)))
                .map(|()| Map::new())
        }
        "fault_clear" => {
            machine.run(|inner| inner.with(|function, bus| function.fault_clear(bus)));
            done()
        }
        other => Err(format!(
            "unknown op \"{other}\"; known: state, trace, trace_clear, fault, fault_clear, exit"
        )),
    };
    match result {
        Ok(mut reply) => {
            reply.insert("ok".to_owned(), json!(true));
            (reply.into(), op == "exit")
        }
        Err(error) => (refuse(error), false),
    }
}

fn state(machine: &Machine) -> Result<Map<String, Value>, String> {
    match machine.run(|inner| inner.with(|function, _| function.state())) {
        Value::Object(state) => Ok(state),
        _ => Err("the function has no state".to_owned()),
    }
}

fn refuse(error: String) -> Value {
    json!({"ok": false, "error": error})
}
