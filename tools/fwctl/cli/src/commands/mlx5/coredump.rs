// SPDX-License-Identifier: GPL-2.0

//! `fwctl mlx5 coredump`: all that the device tells of itself, into a file.
//!
//! The device writes its registers, or the resources that need no index, to memory of ours, which takes
//! few RPCs. Where that cannot be, resources are fetched inline.

use std::fs;
use std::io;

use fwctl::mlx5::caps::{self, Mode};
use fwctl::mlx5::dump::{MenuRecord, MENU};
use fwctl::mlx5::resource_dump::{Request, Via, INLINE_LEN};
use fwctl::mlx5::Fetched;
use fwctl::mlx5::{core_dump, resource_dump, Mlx5};
use fwctl::{Device, Errno, Error, Scope, Umem, UmemFlags};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::dump::{menu, segment_type, LIMIT};
use crate::args::{CoredumpArgs, Source};
use crate::failure::{Exit, Failure};
use crate::page::{count, Page, Report};
use crate::session::Session;

const DEFAULT_SIZE: usize = 2 << 20;

/// `schema/mlx5-coredump.json`.
#[derive(Serialize)]
struct Coredump {
    device: String,
    file: String,
    /// `registers` or `resources`.
    source: &'static str,
    /// `memory` or `inline`.
    via: &'static str,
    bytes: usize,
    rpcs: u64,
    /// RPCs that the same bytes take inline.
    inline_rpcs: u64,
    complete: bool,
}

impl Report for Coredump {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        let (bytes, rpcs, inline) = (self.bytes, self.rpcs, self.inline_rpcs);
        let via = match self.via {
            "memory" => "through memory",
            _ => "inline",
        };
        let mut text = format!(
            "{}: {bytes} bytes of {} {via} in {}",
            self.device,
            self.source,
            count(rpcs, "RPC")
        );
        if self.via == "memory" && rpcs > 0 {
            text += &format!(", {inline} inline: {:.1} to 1", inline as f64 / rpcs as f64);
        }
        page.line(&text)?;
        page.line(&format!("written to {}", self.file))
    }
}

/// What was fetched, and how.
struct Done {
    source: &'static str,
    via: &'static str,
    fetched: Fetched,
}

/// The bar that shows how far it is; on a terminal only.
struct Progress {
    bar: ProgressBar,
    base: u64,
}

impl Progress {
    /// Of which the end may be known.
    fn new(session: &Session, total: Option<usize>) -> Self {
        const KNOWN: &str = "{bar:32} {bytes}/{total_bytes} {bytes_per_sec} {elapsed}";
        const UNKNOWN: &str = "{spinner} {bytes} {bytes_per_sec} {elapsed}";
        let bar = match total {
            _ if session.is_json() || session.is_dry_run() => ProgressBar::hidden(),
            Some(total) => ProgressBar::new(total as u64),
            None => ProgressBar::no_length(),
        };
        let template = if total.is_some() { KNOWN } else { UNKNOWN };
        let style = ProgressStyle::with_template(template);
        Self {
            bar: style
                .map(|style| bar.clone().with_style(style))
                .unwrap_or(bar),
            base: 0,
        }
    }

    fn at(&self, bytes: usize) {
        self.bar.set_position(self.base + bytes as u64);
    }

