//! Issues: what can be asked of them (commands) and what people see of them (views).

use serde::{Deserialize, Serialize};

use crate::{
    attachment::FileView,
    error::AppError,
    event::Change,
    id::{IssueKey, Seq},
    link::IssueLink,
    org::Person,
    page::{Cursor, Sort},
    policy::ViewerCan,
    query::{self, Field, Query, QueryError},
    search::Snippet,
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

/// The same of a search, whose rows have a piece of text each.
pub const SEARCH_ROWS: u16 = 25;

/// So many of the newest texts that match are looked at in a search that asks for nothing else (the `cap` of `tracker_search`).
pub const SEARCHED_TEXTS: u16 = 500;

/// The same where there are other conditions, which leave fewer.
pub const SEARCHED_BESIDE: u16 = 5_000;

/// So far open issues are counted for a list. To count all of them would cost more than the page itself where there are
/// many; the insights have the exact number.
pub const OPEN_COUNTED: i64 = 1_000;

/// Asks for a page of issues.
#[derive(Debug, Clone)]
pub struct ListIssues {
    /// The organization's slug.
    pub org: String,
    /// The text of a [`Query`].
    pub q: String,
    /// Comma list of [`Status`] words; when it is not empty it takes the place of the query's own.
    pub status: String,
    /// Comma list of [`Severity`] words; when it is not empty it takes the place of the query's own.
    pub severity: String,
    /// `?sort=`, see [`Sort`]; when it is not empty it takes the place of the query's own.
    pub sort: String,
    /// `?after=`, see [`Cursor`].
    pub after: String,
    /// Rows of the page; [`PAGE_ROWS`], or [`SEARCH_ROWS`] with a text to search for, unless another number up to [`crate::page::MOST_ROWS`] is asked for.
    pub limit: Option<i64>,
}

impl ListIssues {
    /// What is asked for, as one query: the fields beside it, which plain forms and older links have, become part of it.
    pub fn query(&self) -> Result<Query, AppError> {
        let mut query = Query::parse(&self.q)?;
        for (field, words) in [(Field::Status, &self.status), (Field::Severity, &self.severity)] {
            if !words.is_empty() {
                let wrong = |error: QueryError| AppError::invalid(field.word(), error.message);
                query = query.with(field, words).map_err(wrong)?;
            }
        }
        let sort = if self.sort.is_empty() { query.order() } else { self.sort.parse()? };
        Ok(query.sorted(sort))
    }
}

/// An issue as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// When it was finished, if it is.
    pub closed_at: Option<Timestamp>,
    /// Counts its edits; an edit says which one it saw.
    pub version: i64,
}

/// A page of issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IssueList {
    /// As many as were asked for, or [`PAGE_ROWS`] or [`SEARCH_ROWS`] at most.
    pub rows: Vec<IssueRow>,
    /// Which issues these are, with the order if it is not the usual one.
    pub query: Query,
    /// What the query's words stand for.
    pub facts: query::Facts,
    /// In which order they are.
    pub sort: Sort,
    /// The page after, if there is one.
    pub next: Option<Cursor>,
    /// The page before, if there is one.
    pub previous: Option<Cursor>,
    /// How many issues that the viewer may see are not DONE, whatever the query says; counted up to [`OPEN_COUNTED`].
    pub open: i64,
    /// For a search: where the words stand, for those rows whose texts show them.
    pub snippets: Vec<(IssueKey, Snippet)>,
    /// For a search that may have more than it shows: how many of the newest texts that match it looked at.
    pub looked_at: Option<u16>,
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
    /// Files that were uploaded for it: see [`crate::attachment::parse_ids`].
    pub files: String,
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IssueHead {
    /// All that a list shows of it.
    pub row: IssueRow,
    /// Markdown, as it was written.
    pub description: String,
    /// The same as safe HTML.
    pub description_html: String,
    /// Its files, as far as the viewer sees them; oldest first.
    pub files: Vec<FileView>,
    /// What the viewer may do with it.
    pub viewer_can: ViewerCan,
}

/// One line of an issue's timeline: its comments and its history are one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_query_takes_the_place_of_its_own() {
        let asked = |q: &str, status: &str, severity: &str, sort: &str| {
            let text = |text: &str| text.to_owned();
            let (org, after) = (text("main"), String::new());
            let command = ListIssues {
                org,
                q: text(q),
                status: text(status),
                severity: text(severity),
                sort: text(sort),
                after,
                limit: None,
            };
            command.query().map(|query| query.to_string())
        };
        assert_eq!(
            asked("ui status:OPEN sort:key", "OPEN,DONE", "", "").unwrap(),
            "ui status:OPEN,DONE sort:key"
        );
        assert_eq!(asked("sort:key", "", "HIGH", "-updated").unwrap(), "severity:HIGH");
        assert_eq!(
            asked("stauts:x", "", "", "").unwrap_err().about("q").map(|text| text.contains("status")),
            Some(true)
        );
        assert!(asked("", "CLOSED", "", "").unwrap_err().about("status").is_some());
        assert!(asked("", "", "", "size").unwrap_err().about("sort").is_some());
    }
}
