// SPDX-License-Identifier: GPL-2.0

//! The control socket: one JSON request per line, one JSON reply per line, any number of clients. A reply has
//! `"ok":true`, or `"ok":false` and `error`. Numbers may be strings such as "0x805".
//!
//! ```text
//! {"op":"state"}                    live objects by kind, findings, counters
//! {"op":"trace","opcode":"0x200","op_mod":0,"uid":3,"register":"0x402e","last":8,"input":true}
//!                                   commands that arrived: `matched` counts those that the fields accept, `commands` has
//!                                   the last of them, with the first 272 bytes of their input if asked; each field is
//!                                   optional
//! {"op":"trace_clear"}
//! {"op":"fault","fault":{"kind":K,...}}   arms a fault; an unknown kind is answered with the known ones
//! {"op":"fault_clear"}              disarms all; a connectx answers what was held back, a netxtreme forgets it
//! {"op":"unplug"}                   the function is gone from the bus until the next guest: all reads are ones
//! {"op":"exit"}                     as state, then the process ends
//! ```
//!
//! Faults of commands take the same fields to say which, and hit `times` times (1 if absent, 0 for ever).

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result};
use serde_json::{json, Map, Value};
use tracing::{debug, warn};

use crate::machine::{Inner, Machine};
use crate::Exit;

const LONGEST_LINE: u64 = 64 << 10;

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
        "state" | "exit" => fields(machine.run(|inner| inner.with(|function, _| function.state()))),
        "trace" => machine
            .run(|inner| inner.with(|function, _| function.trace(&request)))
            .and_then(fields),
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
        "unplug" => {
            machine.run(|Inner { endpoint, platform }| endpoint.unplug(platform));
            done()
        }
        other => Err(format!(
            "unknown op \"{other}\"; known: state, trace, trace_clear, fault, fault_clear, unplug, exit"
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

fn fields(reply: Value) -> Result<Map<String, Value>, String> {
    match reply {
        Value::Object(fields) => Ok(fields),
        _ => Err("the function has nothing to say".to_owned()),
    }
}

fn refuse(error: String) -> Value {
    json!({"ok": false, "error": error})
}

#[cfg(test)]
mod tests {
    use super::*;
    use connectx::{Config, ConnectX};

    fn machine() -> Machine {
        let function = ConnectX::new(Config::default());
        match Machine::new(Box::new(function)) {
            Ok(machine) => machine,
            Err(error) => unreachable!("{error}"),
        }
    }

    fn ask(machine: &Machine, line: &str) -> Value {
        answer(machine, line.as_bytes()).0
    }

    #[test]
    fn state_counts_every_kind_of_object() {
        let (state, leave) = answer(&machine(), br#"{"op":"state"}"#);
        assert_eq!((&state["ok"], leave), (&json!(true), false));
        for kind in ["uid", "pd", "mkey", "umem", "eq", "uar", "page"] {
            assert_eq!(state["objects"][kind], json!(0), "{kind}");
        }
    }

    #[test]
    fn trace_is_asked_with_fields() {
        let machine = machine();
        for line in [
            r#"{"op":"trace"}"#,
            r#"{"op":"trace","opcode":"0x200","op_mod":0,"uid":3,"register":"0x402e","last":8,"input":true}"#,
        ] {
            let reply = ask(&machine, line);
            let nothing = json!({"ok": true, "commands": [], "matched": 0});
            assert_eq!(reply, nothing, "{line}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let machine = machine();
        for (line, word) in [
            (r#"{"op":"nonsense"}"#, "trace_clear"),
            (r#"{"op":"trace","opcode":"0x10000"}"#, "opcode"),
            (r#"{"op":"trace","opcod":1}"#, "opcod"),
            (r#"{"op":"trace","last":-1}"#, "last"),
            (r#"{"op":"fault","fault":{"kind":"scribble"}}"#, "umem"),
            (
                r#"{"op":"fault","fault":{"kind":"scribble","umem":1}}"#,
                "umem 1",
            ),
            ("nonsense", "JSON"),
        ] {
            let reply = ask(&machine, line);
            assert_eq!(reply["ok"], json!(false), "{line}");
            let error = reply["error"].as_str().unwrap_or("");
            assert!(error.contains(word), "{line}: {error}");
        }
    }
}
