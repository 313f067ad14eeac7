// SPDX-License-Identifier: GPL-2.0

//! Shows the ioctls instead of sending them.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

use fwctl::transport::{numbers, Registered, Transport};
use fwctl::{DeviceType, Errno, Memory, Node, Scope, UmemFlags};
use serde::Serialize;

use crate::hex;

/// A stand-in for an open node that answers with zeroes.
pub(crate) struct DryRun {
    node: Node,
    json: bool,
    resources: AtomicU32,
}

/// One ioctl that is not sent. The structure's fields are those of `include/uapi/fwctl/fwctl.h`.
#[derive(Serialize)]
struct Ioctl<'a> {
    dry_run: bool,
    path: String,
    ioctl: &'a str,
    number: u32,
    argument: Vec<Member<'a>>,
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    request: Option<String>,
}

#[derive(Serialize)]
struct Member<'a> {
    name: &'a str,
    value: u64,
}

impl DryRun {
    pub(crate) fn new(node: &Node, json: bool) -> Self {
        Self {
            node: node.clone(),
            json,
            resources: AtomicU32::new(0),
        }
    }

    fn show(&self, ioctl: &str, number: u32, members: &[(&str, u64)], request: Option<&[u8]>) {
        let argument = members.iter().map(|&(name, value)| Member { name, value });
        let shown = Ioctl {
            dry_run: true,
            path: self.node.path.display().to_string(),
            ioctl,
            number,
            argument: argument.collect(),
            request: request.map(hex::digits),
        };
        let mut out = io::stdout().lock();
        // Nobody is left to be told that the reader went away.
        let _ = match self.json {
            true => writeln!(out, "{}", serde_json::to_string(&shown).unwrap_or_default()),
            false => shown.text(&mut out, request),
        };
    }
}

impl Ioctl<'_> {
    fn text(&self, out: &mut impl Write, request: Option<&[u8]>) -> io::Result<()> {
        writeln!(
            out,
            "ioctl({}, {} {:#x})",
            self.path, self.ioctl, self.number
        )?;
        let members = self.argument.iter();
        let members: Vec<String> = members.map(|m| format!("{} {}", m.name, m.value)).collect();
        writeln!(out, "  {}", members.join(", "))?;
        for line in request.map(hex::dump).unwrap_or_default() {
            writeln!(out, "  {line}")?;
        }
        Ok(())
    }
}

impl Transport for DryRun {
    fn info(&self, data: &mut [u8]) -> Result<(u32, u32), Errno> {
        let (number, size) = numbers::INFO;
        let members = [
            ("size", size.into()),
            ("flags", 0),
            ("device_data_len", data.len() as u64),
        ];
        self.show("FWCTL_INFO", number, &members, None);
        // The driver says as much, and commands of a vendor want to go on.
        match self.node.driver.as_deref() {
            Some("mlx5_core") => Ok((DeviceType::Mlx5.number(), 8)),
            _ => Ok((0, 0)),
        }
    }

    fn rpc(&self, scope: Scope, request: &[u8], reply: &mut [u8]) -> Result<u32, Errno> {
        let (number, size) = numbers::RPC;
        let members = [
            ("size", size.into()),
            ("scope", scope.number().into()),
            ("in_len", request.len() as u64),
            ("out_len", reply.len() as u64),
        ];
        self.show("FWCTL_RPC", number, &members, Some(request));
        u32::try_from(reply.len()).map_err(|_| Errno::MSGSIZE)
    }

    fn umem_register(&self, memory: &Arc<Memory>, flags: UmemFlags) -> Result<Registered, Errno> {
        let (number, size) = numbers::UMEM_REG;
        let members = [
            ("size", size.into()),
            ("flags", flags.bits()),
            ("len", memory.len() as u64),
        ];
        self.show("FWCTL_RSC_UMEM_REG", number, &members, None);
        Ok(Registered {
            umem_id: 0,
            mkey: 0,
            rsc_id: self.resources.fetch_add(1, Ordering::Relaxed) + 1,
            // An address that is the same in each run.
            device_address: 0,
        })
    }

    fn umem_destroy(&self, rsc_id: u32) -> Result<(), Errno> {
        let (number, size) = numbers::DESTROY;
        let members = [
            ("size", size.into()),
            ("flags", 0),
            ("type", 0),
            ("rsc_id", rsc_id.into()),
        ];
        self.show("FWCTL_RSC_DESTROY", number, &members, None);
        Ok(())
    }
}
