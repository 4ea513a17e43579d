//! The rows behind a number.

use serde::{Deserialize, Serialize};

use crate::{
    id::{IssueKey, Seq},
    issue::Severity,
    time::Timestamp,
    workflow::Status,
};

/// How many rows a page has.
pub const NUMBER_ROWS: i64 = 50;

/// One issue, or one thing that happened to it, as a number counts it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumberRow {
    /// Which issue.
    pub key: IssueKey,
    /// What it is called now.
    pub title: String,
    /// When it happened, or since when it is so.
    pub at: Timestamp,
    /// Where it stood then.
    pub status: Status,
    /// How much it hurt then.
    pub severity: Severity,
    /// The seconds that the number is about, if it is about any.
    pub seconds: Option<f64>,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumberRows {
    /// How many there are on all pages: the number.
    pub total: i64,
    /// The newest first.
    pub rows: Vec<NumberRow>,
    /// The next page.
    pub next: Option<String>,
    /// What is counted, as a sentence.
    pub says: String,
    /// The position of the log that it stands for.
    pub seq: Seq,
}
