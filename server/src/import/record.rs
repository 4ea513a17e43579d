//! What every source yields: one issue with its whole history, in the tracker's own words and within its limits.
//!
//! A [`Record`] is already valid: whoever writes it needs no further check. What had to be changed to make it so is
//! said in its notes; what could not be read at all is a [`Refused`]. A new source implements [`Source`] and nothing
//! else has to know it.

use serde::Serialize;
use std::fmt;
use tracker_domain::{
    id::ProjectKey,
    issue::Severity,
    link::Relation,
    text::{Email, IssueTitle, Markdown, TagName},
    time::Timestamp,
    workflow::Status,
};

/// Issues of a file or folder, in its order. A line that cannot be taken is an `Err`; the next call goes on after it.
pub trait Source: Iterator<Item = Result<Record, Refused>> {
    /// How far it has come, in bytes as they lie on the disk (compressed, if the file is).
    fn bytes_read(&self) -> u64;

    /// How many bytes there are.
    fn bytes_total(&self) -> u64;
}

/// An issue and all that happened to it.
///
/// Promises of every source:
///
/// - `created_at` is the earliest of all its times, and `changes` and `comments` are in the order of time;
/// - of each kind the changes form a chain: the first leaves `opening` (the status is OPEN), each begins where the one
///   before ended, the last ends at what the record says, and none goes from a value to itself;
/// - `resolved_at` is there exactly when the status is DONE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Its line in the source, from 1; in a list the number of the element.
    pub line: u64,
    /// What the source calls it, for example `CORE-12`: no two issues of a source have the same.
    pub key: String,
    /// The project it belongs to here.
    pub project: ProjectKey,
    /// Its number there, when the source has numbers.
    pub number: Option<i64>,
    /// What it is called now.
    pub title: IssueTitle,
    /// Markdown.
    pub description: Markdown,
    /// Where it stands now.
    pub status: Status,
    /// How much it hurts now.
    pub severity: Severity,
    /// Who reported it; `None` when the source does not say.
    pub reporter: Option<PersonName>,
    /// Who works on it now.
    pub assignee: Option<PersonName>,
    /// Its tags, sorted, without doubles, at most as many as an issue can have.
    pub tags: Vec<TagName>,
    /// When it was reported.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was last finished; only of one that is DONE.
    pub resolved_at: Option<Timestamp>,
    /// As what it began.
    pub opening: Opening,
    /// What happened to it.
    pub changes: Vec<Changed>,
    /// What was said about it.
    pub comments: Vec<CommentRecord>,
    /// Issues it is tied to, by the key that the source calls them; they may come later, or never.
    pub links: Vec<Link>,
    /// Files that the source has; they are told in the description and are not taken along.
    pub attachments: Vec<Attachment>,
    /// What was changed while reading.
    pub notes: Vec<Note>,
}

/// An issue's values when it was reported; its status was OPEN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opening {
    /// Its title then.
    pub title: IssueTitle,
    /// Its severity then.
    pub severity: Severity,
    /// Who had it then.
    pub assignee: Option<PersonName>,
}

/// Something that happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// When.
    pub at: Timestamp,
    /// Who did it; `None` when the source does not say.
    pub actor: Option<PersonName>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// It moved through its life.
    Status {
        /// Before.
        from: Status,
        /// After.
        to: Status,
    },
    /// It was weighed anew.
    Severity {
        /// Before.
        from: Severity,
        /// After.
        to: Severity,
    },
    /// It was given to somebody, or to nobody.
    Assignee {
        /// Before.
        from: Option<PersonName>,
        /// After.
        to: Option<PersonName>,
    },
    /// It was called something else.
    Title {
        /// Before.
        from: IssueTitle,
        /// After.
        to: IssueTitle,
    },
    /// Its description was rewritten.
    Description,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommentRecord {
    /// What the source calls it; unique within its issue.
    pub id: String,
    /// Who wrote it; `None` when the source does not say.
    pub author: Option<PersonName>,
    /// When.
    pub at: Timestamp,
    /// When its text was last changed; at least `at`.
    pub updated_at: Timestamp,
    /// Markdown, not empty.
    pub body: Markdown,
}

/// Somebody, as the source names them.
///
/// Two names with the same handle are the same person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PersonName {
    /// What the source identifies them by: a login, an account number, or their name; 1-200 characters, trimmed.
    pub handle: String,
    /// How they are called: 1-80 characters; the handle if the source has nothing better.
    pub name: String,
    /// Their mail address, if the source tells it.
    pub email: Option<Email>,
}

/// A tie to another issue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Link {
    /// What this issue is to the other one.
    pub relation: Relation,
    /// The other one, as the source calls it.
    pub key: String,
}

/// A file that the source has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its name.
    pub filename: String,
    /// Its bytes, if known.
    pub size: Option<u64>,
    /// Its media type, if known.
    pub mime: Option<String>,
    /// Who added it, as the source calls them.
    pub author: Option<PersonName>,
    /// When.
    pub at: Option<Timestamp>,
}

/// Something that was changed while reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Which kind of change, to count them.
    pub kind: NoteKind,
    /// What exactly, as a sentence.
    pub text: String,
}

/// Kinds of changes that are made while reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// A title, description or comment was over the limit.
    Shortened,
    /// Something that an issue must have was missing.
    Missing,
    /// A word was not in the map, and the default was taken.
    UnknownWord,
    /// A tag was rewritten or left out.
    Tag,
    /// A time was moved, or not understood.
    Time,
    /// The history did not lead to the present, and a move was added.
    History,
    /// Characters that cannot be kept were taken out.
    Characters,
    /// A field had another type than expected and was left out.
    Ignored,
    /// A project's key was rewritten.
    Project,
}

impl NoteKind {
    /// What a report calls them.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Shortened => "texts shortened",
            Self::Missing => "missing things filled in",
            Self::UnknownWord => "unknown words",
            Self::Tag => "tags rewritten or left out",
            Self::Time => "times corrected",
            Self::History => "histories completed",
            Self::Characters => "characters taken out",
            Self::Ignored => "fields ignored",
            Self::Project => "project keys rewritten",
        }
    }
}

/// A line that was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its line in the source, from 1; in a list the number of the element.
    pub line: u64,
    /// Why, as a sentence.
    pub why: String,
}

impl Refused {
    /// Refuses a line.
    pub fn new(line: u64, why: impl Into<String>) -> Self {
        Self { line, why: why.into() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}
