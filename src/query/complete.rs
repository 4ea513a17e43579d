//! What can be written at the cursor. Pure: words and examples are known here; people, tags, projects and
//! teams are asked of the server, with what [`Completion::place`] says.

use serde::{Deserialize, Serialize};
use std::ops::Range;

use super::{Field, State, Thing, Who, print::written};
use crate::{issue::Severity, page::SortKey, workflow::Status};

/// Asks the server for values of a field that begin with something.
#[derive(Debug, Clone)]
pub struct CompleteQuery {
    /// The organization's slug.
    pub org: String,
    /// A [`Field`] word: `assignee`, `reporter`, `tag`, `project` or `team`.
    pub field: String,
    /// What was typed of the value.
    pub prefix: String,
}

/// A value that the server knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suggestion {
    /// As it is written in a query, in quotes if it needs them.
    pub value: String,
    /// What people read beside it.
    pub label: String,
}

/// What the cursor stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A text, or the name of a field.
    Word,
    /// A value of this field, of which this much is written.
    Value(Field, String),
}

/// Something that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What to write: a field with its colon, or a value.
    pub insert: String,
    /// What it means.
    pub hint: &'static str,
}

/// What can be written at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The characters that a proposal takes the place of.
    pub replace: Range<usize>,
    /// What the cursor stands in.
    pub place: Place,
    /// What is known without asking the server.
    pub proposals: Vec<Proposal>,
}

impl Suggestion {
    /// A name, a tag or a key; it is put in quotes where the language needs them.
    pub fn new(value: &str, label: impl Into<String>) -> Self {
        let special = Who::special(value).is_some();
        let value = if special { format!("\"{value}\"") } else { written(value) };
        Self { value, label: label.into() }
    }
}

impl Place {
    /// Whether the server knows more values than this module does.
    pub fn asks_server(&self) -> bool {
        matches!(
            self,
            Self::Value(Field::Assignee | Field::Reporter | Field::Tag | Field::Project | Field::Team, _)
        )
    }
}

/// What can be written at the cursor, which stands before the character with that number.
pub fn complete(text: &str, cursor: usize) -> Completion {
    let characters: Vec<char> = text.chars().collect();
    let cursor = cursor.min(characters.len());
    let piece = Piece::at(&characters, cursor);
    let typed: String = characters[piece.start..cursor].iter().filter(|c| **c != '"').collect();
    let replace = piece.start..piece.end(&characters, cursor);
    match piece.field {
        Some(field) => {
            let proposals = proposals(values(field), &typed);
            Completion { replace, place: Place::Value(field, typed), proposals }
        }
        None => Completion { replace, place: Place::Word, proposals: fields(&typed) },
    }
}

/// The part of the text that the cursor stands in: a word, or one value of a field.
struct Piece {
    start: usize,
    field: Option<Field>,
    quoted: bool,
}

impl Piece {
    fn at(text: &[char], cursor: usize) -> Self {
        let mut piece = Self { start: 0, field: None, quoted: false };
        for (place, c) in text.iter().enumerate().take(cursor) {
            match c {
                '"' if place == 0 || text[place - 1] != '\\' => piece.quoted = !piece.quoted,
                _ if piece.quoted => {}
                '(' | ')' => piece = Self { start: place + 1, field: None, quoted: false },
                c if c.is_whitespace() => piece = Self { start: place + 1, field: None, quoted: false },
                '-' if piece.start == place && piece.field.is_none() => piece.start = place + 1,
                ':' if piece.field.is_none() => {
                    let name: String = text[piece.start..place].iter().collect();
                    piece.field =
                        Field::ALL.iter().copied().find(|field| field.word().eq_ignore_ascii_case(&name));
                    if piece.field.is_some() {
                        piece.start = place + 1;
                    }
                }
                ',' if piece.field.is_some() => piece.start = place + 1,
                _ => {}
            }
        }
        piece
    }

    /// Where it ends: what stands after the cursor is replaced too, as far as it belongs to the same word.
    fn end(&self, text: &[char], cursor: usize) -> usize {
        let rest = &text[cursor..];
        let closing =
            self.quoted.then(|| rest.iter().position(|c| *c == '"').map(|place| place + 1)).flatten();
        let ends = |c: &char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '"');
        cursor + closing.unwrap_or_else(|| rest.iter().position(ends).unwrap_or(rest.len()))
    }
}

fn fields(typed: &str) -> Vec<Proposal> {
    let typed = typed.to_lowercase();
    let fitting = Field::ALL.iter().filter(|field| field.word().starts_with(&typed));
    fitting.map(|field| Proposal { insert: format!("{field}:"), hint: field.label() }).collect()
}

