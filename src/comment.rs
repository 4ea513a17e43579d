//! Comments on issues.

use serde::{Deserialize, Serialize};

use crate::id::{CommentId, IssueKey};

/// Asks to add a comment.
#[derive(Debug, Clone)]
pub struct AddComment {
    /// The organization's slug.
    pub org: String,
    /// The issue's key.
    pub key: String,
    /// Markdown.
    pub body: String,
    /// Files that were uploaded for it: see [`crate::attachment::parse_ids`].
    pub files: String,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// A comment that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommentAdded {
    /// The organization's slug.
    pub org: String,
    /// The issue's key.
    pub key: IssueKey,
    /// The comment.
    pub id: CommentId,
}
