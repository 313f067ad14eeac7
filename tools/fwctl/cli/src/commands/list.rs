// SPDX-License-Identifier: GPL-2.0

//! `fwctl list`: which devices there are. Opens none.

use std::io;

use serde::Serialize;

use super::DeviceEntry;
use crate::failure::Failure;
use crate::page::{Page, Report};
use crate::session::Session;

/// `schema/list.json`.
#[derive(Serialize)]
struct List {
    devices: Vec<DeviceEntry>,
}

impl Report for List {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        let rows: Vec<Vec<String>> = self.devices.iter().map(DeviceEntry::row).collect();
        match rows.is_empty() {
            true => page.line("no devices"),
            false => page.table(&DeviceEntry::HEADING, &rows),
        }
    }
}

pub(super) fn run(session: &mut Session) -> Result<(), Failure> {
    let nodes = session.nodes()?;
    session.show(&List {
        devices: nodes.iter().map(DeviceEntry::from).collect(),
    })
}