fn proposals(known: Vec<Proposal>, typed: &str) -> Vec<Proposal> {
    let typed = typed.to_lowercase();
    known.into_iter().filter(|proposal| proposal.insert.to_lowercase().starts_with(&typed)).collect()
}

fn values(field: Field) -> Vec<Proposal> {
    fn words<T: Copy>(all: &[T], say: impl Fn(T) -> (&'static str, &'static str)) -> Vec<Proposal> {
        let said = all.iter().map(|value| say(*value));
        said.map(|(word, hint)| Proposal { insert: word.to_owned(), hint }).collect()
    }
    match field {
        Field::Is => words(State::ALL, |state| (state.word(), state.label())),
        Field::Status => words(Status::ALL, |status| (status.word(), status.label())),
        Field::Severity => {
            let mut levels = words(Severity::ALL, |severity| (severity.word(), severity.label()));
            levels.push(Proposal { insert: ">=HIGH".to_owned(), hint: "High and above" });
            levels.push(Proposal { insert: "<HIGH".to_owned(), hint: "below High" });
            levels
        }
        Field::Has => words(Thing::ALL, |thing| (thing.word(), thing.label())),
        Field::Assignee => words(&[("@me", "you"), ("none", "nobody")], |pair| pair),
        Field::Reporter => words(&[("@me", "you")], |pair| pair),
        Field::Created | Field::Updated | Field::Closed => words(TIMES, |pair| pair),
        Field::Sort => SortKey::ALL
            .iter()
            .flat_map(|key| [(format!("-{key}"), key.label()), (key.to_string(), key.label())])
            .map(|(insert, hint)| Proposal { insert, hint })
            .collect(),
        Field::Tag | Field::Project | Field::Team | Field::Key => Vec::new(),
    }
}

const TIMES: &[(&str, &str)] = &[
    ("<1d", "in the last day"),
    ("<7d", "in the last 7 days"),
    ("<30d", "in the last 30 days"),
    (">7d", "more than 7 days ago"),
    (">30d", "more than 30 days ago"),
    (">90d", "more than 90 days ago"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at_bar(text: &str) -> Completion {
        let cursor = text.chars().position(|c| c == '|').unwrap();
        complete(&text.replace('|', ""), cursor)
    }

    fn inserts(text: &str) -> Vec<String> {
        at_bar(text).proposals.into_iter().map(|proposal| proposal.insert).collect()
    }

    #[test]
    fn a_word_can_become_a_field() {
        assert_eq!(inserts("|").len(), Field::ALL.len());
        assert_eq!(inserts("crash S|"), ["status:", "severity:", "sort:"]);
        assert_eq!(inserts("(-st|"), ["status:"]);
        assert_eq!(at_bar("crash -st|at x").replace, 7..11);
        assert_eq!(inserts("http|"), Vec::<String>::new());
    }

    #[test]
    fn a_value_is_one_of_its_field() {
        assert_eq!(inserts("status:|").len(), 4);
        assert_eq!(inserts("status:OPEN,d|"), ["DONE"]);
        assert_eq!(at_bar("status:OPEN,d|o (x)").replace, 12..14);
        assert_eq!(inserts("severity:>|"), [">=HIGH"]);
        assert_eq!(inserts("assignee:n|"), ["none"]);
        assert_eq!(inserts("updated:<7|"), ["<7d"]);
        assert_eq!(inserts("sort:-u|"), ["-updated"]);
    }

    #[test]
    fn what_the_server_knows_is_asked_with_what_was_typed() {
        let completion = at_bar("reporter:\"Ana R|i\" x");
        assert_eq!(completion.place, Place::Value(Field::Reporter, "Ana R".to_owned()));
        assert_eq!(completion.replace, 9..17);
        assert!(completion.place.asks_server() && !at_bar("status:|").place.asks_server());
        assert_eq!(Suggestion::new("Ana Ribeiro", "").value, "\"Ana Ribeiro\"");
        assert_eq!(
            (Suggestion::new("None", "").value, Suggestion::new("ui", "").value),
            ("\"None\"".into(), "ui".into())
        );
    }

    proptest! {
        #[test]
        fn any_cursor_in_any_text_has_its_place(text in "[a-z:,()\" \\\\ä-]{0,30}", cursor in 0..40_usize) {
            let completion = complete(&text, cursor);
            let (start, end) = (completion.replace.start, completion.replace.end);
            prop_assert!(start <= cursor.min(text.chars().count()) && start <= end && end <= text.chars().count());
        }
    }
}