    fn next(&mut self) {
        self.base = self.bar.position();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

pub(super) fn run(session: &mut Session, args: &CoredumpArgs) -> Result<(), Failure> {
    let device = super::open(session, &args.device)?;
    let mlx5 = super::mlx5(session, &device)?;
    let scope = args.scope.scope.unwrap_or(Scope::DebugReadOnly);
    let done = dump(session, &device, &mlx5, scope, args)?;
    let bytes = done.fetched.bytes.len();
    if !session.is_dry_run() {
        let written = fs::write(&args.output, &done.fetched.bytes);
        written.map_err(|error| Failure::file(&args.output, &error))?;
    }
    session.show(&Coredump {
        device: device.name().to_owned(),
        file: args.output.display().to_string(),
        source: done.source,
        via: done.via,
        bytes,
        rpcs: done.fetched.rpcs,
        inline_rpcs: bytes.div_ceil(INLINE_LEN) as u64,
        complete: done.fetched.failure.is_none(),
    })?;
    match done.fetched.failure {
        Some(error) => Err(session
            .failed(error)
            .hint(format!("{bytes} bytes before it are in the file"))),
        None => Ok(()),
    }
}

fn dump(
    session: &Session,
    device: &Device,
    mlx5: &Mlx5<'_>,
    scope: Scope,
    args: &CoredumpArgs,
) -> Result<Done, Failure> {
    let source = match args.segment {
        Some(_) => Source::Resources,
        None => args.source,
    };
    let needs = (source != Source::Resources)
        .then(|| needed(mlx5))
        .flatten();
    let umem = memory(session, device, args, source, needs)?;
    if let (Some(umem), true) = (&umem, source != Source::Resources) {
        let progress = Progress::new(session, needs);
        let fetched = core_dump::fetch(mlx5, scope, umem, LIMIT, &mut |bytes| progress.at(bytes));
        drop(progress);
        match &fetched.failure {
            // What the firmware or the driver does not know; anything else is worth telling.
            Some(error)
                if source == Source::Auto && fetched.bytes.is_empty() && is_missing(error) =>
            {
                session.note(&format!("{error}: going on with resources"));
            }
            Some(error) if fetched.bytes.is_empty() => return Err(session.failed(error.clone())),
            _ => {
                return Ok(Done {
                    source: "registers",
                    via: "memory",
                    fetched,
                })
            }
        }
    }
    resources(session, mlx5, scope, args, umem.as_ref())
}

/// Bytes that the device says a dump of its registers can have.
fn needed(mlx5: &Mlx5<'_>) -> Option<usize> {
    // Firmware that does not tell may know it still.
    let debug = mlx5.query_caps(caps::DEBUG, Mode::Current).ok()?;
    let log = caps::by_number(caps::DEBUG)?.get(&debug, "log_cr_dump_to_mem_size")?;
    core_dump::size(log)
}

fn is_missing(error: &Error) -> bool {
    match error {
        Error::Firmware { .. } => true,
        Error::Kernel { errno, .. } => matches!(*errno, Errno::BADMSG | Errno::OPNOTSUPP),
        _ => false,
    }
}

/// Memory for the dump; none where it has to go inline.
fn memory(
    session: &Session,
    device: &Device,
    args: &CoredumpArgs,
    source: Source,
    needs: Option<usize>,
) -> Result<Option<Umem>, Failure> {
    if args.no_umem {
        return match source {
            Source::Registers => Err(Failure::new(
                Exit::Usage,
                "registers come through memory only: leave --no-umem or --source out",
            )),
            _ => Ok(None),
        };
    }
    let size = args.size.or(needs).unwrap_or(DEFAULT_SIZE);
    match device.umem(size, UmemFlags::MKEY) {
        Ok(umem) => Ok(Some(umem)),
        Err(error) if source == Source::Registers => Err(session.failed(error)),
        Err(error) => {
            session.note(&format!("{error}: going on inline"));
            Ok(None)
        }
    }
}

fn resources(
    session: &Session,
    mlx5: &Mlx5<'_>,
    scope: Scope,
    args: &CoredumpArgs,
    umem: Option<&Umem>,
) -> Result<Done, Failure> {
    let (records, mut rpcs) = menu(session, mlx5, scope)?;
    let wanted: Vec<u16> = match &args.segment {
        Some(name) => vec![segment_type(name, &records)?],
        None => records
            .iter()
            .filter(|record| needs_nothing(record))
            .map(|record| record.kind)
            .collect(),
    };
    let via = umem.map_or(Via::Inline, Via::Memory);
    let mut progress = Progress::new(session, None);
    let mut bytes = Vec::new();
    let mut failure = None;
    for segment in wanted {
        let request = Request {
            segment,
            index1: args.index1,
            ..Request::default()
        };
        let left = LIMIT.saturating_sub(bytes.len());
        let fetched = resource_dump::fetch(mlx5, scope, &request, &via, left, &mut |bytes| {
            progress.at(bytes)
        });
        progress.next();
        rpcs += fetched.rpcs;
        bytes.extend(fetched.bytes);
        failure = fetched.failure;
        if failure.is_some() {
            break;
        }
    }
    drop(progress);
    match failure {
        Some(error) if bytes.is_empty() => Err(session.failed(error)),
        failure => Ok(Done {
            source: "resources",
            via: if umem.is_some() { "memory" } else { "inline" },
            fetched: Fetched {
                bytes,
                rpcs,
                failure,
            },
        }),
    }
}

/// Whether a segment can be dumped without saying which objects are meant.
fn needs_nothing(record: &MenuRecord) -> bool {
    let arguments = [
        record.index1,
        record.index2,
        record.num_of_obj1,
        record.num_of_obj2,
    ];
    record.kind != MENU && arguments.iter().all(|argument| !argument.required)
}
