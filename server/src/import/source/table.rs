//! A table: a line with the names of its columns, then one issue a row.

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use std::{
    io::{self, BufRead, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    draft::Draft,
    fit,
    input::{self, Progress},
    instant,
    pieces::MOST_BYTES,
    shape::shape,
};
use crate::import::{
    map::Map,
    record::{Record, Refused, Source},
};

/// For each property the names that its column usually has; case does not matter.
pub const COLUMNS: &[(&str, &[&str])] = &[
    ("key", &["key", "issue key", "id"]),
    ("project", &["project", "project key"]),
    ("title", &["title", "summary", "subject", "name"]),
    ("description", &["description", "body", "text"]),
    ("type", &["type", "issue type"]),
    ("status", &["status", "state"]),
    ("severity", &["severity", "priority"]),
    ("reporter", &["reporter", "author", "creator", "created by"]),
    ("assignee", &["assignee", "assigned to", "owner"]),
    ("tags", &["tags", "labels"]),
    ("created", &["created", "created at", "date"]),
    ("updated", &["updated", "updated at", "modified"]),
    ("closed", &["closed", "closed at", "resolved", "finished"]),
];

/// The project of rows that name none.
const NO_PROJECT: &str = "CSV";

/// The rows of a file.
pub struct Table {
    rows: csv::Reader<Guarded>,
    /// For each of [`COLUMNS`] where it stands; tags may be in several.
    places: Vec<Vec<usize>>,
    progress: Progress,
    /// Bytes that were read for the present row.
    used: Arc<AtomicUsize>,
    is_over: bool,
    map: Map,
}

/// Opens a file.
pub fn open(path: &Path, map: Map) -> Result<Table, String> {
    let input = input::open(path).map_err(|error| error.to_string())?;
    let used = Arc::new(AtomicUsize::new(0));
    let delimiter = map.table.delimiter.unwrap_or(',');
    let delimiter = u8::try_from(delimiter).map_err(|_| "csv.delimiter must be an ASCII character")?;
    let guarded = Guarded { text: input.text, used: used.clone() };
    let mut rows = ReaderBuilder::new().delimiter(delimiter).from_reader(guarded);
    let head =
        rows.headers().map_err(|error| format!("the line with the names of the columns: {error}"))?.clone();
    let places = places(&head, &map)?;
    Ok(Table { rows, places, progress: input.progress, used, is_over: false, map })
}

fn places(head: &StringRecord, map: &Map) -> Result<Vec<Vec<usize>>, String> {
    let mut places = Vec::new();
    for (property, usual) in COLUMNS {
        let named = map.table.columns.get(*property);
        let is_it = |name: &str| match named {
            Some(named) => name.trim().eq_ignore_ascii_case(named.trim()),
            None => usual.iter().any(|usual| name.trim().eq_ignore_ascii_case(usual)),
        };
        let found: Vec<usize> =
            head.iter().enumerate().filter(|(_, name)| is_it(name)).map(|(at, _)| at).collect();
        if let (Some(named), true) = (named, found.is_empty()) {
            return Err(format!("there is no column {named}, which the map file names for {property}"));
        }
        if found.is_empty() && *property == "title" {
            let all: Vec<&str> = head.iter().collect();
            return Err(format!(
                "no column is the title; name it in the map file. There are: {}",
                all.join(", ")
            ));
        }
        places.push(found);
    }
    Ok(places)
}

impl Iterator for Table {
    type Item = Result<Record, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        self.used.store(0, Ordering::Relaxed);
        let mut row = ByteRecord::new();
        let start = self.rows.position().line();
        match self.rows.read_byte_record(&mut row) {
            Ok(false) => None,
            Ok(true) => Some(self.read(row, start)),
            Err(error) => {
                self.is_over = error.is_io_error();
                Some(Err(Refused::new(start, said(&error))))
            }
        }
    }
}

impl Source for Table {
    fn bytes_read(&self) -> u64 {
        self.progress.read()
    }

