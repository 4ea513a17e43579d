//! What is wrong with a query: where, why, and the nearest word that would be known.

use std::{fmt, ops::Range};

use super::MAX_QUERY_CHARS;
use crate::error::AppError;

/// Why a text is no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// Which characters of the text.
    pub at: Range<usize>,
    /// A plain sentence that says what to change.
    pub message: String,
    /// What could stand there instead.
    pub nearest: Option<String>,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "At character {}: {}", self.at.start + 1, self.message)?;
        match &self.nearest {
            Some(nearest) => write!(f, " Did you mean \u{201c}{nearest}\u{201d}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for QueryError {}

impl From<QueryError> for AppError {
    fn from(error: QueryError) -> Self {
        Self::invalid("q", error.to_string())
    }
}

pub(super) fn too_long(length: usize) -> QueryError {
    let message = format!("The query has {length} characters; at most {MAX_QUERY_CHARS} are possible.");
    QueryError { at: MAX_QUERY_CHARS..length, message, nearest: None }
}

/// An error while the text is read: the same, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) nearest: Option<String>,
}

impl Fault {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), nearest: None }
    }

    /// A word that is none of those that can stand here.
    pub(super) fn unknown(at: Range<usize>, what: &str, typed: &str, known: &[&'static str]) -> Self {
        let message = format!("\u{201c}{typed}\u{201d} is no {what}. Known are: {}.", known.join(", "));
        Self { at, message, nearest: nearest(typed, known).map(str::to_owned) }
    }

    pub(super) fn in_chars(self, text: &str) -> QueryError {
        let chars = |byte: usize| text.char_indices().take_while(|(start, _)| *start < byte).count();
        let at = chars(self.at.start)..chars(self.at.end);
        QueryError { at, message: self.message, nearest: self.nearest }
    }
}

/// What people write who come from elsewhere, and what it is called here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("author", "reporter"),
    ("creator", "reporter"),
    ("owner", "assignee"),
    ("label", "tag"),
    ("labels", "tag"),
    ("component", "tag"),
    ("priority", "severity"),
    ("state", "status"),
    ("done", "closed"),
    ("resolved", "closed"),
    ("order", "sort"),
    ("id", "key"),
    ("new", "OPEN"),
    ("closed", "DONE"),
    ("resolved", "DONE"),
    ("fixed", "DONE"),
    ("blocker", "CRITICAL"),
    ("major", "HIGH"),
    ("minor", "LOW"),
];

/// The known word that is nearest to what was typed, if one is near.
pub(super) fn nearest(typed: &str, known: &[&'static str]) -> Option<&'static str> {
    let typed = typed.to_lowercase();
    let elsewhere = ELSEWHERE.iter().find(|(theirs, ours)| *theirs == typed && known.contains(ours));
    if let Some((_, ours)) = elsewhere {
        return Some(ours);
    }
    let far = 1 + typed.chars().count() / 4;
    known
        .iter()
        .map(|word| (distance(&typed, &word.to_lowercase()), *word))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// How many mistakes are between two words; the beginning of one counts as near.
fn distance(typed: &str, word: &str) -> usize {
    let begun = typed.chars().count() > 2 && word.starts_with(typed);
    if begun { 1 } else { strsim::osa_distance(typed, word) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_near() {
        let known = ["status", "severity", "tag", "reporter", "closed", "IN_PROGRESS", "DONE"];
        for (typed, expected) in [
            ("stauts", Some("status")),
            ("sevrity", Some("severity")),
            ("Label", Some("tag")),
            ("prog", None),
            ("in_prog", Some("IN_PROGRESS")),
            ("in-progress", Some("IN_PROGRESS")),
            ("zzz", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, &known), expected, "{typed}");
        }
    }
}
