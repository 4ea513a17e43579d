//! Sessions: who is signed in where.

use serde::{Deserialize, Serialize};

use crate::{
    id::{SessionId, UserId},
    time::Timestamp,
};

/// A session and whose it is, as a request has shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionRow {
    /// Which.
    pub id: SessionId,
    /// The browser or program, in a few words.
    pub device: String,
    /// The address that it was last used from; empty when nobody knows.
    pub address: String,
    /// When it was signed in.
    pub created_at: Timestamp,
    /// When it was last used, to a quarter of an hour.
    pub used_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// What the page about the safety of one's account shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SecurityView {
    /// One's sessions: the present one first, then the last used.
    pub sessions: Vec<SessionRow>,
}

/// What came of ending sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionsEnded {
    /// So many are over.
    pub ended: u64,
}
