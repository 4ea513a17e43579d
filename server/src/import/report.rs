//! What an import did: counts for the end, and line by line what was changed or refused.
//!
//! The lines go to a file as they come, so that a report of any length costs no memory; the first ones are kept for the
//! terminal.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    io::{self, Write},
};
use tracker_domain::workflow::Status;

use super::{
    batch::Outcome,
    record::{Note, NoteKind, Record, Refused, What},
};

/// So many lines are shown on the terminal.
pub const SHOWN: usize = 20;

/// See the module.
#[derive(Default)]
pub struct Report {
    file: Option<Box<dyn Write + Send>>,
    /// The first lines.
    pub shown: Vec<String>,
    /// Lines that were not shown.
    pub more: u64,
    /// Issues that were taken.
    pub taken: u64,
    /// Issues that an earlier run had taken.
    pub known: u64,
    /// Lines that were refused.
    pub refused: u64,
    /// Comments of the issues that were taken.
    pub comments: u64,
    /// Their moves from status to status.
    pub moves: u64,
    /// Their ties.
    pub links: u64,
    /// Members who are new.
    pub people: u64,
    /// Projects that are new.
    pub projects: u64,
    /// Events that were written.
    pub events: u64,
    /// Where the issues that were taken stand.
    pub statuses: BTreeMap<Status, u64>,
    /// Issues that have another number than they had.
    pub renumbered: u64,
    /// Of each kind of change so many.
    pub notes: BTreeMap<NoteKind, u64>,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("taken", &self.taken)
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

impl Report {
    /// One that writes its lines to a file too.
    pub fn to_file(file: impl Write + Send + 'static) -> Self {
        Self { file: Some(Box::new(file)), ..Self::default() }
    }

    fn line(&mut self, line: impl Display) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            writeln!(file, "{line}")?;
        }
        if self.shown.len() < SHOWN {
            self.shown.push(line.to_string());
        } else {
            self.more += 1;
        }
        Ok(())
    }

    /// A line that was not taken.
    pub(super) fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        self.refused += 1;
        self.line(format_args!("refused: {refused}"))
    }

    /// What became of a record.
    pub(super) fn outcome(&mut self, record: &Record, outcome: &Outcome) -> io::Result<()> {
        match outcome {
            Outcome::Taken { number, instead_of } => self.take(record, *number, *instead_of),
            Outcome::Known => {
                self.known += 1;
                Ok(())
            }
            Outcome::Double { of } => {
                let why = format!("{} was in line {of} already", record.key);
                self.refuse(&Refused::new(record.line, why))
            }
        }
    }

    fn take(&mut self, record: &Record, number: i64, instead_of: Option<i64>) -> io::Result<()> {
        self.taken += 1;
        self.comments += record.comments.len() as u64;
        self.links += record.links.iter().filter(|link| link.key != record.key).count() as u64;
        let is_move = |what: &What| matches!(what, What::Status { .. });
        self.moves += record.changes.iter().filter(|change| is_move(&change.what)).count() as u64;
        *self.statuses.entry(record.status).or_default() += 1;
        let (line, key) = (record.line, &record.key);
        for Note { kind, text } in &record.notes {
            *self.notes.entry(*kind).or_default() += 1;
            self.line(format_args!("changed: line {line}, {key}: {text}"))?;
        }
        if let Some(had) = instead_of {
            self.renumbered += 1;
            let project = &record.project;
            self.line(format_args!(
                "changed: line {line}, {key}: {project}-{had} was taken, so it is {project}-{number}"
            ))?;
        }
        Ok(())
    }

    /// What a batch made besides issues.
    pub(super) fn made(&mut self, people: usize, projects: usize, events: usize) {
        self.people += people as u64;
        self.projects += projects as u64;
        self.events += events as u64;
    }

    /// Whether anything was written.
    pub fn is_nothing_new(&self) -> bool {
        self.taken == 0
    }

    /// The counts, as lines for people.
    pub fn summary(&self) -> Vec<String> {
        let mut lines = vec![
            format!("Taken:    {} issues, {} comments, {} links", self.taken, self.comments, self.links),
            format!("History:  {} events, {} of them moves from status to status", self.events, self.moves),
            format!("New here: {} people, {} projects", self.people, self.projects),
        ];
        let statuses = self.statuses.iter().map(|(status, count)| format!("{status} {count}"));
        let statuses: Vec<String> = statuses.collect();
        if !statuses.is_empty() {
            lines.push(format!("Status:   {}", statuses.join(", ")));
        }
        let mut changed: Vec<String> =
            self.notes.iter().map(|(kind, count)| format!("{} {count}", kind.label())).collect();
        if self.renumbered > 0 {
            changed.push(format!("other numbers {}", self.renumbered));
        }
        if !changed.is_empty() {
            lines.push(format!("Changed:  {}", changed.join(", ")));
        }
        lines.push(format!("Refused:  {} lines", self.refused));
        if self.known > 0 {
            lines.push(format!("Known:    {} issues were here from an earlier run", self.known));
        }
        if self.is_nothing_new() {
            lines.push("Nothing was changed: everything that can be taken is here.".to_owned());
        }
        lines
    }

    /// Writes the counts below the lines of the file, and the file to the disk.
    pub fn finish(&mut self) -> io::Result<()> {
        let summary = self.summary();
        let Some(file) = &mut self.file else { return Ok(()) };
        for line in summary {
            writeln!(file, "{line}")?;
        }
        file.flush()
    }
}