    fn bytes_total(&self) -> u64 {
        self.progress.total()
    }
}

fn said(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} columns, and the first line has {expected_len}")
        }
        csv::ErrorKind::Io(error) => format!("the file cannot be read from here on: {error}"),
        other => format!("it is no row of a table: {other:?}"),
    }
}

impl Table {
    fn read(&self, row: ByteRecord, start: u64) -> Result<Record, Refused> {
        let line = row.position().map_or(start, csv::Position::line);
        let refuse = |why: String| Refused::new(line, why);
        let row = StringRecord::from_byte_record(row)
            .map_err(|error| refuse(format!("it is not in UTF-8: {error}")))?;
        let draft = self.draft(line, &row).map_err(refuse)?;
        shape(draft, &self.map)
    }

    fn all<'a>(&'a self, row: &'a StringRecord, property: &str) -> impl Iterator<Item = &'a str> {
        let which = COLUMNS.iter().position(|(name, _)| *name == property);
        let places = which.and_then(|which| self.places.get(which)).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| row.get(*at)).map(str::trim).filter(|text| !text.is_empty())
    }

    fn draft(&self, line: u64, row: &StringRecord) -> Result<Draft, String> {
        let one = |property: &str| self.all(row, property).next();
        let at = |property: &str| one(property).map(|text| instant::read(property, text)).transpose();
        let key = one("key")
            .map_or_else(|| format!("row {line}"), |key| fit::first_chars(&key.replace('\0', ""), 150));
        let split = key.rsplit_once('-').filter(|(_, number)| number.parse::<u32>().is_ok());
        let stem = split.map(|(stem, _)| stem.to_owned());
        let tags = self.all(row, "tags").flat_map(|tags| tags.split([',', ';', ' ']));
        let (created, updated, closed) = (at("created")?, at("updated")?, at("closed")?);
        Ok(Draft {
            line,
            project: one("project").map(str::to_owned).or(stem).unwrap_or_else(|| NO_PROJECT.to_owned()),
            number: split.map_or(key.as_str(), |(_, number)| number).parse().ok(),
            title: one("title").unwrap_or_default().to_owned(),
            body: one("description").unwrap_or_default().to_owned(),
            markup: self.map.table.markup,
            kind: one("type").map(str::to_owned),
            status: one("status").unwrap_or(if closed.is_some() { "closed" } else { "open" }).to_owned(),
            priority: one("severity").map(str::to_owned),
            labels: tags.map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
            reporter: one("reporter").and_then(person),
            assignee: one("assignee").and_then(person),
            created_at: Some(created.or(updated).or(closed).ok_or("no time in created, updated or closed")?),
            updated_at: updated,
            resolved_at: closed,
            key,
            ..Draft::default()
        })
    }
}

/// Somebody: `Ana Ribeiro <ana@example.org>`, an address, or a name.
fn person(text: &str) -> Option<crate::import::record::PersonName> {
    let named = text.strip_suffix('>').and_then(|text| text.split_once('<'));
    match named {
        Some((name, email)) => fit::person(email, Some(name), Some(email)),
        None => fit::person(text, None, Some(text)),
    }
}

/// Ends the reading when one row takes more than the limit: a quotation mark that is never closed makes the rest of the
/// file one row.
struct Guarded {
    text: Box<dyn BufRead + Send>,
    used: Arc<AtomicUsize>,
}

impl Read for Guarded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(buffer)?;
        let used = self.used.fetch_add(count, Ordering::Relaxed);
        if used > MOST_BYTES {
            return Err(io::Error::other(format!("one row has more than {} MiB", MOST_BYTES >> 20)));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_the_paper_are_these() {
        let paper = include_str!("../../../../docs/import.md");
        for (property, columns) in COLUMNS {
            let row = format!("| `{property}` | {}", columns.join(", "));
            assert!(paper.contains(&row), "docs/import.md has no {row}");
        }
    }
}
