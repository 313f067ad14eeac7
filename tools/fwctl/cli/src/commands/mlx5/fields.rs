// SPDX-License-Identifier: GPL-2.0

//! Fields of a layout, for people and in JSON.

use fwctl::mlx5::layout::{Field, Form, Value};
use serde::{Serialize, Serializer};

/// A field and its value. `text` says what the value means, where there is more to say.
#[derive(Serialize)]
pub(super) struct FieldEntry {
    pub(super) name: &'static str,
    #[serde(serialize_with = "as_it_is")]
    pub(super) value: Value,
    pub(super) text: Option<String>,
    #[serde(skip)]
    pub(super) is_hex: bool,
}

fn as_it_is<S: Serializer>(value: &Value, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Value::Number(number) => to.serialize_u64(*number),
        Value::Text(text) => to.serialize_str(text),
    }
}

impl FieldEntry {
    pub(super) fn new(field: &'static Field, value: Value) -> Self {
        Self {
            name: field.name,
            text: field.meaning(&value),
            is_hex: matches!(
                field.form,
                Form::Hex | Form::SetOf(_) | Form::Date | Form::Mac | Form::Celsius
            ),
            value,
        }
    }

    /// The value and what it means.
    pub(super) fn shown(&self) -> String {
        let value = match &self.value {
            Value::Number(number) if self.is_hex => format!("{number:#x}"),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => return text.clone(),
        };
        match &self.text {
            Some(text) => format!("{value} ({text})"),
            None => value,
        }
    }
}

/// All of a list.
pub(super) fn entries(fields: Vec<(&'static Field, Value)>) -> Vec<FieldEntry> {
    let fields = fields.into_iter();
    fields
        .map(|(field, value)| FieldEntry::new(field, value))
        .collect()
}
