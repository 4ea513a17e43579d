//! Projects as an ADMIN keeps them. A key stays for ever: it is in the name of every issue.

use serde::{Deserialize, Serialize};

use crate::id::ProjectKey;

/// What the page of the projects shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProjectList {
    /// By key.
    pub projects: Vec<OwnedProject>,
    /// Whom one can belong to, by name.
    pub teams: Vec<TeamName>,
}

/// A project with its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OwnedProject {
    /// The short name in issue keys.
    pub key: ProjectKey,
    /// What it is called.
    pub name: String,
    /// The slug of the team that owns it.
    pub team: Option<String>,
    /// How many issues it has had.
    pub issues: i64,
    /// How often it was changed, and one: an edit says which it saw.
    pub version: i64,
}

/// A team that can own a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TeamName {
    /// Its name in queries.
    pub slug: String,
    /// What it is called.
    pub name: String,
}

/// Asks for a new project, or for another name or owner of one.
#[derive(Debug, Clone)]
pub struct SaveProject {
    /// The organization's slug.
    pub org: String,
    /// Its key.
    pub key: String,
    /// What it shall be called.
    pub name: String,
    /// The slug of the team that owns it; empty for none.
    pub team: String,
    /// The version that the editor saw; `None` for a new one.
    pub version: Option<i64>,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// A project after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProjectChanged {
    /// The organization's slug.
    pub org: String,
    /// Its key.
    pub key: ProjectKey,
}
