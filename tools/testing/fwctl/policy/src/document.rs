// SPDX-License-Identifier: GPL-2.0

//! Pieces of a document for administrators, in reStructuredText.

/// Characters of a line that says why, at most.
const WHY: usize = 44;

/// How a document begins that is made from the tables in `source`.
pub fn head(title: &str, source: &str) -> String {
    let frame = "=".repeat(title.len());
    format!(
        ".. SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0\n\n\
         .. \"make doc\" writes this file from the tables in {source}.\n\n\
         {frame}\n{title}\n{frame}\n\n"
    )
}

/// A rule by its parts, one to a line.
pub fn parts(rule: &str) -> Vec<String> {
    let parts = rule.split_inclusive("; ");
    parts.map(|part| part.trim_end().to_owned()).collect()
}

/// The lines of a cell that says why, unless a word is longer than one.
pub fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= WHY => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A simple table of reStructuredText. A cell has one or more lines.
pub fn table(titles: &[&str], rows: &[Vec<Vec<String>>]) -> String {
    let widths: Vec<usize> = titles
        .iter()
        .enumerate()
        .map(|(at, title)| {
            let cells = rows.iter().filter_map(|row| row.get(at)).flatten();
            let widest = cells.map(String::len).max().unwrap_or(0);
            widest.max(title.len())
        })
        .collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let bars: Vec<String> = widths.iter().map(|&width| "=".repeat(width)).collect();
    let rule = line(&mut bars.iter().map(String::as_str));

    let mut text = rule.clone();
    text.push_str(&line(&mut titles.iter().copied()));
    text.push_str(&rule);
    for row in rows {
        let height = row.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            text.push_str(&line(
                &mut row
                    .iter()
                    .map(|cell| cell.get(at).map_or("", String::as_str)),
            ));
        }
    }
    text.push_str(&rule);
    text
}
