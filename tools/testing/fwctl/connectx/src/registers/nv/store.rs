// SPDX-License-Identifier: GPL-2.0

//! What was set: values in force, and those for the next start of the firmware.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use serde_json::{Map, Value};

use super::items::{Item, ITEMS};
use crate::config::ConfigError;

/// Writes settings where they outlast the process.
pub type Keep = dyn FnMut(&str) -> io::Result<()> + Send;

/// Values by the type of their item; those that are not here are the factory's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<u32, Vec<u8>>);

impl Settings {
    /// Reads what [`to_text`](Self::to_text) wrote: an object of items, each an object of numbers. A field that is not
    /// there has the factory's value.
    ///
    /// # Errors
    /// No such object, an unknown name, or a value that its field cannot have.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let bad = |why: String| ConfigError::new(format!("settings: {why}"));
        let items: BTreeMap<String, BTreeMap<String, u32>> =
            serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
        let mut settings = Self::default();
        for (name, fields) in items {
            let known = |item: &&Item| item.name == name && item.writable;
            let item = ITEMS.iter().find(known);
            let item = item.ok_or_else(|| bad(format!("{name} cannot be set")))?;
            let mut value = item.factory();
            for (of, number) in fields {
                let setting = item.settings.iter().find(|known| known.field.name == of);
                let field = &setting
                    .ok_or_else(|| bad(format!("{name} has no {of}")))?
                    .field;
                field.put(&mut value, number);
                if field.get(&value) != number || !item.allows(&value) {
                    return Err(bad(format!("{name}.{of} cannot be {number}")));
                }
            }
            settings.0.insert(item.kind, value);
        }
        Ok(settings)
    }

    /// As JSON, by the names of items and fields.
    pub fn to_text(&self) -> String {
        let items = ITEMS.iter().filter_map(|item| {
            let value = self.0.get(&item.kind)?;
            let fields = item.settings.iter().map(|setting| {
                let number = setting.field.get(value);
                (setting.field.name.to_owned(), Value::from(number))
            });
            Some((item.name.to_owned(), Value::Object(fields.collect())))
        });
        let items: Map<String, Value> = items.collect();
        format!("{:#}\n", Value::Object(items))
    }

    fn value(&self, item: &Item) -> Vec<u8> {
        let set = self.0.get(&item.kind).cloned();
        set.unwrap_or_else(|| item.factory())
    }
}

/// Which value of an item is meant.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Next,
    Current,
    Factory,
}

/// The settings of the function.
#[derive(Default)]
pub(crate) struct State {
    current: Settings,
    next: Settings,
    keep: Option<Box<Keep>>,
}

impl State {
    /// Starts with these values in force.
    pub(crate) fn start(&mut self, settings: Settings, keep: Box<Keep>) {
        self.current = settings.clone();
        self.next = settings;
        self.keep = Some(keep);
    }

    /// The firmware starts anew: what was set for then is in force.
    pub(crate) fn boot(&mut self) {
        self.current = self.next.clone();
    }

    pub(super) fn value(&self, item: &Item, of: Of) -> Vec<u8> {
        match of {
            Of::Next => self.next.value(item),
            Of::Current => self.current.value(item),
            Of::Factory => item.factory(),
        }
    }

    /// Changes what is for the next start, if it can be kept.
    pub(super) fn change(
        &mut self,
        change: impl FnOnce(&mut BTreeMap<u32, Vec<u8>>),
    ) -> io::Result<()> {
        let mut changed = self.next.clone();
        change(&mut changed.0);
        if let Some(keep) = &mut self.keep {
            keep(&changed.to_text())?;
        }
        self.next = changed;
        Ok(())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("current", &self.current)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_settings_are_the_same() {
        let text = r#"{ "nv_global_pci_conf": { "sriov_en": 1, "total_vfs": 8 }, "nv_vpi_link_type": {} }"#;
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.0[&0x80][4..8], [0x80, 1, 0, 8]);
        assert_eq!(Settings::parse(&settings.to_text()), Ok(settings));
        assert_eq!(Settings::parse("{}"), Ok(Settings::default()));
        assert_eq!(Settings::default().to_text(), "{}\n");
    }

    #[test]
    fn what_cannot_be_set_is_refused() {
        for (text, wanted) in [
            ("", "EOF"),
            (r#"{ "x": {} }"#, "x cannot be set"),
            (r#"{ "nv_global_pci_cap": {} }"#, "nv_global_pci_cap cannot"),
            (r#"{ "nv_global_pci_conf": { "x": 1 } }"#, "has no x"),
            (
                r#"{ "nv_global_pci_conf": { "total_vfs": 128 } }"#,
                "total_vfs cannot be 128",
            ),
            (
                r#"{ "nv_global_pci_conf": { "sriov_en": 2 } }"#,
                "sriov_en cannot be 2",
            ),
        ] {
            let why = Settings::parse(text).unwrap_err().to_string();
            assert!(why.contains(wanted), "{why}");
        }
    }
}
