//! The query language: one grammar for the search box, the list's URL, and whatever else asks for issues.
//!
//! A text becomes a typed tree ([`Query::parse`]) or an error that names the position and the nearest known word; the
//! tree prints itself as its one canonical text, and the same tree is evaluated in memory ([`Query::admits`], for live
//! rows) and turned into SQL (`server/src/storage/query.rs`). Property tests hold that the three agree.
//! `docs/query.md` says it for people.
//!
//! To add a field: a word in [`Field`], a variant of [`Term`], how its values are read (`values`) and printed
//! (`print`), an arm in `evaluate` and in the SQL, its values in `complete`, and a line in the generator of the tests
//! (`any`). The compiler asks for most of them.
//!

mod complete;
mod dates;
mod edit;
mod error;
mod evaluate;
mod parse;
mod print;
mod tree;
mod values;

#[cfg(test)]
use crate as domain;
#[cfg(test)]
mod any;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use complete::{CompleteQuery, Completion, Place, Proposal, Suggestion, complete};
pub use dates::{Age, Interval, Span, Unit, When};
pub use edit::Choice;
pub use error::QueryError;
pub use evaluate::{Facts, Subject};
pub use tree::{Compare, Field, Level, Node, State, Term, Text, Thing, Who};

use crate::page::Sort;

/// Most characters of a query.
pub const MAX_QUERY_CHARS: usize = 1_000;
/// Most parentheses inside each other.
pub const MAX_DEPTH: u8 = 32;

/// Which issues, and in which order. Travels as its canonical text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Query {
    /// Which issues; `None` is all of them.
    pub root: Option<Node>,
    /// In which order, if the query says it.
    pub sort: Option<Sort>,
}

impl Query {
    /// Reads a query. A text that cannot be read is never guessed at.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let length = text.chars().count();
        if length > MAX_QUERY_CHARS {
            return Err(error::too_long(length));
        }
        parse::query(text)
    }

    /// Whether it shows every issue; the order does not count.
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// The order that the list has: the query's own, or the one that lists have unless asked otherwise.
    pub fn order(&self) -> Sort {
        Sort::effective(self.sort, self.searched().is_some())
    }

    /// The same issues in this order; the usual order is not written down.
    #[must_use]
    pub fn sorted(self, sort: Sort) -> Self {
        let usual = Self { root: self.root.clone(), sort: None }.order();
        Self { sort: Some(sort).filter(|sort| *sort != usual), ..self }
    }

    /// What is searched for in texts, as one text: phrases in quotes, nothing that is left out with `-`.
    pub fn free_text(&self) -> Option<String> {
        let mut texts = Vec::new();
        if let Some(root) = &self.root {
            root.texts(&mut texts);
        }
        (!texts.is_empty()).then(|| texts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    /// What every issue has to match, as one text: this ranks them.
    pub fn searched(&self) -> Option<String> {
        let texts = match self.root.as_ref()? {
            Node::Term(Term::Text(text)) => vec![text.to_string()],
            Node::All(nodes) => nodes.iter().filter_map(Node::text).map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        (!texts.is_empty()).then(|| texts.join(" "))
    }

    /// Whether it asks for texts and nothing else.
    pub fn is_search(&self) -> bool {
        match &self.root {
            Some(Node::All(nodes)) => nodes.iter().all(|node| node.text().is_some()),
            root => root.as_ref().is_some_and(|node| node.text().is_some()),
        }
    }

    /// The words that stand for people, lower-cased, each once: what [`Facts::people`] has to say.
    pub fn people(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(root) = &self.root {
            root.people(&mut words);
        }
        words.sort();
        words.dedup();
        words
    }

    /// The teams that it names, each once: what [`Facts::teams`] has to say.
    pub fn teams(&self) -> Vec<String> {
        let mut teams = Vec::new();
        if let Some(root) = &self.root {
            root.teams(&mut teams);
        }
        teams.sort();
        teams.dedup();
        teams
    }
}

impl std::str::FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Query {
    type Error = QueryError;

    fn try_from(text: String) -> Result<Self, QueryError> {
        parse::query(&text)
    }
}

impl From<Query> for String {
    fn from(query: Query) -> Self {
        query.to_string()
    }
}
