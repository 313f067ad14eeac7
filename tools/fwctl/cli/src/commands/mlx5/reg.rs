// SPDX-License-Identifier: GPL-2.0

//! `fwctl mlx5 reg get|set`: registers by name and field.

pub(super) mod list;

use std::io;

use fwctl::mlx5::layout::{self, Field, Role, Value};
use fwctl::mlx5::registers::{self, Access, Register};
use fwctl::mlx5::Method;
use fwctl::Scope;
use serde::Serialize;

use super::fields::{entries, FieldEntry};
use crate::args::{RegGetArgs, RegSetArgs};
use crate::failure::{Exit, Failure};
use crate::hex;
use crate::page::{Look, Page, Report};
use crate::session::Session;

/// `schema/mlx5-reg.json`.
#[derive(Serialize)]
struct Shown {
    device: String,
    id: u16,
    name: Option<&'static str>,
    fields: Vec<FieldEntry>,
    bytes: String,
    #[serde(skip)]
    raw: Option<Vec<u8>>,
}

/// `schema/mlx5-reg-set.json`.
#[derive(Serialize)]
struct Changed {
    device: String,
    id: u16,
    name: &'static str,
    /// What the firmware answered to the write.
    fields: Vec<FieldEntry>,
    /// Names of the fields that are not what they were when they were read.
    changed: Vec<&'static str>,
    bytes: String,
    #[serde(skip)]
    before: Vec<FieldEntry>,
}

impl Report for Shown {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        match self.name {
            Some(name) => page.heading(&format!("{name} {:#06x}", self.id))?,
            None => page.heading(&format!("{:#06x}", self.id))?,
        }
        let pairs = self.fields.iter().map(|field| (field.name, field.shown()));
        let pairs: Vec<(&str, String)> = pairs.collect();
        page.pairs(&pairs)?;
        for line in self.raw.as_deref().map(hex::dump).unwrap_or_default() {
            page.line(&line)?;
        }
        Ok(())
    }
}

impl Report for Changed {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        page.heading(&format!("{} {:#06x}", self.name, self.id))?;
        let mut pairs = Vec::new();
        for field in &self.fields {
            let old = self.before.iter().find(|old| old.name == field.name);
            let shown = match old {
                Some(old) if self.changed.contains(&field.name) => {
                    let now = page.paint(Look::Good, &field.shown());
                    format!("{} -> {now}", old.shown())
                }
                _ => field.shown(),
            };
            pairs.push((field.name, shown));
        }
        page.pairs(&pairs)
    }
}

/// The register of a name or number. A number may be of one whose fields are not known.
pub(super) fn find(text: &str) -> Result<(u16, Option<&'static Register>), Failure> {
    if let Some(register) = registers::by_name(text) {
        return Ok((register.id, Some(register)));
    }
    let id = layout::number(text).and_then(|number| u16::try_from(number).ok());
    match id {
        Some(id) => Ok((id, registers::by_id(id))),
        None => {
            let why = format!("{text}: no register of this name is known");
            Err(Failure::new(Exit::Usage, why).hint("see fwctl mlx5 reg list, or give a number"))
        }
    }
}

fn usage(why: String) -> Failure {
    Failure::new(Exit::Usage, why)
}

/// Writes `FIELD=VALUE` arguments that `wanted` is about into a register.
fn apply(
    register: &Register,
    bytes: &mut [u8],
    fields: &[String],
    wanted: impl Fn(&Field) -> bool,
) -> Result<(), Failure> {
    for argument in fields {
        let (name, text) = argument
            .split_once('=')
            .ok_or_else(|| usage(format!("{argument}: it is FIELD=VALUE")))?;
        let field = register.field(name).ok_or_else(|| {
            usage(format!("{} has no field {name}", register.name))
                .hint(format!("see fwctl mlx5 reg list {}", register.name))
        })?;
        if wanted(field) {
            let value = field.parse(text).map_err(usage)?;
            field.set(bytes, &value).map_err(usage)?;
        }
    }
    Ok(())
}

