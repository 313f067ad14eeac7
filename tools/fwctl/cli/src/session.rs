// SPDX-License-Identifier: GPL-2.0

//! Where devices and answers come from: the kernel, or a record of it.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::PathBuf;

use fwctl::transport::{Host, Ioctls, Recorder, Recording, ReplayFile, Transport};
use fwctl::{discovery, Device, Error, NoDevice, Node, Sysfs};

use crate::args::Global;
use crate::dry_run::DryRun;
use crate::failure::{Exit, Failure};
use crate::host;
use crate::page::{Page, Report};

/// One run of this program.
pub(crate) struct Session {
    host: Host,
    source: Source,
    recording: Option<(PathBuf, Recording)>,
    dry_run: bool,
    json: bool,
    page: Page,
}

enum Source {
    Kernel(Sysfs),
    Record(ReplayFile),
}

impl Session {
    pub(crate) fn new(global: &Global) -> Result<Self, Failure> {
        let source = match &global.replay {
            Some(path) => {
                let file = ReplayFile::read(path);
                Source::Record(file.map_err(|why| Failure::new(Exit::Data, why))?)
            }
            None => Source::Kernel(Sysfs::new()),
        };
        let host = match &source {
            Source::Record(file) => file.host().clone(),
            Source::Kernel(_) => host::look(),
        };
        let mut session = Self {
            host,
            source,
            recording: None,
            dry_run: global.dry_run,
            json: global.json,
            page: match global.dry_run {
                true => Page::discard(),
                false => Page::new(global.json, global.color),
            },
        };
        if let Some(path) = &global.record {
            let file = File::create(path).map_err(|error| Failure::file(path, &error))?;
            // Without devices the record says that there were none.
            let nodes = session.nodes().unwrap_or_default();
            let host = session.host.clone();
            let recording = Recording::new(Box::new(BufWriter::new(file)), host, &nodes);
            session.recording = Some((path.clone(), recording));
        }
        Ok(session)
    }

    /// What decides about rights.
    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// Whether output goes nowhere.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether answers come from a record, so that nobody has to wait for them.
    pub(crate) fn is_replay(&self) -> bool {
        matches!(self.source, Source::Record(_))
    }

    /// Shows a report.
    pub(crate) fn show(&mut self, report: &impl Report) -> Result<(), Failure> {
        Ok(self.page.show(report)?)
    }

    pub(crate) fn page(&mut self) -> &mut Page {
        &mut self.page
    }

    /// A note beside the output.
    pub(crate) fn note(&self, text: &str) {
        if !self.dry_run {
            eprintln!("fwctl: {text}");
        }
    }

    /// Turns an error of the library into one for people.
    pub(crate) fn failed(&self, error: Error) -> Failure {
        Failure::of(error, &self.host)
    }

    /// All devices.
    pub(crate) fn nodes(&self) -> Result<Vec<Node>, Failure> {
        match &self.source {
            Source::Kernel(sysfs) => sysfs.list().map_err(|error| self.failed(error)),
            Source::Record(file) => Ok(file.nodes().to_vec()),
        }
    }

    /// The device that `name` means.
    pub(crate) fn find(&self, name: &str) -> Result<Node, Failure> {
        let found = match &self.source {
            Source::Kernel(sysfs) => sysfs.find(name),
            Source::Record(file) => discovery::pick(file.nodes().to_vec(), name),
        };
        match found {
            // What would be sent can be seen without a device too.
            Err(Error::NoDevice {
                why: NoDevice::NoClass | NoDevice::None,
                ..
            }) if self.dry_run => Ok(Node {
                name: name.to_owned(),
                path: PathBuf::from("/dev/fwctl").join(name),
                driver: Some("mlx5_core".to_owned()),
                ..Node::default()
            }),
            found => found.map_err(|error| self.failed(error)),
        }
    }

    /// Opens a device.
    pub(crate) fn open(&self, node: &Node) -> Result<Device, Failure> {
        let mut transport: Box<dyn Transport> = match &self.source {
            _ if self.dry_run => Box::new(DryRun::new(node, self.json)),
            Source::Record(file) => Box::new(file.open(&node.name)),
            Source::Kernel(_) => Box::new(Ioctls::open(node).map_err(|error| self.failed(error))?),
        };
        if let Some((_, recording)) = &self.recording {
            transport = Box::new(Recorder::new(transport, &node.name, recording.clone()));
        }
        Ok(Device::with_transport(node.clone(), transport))
    }

    /// Finds and opens a device.
    pub(crate) fn device(&self, name: &str) -> Result<Device, Failure> {
        self.open(&self.find(name)?)
    }

    /// The end, with what came of the command.
    pub(crate) fn finish(self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        if let Some((path, recording)) = &self.recording {
            let written: io::Result<()> = recording.finish();
            written.map_err(|error| Failure::file(path, &error))?;
        }
        // Zeroes that stand for answers make no sense to most commands, which is no failure.
        if self.dry_run
            && outcome
                .as_ref()
                .is_err_and(|failure| failure.exit == Exit::Data)
        {
            return Ok(());
        }
        if let (Source::Record(file), Ok(())) = (&self.source, &outcome) {
            let left = file.left();
            if left > 0 {
                let why = format!("{left} calls of the record were not made");
                return Err(Failure::new(Exit::Failed, why));
            }
        }
        outcome
    }
}
