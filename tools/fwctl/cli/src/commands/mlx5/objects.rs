// SPDX-License-Identifier: GPL-2.0

//! `fwctl mlx5 objects`: what this process is to the firmware, what it may make, and in which scopes.

use std::io;

use fwctl::mlx5::caps::{Mode, GENERAL};
use fwctl::transport::Host;
use fwctl::Scope;
use serde::Serialize;

use super::super::info::uctx_names;
use crate::args::DeviceArg;
use crate::failure::Failure;
use crate::host::lockdown;
use crate::page::{Page, Report};
use crate::session::Session;

/// `schema/mlx5-objects.json`.
#[derive(Serialize)]
struct Objects {
    device: String,
    /// The user context of the descriptor that asked; each has its own.
    uid: u32,
    uctx_caps: u32,
    uctx_caps_names: Vec<&'static str>,
    /// Rights that the device could give.
    device_uctx_caps: u64,
    device_uctx_caps_names: Vec<&'static str>,
    limits: Vec<Limit>,
    scopes: Vec<ScopeEntry>,
}

/// How many the device has of a kind, for all its users together.
#[derive(Serialize)]
struct Limit {
    kind: &'static str,
    count: u64,
}

#[derive(Serialize)]
struct ScopeEntry {
    scope: &'static str,
    allowed: bool,
    note: Option<String>,
}

const KINDS: &[(&str, &str)] = &[
    ("uid", "log_max_uctx"),
    ("umem", "log_max_umem"),
    ("mkey", "log_max_mkey"),
    ("pd", "log_max_pd"),
];

impl Report for Objects {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        page.heading(&self.device)?;
        let caps = |caps: u64, names: &[&str]| format!("{caps:#x} {}", names.join(" "));
        page.pairs(&[
            ("uid", self.uid.to_string()),
            (
                "uctx caps",
                caps(self.uctx_caps.into(), &self.uctx_caps_names),
            ),
            (
                "of the device",
                caps(self.device_uctx_caps, &self.device_uctx_caps_names),
            ),
        ])?;
        let limits = self.limits.iter();
        let limits = limits.map(|limit| vec![limit.kind.to_owned(), limit.count.to_string()]);
        page.table(&["kind", "at most"], &limits.collect::<Vec<_>>())?;
        let scopes = self.scopes.iter().map(|entry| {
            let allowed = if entry.allowed { "yes" } else { "no" };
            let note = entry.note.clone().unwrap_or_default();
            vec![entry.scope.to_owned(), allowed.to_owned(), note]
        });
        page.table(&["scope", "allowed", ""], &scopes.collect::<Vec<_>>())
    }
}

pub(super) fn run(session: &mut Session, args: &DeviceArg) -> Result<(), Failure> {
    let device = super::open(session, args)?;
    let mlx5 = super::mlx5(session, &device)?;
    let info = mlx5.info();
    let caps = mlx5
        .query_caps(GENERAL.number, Mode::Current)
        .map_err(|error| session.failed(error))?;
    let device_caps = GENERAL.get(&caps, "uctx_cap").unwrap_or_default();
    let limits = KINDS.iter().filter_map(|&(kind, cap)| {
        let log = GENERAL.get(&caps, cap).filter(|&log| log > 0)?;
        Some(Limit {
            kind,
            count: 1u64.checked_shl(log.try_into().ok()?)?,
        })
    });
    let names = |caps: u32| uctx_names(caps);
    session.show(&Objects {
        device: device.name().to_owned(),
        uid: info.uid,
        uctx_caps: info.uctx_caps,
        uctx_caps_names: names(info.uctx_caps),
        device_uctx_caps: device_caps,
        device_uctx_caps_names: names(device_caps as u32),
        limits: limits.collect(),
        scopes: scopes(session.host()),
    })
}

fn scopes(host: &Host) -> Vec<ScopeEntry> {
    let entry = |scope: Scope| {
        let full = scope == Scope::DebugWriteFull;
        let allowed = !full || host.rawio;
        let note = match (full, lockdown(host)) {
            (true, _) if !allowed => Some("needs CAP_SYS_RAWIO".to_owned()),
            (true, Some(level)) => Some(format!("counts as debug-write under lockdown={level}")),
            _ if scope.taints() => Some("taints the kernel".to_owned()),
            _ => None,
        };
        ScopeEntry {
            scope: scope.name(),
            allowed,
            note,
        }
    };
    Scope::ALL.map(entry).into()
}
