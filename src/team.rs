//! Teams: people, and the projects that are theirs. `team:platform` in a query means the issues of those projects.

use serde::{Deserialize, Serialize};

use crate::{id::UserId, org::ProjectView};

/// A team, as the list of teams shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TeamView {
    /// Its name in queries.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// How often its names were changed, and one: an edit says which it saw.
    pub version: i64,
    /// Who is in it, by name.
    pub people: Vec<TeamPerson>,
    /// What it owns, by key.
    pub projects: Vec<ProjectView>,
}

/// Somebody in a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TeamPerson {
    /// Who.
    pub id: UserId,
    /// How they are called.
    pub name: String,
    /// Their mail address.
    pub address: String,
}

/// Asks for a new team.
#[derive(Debug, Clone)]
pub struct CreateTeam {
    /// The organization's slug.
    pub org: String,
    /// What it shall be called.
    pub name: String,
    /// Its name in queries; made of the name when it is empty.
    pub slug: String,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// Asks to change a team.
#[derive(Debug, Clone)]
pub struct ChangeTeam {
    /// The organization's slug.
    pub org: String,
    /// The team's slug.
    pub team: String,
    /// What is to be different.
    pub change: TeamChange,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// What can be different about a team.
#[derive(Debug, Clone)]
pub enum TeamChange {
    /// What it is called, and how in queries.
    Names {
        /// What it is called.
        name: String,
        /// How in queries.
        slug: String,
        /// The version that the editor saw.
        version: i64,
    },
    /// Somebody comes in; named by their address.
    Add(String),
    /// Somebody leaves; named by their id.
    Remove(String),
}

/// Asks to dissolve a team. Its projects belong to none then.
#[derive(Debug, Clone)]
pub struct DeleteTeam {
    /// The organization's slug.
    pub org: String,
    /// The team's slug.
    pub team: String,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// A team after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TeamChanged {
    /// The organization's slug.
    pub org: String,
    /// The team's slug now; `None` when it is dissolved.
    pub team: Option<String>,
}
