// SPDX-License-Identifier: GPL-2.0

//! `fwctl rpc`: one request as it is.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use fwctl::bnxt;
use fwctl::mlx5::{self, bits};
use fwctl::{Device, Error, Rpc, Scope};
use serde::Serialize;

use crate::args::RpcArgs;
use crate::failure::{Exit, Failure, Status};
use crate::hex;
use crate::page::{Look, Page, Report};
use crate::session::Session;

/// Whose layout a request has, by the driver of the hardware.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Mlx5,
    Bnxt,
    Other,
}

impl Layout {
    fn of(device: &Device) -> Self {
        match device.node().driver.as_deref() {
            Some("mlx5_core") => Self::Mlx5,
            Some("bnxt_en") => Self::Bnxt,
            _ => Self::Other,
        }
    }

    fn describe(self, request: &[u8]) -> String {
        match self {
            Self::Mlx5 => mlx5::describe(request),
            Self::Bnxt => bnxt::describe(request),
            Self::Other => format!("RPC of {} bytes", request.len()),
        }
    }

    /// Bytes that a reply may have, where nobody says.
    fn room(self, request: &[u8]) -> usize {
        match self {
            Self::Bnxt => bnxt::MAX_RESPONSE_LEN,
            Self::Mlx5 | Self::Other => request.len(),
        }
    }
}

/// `schema/rpc.json`.
#[derive(Serialize)]
struct Answer {
    device: String,
    scope: &'static str,
    #[serde(rename = "in")]
    request: String,
    #[serde(rename = "out")]
    reply: String,
    /// Bytes that the firmware answered, of which `out` may hold fewer.
    out_len: u32,
    mlx5: Option<Outbox>,
    bnxt: Option<Response>,
    #[serde(skip)]
    bytes: Vec<u8>,
}

#[derive(Serialize)]
struct Outbox {
    request: String,
    status: Status,
    syndrome: u32,
    #[serde(skip)]
    code: mlx5::Status,
}

#[derive(Serialize)]
struct Response {
    request: String,
    error: Status,
    #[serde(skip)]
    code: bnxt::ErrorCode,
}

impl Report for Answer {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        if let Some(outbox) = &self.mlx5 {
            let look = match outbox.code {
                mlx5::Status::OK => Look::Good,
                _ => Look::Bad,
            };
            let status = page.paint(look, &outbox.code.to_string());
            page.line(&format!(
                "{}: {status}, syndrome {:#x}",
                outbox.request, outbox.syndrome
            ))?;
        }
        if let Some(response) = &self.bnxt {
            let look = match response.code {
                bnxt::ErrorCode::SUCCESS => Look::Good,
                _ => Look::Bad,
            };
            let code = page.paint(look, &response.code.to_string());
            page.line(&format!("{}: {code}", response.request))?;
        }
        for line in hex::dump(&self.bytes) {
            page.line(&line)?;
        }
        if self.out_len as usize > self.bytes.len() {
            page.line(&format!(
                "{} bytes more",
                self.out_len as usize - self.bytes.len()
            ))?;
        }
        Ok(())
    }
}

pub(super) fn run(session: &mut Session, args: &RpcArgs) -> Result<(), Failure> {
    let mut request = read(&args.request)?;
    if let Some(len) = args.in_len {
        if len < request.len() {
            let why = format!("the request has {} bytes, --in-len is {len}", request.len());
            return Err(Failure::new(Exit::Usage, why));
        }
        request.resize(len, 0);
    }
    let scope = args.scope.scope.unwrap_or(Scope::DebugReadOnly);
    let device = session.device(&args.device.device)?;
    let layout = Layout::of(&device);
    let what = layout.describe(&request);
    let room = args.out_len.unwrap_or(layout.room(&request));
    let reply = device.rpc(scope, &request, room);
    let reply = reply.map_err(|error| session.failed(error.about(&what)))?;
    let (outbox, response) = match layout {
        Layout::Mlx5 => (outbox(&what, &reply.bytes), None),
        Layout::Bnxt => (None, response(&what, &reply.bytes)),
        Layout::Other => (None, None),
    };
    let failed = failure(device.name(), Rpc { scope, what }, &outbox, &response);
    match args.output.as_deref() {
        Some(path) if path == Path::new("-") => session.page().bytes(&reply.bytes)?,
        Some(path) => {
            let written = fs::write(path, &reply.bytes);
            written.map_err(|error| Failure::file(path, &error))?;
        }
        None => {}
    }
    if args.output.is_none() || session.is_json() {
        session.show(&Answer {
            device: device.name().to_owned(),
            scope: scope.name(),
            request: hex::digits(&request),
            reply: hex::digits(&reply.bytes),
            out_len: reply.full_len,
            mlx5: outbox,
            bnxt: response,
            bytes: reply.bytes,
        })?;
    }
    failed.map_or(Ok(()), |error| Err(session.failed(error)))
}

fn outbox(what: &str, reply: &[u8]) -> Option<Outbox> {
    let code = mlx5::Status(*reply.first()?);
    Some(Outbox {
        request: what.to_owned(),
        status: code.into(),
        syndrome: bits::get32(reply, 4)?,
        code,
    })
}

fn response(what: &str, reply: &[u8]) -> Option<Response> {
    let code = bnxt::error_code(reply)?;
    Some(Response {
        request: what.to_owned(),
        error: code.into(),
        code,
    })
}

/// What the firmware refused, if it did.
fn failure(
    on: &str,
    rpc: Rpc,
    outbox: &Option<Outbox>,
    response: &Option<Response>,
) -> Option<Error> {
    let on = on.to_owned();
    match (outbox, response) {
        (Some(outbox), _) if outbox.code != mlx5::Status::OK => Some(Error::Firmware {
            on,
            rpc,
            status: outbox.code,
            syndrome: outbox.syndrome,
        }),
        (_, Some(response)) if response.code != bnxt::ErrorCode::SUCCESS => {
            let code = response.code;
            Some(Error::Hwrm { on, rpc, code })
        }
        _ => None,
    }
}

fn read(request: &str) -> Result<Vec<u8>, Failure> {
    if request == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Failure::new(Exit::Failed, format!("standard input: {error}")))?;
        return Ok(bytes);
    }
    match request.strip_prefix('@') {
        Some(path) => {
            let path = Path::new(path);
            fs::read(path).map_err(|error| Failure::file(path, &error))
        }
        None => hex::parse(request).map_err(|why| Failure::new(Exit::Usage, why)),
    }
}
