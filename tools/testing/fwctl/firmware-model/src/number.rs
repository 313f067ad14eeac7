// SPDX-License-Identifier: GPL-2.0

//! Numbers of the control protocol: JSON numbers, or strings such as "0x805".

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A number that does not know its range yet.
#[derive(Clone, Copy, Debug)]
pub struct Number(i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bad = |value: &Value| D::Error::custom(format!("{value} is not a number"));
        let value = Value::deserialize(from)?;
        let number = match &value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => match text.strip_prefix("0x") {
                Some(hex) => i64::from_str_radix(hex, 16).ok(),
                None => text.parse().ok(),
            },
            _ => None,
        };
        number.map(Self).ok_or_else(|| bad(&value))
    }
}

/// The field's value in its own type.
///
/// # Errors
/// One line that names the field.
pub fn field<T: TryFrom<i64>>(name: &str, value: Option<Number>) -> Result<Option<T>, String> {
    value
        .map(|Number(value)| {
            T::try_from(value).map_err(|_| format!("field {name}: {value} is out of range"))
        })
        .transpose()
}

/// As [`field`], for one that must be there. `what` is what needs it.
///
/// # Errors
/// One line that names the field.
pub fn need<T: TryFrom<i64>>(what: &str, name: &str, value: Option<Number>) -> Result<T, String> {
    field(name, value)?.ok_or_else(|| format!("{what} needs the field {name}"))
}
