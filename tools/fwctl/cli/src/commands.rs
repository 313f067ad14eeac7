// SPDX-License-Identifier: GPL-2.0

//! The commands, one file each.

pub(crate) mod generate;
mod info;
mod list;
mod mlx5;
mod monitor;
mod rpc;

use fwctl::Node;
use serde::Serialize;

use crate::args::Command;
use crate::failure::Failure;
use crate::session::Session;

pub(crate) fn run(session: &mut Session, command: &Command) -> Result<(), Failure> {
    match command {
        Command::List => list::run(session),
        Command::Info(args) => info::run(session, args),
        Command::Rpc(args) => rpc::run(session, args),
        Command::Monitor(args) => monitor::run(session, args),
        Command::Mlx5(command) => mlx5::run(session, command),
        Command::Generate(what) => generate::run(what),
    }
}

/// A device in JSON. `pci_id` is vendor and device, four hexadecimal digits each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DeviceEntry {
    pub(crate) name: String,
    path: String,
    pub(crate) bus_address: Option<String>,
    driver: Option<String>,
    pci_id: Option<String>,
    netdevs: Vec<String>,
    ibdevs: Vec<String>,
}

impl From<&Node> for DeviceEntry {
    fn from(node: &Node) -> Self {
        Self {
            name: node.name.clone(),
            path: node.path.display().to_string(),
            bus_address: node.bus_address.clone(),
            driver: node.driver.clone(),
            pci_id: node
                .pci_id
                .map(|(vendor, device)| format!("{vendor:04x}:{device:04x}")),
            netdevs: node.netdevs.clone(),
            ibdevs: node.ibdevs.clone(),
        }
    }
}

impl DeviceEntry {
    const HEADING: [&'static str; 6] =
        ["device", "address", "driver", "pci id", "netdevs", "ibdevs"];

    fn row(&self) -> Vec<String> {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let list = |names: &[String]| match names {
            [] => "-".to_owned(),
            names => names.join(","),
        };
        vec![
            self.name.clone(),
            or_dash(&self.bus_address),
            or_dash(&self.driver),
            or_dash(&self.pci_id),
            list(&self.netdevs),
            list(&self.ibdevs),
        ]
    }
}
