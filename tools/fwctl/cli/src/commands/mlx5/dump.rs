// SPDX-License-Identifier: GPL-2.0

//! `fwctl mlx5 dump`: resource dumps, and dumps in files.

use std::fs;
use std::io;
use std::path::Path;

use fwctl::mlx5::dump::{self, MenuRecord, Parsed, Segment};
use fwctl::mlx5::layout;
use fwctl::mlx5::resource_dump::{fetch, Request, Via};
use fwctl::mlx5::Fetched;
use fwctl::mlx5::{core_dump, Mlx5};
use fwctl::{Scope, UmemFlags};
use serde::Serialize;

use super::fields::{entries, FieldEntry};
use crate::args::{DeviceArg, DumpArgs};
use crate::failure::{Exit, Failure};
use crate::hex;
use crate::page::{count, Look, Page, Report};
use crate::session::Session;

/// More than any device has; what goes on beyond is broken.
pub(super) const LIMIT: usize = 256 << 20;

/// `schema/mlx5-dump.json`: a stream of segments.
#[derive(Serialize)]
struct Segments {
    /// The device, or the file that was taken apart.
    from: String,
    bytes: usize,
    /// RPCs that it took; none for a file.
    rpcs: Option<u64>,
    /// Whether it is all there.
    complete: bool,
    /// What is wrong with the rest.
    problem: Option<String>,
    segments: Vec<SegmentEntry>,
    #[serde(skip)]
    raw: bool,
}

#[derive(Serialize)]
struct SegmentEntry {
    at: usize,
    #[serde(rename = "type")]
    kind: u16,
    name: Option<String>,
    len: usize,
    fields: Vec<FieldEntry>,
    /// Behind the fields of a resource.
    payload: String,
    #[serde(skip)]
    bytes: Vec<u8>,
}

/// `schema/mlx5-dump-menu.json`.
#[derive(Serialize)]
struct Menu {
    device: String,
    segments: Vec<MenuEntry>,
}

#[derive(Serialize)]
struct MenuEntry {
    #[serde(rename = "type")]
    kind: u16,
    name: String,
    arguments: Vec<ArgumentEntry>,
}

#[derive(Serialize)]
struct ArgumentEntry {
    option: &'static str,
    /// What the firmware calls it.
    name: String,
    required: bool,
}

/// `schema/mlx5-dump-registers.json`: a core dump of registers.
#[derive(Serialize)]
struct Registers {
    from: String,
    bytes: usize,
    complete: bool,
    problem: Option<String>,
    registers: Vec<RegisterEntry>,
}

#[derive(Serialize)]
struct RegisterEntry {
    address: u32,
    value: u32,
}

impl Report for Segments {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        for segment in &self.segments {
            let name = segment.name.as_deref().unwrap_or("resource");
            let (at, len, kind) = (segment.at, segment.len, segment.kind);
            let head = page.paint(Look::Heading, &format!("{at:#08x}  {kind:#06x} {name:16}"));
            let fields = segment.fields.iter();
            let fields: Vec<String> = fields
                .map(|field| format!("{} {}", field.name, field.shown()))
                .collect();
            page.line(&format!("{head} {len:>7} B  {}", fields.join(", ")))?;
            if self.raw {
                for line in hex::dump(&segment.bytes) {
                    page.line(&format!("  {line}"))?;
                }
            }
        }
        let rpcs = self
            .rpcs
            .map(|rpcs| format!(" in {}", count(rpcs, "RPC")))
            .unwrap_or_default();
        let text = format!(
            "{} bytes, {}{rpcs}",
            self.bytes,
            count(self.segments.len() as u64, "segment")
        );
        page.line(&text)
    }
}

impl Report for Menu {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        let rows = self.segments.iter().map(|segment| {
            let arguments = segment.arguments.iter().map(|argument| {
                let text = match argument.name.as_str() {
                    "" => argument.option.to_owned(),
                    name => format!("{} {name}", argument.option),
                };
                if argument.required {
                    text
                } else {
                    format!("[{text}]")
                }
            });
            let arguments: Vec<String> = arguments.collect();
            let kind = format!("{:#06x}", segment.kind);
            vec![segment.name.clone(), kind, arguments.join(" ")]
        });
        page.table(&["segment", "type", "arguments"], &rows.collect::<Vec<_>>())
    }
}

