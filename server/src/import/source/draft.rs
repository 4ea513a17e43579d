//! What a source says of an issue, in the source's words.

use tracker_domain::{issue::Severity, time::Timestamp};

use crate::import::{
    map::Markup,
    record::{Attachment, Link, Note, NoteKind, PersonName},
};

/// An issue before it is in shape.
#[derive(Debug, Default)]
pub struct Draft {
    pub line: u64,
    pub key: String,
    pub project: String,
    pub number: Option<i64>,
    pub title: String,
    pub body: String,
    pub markup: Markup,
    pub kind: Option<String>,
    pub status: String,
    /// Jira's category of the status.
    pub category: Option<String>,
    pub resolution: Option<String>,
    pub priority: Option<String>,
    /// When the source has no priorities but something that says as much.
    pub severity: Option<Severity>,
    pub labels: Vec<String>,
    pub components: Vec<String>,
    pub affects_versions: Vec<String>,
    pub fix_versions: Vec<String>,
    pub environment: Option<String>,
    /// More that is said below the description: what, and its text.
    pub also: Vec<(&'static str, String)>,
    pub reporter: Option<PersonName>,
    pub assignee: Option<PersonName>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub comments: Vec<Said>,
    pub events: Vec<Happened>,
    pub links: Vec<Link>,
    pub attachments: Vec<Attachment>,
    pub notes: Vec<Note>,
}

/// A comment.
#[derive(Debug)]
pub struct Said {
    pub id: String,
    pub author: Option<PersonName>,
    pub at: Timestamp,
    pub updated_at: Option<Timestamp>,
    pub body: String,
}

/// A change.
#[derive(Debug)]
pub struct Happened {
    pub at: Timestamp,
    pub actor: Option<PersonName>,
    pub what: Deed,
}

/// What was changed, from what, to what.
#[derive(Debug)]
pub enum Deed {
    Status(Option<String>, Option<String>),
    Priority(Option<String>, Option<String>),
    Severity(Severity, Severity),
    Assignee(Option<PersonName>, Option<PersonName>),
    Title(Option<String>, Option<String>),
    Description,
}

impl Draft {
    /// Notes that something was changed.
    pub fn note(&mut self, kind: NoteKind, text: impl Into<String>) {
        self.notes.push(Note { kind, text: text.into() });
    }
}
