// SPDX-License-Identifier: GPL-2.0

//! `fwctl monitor`: devices that come and go, from the kernel's events and, where these cannot be had,
//! from looking again and again.

use std::io;
use std::thread;
use std::time::{Duration, SystemTime};

use fwctl::{NoDevice, Uevents};
use serde::Serialize;

use super::DeviceEntry;
use crate::args::MonitorArgs;
use crate::failure::{Exit, Failure};
use crate::page::{Look, Page, Report};
use crate::session::Session;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum What {
    /// It was there at the beginning.
    Present,
    Add,
    Remove,
}

/// `schema/monitor.json`, one per line.
#[derive(Serialize)]
struct Event {
    /// Seconds since 1970, with fractions.
    time: f64,
    event: What,
    device: DeviceEntry,
}

impl Report for Event {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        let (look, word) = match self.event {
            What::Present => (Look::Faint, "present"),
            What::Add => (Look::Good, "add    "),
            What::Remove => (Look::Bad, "remove "),
        };
        let word = page.paint(look, word);
        let address = self.device.bus_address.as_deref().unwrap_or("-");
        page.line(&format!(
            "{} {word} {} {address}",
            clock(self.time),
            self.device.name
        ))
    }
}

/// Time of day, UTC.
fn clock(time: f64) -> String {
    let seconds = time as u64 % 86_400;
    let millis = (time.fract() * 1000.0) as u64;
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{h:02}:{m:02}:{s:02}.{millis:03}")
}

/// What is different between two looks. The order is: what went, then what came.
fn changes(old: &[DeviceEntry], new: &[DeviceEntry]) -> Vec<(What, DeviceEntry)> {
    let gone = old.iter().filter(|device| !new.contains(device));
    let come = new.iter().filter(|device| !old.contains(device));
    gone.map(|device| (What::Remove, device.clone()))
        .chain(come.map(|device| (What::Add, device.clone())))
        .collect()
}

fn look(session: &Session) -> Result<Vec<DeviceEntry>, Failure> {
    match session.nodes() {
        Ok(nodes) => Ok(nodes.iter().map(DeviceEntry::from).collect()),
        // The module may be loaded later.
        Err(failure) if failure.exit == Exit::NoDevice => match failure.error() {
            Some(fwctl::Error::NoDevice {
                why: NoDevice::NoClass,
                ..
            }) => Ok(Vec::new()),
            _ => Err(failure),
        },
        Err(failure) => Err(failure),
    }
}

pub(super) fn run(session: &mut Session, args: &MonitorArgs) -> Result<(), Failure> {
    // Before the first look, so that nothing is missed between.
    let events = match session.is_replay() || session.is_dry_run() {
        true => None,
        false => Uevents::open().ok(),
    };
    let mut known = look(session)?;
    for device in known.clone() {
        show(session, What::Present, device)?;
    }
    let mut left = args.count.unwrap_or(u64::MAX);
    // Nothing comes or goes in a record.
    if session.is_replay() || session.is_dry_run() {
        left = 0;
    }
    while left > 0 {
        let interval = Duration::from_secs_f64(args.interval.max(0.01));
        match &events {
            // Interfaces get their names later than the device appears, without an event of ours.
            Some(events) => match events.wait(None) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(_) => thread::sleep(interval),
            },
            None => thread::sleep(interval),
        }
        let now = look(session)?;
        for (what, device) in changes(&known, &now) {
            if left > 0 {
                show(session, what, device)?;
                left -= 1;
            }
        }
        known = now;
    }
    Ok(())
}

fn show(session: &mut Session, event: What, device: DeviceEntry) -> Result<(), Failure> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let time = match session.is_replay() {
        true => 0.0,
        false => now.unwrap_or_default().as_secs_f64(),
    };
    session.show(&Event {
        time,
        event,
        device,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fwctl::Node;

    fn device(name: &str, address: &str) -> DeviceEntry {
        DeviceEntry::from(&Node {
            name: name.into(),
            bus_address: Some(address.into()),
            ..Node::default()
        })
    }

    // Theory: what went is told before what came, and other hardware of the same name is both.
    #[test]
    fn changes_are_told_in_order() {
        let old = [
            device("fwctl0", "0000:01:00.0"),
            device("fwctl1", "0000:02:00.0"),
        ];
        let new = [
            device("fwctl0", "0000:03:00.0"),
            device("fwctl1", "0000:02:00.0"),
        ];
        let told = changes(&old, &new);
        assert_eq!(
            told,
            [(What::Remove, old[0].clone()), (What::Add, new[0].clone())]
        );
        assert!(changes(&new, &new).is_empty());
    }

    // Theory: the time of day wraps at midnight.
    #[test]
    fn clock_is_of_the_day() {
        assert_eq!(clock(86_400.0 * 3.0 + 3_661.25), "01:01:01.250");
    }
}
