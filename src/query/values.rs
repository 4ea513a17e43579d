//! The values of a field: what was written after the colon becomes typed, or is refused with what can stand there.

use std::{ops::Range, str::FromStr};

use super::{Age, Compare, Field, Level, Span, State, Term, Thing, When, Who, error::Fault};
use crate::{
    error::AppError,
    id::{IssueKey, ProjectKey},
    issue::Severity,
    page::{Sort, SortKey},
    text::{TagName, TeamSlug},
    workflow::Status,
};

/// One value of a comma list, as it was written.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) text: String,
    pub(super) quoted: bool,
    pub(super) at: Range<usize>,
}

/// What a field and its values mean together.
#[derive(Debug)]
pub(super) enum Meaning {
    Term(Term),
    Sort(Sort),
}

/// The field of a name in any case.
pub(super) fn field(name: &str, at: Range<usize>) -> Result<Field, Fault> {
    let found = Field::ALL.iter().find(|field| field.word().eq_ignore_ascii_case(name));
    found.copied().ok_or_else(|| {
        let known: Vec<_> = Field::ALL.iter().map(|field| field.word()).collect();
        let mut fault = Fault::unknown(at, "field", name, &known);
        fault.message.push_str(" A text with a colon stands in quotes.");
        fault
    })
}

/// Reads the values; there is at least one.
pub(super) fn meaning(field: Field, items: &[Item]) -> Result<Meaning, Fault> {
    Ok(Meaning::Term(match field {
        Field::Is => Term::Is(each(items, |item| word(item, &item.text, "state", State::ALL, State::word))?),
        Field::Status => {
            Term::Status(each(items, |item| word(item, &item.text, "status", Status::ALL, Status::word))?)
        }
        Field::Severity => Term::Severity(each(items, level)?),
        Field::Assignee => Term::Assignee(each(items, |item| Ok(who(item)))?),
        Field::Reporter => Term::Reporter(each(items, reporter)?),
        Field::Tag => Term::Tag(each(items, |item| plain(item, TagName::parse(&item.text)))?),
        Field::Project => Term::Project(each(items, |item| plain(item, ProjectKey::from_str(&item.text)))?),
        Field::Team => Term::Team(each(items, |item| plain(item, TeamSlug::parse(&item.text)))?),
        Field::Created => Term::Created(each(items, when)?),
        Field::Updated => Term::Updated(each(items, when)?),
        Field::Closed => Term::Closed(each(items, when)?),
        Field::Has => {
            Term::Has(each(items, |item| word(item, &item.text, "thing", Thing::ALL, Thing::word))?)
        }
        Field::Key => Term::Key(each(items, |item| plain(item, IssueKey::from_str(&item.text)))?),
        Field::Sort => return sort(items).map(Meaning::Sort),
    }))
}

fn each<T>(items: &[Item], read: impl Fn(&Item) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    items.iter().map(read).collect()
}

/// One of the words of an enumeration, in any case; `typed` is what of the item is the word.
fn word<T: Copy>(
    item: &Item,
    typed: &str,
    what: &str,
    all: &[T],
    written: impl Fn(T) -> &'static str,
) -> Result<T, Fault> {
    let found = all.iter().find(|value| written(**value).eq_ignore_ascii_case(typed));
    found.copied().ok_or_else(|| {
        let known: Vec<_> = all.iter().map(|value| written(*value)).collect();
        let end = item.at.end - usize::from(item.quoted);
        Fault::unknown(end - typed.len().min(end)..end, what, typed, &known)
    })
}

fn level(item: &Item) -> Result<Level, Fault> {
    let (compare, typed) = Compare::split(&item.text);
    Ok(Level { compare, severity: word(item, typed, "severity", Severity::ALL, Severity::word)? })
}

impl Who {
    /// What a word means when it stands without quotes.
    pub(super) fn special(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "@me" => Some(Self::Me),
            "none" => Some(Self::Nobody),
            _ => None,
        }
    }
}

fn who(item: &Item) -> Who {
    let special = if item.quoted { None } else { Who::special(&item.text) };
    special.unwrap_or_else(|| Who::Word(item.text.clone()))
}

fn reporter(item: &Item) -> Result<Who, Fault> {
    match who(item) {
        Who::Nobody => {
            let message = "Every issue has a reporter. For a person of that name, write it in quotes.";
            Err(Fault::new(item.at.clone(), message))
        }
        who => Ok(who),
    }
}

/// What the type itself says about a text that it refuses.
fn plain<T>(item: &Item, read: Result<T, AppError>) -> Result<T, Fault> {
    read.map_err(|error| Fault::new(item.at.clone(), error.to_string()))
}

const TIMES: &str = "Write a day (2026-07-14), month (2026-07), quarter (2026-Q3) or year, >= or < before it, or an age (<7d).";

fn when(item: &Item) -> Result<When, Fault> {
    let fault = |message: String| Fault::new(item.at.clone(), message);
    let unknown = || fault(format!("\u{201c}{}\u{201d} is no time. {TIMES}", item.text));
    if let Some((first, last)) = item.text.split_once("..") {
        let (first, last) = Span::read(first).zip(Span::read(last)).ok_or_else(unknown)?;
        if last.end() <= first.start() {
            return Err(fault(format!("{first}..{last} ends before it begins.")));
        }
        return Ok(When::Range(first, last));
    }
    let (compare, text) = Compare::split(&item.text);
    if let Some(span) = Span::read(text) {
        return Ok(When::Span(compare, span));
    }
    let age = Age::read(text).ok_or_else(unknown)?;
    if compare == Compare::Equal {
        let message = format!("Write <{age} for younger than that, or >{age} for older.");
        return Err(Fault { nearest: Some(format!("<{age}")), ..fault(message) });
    }
    Ok(When::Age(compare, age))
}

fn sort(items: &[Item]) -> Result<Sort, Fault> {
    if let [_, second, ..] = items {
        return Err(Fault::new(second.at.clone(), "A list has one order."));
    }
    let Some(item) = items.first() else { return Ok(Sort::default()) };
    let (descending, typed) =
        item.text.strip_prefix('-').map_or((false, item.text.as_str()), |key| (true, key));
    let key = word(item, typed, "order", SortKey::ALL, SortKey::word)?;
    // The worst match first is no order.
    Ok(Sort { key, descending: descending || key == SortKey::Relevance })
}