fn is_index(field: &Field) -> bool {
    field.role == Role::Index
}

pub(super) fn get(session: &mut Session, args: &RegGetArgs) -> Result<(), Failure> {
    let (id, register) = find(&args.register)?;
    let mut bytes = match (register, args.len) {
        (Some(register), None) => register.blank(),
        (Some(register), Some(len)) => {
            let mut bytes = register.blank();
            bytes.resize(len, 0);
            bytes
        }
        (None, Some(len)) => vec![0; len],
        (None, None) => {
            let why = format!("{id:#06x}: the length of this register is not known");
            return Err(usage(why).hint("say it with --len"));
        }
    };
    match register {
        Some(register) => {
            refuse_roles(
                register,
                &args.fields,
                is_index,
                "does not say which one is meant",
            )?;
            apply(register, &mut bytes, &args.fields, |_| true)?;
        }
        None if args.fields.is_empty() => {}
        None => {
            return Err(usage(format!(
                "{id:#06x}: the fields of this register are not known"
            )))
        }
    }
    let device = super::open(session, &args.device)?;
    let mlx5 = super::mlx5(session, &device)?;
    let scope = args.scope.scope.unwrap_or(Scope::DebugReadOnly);
    let answer = mlx5
        .access(scope, Method::Read, id, &bytes)
        .map_err(|error| session.failed(error))?;
    let fields = register.map(|register| entries(register.decode(&answer)));
    session.show(&Shown {
        device: device.name().to_owned(),
        id,
        name: register.map(|register| register.name),
        fields: fields.unwrap_or_default(),
        bytes: hex::digits(&answer),
        raw: (args.raw || register.is_none()).then_some(answer),
    })
}

/// Refuses arguments that name a field which is not `allowed`.
fn refuse_roles(
    register: &Register,
    fields: &[String],
    allowed: impl Fn(&Field) -> bool,
    why: &str,
) -> Result<(), Failure> {
    for argument in fields {
        let name = argument.split('=').next().unwrap_or_default();
        match register.field(name) {
            Some(field) if !allowed(field) => {
                return Err(usage(format!("{}.{} {why}", register.name, field.name)));
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn set(session: &mut Session, args: &RegSetArgs) -> Result<(), Failure> {
    let (id, register) = find(&args.register)?;
    let register = register.ok_or_else(|| {
        usage(format!(
            "{id:#06x}: the fields of this register are not known"
        ))
        .hint("fwctl rpc can write it")
    })?;
    if register.access == Access::Read {
        return Err(usage(format!("{}: it can only be read", register.name)));
    }
    let writable = |field: &Field| field.role != Role::ReadOnly;
    refuse_roles(register, &args.fields, writable, "can only be read")?;
    let mut bytes = register.blank();
    apply(register, &mut bytes, &args.fields, is_index)?;
    // Wrong values are refused before anything is sent.
    apply(register, &mut bytes.clone(), &args.fields, |_| true)?;

    let device = super::open(session, &args.device)?;
    let mlx5 = super::mlx5(session, &device)?;
    let mut before = Vec::new();
    if !args.no_read && register.access == Access::Both {
        bytes = mlx5
            .read_register(id, &bytes)
            .map_err(|error| session.failed(error))?;
        before = register.decode(&bytes);
    }
    apply(register, &mut bytes, &args.fields, |_| true)?;
    let scope = args.scope.scope.unwrap_or(Scope::Configuration);
    let answer = mlx5
        .write_register(scope, id, &bytes)
        .map_err(|error| session.failed(error))?;
    let after = register.decode(&answer);
    let changed = |(field, value): &&(&'static Field, Value)| {
        let old = before.iter().find(|(old, _)| old.name == field.name);
        field.role == Role::ReadWrite && old.is_some_and(|(_, old)| old != value)
    };
    let changed = after.iter().filter(changed).map(|(field, _)| field.name);
    session.show(&Changed {
        device: device.name().to_owned(),
        id,
        name: register.name,
        changed: changed.collect(),
        fields: entries(after),
        bytes: hex::digits(&answer),
        before: entries(before),
    })
}
