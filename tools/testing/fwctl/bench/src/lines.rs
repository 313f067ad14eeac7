// SPDX-License-Identifier: GPL-2.0

//! What the guest printed: a line of JSON for each row, among other lines.

use std::fs;
use std::path::Path;

use anyhow::{ensure, Context, Result};
use serde::de::DeserializeOwned;

/// The rows in a file, of which there is one at least.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let rows = parse(&text);
    ensure!(!rows.is_empty(), "no rows in {}", path.display());
    Ok(rows)
}

/// The lines of a text that are rows.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Vec<T> {
    let rows = text.lines().map(serde_json::from_str);
    rows.filter_map(Result::ok).collect()
}
