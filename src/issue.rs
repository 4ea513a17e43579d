//! Issues: what can be asked of them (commands) and what people see of them (views).

use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    event::Change,
    id::{IssueKey, Seq},
    link::IssueLink,
    org::Person,
    page::{Cursor, Sort},
    policy::ViewerCan,
    time::Timestamp,
    words::words,
    workflow::Status,
};

words! {
    /// How much an issue hurts.
    Severity as "severity" {
        /// A nuisance.
        Low = "LOW", "Low";
        /// Work is hindered.
        Medium = "MEDIUM", "Medium";
        /// Work stops for some.
        High = "HIGH", "High";
        /// Work stops for all, or data is in danger.
        Critical = "CRITICAL", "Critical";
    }
}

/// Rows of a list page unless asked otherwise.
pub const PAGE_ROWS: u16 = 50;

/// Which issues a list shows, as its URL says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueFilter {
    /// Words that title, description or key contain; empty for all.
    pub text: String,
    /// Only these; empty for all.
    pub status: Vec<Status>,
    /// Only these; empty for all.
    pub severity: Vec<Severity>,
}

/// Most characters of a query.
pub const MAX_QUERY_CHARS: usize = 1_000;

impl IssueFilter {
    /// Reads what a URL says: free text, and comma lists of words.
    pub fn parse(text: &str, status: &str, severity: &str) -> Result<Self, AppError> {
        fn list<T: std::str::FromStr<Err = AppError>>(text: &str) -> Result<Vec<T>, AppError> {
            text.split(',').filter(|word| !word.is_empty()).map(str::parse).collect()
        }
        let length = text.chars().count();
        if length > MAX_QUERY_CHARS {
            let message =
                format!("The search has {length} characters; at most {MAX_QUERY_CHARS} are possible.");
            return Err(AppError::invalid("q", message));
        }
        Ok(Self { text: text.trim().replace('\0', ""), status: list(status)?, severity: list(severity)? })
    }

    /// Whether it shows everything.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.status.is_empty() && self.severity.is_empty()
    }

    /// Whether an issue belongs into the list; free text is left to the database, so with a text nothing is sure.
    pub fn admits(&self, row: &IssueRow) -> Option<bool> {
        let status = self.status.is_empty() || self.status.contains(&row.status);
        let severity = self.severity.is_empty() || self.severity.contains(&row.severity);
        match (status && severity, self.text.is_empty()) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) => None,
        }
    }
}

/// Asks for a page of issues.
#[derive(Debug, Clone)]
pub struct ListIssues {
    /// The organization's slug.
    pub org: String,
    /// Free text.
    pub q: String,
    /// Comma list of [`Status`] words.
    pub status: String,
    /// Comma list of [`Severity`] words.
    pub severity: String,
    /// `?sort=`, see [`Sort`].
    pub sort: String,
    /// `?after=`, see [`Cursor`].
    pub after: String,
}

/// An issue as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueRow {
    /// Its key.
    pub key: IssueKey,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// How much it hurts.
    pub severity: Severity,
    /// Who reported it.
    pub reporter: Person,
    /// Who works on it.
    pub assignee: Option<Person>,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// How many comments it has.
    pub comments: i64,
    /// When it was reported.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts its edits; an edit says which one it saw.
    pub version: i64,
}

/// A page of issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueList {
    /// At most [`PAGE_ROWS`].
    pub rows: Vec<IssueRow>,
    /// Which issues these are.
    pub filter: IssueFilter,
    /// In which order.
    pub sort: Sort,
    /// The page after, if there is one.
    pub next: Option<Cursor>,
    /// The page before, if there is one.
    pub previous: Option<Cursor>,
    /// How many issues that the viewer may see are not DONE, whatever the filter says.
    pub open: i64,
}

/// Asks for a new issue.
#[derive(Debug, Clone)]
pub struct CreateIssue {
    /// The organization's slug.
    pub org: String,
    /// The project's key.
    pub project: String,
    /// Its title.
    pub title: String,
    /// Markdown.
    pub description: String,
    /// A [`Severity`] word.
    pub severity: String,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// Which issue a command is about.
#[derive(Debug, Clone)]
pub struct IssueRef {
    /// The organization's slug.
    pub org: String,
    /// The issue's key.
    pub key: String,
}

/// Asks for another title and description.
#[derive(Debug, Clone)]
pub struct EditIssue {
    /// Which issue.
    pub issue: IssueRef,
    /// The new title.
    pub title: String,
    /// The new description, Markdown.
    pub description: String,
    /// The version that the editor saw.
    pub version: i64,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// Asks to change one property; the last one who sets it wins, and the history shows both.
#[derive(Debug, Clone)]
pub struct SetProperty {
    /// Which issue.
    pub issue: IssueRef,
    /// Which property, and to what.
    pub property: Property,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// A property as a person sends it.
#[derive(Debug, Clone)]
pub enum Property {
    /// A [`Status`] word.
    Status(String),
    /// A [`Severity`] word.
    Severity(String),
    /// The id of a member, or empty for nobody.
    Assignee(String),
    /// All the tags it shall have, as [`crate::tag::parse_list`] reads them.
    Tags(String),
}

/// An issue after a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueChanged {
    /// The organization's slug.
    pub org: String,
    /// Its key.
    pub key: IssueKey,
    /// Its version now.
    pub version: i64,
}

/// What can change about an issue while one looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueHead {
    /// All that a list shows of it.
    pub row: IssueRow,
    /// Markdown, as it was written.
    pub description: String,
    /// The same as safe HTML.
    pub description_html: String,
    /// What the viewer may do with it.
    pub viewer_can: ViewerCan,
}

/// One line of an issue's timeline: its comments and its history are one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// Its position in the log.
    pub seq: Seq,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Person,
    /// What was done.
    pub change: Change,
    /// The comment's text as safe HTML, when it was a comment.
    pub comment_html: Option<String>,
}

/// The page of one issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueView {
    /// What can change.
    pub head: IssueHead,
    /// Comments and history, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Issues it is tied to.
    pub links: Vec<IssueLink>,
    /// Who it can be assigned to; empty for those who may not assign.
    pub people: Vec<Person>,
    /// Tags that are in use; empty for those who may not tag.
    pub known_tags: Vec<String>,
}