impl Report for Registers {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        for register in &self.registers {
            page.line(&format!(
                "{:#010x} {:#010x}",
                register.address, register.value
            ))?;
        }
        page.line(&format!(
            "{} bytes, {} registers",
            self.bytes,
            self.registers.len()
        ))
    }
}

/// Fetches the menu: the records that there are.
pub(super) fn menu(
    session: &Session,
    mlx5: &Mlx5<'_>,
    scope: Scope,
) -> Result<(Vec<MenuRecord>, u64), Failure> {
    let request = Request {
        segment: dump::MENU,
        ..Request::default()
    };
    let fetched = fetch(mlx5, scope, &request, &Via::Inline, LIMIT, &mut |_| {});
    if let Some(error) = fetched.failure {
        return Err(session.failed(error));
    }
    let parsed = dump::parse(&fetched.bytes);
    let menu = menu_of(&parsed);
    let broken = |why: String| {
        let name = mlx5.device().name();
        Failure::new(Exit::Data, format!("{name}: the menu of segments: {why}"))
    };
    match (menu.map(dump::menu), parsed.problem) {
        (_, Some(problem)) | (Some((_, Some(problem))), None) => Err(broken(problem.to_string())),
        (Some((records, None)), None) => Ok((records, fetched.rpcs)),
        (None, None) => Err(broken("it is not there".into())),
    }
}

fn menu_of<'a>(parsed: &'a Parsed<'_>) -> Option<&'a Segment<'a>> {
    let mut segments = parsed.segments.iter();
    segments.find(|segment| segment.kind == dump::MENU)
}

/// The type of a segment that is called by name or number.
pub(super) fn segment_type(name: &str, menu: &[MenuRecord]) -> Result<u16, Failure> {
    let number = layout::number(name).and_then(|number| u16::try_from(number).ok());
    let named = || {
        menu.iter()
            .find(|record| record.name.eq_ignore_ascii_case(name))
    };
    number
        .or_else(|| named().map(|record| record.kind))
        .ok_or_else(|| {
            let names: Vec<&str> = menu.iter().map(|record| record.name.as_str()).collect();
            let why = format!(
                "{name}: the device has no such segment; it has {}",
                names.join(", ")
            );
            Failure::new(Exit::Usage, why)
        })
}

pub(super) fn run(session: &mut Session, args: &DumpArgs) -> Result<(), Failure> {
    if let Some(path) = &args.parse {
        return parse_file(session, path, args.raw);
    }
    let name = args.device.clone().unwrap_or_default();
    let device = super::open(session, &DeviceArg { device: name })?;
    let mlx5 = super::mlx5(session, &device)?;
    let scope = args.scope.scope.unwrap_or(Scope::DebugReadOnly);
    let (records, menu_rpcs) = match &args.segment {
        Some(segment) if layout::number(segment).is_some() => (Vec::new(), 0),
        _ => menu(session, &mlx5, scope)?,
    };
    let Some(segment) = &args.segment else {
        return session.show(&Menu {
            device: device.name().to_owned(),
            segments: records.iter().map(MenuEntry::from).collect(),
        });
    };
    let request = Request {
        segment: segment_type(segment, &records)?,
        index1: args.index1,
        index2: args.index2,
        num_of_obj1: args.num1,
        num_of_obj2: args.num2,
        vhca_id: args.vhca_id,
    };
    let umem = match args.umem {
        Some(len) => {
            let umem = device.umem(len, UmemFlags::MKEY);
            Some(umem.map_err(|error| session.failed(error))?)
        }
        None => None,
    };
    let via = umem.as_ref().map_or(Via::Inline, Via::Memory);
    let mut fetched = fetch(&mlx5, scope, &request, &via, LIMIT, &mut |_| {});
    fetched.rpcs += menu_rpcs;
    if let Some(path) = &args.output {
        let written = fs::write(path, &fetched.bytes);
        written.map_err(|error| Failure::file(path, &error))?;
    }
    show(session, device.name(), fetched, &records, args.raw)
}

