//! Makes texts fit the tracker's limits, and says what it took for that.

use tracker_domain::{
    tag::MAX_TAGS,
    text::{Email, IssueTitle, MAX_BODY_BYTES, Markdown, TagName},
};

use crate::import::{
    jira_markup,
    map::Markup,
    record::{Note, NoteKind, PersonName},
};

const MOST_TITLE: usize = 200;
const MOST_TAG: usize = 40;
const MOST_NAME: usize = 80;
/// Most characters of what a source identifies somebody by.
const MOST_HANDLE: usize = 200;
/// So far back from the limit a text is cut at the end of a line.
const LINE_BYTES: usize = 2_000;

fn note(notes: &mut Vec<Note>, kind: NoteKind, text: String) {
    notes.push(Note { kind, text });
}

/// A text on one line.
fn line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.trim().to_owned()
}

/// At most so many characters, the last of which says that there were more.
pub fn first_chars(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).collect::<String>().trim_end().to_owned() + "…",
    }
}

/// A title; the second is the whole of it, when it was too long.
pub fn title(text: &str, notes: &mut Vec<Note>) -> Result<(IssueTitle, Option<String>), String> {
    if text.contains('\0') {
        note(notes, NoteKind::Characters, "NUL characters were taken out of the title".to_owned());
    }
    let whole = line(&text.replace('\0', ""));
    let length = whole.chars().count();
    let (shown, cut) = match length {
        0 => {
            note(notes, NoteKind::Missing, "it has no title".to_owned());
            ("(no title)".to_owned(), None)
        }
        _ if length > MOST_TITLE => {
            let text = format!(
                "the title has {length} characters; its first {MOST_TITLE} were taken, the whole is in the description"
            );
            note(notes, NoteKind::Shortened, text);
            (first_chars(&whole, MOST_TITLE), Some(whole))
        }
        _ => (whole, None),
    };
    IssueTitle::parse(&shown).map(|title| (title, cut)).map_err(|error| format!("`title`: {error}"))
}

/// A text as Markdown, of any length.
pub fn markdown(field: &str, text: &str, markup: Markup, notes: &mut Vec<Note>) -> String {
    let zeros = text.matches('\0').count();
    let cleaned;
    let text = if zeros > 0 {
        note(notes, NoteKind::Characters, format!("{zeros} NUL characters were taken out of the {field}"));
        cleaned = text.replace('\0', "");
        cleaned.as_str()
    } else {
        text
    };
    match markup {
        Markup::Markdown => text.replace("\r\n", "\n"),
        Markup::JiraWiki => jira_markup::to_markdown(text),
    }
}

/// Markdown within the limit; `tail` is kept whole.
pub fn body(field: &str, text: String, tail: &str, notes: &mut Vec<Note>) -> Result<Markdown, String> {
    let room = MAX_BODY_BYTES.saturating_sub(tail.len());
    let text = if text.len() > room { shortened(field, &text, room, notes) } else { text };
    Markdown::parse(field, &(text + tail)).map_err(|error| format!("`{field}`: {error}"))
}

fn shortened(field: &str, text: &str, room: usize, notes: &mut Vec<Note>) -> String {
    let (has, most) = (text.len().div_ceil(1024), room / 1024);
    note(notes, NoteKind::Shortened, format!("the {field} has {has} KiB; its first {most} KiB were taken"));
    let head = format!("*Shortened on import: the first {most} KiB of {has} KiB.*\n\n");
    let cut = text.floor_char_boundary(room.saturating_sub(head.len()));
    let line = text[..cut].rfind('\n').filter(|at| cut - at < LINE_BYTES);
    head + &text[..line.unwrap_or(cut)]
}

/// Words as tags: without doubles, sorted, at most as many as an issue can have; the first ones win.
pub fn tags<'a>(words: impl Iterator<Item = &'a str>, notes: &mut Vec<Note>) -> Vec<TagName> {
    let mut tags: Vec<TagName> = Vec::new();
    let mut left_out = 0;
    for word in words {
        let Some(tag) = tag(word, notes) else { continue };
        if tags.contains(&tag) {
            continue;
        }
        if tags.len() < MAX_TAGS {
            tags.push(tag);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        note(notes, NoteKind::Tag, format!("{left_out} tags over {MAX_TAGS} were left out"));
    }
    tags.sort();
    tags
}

fn tag(word: &str, notes: &mut Vec<Note>) -> Option<TagName> {
    let lower = word.to_lowercase();
    let parts = lower.split(|c: char| c.is_whitespace() || c.is_control() || c == ':' || c == ',');
    let joined = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if joined.chars().count() > MOST_TAG {
        note(notes, NoteKind::Tag, format!("the tag {joined} was shortened"));
    }
    TagName::parse(&first_chars(&joined, MOST_TAG)).ok()
}

/// Somebody; `None` if there is no handle.
pub fn person(handle: &str, name: Option<&str>, email: Option<&str>) -> Option<PersonName> {
    let handle = first_chars(&line(handle), MOST_HANDLE);
    let name = name.map(line).filter(|name| !name.is_empty()).unwrap_or_else(|| handle.clone());
    let email = email.and_then(|email| Email::parse(email).ok());
    (!handle.is_empty()).then(|| PersonName { handle, name: first_chars(&name, MOST_NAME), email })
}
