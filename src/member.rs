//! Members of an organization as an ADMIN sees them: who is in, what they may do, and who is shut out.
//!
//! Nobody is ever removed: issues, comments and the log name their people. Whoever shall not come in any more is shut out.

use serde::{Deserialize, Serialize};

use crate::{id::UserId, org::Role, page::Cursor, time::Timestamp, words::words};

/// Members of a page.
pub const PAGE_MEMBERS: u16 = 50;

words! {
    /// Whether a member comes in.
    MemberState as "state" {
        /// They do.
        Active = "ACTIVE", "Active";
        /// They were brought by an import, and have never signed in.
        New = "NEW", "Never signed in";
        /// They are shut out.
        Disabled = "DISABLED", "Shut out";
    }
}

/// Asks for a page of the members.
#[derive(Debug, Clone)]
pub struct ListMembers {
    /// The organization's slug.
    pub org: String,
    /// A part of their name or address; empty for all.
    pub q: String,
    /// A [`Role`] word; empty for all.
    pub role: String,
    /// A [`Cursor`]; empty for the first page.
    pub after: String,
    /// Members of the page, as [`crate::page::rows`] has it.
    pub limit: Option<i64>,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberView {
    /// Who.
    pub id: UserId,
    /// How they are called.
    pub name: String,
    /// Their mail address.
    pub address: String,
    /// What they may do.
    pub role: Role,
    /// Whether they come in.
    pub state: MemberState,
    /// When they became a member.
    pub joined_at: Timestamp,
}

/// A page of the members, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberList {
    /// They.
    pub members: Vec<MemberView>,
    /// The page before.
    pub previous: Option<Cursor>,
    /// The page after.
    pub next: Option<Cursor>,
}

/// Asks to change a member.
#[derive(Debug, Clone)]
pub struct ChangeMember {
    /// The organization's slug.
    pub org: String,
    /// The member's id.
    pub member: String,
    /// What is to be different.
    pub change: MemberChange,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// What can be different about a member.
#[derive(Debug, Clone)]
pub enum MemberChange {
    /// A [`Role`] word.
    Role(String),
    /// Shut out.
    Disable,
    /// Let in again.
    Enable,
}

/// A member after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberChanged {
    /// The organization's slug.
    pub org: String,
    /// Who.
    pub member: UserId,
}
