// SPDX-License-Identifier: GPL-2.0
//! The port `fwctl.host`: what a test in the VM may ask of the machine around
//! it. One JSON line each way:
//!
//! ```text
//! {"op":"aer","device":0,"error":"DLP"}   inject a PCIe error into the device's root port
//! {"ok":true}  or  {"ok":false,"error":"..."}
//! ```

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use anyhow::{bail, Result};
use serde::Deserialize;
use serde_json::json;

use crate::qemu;
use crate::qmp::Qmp;

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
enum Request {
    Aer { device: usize, error: String },
}

/// Serves the port until QEMU closes it.
pub(crate) fn serve(stream: UnixStream, qmp: PathBuf, devices: usize) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while matches!(reader.read_line(&mut line), Ok(len) if len > 0) {
        let reply = match handle(&line, &qmp, devices) {
            Ok(()) => json!({ "ok": true }),
            Err(error) => json!({ "ok": false, "error": format!("{error:#}") }),
        };
        if reader
            .get_mut()
            .write_all(format!("{reply}\n").as_bytes())
            .is_err()
        {
            return;
        }
        line.clear();
    }
}

fn handle(line: &str, qmp: &std::path::Path, devices: usize) -> Result<()> {
    let command = monitor_command(line, devices)?;
    let output = Qmp::connect(qmp)?.human(&command)?;
    // "OK id: rp0 root bus: pcie.0, ..." where it worked.
    if output.is_empty() || output.starts_with("OK") {
        return Ok(());
    }
    bail!("{command}: {output}")
}

fn monitor_command(line: &str, devices: usize) -> Result<String> {
    match serde_json::from_str(line)? {
        Request::Aer { device, error } => {
            if device >= devices {
                bail!("no device {device}");
            }
            if error.is_empty()
                || !error
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            {
                bail!("{error:?} is not the name of an AER error");
            }
            Ok(format!(
                "pcie_aer_inject_error {} {error}",
                qemu::root_port(device)
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_requests_pass() {
        let good = r#"{"op":"aer","device":1,"error":"DLP"}"#;
        assert_eq!(
            monitor_command(good, 2).unwrap(),
            "pcie_aer_inject_error rp1 DLP"
        );
        assert!(monitor_command(good, 1).is_err());
        assert!(monitor_command(r#"{"op":"aer","device":0,"error":"DLP\nquit"}"#, 1).is_err());
        assert!(monitor_command(r#"{"op":"quit"}"#, 1).is_err());
        assert!(monitor_command("", 1).is_err());
    }
}
