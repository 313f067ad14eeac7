// SPDX-License-Identifier: GPL-2.0

//! Where output goes: text with or without colour, or JSON.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};

use serde::Serialize;

use crate::args::Colour;

/// What a command has to say. Its JSON is described in a file below `schema/`.
pub(crate) trait Report: Serialize {
    /// Writes it for people.
    fn text(&self, page: &mut Page) -> io::Result<()>;
}

/// Standard output.
pub(crate) struct Page {
    out: Box<dyn Write>,
    colour: bool,
    json: bool,
}

/// How a piece of text looks on a terminal.
#[derive(Clone, Copy)]
pub(crate) enum Look {
    Heading,
    Faint,
    Good,
    Bad,
}

/// A number and what is counted.
pub(crate) fn count(number: u64, of: &str) -> String {
    match number {
        1 => format!("1 {of}"),
        _ => format!("{number} {of}s"),
    }
}

impl Page {
    pub(crate) fn new(json: bool, choice: Colour) -> Self {
        let stdout = io::stdout();
        let colour = match choice {
            Colour::Always => true,
            Colour::Never => false,
            // https://no-color.org
            Colour::Auto => {
                stdout.is_terminal() && env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            }
        };
        Self {
            out: Box::new(BufWriter::new(stdout)),
            colour,
            json,
        }
    }

    /// One that forgets all.
    pub(crate) fn discard() -> Self {
        Self {
            out: Box::new(io::sink()),
            colour: false,
            json: false,
        }
    }

    /// Writes a report, in the way that was asked for, so that it can be seen at once.
    pub(crate) fn show(&mut self, report: &impl Report) -> io::Result<()> {
        if self.json {
            serde_json::to_writer(&mut self.out, report)?;
            writeln!(self.out)?;
        } else {
            report.text(self)?;
        }
        self.out.flush()
    }

    /// Text in a look, if there is colour.
    pub(crate) fn paint(&self, look: Look, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match look {
            Look::Heading => "1",
            Look::Faint => "2",
            Look::Good => "32",
            Look::Bad => "31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = self.paint(Look::Heading, text);
        self.line(&text)
    }

    /// Rows of columns as wide as needed, below a heading if there is one.
    pub(crate) fn table(&mut self, heading: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let columns = rows
            .iter()
            .map(Vec::len)
            .chain([heading.len()])
            .max()
            .unwrap_or(0);
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let cells = cells.map(|cell| cell.chars().count());
            let head = heading.get(column).map_or(0, |cell| cell.chars().count());
            cells.max().unwrap_or(0).max(head)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let join = |cells: &mut dyn Iterator<Item = &str>| {
            let padded: Vec<String> = cells
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            padded.join("  ").trim_end().to_owned()
        };
        if !heading.is_empty() {
            let text = join(&mut heading.iter().copied());
            self.heading(&text)?;
        }
        for row in rows {
            let text = join(&mut row.iter().map(String::as_str));
            self.line(&text)?;
        }
        Ok(())
    }

    /// Names and values, the values below each other.
    pub(crate) fn pairs(&mut self, pairs: &[(&str, String)]) -> io::Result<()> {
        let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in pairs {
            let name = self.paint(Look::Faint, &format!("{name:width$}"));
            self.line(&format!("{name}  {value}"))?;
        }
        Ok(())
    }

    /// For what is no report: bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }
}
