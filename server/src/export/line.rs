//! The lines of an export: JSON, one thing a line, named as people name it and never by an id of the database.
//!
//! The order is fixed: the head, people by address, teams by short name, projects by key, tags by name, issues by key, then the log by
//! position with each comment, and each file with its bytes, before the event that says it was added, then the counts. The
//! members of a line have a fixed order too, so that the same organization always gives the same bytes. docs/export.md
//! explains each.
//! To add a member, raise [`VERSION`] and let `restore` go on reading what has the old one.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::types::Json;
use time::{OffsetDateTime, serde::rfc3339};

pub use super::attachment::AttachmentLine;

/// The version of the format. The one before had no files.
pub const VERSION: u32 = 3;
/// The oldest version that is read: without teams.
pub const OLDEST: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first one: what this is.
    Tracker(Head),
    /// A member.
    Person(PersonLine),
    /// A team.
    Team(TeamLine),
    /// A project.
    Project(ProjectLine),
    /// A tag.
    Tag(TagLine),
    /// An issue as it is now.
    Issue(Box<IssueLine>),
    /// A comment.
    Comment(CommentLine),
    /// A file; its bytes follow.
    Attachment(Box<AttachmentLine>),
    /// The next bytes of the file, as base64.
    Part(String),
    /// An event of the log.
    Event(Box<EventLine>),
    /// The last one: how many there were.
    End(Counts),
}

/// What an export is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// See [`VERSION`].
    pub version: u32,
    /// The organization's name in URLs.
    pub organization: String,
    /// What it is called.
    pub name: String,
    /// When it was made.
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// The last position of its log.
    pub position: i64,
}

/// A member of the organization, without any secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonLine {
    /// Their mail address, which names them everywhere else.
    pub address: String,
    /// How they are called.
    pub name: String,
    /// What they may do.
    pub role: String,
    /// When the account was made.
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// When they became a member.
    #[serde(with = "rfc3339")]
    pub joined_at: OffsetDateTime,
    /// Since when they are shut out.
    #[serde(with = "rfc3339::option")]
    pub disabled_at: Option<OffsetDateTime>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamLine {
    /// Its name in queries.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// The addresses of its people, sorted.
    pub people: Vec<String>,
    /// When it was made.
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectLine {
    /// The short name in issue keys.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// The team that owns it.
    #[serde(default)]
    pub team: Option<String>,
    /// The number of its next issue.
    pub next_number: i64,
    /// When it was made.
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagLine {
    /// Its name.
    pub name: String,
}

/// An issue as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueLine {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// Markdown.
    pub description: String,
    /// Where it stands.
    pub status: String,
    /// How much it hurts.
    pub severity: String,
    /// Who reported it.
    pub reporter: String,
    /// Who works on it.
    pub assignee: Option<String>,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// What it is tied to, sorted.
    pub links: Json<Vec<LinkLine>>,
    /// How many comments it has.
    pub comments: i64,
    /// Counts its edits.
    pub edition: i64,
    /// When it was reported.
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "rfc3339")]
    pub updated_at: OffsetDateTime,
    /// When it was last finished.
    #[serde(with = "rfc3339::option")]
    pub closed_at: Option<OffsetDateTime>,
}

/// A tie to another issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkLine {
    /// What the issue is to the other one.
    pub relation: String,
    /// The other one's key.
    pub target: String,
    /// Whether the other one is in this organization; otherwise the key is only a text.
    pub here: bool,
}

/// A comment. It is named by its issue and the position of the event that says it was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommentLine {
    /// On which issue.
    pub issue: String,
    /// At which position.
    pub position: i64,
    /// Who wrote it.
    pub author: String,
    /// When.
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// Markdown.
    pub body: String,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine {
    /// Its position.
    pub position: i64,
    /// When it happened.
    #[serde(with = "rfc3339")]
    pub at: OffsetDateTime,
    /// When it came to be known.
    #[serde(with = "rfc3339")]
    pub recorded_at: OffsetDateTime,
    /// Who did it.
    pub actor: String,
    /// From where it came.
    pub origin: String,
    /// Which issue it is about.
    pub issue: Option<String>,
    /// What happened.
    pub kind: String,
    /// In which form that is said.
    pub version: i16,
    /// Its members; people are named by address, comments and files by position.
    pub data: Value,
    /// The issue after it.
    pub facts: Option<FactsLine>,
}

/// The state of an issue after an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsLine {
    /// The key of its project.
    pub project: String,
    /// Who reported it.
    pub reporter: String,
    /// How much it hurts.
    pub severity: String,
    /// Where it stands.
    pub status: String,
}

/// How many of each there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Members.
    pub people: u64,
    /// Teams.
    #[serde(default)]
    pub teams: u64,
    /// Projects.
    pub projects: u64,
    /// Tags.
    pub tags: u64,
    /// Issues.
    pub issues: u64,
    /// Comments.
    pub comments: u64,
    /// Files.
    #[serde(default)]
    pub attachments: u64,
    /// Events.
    pub events: u64,
}

impl Counts {
    /// Counts a line.
    pub fn count(&mut self, line: &Line) {
        match line {
            Line::Person(_) => self.people += 1,
            Line::Team(_) => self.teams += 1,
            Line::Project(_) => self.projects += 1,
            Line::Tag(_) => self.tags += 1,
            Line::Issue(_) => self.issues += 1,
            Line::Comment(_) => self.comments += 1,
            Line::Attachment(_) => self.attachments += 1,
            Line::Event(_) => self.events += 1,
            Line::Tracker(_) | Line::Part(_) | Line::End(_) => {}
        }
    }
}
