// SPDX-License-Identifier: GPL-2.0

//! Access registers: their layouts, declared once.
//!
//! Source: PRM, "Registers"; `mlx5_ifc.h`. A register whose fields are not declared can be accessed by
//! its number and length.

mod configuration;
mod debug;
mod identity;
mod pcie;
mod port;
mod sensors;
mod update;

use super::layout::{Field, Role, Value};

/// What can be done with a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read only.
    Read,
    /// Written only.
    Write,
    /// Both.
    Both,
}

/// Fields that are there when another one has a certain value.
#[derive(Debug)]
pub struct View {
    /// Name of that field.
    pub selector: &'static str,
    /// The value.
    pub value: u64,
    /// The fields.
    pub fields: &'static [Field],
}

/// A register.
#[derive(Debug)]
pub struct Register {
    /// Its number.
    pub id: u16,
    /// Its name in the PRM.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Bytes.
    pub len: usize,
    /// What can be done with it.
    pub access: Access,
    /// Fields that are always there.
    pub fields: &'static [Field],
    /// Fields that are there at times.
    pub views: &'static [View],
    /// Index fields that are not zero unless the caller says so.
    pub defaults: &'static [(&'static str, u64)],
}

const fn register(
    id: u16,
    name: &'static str,
    len: usize,
    access: Access,
    about: &'static str,
    fields: &'static [Field],
) -> Register {
    Register {
        id,
        name,
        about,
        len,
        access,
        fields,
        views: &[],
        defaults: &[],
    }
}

const fn view(selector: &'static str, value: u64, fields: &'static [Field]) -> View {
    View {
        selector,
        value,
        fields,
    }
}

impl Register {
    const fn views(mut self, views: &'static [View]) -> Self {
        self.views = views;
        self
    }

    const fn defaults(mut self, defaults: &'static [(&'static str, u64)]) -> Self {
        self.defaults = defaults;
        self
    }

    /// A register with its defaults and nothing else.
    pub fn blank(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.len];
        for &(name, value) in self.defaults {
            if let Some(field) = self.field(name) {
                // A test sees to it that they fit.
                let _ = field.set(&mut bytes, &Value::Number(value));
            }
        }
        bytes
    }

    /// A field of any view.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        let mut all = self.all_fields();
        all.find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// All fields of all views.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static Field> {
        let views = self.views.iter().flat_map(|view| view.fields);
        self.fields.iter().chain(views)
    }

    /// The fields that are there in these bytes, with their values.
    pub fn decode(&self, bytes: &[u8]) -> Vec<(&'static Field, Value)> {
        let chosen = |view: &&View| {
            let field = self.fields.iter().find(|field| field.name == view.selector);
            field.and_then(|field| field.get(bytes)) == Some(Value::Number(view.value))
        };
        let views = self.views.iter().filter(chosen);
        self.fields
            .iter()
            .chain(views.flat_map(|view| view.fields))
            .filter_map(|field| Some((field, field.get(bytes)?)))
            .collect()
    }

    /// The fields that say which of several is meant.
    pub fn indexes(&self) -> impl Iterator<Item = &'static Field> {
        self.all_fields().filter(|field| field.role == Role::Index)
    }
}

/// All of them, family by family.
const FAMILIES: &[&[Register]] = &[
    debug::REGISTERS,
    port::REGISTERS,
    sensors::REGISTERS,
    identity::REGISTERS,
    configuration::REGISTERS,
    update::REGISTERS,
    pcie::REGISTERS,
];

/// All registers whose fields are declared, by ascending number.
pub fn all() -> Vec<&'static Register> {
    let mut all: Vec<_> = FAMILIES.iter().flat_map(|family| family.iter()).collect();
    all.sort_by_key(|register| register.id);
    all
}

/// The register of a number.
pub fn by_id(id: u16) -> Option<&'static Register> {
    let mut all = FAMILIES.iter().flat_map(|family| family.iter());
    all.find(|register| register.id == id)
}

/// The register of a name, in any case of letters.
pub fn by_name(name: &str) -> Option<&'static Register> {
    let mut all = FAMILIES.iter().flat_map(|family| family.iter());
    all.find(|register| register.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::super::layout::Form;
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    // Theory: layouts fit, names and numbers are unique, defaults are index fields that hold them.
    #[test]
    fn layouts_are_sound() {
        let all = all();
        assert!(all.windows(2).all(|pair| pair[0].id < pair[1].id));
        for register in all {
            let name = register.name;
            assert_eq!(
                by_name(&name.to_lowercase()).map(|found| found.id),
                Some(register.id)
            );
            assert_eq!(by_id(register.id).map(|found| found.name), Some(name));
            assert_eq!(register.len % 4, 0, "{name}");
            for field in register.all_fields() {
                assert!(field.end() <= register.len, "{name} {}", field.name);
                assert!(
                    field.width <= 64 || field.form == Form::Text,
                    "{name} {}",
                    field.name
                );
            }
            let base: HashSet<&str> = register.fields.iter().map(|field| field.name).collect();
            assert_eq!(base.len(), register.fields.len(), "{name}");
            for view in register.views {
                assert!(base.contains(view.selector), "{name} {}", view.selector);
                let own: HashSet<&str> = view.fields.iter().map(|field| field.name).collect();
                assert_eq!(own.len(), view.fields.len(), "{name} {}", view.value);
                assert!(own.is_disjoint(&base), "{name} {}", view.value);
            }
            let blank = register.blank();
            for &(default, value) in register.defaults {
                let field = register.field(default).unwrap();
                assert_eq!(field.role, Role::Index, "{name} {default}");
                assert_eq!(
                    field.get(&blank),
                    Some(Value::Number(value)),
                    "{name} {default}"
                );
            }
        }
    }

    // Theory: fields that are there together do not share a bit.
    #[test]
    fn fields_do_not_overlap() {
        for register in all() {
            let mut cases: Vec<Vec<&Field>> = vec![register.fields.iter().collect()];
            for view in register.views {
                cases.push(register.fields.iter().chain(view.fields).collect());
            }
            for mut fields in cases {
                fields.sort_by_key(|field| field.bit);
                for pair in fields.windows(2) {
                    let apart = pair[0].bit + pair[0].width <= pair[1].bit;
                    assert!(apart, "{} {} {}", register.name, pair[0].name, pair[1].name);
                }
            }
        }
    }

    proptest! {
        // Theory: no bytes, of any length, make a decoder fail.
        #[test]
        fn any_bytes_decode(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            for register in all() {
                for (field, value) in register.decode(&bytes) {
                    prop_assert!(field.end() <= bytes.len());
                    let _ = field.meaning(&value);
                }
            }
        }
    }
}
