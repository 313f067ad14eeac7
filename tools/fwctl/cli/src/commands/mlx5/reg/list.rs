// SPDX-License-Identifier: GPL-2.0

//! `fwctl mlx5 reg list`: which registers are known, and their fields. Needs no device.

use std::io;

use fwctl::mlx5::layout::{Field, Form, Names, Role};
use fwctl::mlx5::registers::{self, Access, Register};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::page::{Page, Report};
use crate::session::Session;

/// `schema/mlx5-reg-list.json`.
#[derive(Serialize)]
struct List {
    registers: Vec<Entry>,
    #[serde(skip)]
    details: bool,
}

#[derive(Serialize)]
struct Entry {
    id: u16,
    name: &'static str,
    about: &'static str,
    len: usize,
    access: &'static str,
    fields: Vec<FieldLayout>,
}

/// Where a field is, in the notation of the PRM: bits `high` to `low` of the dword at byte `dword`, or
/// `bytes` bytes of it.
#[derive(Serialize)]
struct FieldLayout {
    name: &'static str,
    bit: u32,
    width: u32,
    role: &'static str,
    /// Another field, and the value with which this one is there.
    when: Option<When>,
    values: Vec<Named>,
    #[serde(skip)]
    place: String,
}

#[derive(Clone, Serialize)]
struct When {
    field: &'static str,
    value: u64,
}

#[derive(Serialize)]
struct Named {
    value: u64,
    name: &'static str,
}

impl FieldLayout {
    fn new(field: &Field, when: Option<When>) -> Self {
        let names: Names = match field.form {
            Form::OneOf(names) | Form::SetOf(names) => names,
            _ => &[],
        };
        let role = match field.role {
            Role::Index => "index",
            Role::ReadOnly => "read",
            Role::ReadWrite => "read-write",
            Role::WriteOnly => "write",
        };
        Self {
            name: field.name,
            bit: field.bit,
            width: field.width,
            role,
            when,
            values: names
                .iter()
                .map(|&(value, name)| Named { value, name })
                .collect(),
            place: place(field),
        }
    }
}

fn place(field: &Field) -> String {
    let dword = field.bit / 32 * 4;
    let high = 31 - field.bit % 32;
    match field.width {
        1 => format!("@{dword:#04x}[{high}]"),
        width if width <= high + 1 => format!("@{dword:#04x}[{high}:{}]", high + 1 - width),
        width => format!("@{:#04x}, {} B", field.bit / 8, width / 8),
    }
}

impl From<&Register> for Entry {
    fn from(register: &Register) -> Self {
        let always = register
            .fields
            .iter()
            .map(|field| FieldLayout::new(field, None));
        let at_times = register.views.iter().flat_map(|view| {
            let when = When {
                field: view.selector,
                value: view.value,
            };
            let fields = view.fields.iter();
            fields.map(move |field| FieldLayout::new(field, Some(when.clone())))
        });
        Self {
            id: register.id,
            name: register.name,
            about: register.about,
            len: register.len,
            access: match register.access {
                Access::Read => "read",
                Access::Write => "write",
                Access::Both => "read-write",
            },
            fields: always.chain(at_times).collect(),
        }
    }
}

impl Report for List {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        if self.details {
            for register in &self.registers {
                register.text(page)?;
            }
            return Ok(());
        }
        let rows = self.registers.iter().map(|register| {
            vec![
                register.name.to_owned(),
                format!("{:#06x}", register.id),
                register.len.to_string(),
                register.access.to_owned(),
                register.about.to_owned(),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        page.table(&["register", "id", "bytes", "access", "about"], &rows)
    }
}

impl Entry {
    fn text(&self, page: &mut Page) -> io::Result<()> {
        let (name, id, len) = (self.name, self.id, self.len);
        page.heading(&format!(
            "{name} {id:#06x}, {len} bytes, {}: {}",
            self.access, self.about
        ))?;
        let rows = self.fields.iter().map(|field| {
            let when = field
                .when
                .as_ref()
                .map(|when| format!("if {}={}", when.field, when.value));
            let values: Vec<&str> = field.values.iter().map(|named| named.name).collect();
            vec![
                field.name.to_owned(),
                field.place.clone(),
                field.role.to_owned(),
                when.unwrap_or_default(),
                values.join(" "),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        page.table(&[], &rows)
    }
}

pub(in crate::commands::mlx5) fn run(
    session: &mut Session,
    register: Option<&str>,
) -> Result<(), Failure> {
    let registers = match register {
        None => registers::all(),
        Some(name) => match super::find(name)? {
            (_, Some(register)) => vec![register],
            (id, None) => {
                let why = format!("{id:#06x}: the fields of this register are not known");
                return Err(Failure::new(Exit::Usage, why));
            }
        },
    };
    session.show(&List {
        registers: registers.into_iter().map(Entry::from).collect(),
        details: register.is_some(),
    })
}
