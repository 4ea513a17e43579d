//! The canonical text of a query: the shortest that reads back as the same tree. Quotes and parentheses stand only where
//! they are needed, words in the case in which they travel, the order of the list at the end.

use std::fmt::{self, Display, Formatter, Write};

use super::{Field, Level, Node, Query, Term, Text, Who, parse};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(root) = &self.root {
            root.fmt(f)?;
        }
        match self.sort {
            Some(sort) if self.root.is_some() => write!(f, " {}:{sort}", Field::Sort),
            Some(sort) => write!(f, "{}:{sort}", Field::Sort),
            None => Ok(()),
        }
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(nodes) => separated(f, nodes, " or ", |f, node| write!(f, "{node}")),
            Self::All(nodes) => separated(f, nodes, " ", |f, node| match node {
                Self::Any(_) => write!(f, "({node})"),
                node => write!(f, "{node}"),
            }),
            Self::Not(node) => match node.as_ref() {
                Self::Term(term) => write!(f, "-{term}"),
                node => write!(f, "-({node})"),
            },
            Self::Term(term) => term.fmt(f),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(field) = self.field() {
            write!(f, "{field}:")?;
        }
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Is(states) => list(f, states),
            Self::Status(statuses) => list(f, statuses),
            Self::Severity(levels) => list(f, levels),
            Self::Assignee(people) | Self::Reporter(people) => list(f, people),
            Self::Tag(tags) => separated(f, tags, ",", |f, tag| value(f, tag.as_str())),
            Self::Project(keys) => list(f, keys),
            Self::Team(teams) => list(f, teams),
            Self::Created(times) | Self::Updated(times) | Self::Closed(times) => list(f, times),
            Self::Has(things) => list(f, things),
            Self::Key(keys) => list(f, keys),
        }
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.exact || !parse::is_bare_word(&self.text) {
            quoted(f, &self.text)
        } else {
            f.write_str(&self.text)
        }
    }
}

impl Display for Level {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.compare.sign(), self.severity)
    }
}

impl Display for Who {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("@me"),
            Self::Nobody => f.write_str("none"),
            Self::Word(word) if Self::special(word).is_some() => quoted(f, word),
            Self::Word(word) => value(f, word),
        }
    }
}

/// A name, a tag or another free value as it is written in a query.
pub(super) fn written(text: &str) -> String {
    let mut written = String::new();
    // Writing into a text cannot fail.
    let _ = value(&mut written, text);
    written
}

fn list<T: Display>(f: &mut Formatter<'_>, items: &[T]) -> fmt::Result {
    separated(f, items, ",", |f, item| write!(f, "{item}"))
}

fn separated<T>(
    f: &mut Formatter<'_>,
    items: &[T],
    separator: &str,
    write: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            f.write_str(separator)?;
        }
        write(f, item)?;
    }
    Ok(())
}

fn value(f: &mut impl Write, text: &str) -> fmt::Result {
    if parse::is_bare_value(text) { f.write_str(text) } else { quoted(f, text) }
}

/// A backslash is doubled only where it would otherwise escape what follows, so that no text grows by being read.
fn quoted(f: &mut impl Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let escapes = c == '\\' && rest.peek().is_none_or(|next| matches!(next, '"' | '\\'));
        if c == '"' || escapes {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}
