// SPDX-License-Identifier: GPL-2.0

//! How much code a module has.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use object::{Object, ObjectSection, SectionKind};

use crate::counts::Counts;

/// Adds a row for each module: bytes of all its sections of code.
pub(crate) fn add(counts: &mut Counts, modules: &[PathBuf]) -> Result<()> {
    for path in modules {
        let shown = path.display();
        let data = fs::read(path).with_context(|| format!("cannot read {shown}"))?;
        let file = object::File::parse(&*data).with_context(|| format!("{shown} is no module"))?;
        let code = file
            .sections()
            .filter(|section| section.kind() == SectionKind::Text);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        counts.insert(
            &format!("text-{name}"),
            "",
            code.map(|section| section.size()).sum(),
        );
    }
    Ok(())
}
