// SPDX-License-Identifier: GPL-2.0

//! `fwctl mlx5 caps`: what the device can do, in force and at most.

use std::io;

use fwctl::mlx5::caps::{self, Group, Mode, GROUPS};
use fwctl::mlx5::{Mlx5, Status};
use fwctl::Error;
use serde::Serialize;

use crate::args::CapsArgs;
use crate::failure::Failure;
use crate::page::{Look, Page, Report};
use crate::session::Session;

/// `schema/mlx5-caps.json`.
#[derive(Serialize)]
struct Caps {
    device: String,
    groups: Vec<GroupEntry>,
    #[serde(skip)]
    zero: bool,
}

#[derive(Serialize)]
struct GroupEntry {
    number: u16,
    name: &'static str,
    fields: Vec<Cap>,
}

#[derive(Serialize)]
struct Cap {
    name: &'static str,
    current: u64,
    maximum: u64,
}

impl Report for Caps {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        for group in &self.groups {
            let shown = group.fields.iter();
            let shown: Vec<&Cap> = shown
                .filter(|cap| self.zero || cap.current != 0 || cap.maximum != 0)
                .collect();
            let width = shown
                .iter()
                .map(|cap| cap.name.len())
                .max()
                .unwrap_or(0)
                .max(8);
            let name = format!("{} ({:#x})", group.name, group.number);
            page.heading(&format!(
                "{name:width$}    {:>12}  {:>12}",
                "current", "maximum"
            ))?;
            for cap in &shown {
                let line = format!(
                    "  {:width$}  {:>12}  {:>12}",
                    cap.name, cap.current, cap.maximum
                );
                // What an administrator may want to know: something is not used to its full extent.
                match cap.current == cap.maximum {
                    true => page.line(&line)?,
                    false => {
                        let line = page.paint(Look::Heading, &line);
                        page.line(&line)?;
                    }
                }
            }
            let zero = group.fields.len() - shown.len();
            if zero > 0 {
                let text = format!("  {zero} more are 0");
                let text = page.paint(Look::Faint, &text);
                page.line(&text)?;
            }
        }
        Ok(())
    }
}

pub(super) fn run(session: &mut Session, args: &CapsArgs) -> Result<(), Failure> {
    let device = super::open(session, &args.device)?;
    let mlx5 = super::mlx5(session, &device)?;
    let wanted: Vec<&Group> = match (args.all, args.groups.is_empty()) {
        (true, _) => GROUPS.iter().collect(),
        (false, true) => vec![caps::GENERAL],
        (false, false) => args
            .groups
            .iter()
            .filter_map(|name| caps::by_name(name))
            .collect(),
    };
    let mut groups = Vec::new();
    for group in wanted {
        match query(&mlx5, group) {
            Ok(entry) => groups.push(entry),
            Err(Error::Firmware { status, .. }) if args.all && status == Status::BAD_PARAM => {}
            Err(error) => return Err(session.failed(error)),
        }
    }
    session.show(&Caps {
        device: device.name().to_owned(),
        groups,
        zero: args.zero,
    })
}

fn query(mlx5: &Mlx5<'_>, group: &'static Group) -> fwctl::Result<GroupEntry> {
    let current = mlx5.query_caps(group.number, Mode::Current)?;
    let maximum = mlx5.query_caps(group.number, Mode::Maximum)?;
    let pairs = group.decode(&current).zip(group.decode(&maximum));
    let fields = pairs.map(|((name, current), (_, maximum))| Cap {
        name,
        current,
        maximum,
    });
    Ok(GroupEntry {
        number: group.number,
        name: group.name,
        fields: fields.collect(),
    })
}