/// Shows what came, and then what is wrong with it.
fn show(
    session: &mut Session,
    from: &str,
    fetched: Fetched,
    records: &[MenuRecord],
    raw: bool,
) -> Result<(), Failure> {
    if let (Some(error), true) = (&fetched.failure, fetched.bytes.is_empty()) {
        return Err(session.failed(error.clone()));
    }
    let parsed = dump::parse(&fetched.bytes);
    let problem = match &fetched.failure {
        Some(error) => Some(error.to_string()),
        None => parsed.problem.as_ref().map(ToString::to_string),
    };
    let segments = Segments {
        from: from.to_owned(),
        bytes: fetched.bytes.len(),
        rpcs: Some(fetched.rpcs),
        complete: problem.is_none(),
        problem,
        segments: segment_entries(&parsed, records),
        raw,
    };
    match fetched.failure {
        Some(error) => {
            session.show(&segments)?;
            Err(session.failed(error))
        }
        None => show_segments(session, &segments),
    }
}

fn show_segments(session: &mut Session, segments: &Segments) -> Result<(), Failure> {
    session.show(segments)?;
    let problem = segments.problem.as_deref();
    problem.map_or(Ok(()), |problem| {
        let count = segments.segments.len();
        Err(broken(&segments.from, problem, count, "segments"))
    })
}

fn broken(from: &str, problem: &str, count: usize, of: &str) -> Failure {
    let message = format!("{from}: {problem}");
    Failure::new(Exit::Data, message).hint(format!("{count} {of} before it could be read"))
}

fn segment_entries(parsed: &Parsed<'_>, records: &[MenuRecord]) -> Vec<SegmentEntry> {
    let name = |segment: &Segment<'_>| {
        let of_device = records.iter().find(|record| record.kind == segment.kind);
        let of_device = of_device.map(|record| record.name.clone());
        segment.name().map(str::to_owned).or(of_device)
    };
    let entry = |segment: &Segment<'_>| SegmentEntry {
        at: segment.at,
        kind: segment.kind,
        name: name(segment),
        len: segment.bytes.len(),
        fields: entries(segment.fields()),
        payload: hex::digits(segment.payload()),
        bytes: segment.bytes.to_vec(),
    };
    parsed.segments.iter().map(entry).collect()
}

fn parse_file(session: &mut Session, path: &Path, raw: bool) -> Result<(), Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let from = path.display().to_string();
    if !dump::looks_like_segments(&bytes) && bytes.len() >= 8 {
        return parse_registers(session, from, &bytes);
    }
    let parsed = dump::parse(&bytes);
    // The menu in a dump names its own segments.
    let menu = menu_of(&parsed);
    let records = menu.map(|menu| dump::menu(menu).0).unwrap_or_default();
    let problem = parsed.problem.as_ref().map(ToString::to_string);
    let segments = Segments {
        from,
        bytes: bytes.len(),
        rpcs: None,
        complete: problem.is_none(),
        problem,
        segments: segment_entries(&parsed, &records),
        raw,
    };
    show_segments(session, &segments)
}

fn parse_registers(session: &mut Session, from: String, bytes: &[u8]) -> Result<(), Failure> {
    let (pairs, rest) = core_dump::pairs(bytes);
    let registers: Vec<RegisterEntry> = pairs
        .map(|(address, value)| RegisterEntry { address, value })
        .collect();
    let problem =
        (!rest.is_empty()).then(|| format!("cut off within a register: {} of 8 bytes", rest.len()));
    let count = registers.len();
    session.show(&Registers {
        from: from.clone(),
        bytes: bytes.len(),
        complete: problem.is_none(),
        problem: problem.clone(),
        registers,
    })?;
    problem.map_or(Ok(()), |problem| {
        Err(broken(&from, &problem, count, "registers"))
    })
}

impl From<&MenuRecord> for MenuEntry {
    fn from(record: &MenuRecord) -> Self {
        let arguments = [
            ("--index1", record.index1, record.index1_name.as_str()),
            ("--index2", record.index2, record.index2_name.as_str()),
            ("--num1", record.num_of_obj1, ""),
            ("--num2", record.num_of_obj2, ""),
        ];
        let arguments = arguments
            .into_iter()
            .filter(|(_, argument, _)| argument.supported);
        Self {
            kind: record.kind,
            name: record.name.clone(),
            arguments: arguments
                .map(|(option, argument, name)| ArgumentEntry {
                    option,
                    name: name.to_owned(),
                    required: argument.required,
                })
                .collect(),
        }
    }
}
