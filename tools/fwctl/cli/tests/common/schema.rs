// SPDX-License-Identifier: GPL-2.0

//! As much of JSON Schema as the files below `schema/` use. A keyword that is not known here is an
//! error, so that nothing goes unchecked.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// Checks a document against a schema of this name.
pub(crate) fn check(name: &str, document: &Value) -> Result<(), String> {
    let schema = load(name);
    checked(&schema, &schema, document, "")
}

/// A schema, as it is in its file.
pub(crate) fn load(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("schema")
        .join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    serde_json::from_str(&text).unwrap()
}

fn checked(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    for (keyword, rule) in schema.as_object().ok_or(format!("{at}: no schema"))? {
        let wrong = |what: &str| Err(format!("{at}: {what}: {value}"));
        match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => {}
            "$ref" => {
                let pointer = rule
                    .as_str()
                    .and_then(|text| text.strip_prefix('#'))
                    .unwrap();
                let target = root.pointer(pointer).ok_or(format!("{at}: no {rule}"))?;
                checked(root, target, value, at)?;
            }
            "type" => {
                let names: Vec<&str> = match rule {
                    Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
                    name => name.as_str().into_iter().collect(),
                };
                if !names.iter().any(|name| is(name, value)) {
                    return wrong(&format!("is not {}", names.join(" or ")));
                }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => return wrong("is not listed"),
            "const" if rule != value => return wrong("is another"),
            "minimum" if value.as_f64().is_some_and(|v| v < rule.as_f64().unwrap()) => {
                return wrong("is too small");
            }
            "maximum" if value.as_f64().is_some_and(|v| v > rule.as_f64().unwrap()) => {
                return wrong("is too large");
            }
            "enum" | "const" | "minimum" | "maximum" => {}
            "required" => {
                let names = rule.as_array().unwrap().iter().filter_map(Value::as_str);
                for name in names {
                    if value
                        .as_object()
                        .is_some_and(|object| !object.contains_key(name))
                    {
                        return wrong(&format!("has no {name}"));
                    }
                }
            }
            "properties" => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = rule.get(name) {
                        checked(root, schema, inner, &format!("{at}/{name}"))?;
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(rule, &Value::Bool(false), "{at}");
                let known = schema.get("properties").and_then(Value::as_object).unwrap();
                for name in value
                    .as_object()
                    .into_iter()
                    .flat_map(|object| object.keys())
                {
                    if !known.contains_key(name) {
                        return Err(format!("{at}: has {name}"));
                    }
                }
            }
            "items" => {
                for (i, inner) in value.as_array().into_iter().flatten().enumerate() {
                    checked(root, rule, inner, &format!("{at}/{i}"))?;
                }
            }
            other => return Err(format!("{at}: keyword {other} is not known to this test")),
        }
    }
    Ok(())
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}
