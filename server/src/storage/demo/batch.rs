//! Rows as COPY reads them, in the text format.

use std::fmt::Write;
use tracker_domain::{
    event::{Origin, VERSION},
    time::Timestamp,
};

/// What is filled by COPY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Issues.
    Issues,
    /// Which issue has which tag.
    IssueTags,
    /// Comments.
    Comments,
    /// The log.
    Events,
}

impl Table {
    pub(super) fn copy(self) -> &'static str {
        match self {
            Self::Issues => {
                "COPY issues (org_id, id, project_id, number, title, description, description_html, status, severity, reporter_id,
                     assignee_id, comment_count, version, created_at, updated_at, closed_at) FROM STDIN"
            }
            Self::IssueTags => "COPY issue_tags (org_id, issue_id, tag_id) FROM STDIN",
            Self::Comments => {
                "COPY comments (org_id, id, issue_id, author_id, body, body_html, created_at) FROM STDIN"
            }
            Self::Events => {
                "COPY events (org_id, seq, at, recorded_at, actor_id, origin, issue_id, kind, version, payload) FROM STDIN"
            }
        }
    }
}

/// Bytes after which a batch is sent.
const FULL: usize = 1 << 20;

/// Rows of one table, as COPY reads them.
#[derive(Debug)]
pub struct Batch {
    table: Table,
    text: String,
    /// How many rows there are.
    pub rows: u64,
}

/// A value of a row.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// A number.
    Number(i64),
    /// A number, or nothing.
    Maybe(Option<i64>),
    /// A text.
    Text(&'a str),
    /// A word that needs no escaping.
    Word(&'a str),
    /// Microseconds since 1970.
    Time(i64),
    /// The same, or nothing.
    MaybeTime(Option<i64>),
}

impl Batch {
    /// Without rows yet.
    pub fn new(table: Table) -> Self {
        Self { table, text: String::new(), rows: 0 }
    }

    /// Of which table.
    pub fn table(&self) -> Table {
        self.table
    }

    /// Adds a row: its values in the order of the columns above, without the first, which is the organization.
    pub fn row(&mut self, org: i64, values: &[Value<'_>]) {
        self.number(org);
        for value in values {
            self.text.push('\t');
            match *value {
                Value::Number(number) | Value::Maybe(Some(number)) => self.number(number),
                Value::Maybe(None) | Value::MaybeTime(None) => self.text.push_str("\\N"),
                Value::Text(text) => self.escaped(text),
                Value::Word(word) => self.text.push_str(word),
                Value::Time(micros) | Value::MaybeTime(Some(micros)) => self.time(micros),
            }
        }
        self.text.push('\n');
        self.rows += 1;
    }

    /// Whether it is time to send it.
    pub fn is_full(&self) -> bool {
        self.text.len() >= FULL
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    fn number(&mut self, number: i64) {
        // Writing into a text cannot fail.
        let _ = write!(self.text, "{number}");
    }

    fn time(&mut self, micros: i64) {
        self.text.push_str(&Timestamp::from_micros(micros).map(Timestamp::rfc3339).unwrap_or_default());
    }

    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(['\\', '\t', '\n', '\r']) {
            self.text.push_str(&rest[..at]);
            self.text.push_str(match rest.as_bytes()[at] {
                b'\\' => "\\\\",
                b'\t' => "\\t",
                b'\n' => "\\n",
                _ => "\\r",
            });
            rest = &rest[at + 1..];
        }
        self.text.push_str(rest);
    }
}

/// What every event of a demonstration has in common: `recorded_at`, `origin` and `version` around the kind.
pub fn origin() -> (&'static str, i64) {
    (Origin::Job.word(), i64::from(VERSION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_written_as_copy_reads_it() {
        let mut batch = Batch::new(Table::Comments);
        batch.row(
            1,
            &[
                Value::Number(-7),
                Value::Maybe(None),
                Value::Text("a\tb\\c\r\nd «é»"),
                Value::Word("OPEN"),
                Value::Time(1_000_001),
                Value::MaybeTime(None),
            ],
        );
        let line = "1\t-7\t\\N\ta\\tb\\\\c\\r\\nd «é»\tOPEN\t1970-01-01T00:00:01.000001Z\t\\N\n";
        assert_eq!((batch.text.as_str(), batch.rows), (line, 1));
    }
}
