//! Where issues can come from.
//!
//! ```text
//! input: bytes, unpacked ─▶ pieces: one issue's text ─▶ history | github | jira | table: a Draft ─▶ shape: a Record
//! ```
//!
//! A reader says in a [`draft::Draft`] what its source says, in the source's words; [`shape`] alone knows the tracker's
//! words, limits and promises. To add a source, write a reader of drafts, give it a [`Kind`], a page in
//! `docs/import.md` and a sample in `server/tests/it/samples`.

mod chain;
mod draft;
mod fit;
mod github;
mod history;
mod input;
mod instant;
mod jira;
mod json;
mod people;
mod pieces;
mod sections;
mod shape;
mod table;
#[cfg(test)]
mod tests;
mod told;

use std::path::Path;

use super::{map::Map, record::Source};
pub use table::COLUMNS;

/// Kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The tracker's own interchange format, `docs/interchange.md`.
    History,
    /// What GitHub's REST interface answers: a file, or a folder of files.
    Github,
    /// What Jira's search answers, as JSON.
    Jira,
    /// A table with a line of column names.
    Csv,
}

/// Opens a source; the error is a sentence that names the file.
pub fn open(kind: Kind, path: &Path, map: Map) -> Result<Box<dyn Source + Send>, String> {
    let opened: Result<Box<dyn Source + Send>, String> = match kind {
        Kind::History => history::open(path, map).map(|source| Box::new(source) as _),
        Kind::Github => github::open(path, map).map(|source| Box::new(source) as _),
        Kind::Jira => jira::open(path, map).map(|source| Box::new(source) as _),
        Kind::Csv => table::open(path, map).map(|source| Box::new(source) as _),
    };
    opened.map_err(|why| format!("{}: {why}", path.display()))
}
