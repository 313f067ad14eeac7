// SPDX-License-Identifier: GPL-2.0

//! `fwctl info`: what FWCTL_INFO says.

use std::io;

use fwctl::bnxt::{self, BnxtInfo};
use fwctl::mlx5::{self, Mlx5, Mlx5Info};
use fwctl::DeviceType;
use serde::Serialize;

use super::DeviceEntry;
use crate::args::InfoArgs;
use crate::failure::Failure;
use crate::hex;
use crate::page::{Page, Report};
use crate::session::Session;

/// `schema/info.json`.
#[derive(Serialize)]
struct Infos {
    devices: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    device: DeviceEntry,
    device_type: Type,
    data: String,
    mlx5: Option<Mlx5Entry>,
    bnxt: Option<BnxtEntry>,
}

#[derive(Serialize)]
struct Type {
    number: u32,
    name: String,
}

#[derive(Serialize)]
struct Mlx5Entry {
    uid: u32,
    uctx_caps: u32,
    uctx_caps_names: Vec<&'static str>,
}

#[derive(Serialize)]
struct BnxtEntry {
    uctx_caps: u32,
    uctx_caps_names: Vec<&'static str>,
}

impl From<Mlx5Info> for Mlx5Entry {
    fn from(info: Mlx5Info) -> Self {
        Self {
            uid: info.uid,
            uctx_caps: info.uctx_caps,
            uctx_caps_names: uctx_names(info.uctx_caps),
        }
    }
}

impl From<BnxtInfo> for BnxtEntry {
    fn from(info: BnxtInfo) -> Self {
        Self {
            uctx_caps: info.uctx_caps,
            uctx_caps_names: names(bnxt::UCTX_CAPS, info.uctx_caps),
        }
    }
}

/// Names of the rights in a user context of mlx5.
pub(super) fn uctx_names(caps: u32) -> Vec<&'static str> {
    names(mlx5::UCTX_CAPS, caps)
}

fn names(all: &[(u32, &'static str)], caps: u32) -> Vec<&'static str> {
    let set = all.iter().filter(|(bit, _)| caps & bit != 0);
    set.map(|&(_, name)| name).collect()
}

fn uctx_caps(caps: u32, names: &[&str]) -> (&'static str, String) {
    ("uctx caps", format!("{caps:#x} {}", names.join(" ")))
}

impl Report for Infos {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        if self.devices.is_empty() {
            return page.line("no devices");
        }
        for (i, entry) in self.devices.iter().enumerate() {
            if i > 0 {
                page.line("")?;
            }
            let device = &entry.device;
            page.heading(&device.name)?;
            let mut pairs = vec![("type", entry.device_type.name.clone())];
            let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".into());
            pairs.push(("address", known(&device.bus_address)));
            pairs.push(("driver", known(&device.driver)));
            pairs.push(("pci id", known(&device.pci_id)));
            match (&entry.mlx5, &entry.bnxt) {
                (Some(mlx5), _) => {
                    pairs.push(("uid", mlx5.uid.to_string()));
                    pairs.push(uctx_caps(mlx5.uctx_caps, &mlx5.uctx_caps_names));
                }
                (None, Some(bnxt)) => {
                    pairs.push(uctx_caps(bnxt.uctx_caps, &bnxt.uctx_caps_names));
                }
                (None, None) => pairs.push(("data", entry.data.clone())),
            }
            page.pairs(&pairs)?;
        }
        Ok(())
    }
}

pub(super) fn run(session: &mut Session, args: &InfoArgs) -> Result<(), Failure> {
    let nodes = match &args.device {
        Some(name) => vec![session.find(name)?],
        None => session.nodes()?,
    };
    let mut devices = Vec::new();
    for node in &nodes {
        let device = session.open(node)?;
        let info = device.info().map_err(|error| session.failed(error))?;
        let (mut mlx5, mut bnxt) = (None, None);
        match info.device_type {
            DeviceType::Mlx5 => mlx5 = Some(Mlx5::parse_info(&device, &info).map(Mlx5Entry::from)),
            DeviceType::Bnxt => bnxt = Some(BnxtInfo::parse(&device, &info).map(BnxtEntry::from)),
            _ => {}
        }
        let mlx5 = mlx5.transpose().map_err(|error| session.failed(error))?;
        let bnxt = bnxt.transpose().map_err(|error| session.failed(error))?;
        devices.push(Entry {
            device: node.into(),
            device_type: Type {
                number: info.device_type.number(),
                name: info.device_type.to_string(),
            },
            data: hex::digits(&info.data),
            mlx5,
            bnxt,
        });
    }
    session.show(&Infos { devices })
}
