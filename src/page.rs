//! Keyset pages: a page continues after a row, not after a count, so that it is equally fast at any depth and shows no
//! row twice when others are added meanwhile.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

use crate::{error::AppError, words::words};

/// Most rows of a page, whoever asks.
pub const MOST_ROWS: u16 = 200;

/// How many rows a page has: `usual`, unless another number was asked for.
pub fn rows(limit: Option<i64>, usual: u16) -> Result<u16, AppError> {
    let Some(limit) = limit else { return Ok(usual) };
    u16::try_from(limit)
        .ok()
        .filter(|rows| (1..=MOST_ROWS).contains(rows))
        .ok_or_else(|| AppError::invalid("limit", format!("A page has 1 to {MOST_ROWS} rows.")))
}

words! {
    /// What a list can be ordered by.
    SortKey as "sort" {
        /// Project and number.
        Key = "key", "Key";
        /// Alphabetically.
        Title = "title", "Title";
        /// Along the workflow.
        Status = "status", "Status";
        /// From LOW to CRITICAL.
        Severity = "severity", "Severity";
        /// By time of report.
        Created = "created", "Created";
        /// By time of the last change.
        Updated = "updated", "Updated";
        /// How well it matches the text that is looked for; always the best first.
        Relevance = "relevance", "Best match";
    }
}

/// `?sort=`: a key, with `-` before it for descending. The default is `-updated`, or `relevance` for a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Largest first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { key: SortKey::Updated, descending: true }
    }
}

impl Sort {
    /// The best matches of a search first.
    pub const RELEVANCE: Self = Self { key: SortKey::Relevance, descending: true };

    /// The order in effect: what was asked for, or the default. Without a text nothing is more relevant than another.
    pub fn effective(asked: Option<Self>, searching: bool) -> Self {
        match asked {
            None if searching => Self::RELEVANCE,
            Some(Self { key: SortKey::Relevance, .. }) if !searching => Self::default(),
            asked => asked.unwrap_or_default(),
        }
    }
}

impl FromStr for Sort {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let (descending, word) = text.strip_prefix('-').map_or((false, text), |word| (true, word));
        let key = word.parse()?;
        Ok(Self { key, descending: descending || key == SortKey::Relevance })
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minus = self.descending && self.key != SortKey::Relevance;
        write!(f, "{}{}", if minus { "-" } else { "" }, self.key)
    }
}

impl TryFrom<String> for Sort {
    type Error = AppError;

    fn try_from(text: String) -> Result<Self, AppError> {
        text.parse()
    }
}

impl From<Sort> for String {
    fn from(sort: Sort) -> Self {
        sort.to_string()
    }
}

/// `?after=`: the row that a page begins after (or, going back, ends before). Written `n~12~value` or `p~12~value`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    /// Going to the page before instead of the one after.
    pub backwards: bool,
    /// The row's id, which decides between equal values.
    pub id: i64,
    /// The row's value of the sort key, as storage wrote it.
    pub value: String,
}

impl FromStr for Cursor {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let unknown =
            || AppError::invalid("after", "This page link is not complete. Start from the first page.");
        let mut parts = text.splitn(3, '~');
        let (direction, id, value) = (parts.next(), parts.next(), parts.next());
        let backwards = match direction {
            Some("n") => false,
            Some("p") => true,
            _ => return Err(unknown()),
        };
        let id = id.and_then(|id| id.parse().ok()).ok_or_else(unknown)?;
        let value = value.filter(|value| !value.contains('\0')).ok_or_else(unknown)?.to_owned();
        Ok(Self { backwards, id, value })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}~{}", if self.backwards { "p" } else { "n" }, self.id, self.value)
    }
}

impl TryFrom<String> for Cursor {
    type Error = AppError;

    fn try_from(text: String) -> Result<Self, AppError> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(backwards: bool, id: i64, value in "[^\0]{0,40}") {
            let cursor = Cursor { backwards, id, value };
            prop_assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            if let Ok(cursor) = text.parse::<Cursor>() {
                prop_assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
            }
        }
    }

    #[test]
    fn a_page_has_as_many_rows_as_were_asked_for_within_bounds() {
        assert_eq!((rows(None, 50), rows(Some(1), 50), rows(Some(200), 50)), (Ok(50), Ok(1), Ok(200)));
        for limit in [0, -1, 201, i64::MAX, i64::MIN] {
            assert!(rows(Some(limit), 50).unwrap_err().about("limit").is_some(), "{limit}");
        }
    }

    #[test]
    fn a_sort_reads_back_and_nonsense_is_refused() {
        for key in SortKey::ALL {
            for descending in [false, true] {
                let sort = Sort { key: *key, descending: descending || *key == SortKey::Relevance };
                assert_eq!(sort.to_string().parse::<Sort>().unwrap(), sort);
            }
        }
        assert_eq!("".parse::<Sort>().unwrap().to_string(), "-updated");
        assert_eq!("-relevance".parse::<Sort>().unwrap().to_string(), "relevance");
        assert!("--key".parse::<Sort>().is_err() && "size".parse::<Sort>().is_err());
    }

    #[test]
    fn a_search_shows_the_best_first_unless_asked_otherwise() {
        let sort = |text: &str| text.parse::<Sort>().unwrap();
        assert_eq!(Sort::effective(None, true), Sort::RELEVANCE);
        assert_eq!(Sort::effective(None, false), Sort::default());
        assert_eq!(Sort::effective(Some(sort("key")), true), sort("key"));
        assert_eq!(Sort::effective(Some(Sort::RELEVANCE), false), Sort::default());
    }
}
