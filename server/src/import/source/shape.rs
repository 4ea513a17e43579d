//! Brings a draft into the tracker's words, limits and promises.

use std::collections::HashSet;
use tracker_domain::{
    issue::Severity,
    text::{Markdown, TagName},
    time::Timestamp,
    workflow::Status,
};

use super::{
    draft::{Draft, Said},
    fit, sections,
    told::{Present, Told},
};
use crate::import::{
    jira_markup::plain,
    map::{Map, Markup, TagsFrom},
    record::{CommentRecord, Note, NoteKind, Record, Refused, What},
};

/// A record of a draft, or why there can be none.
pub fn shape(draft: Draft, map: &Map) -> Result<Record, Refused> {
    let line = draft.line;
    record(draft, map).map_err(|why| Refused::new(line, why))
}

fn record(mut draft: Draft, map: &Map) -> Result<Record, String> {
    let source = draft.project.clone();
    let (project, rewritten) = map.project(&source).ok_or_else(|| {
        format!("\u{201c}{source}\u{201d} cannot be the key of a project; give it one in the map file, or use --project")
    })?;
    if rewritten {
        draft.note(NoteKind::Project, format!("the project {source} became {project}"));
    }
    let created_at = draft.created_at.ok_or("`created_at` is missing")?;
    clamp(&mut draft, created_at);
    let updated_at = draft.updated_at.unwrap_or_else(|| latest(&draft, created_at));
    let (title, whole) = fit::title(&draft.title, &mut draft.notes)?;
    let status = status(&mut draft, map);
    let severity = severity(&mut draft, map);
    let tags = tags(&mut draft, map);
    let assignee = draft.assignee.take().map(|person| map.person(person));
    let reporter = draft.reporter.take().map(|person| map.person(person));
    let told = Told::read(&mut draft, map);
    let now = Present {
        title: &title,
        status,
        severity,
        assignee: &assignee,
        reporter: &reporter,
        end: updated_at,
    };
    let (opening, changes) = told.chained(&mut draft, now);
    let finished =
        changes.iter().rev().find(|change| matches!(change.what, What::Status { to: Status::Done, .. }));
    let resolved_at = finished.map(|change| change.at).filter(|_| status == Status::Done);
    let description = description(&mut draft, whole, map)?;
    let comments = comments(&mut draft, map)?;
    draft.links.retain(|link| link.key != draft.key && is_key(&link.key));
    draft.links.sort();
    draft.links.dedup();
    Ok(Record {
        line: draft.line,
        key: draft.key,
        project,
        number: draft.number.filter(|number| *number > 0),
        title,
        description,
        status,
        severity,
        reporter,
        assignee,
        tags,
        created_at,
        updated_at,
        resolved_at,
        opening,
        changes,
        comments,
        links: draft.links,
        attachments: draft.attachments,
        notes: draft.notes,
    })
}

/// The description: the title if it was too long, the text, and what else the source says.
fn description(draft: &mut Draft, whole_title: Option<String>, map: &Map) -> Result<Markdown, String> {
    let below = sections::below(draft, map);
    let head = whole_title.map(|title| format!("**{}**\n\n", plain(&title))).unwrap_or_default();
    let body = std::mem::take(&mut draft.body);
    let text = fit::markdown("description", &body, draft.markup, &mut draft.notes);
    fit::body("description", head + &text, &below, &mut draft.notes)
}

/// Whether a text can be what a source calls an issue.
pub fn is_key(text: &str) -> bool {
    (1..=200).contains(&text.len()) && !text.contains('\0') && text.trim() == text
}

/// Moves what was before the issue to its beginning, and puts everything in order.
fn clamp(draft: &mut Draft, created: Timestamp) {
    let mut moved = 0;
    let mut clamp = |at: &mut Timestamp| {
        if *at < created {
            *at = created;
            moved += 1;
        }
    };
    draft.updated_at.as_mut().map(&mut clamp);
    draft.resolved_at.as_mut().map(&mut clamp);
    draft.events.iter_mut().for_each(|event| clamp(&mut event.at));
    for comment in &mut draft.comments {
        clamp(&mut comment.at);
        comment.updated_at = comment.updated_at.map(|at| at.max(comment.at));
    }
    if moved > 0 {
        draft.note(
            NoteKind::Time,
            format!("{moved} times before the issue was created were moved to its creation"),
        );
    }
    draft.events.sort_by_key(|event| event.at);
    draft.comments.sort_by_key(|comment| comment.at);
}

fn latest(draft: &Draft, created: Timestamp) -> Timestamp {
    let events = draft.events.iter().map(|event| event.at);
    let comments = draft.comments.iter().map(|comment| comment.updated_at.unwrap_or(comment.at));
    events.chain(comments).chain(draft.resolved_at).fold(created, Timestamp::max)
}

fn status(draft: &mut Draft, map: &Map) -> Status {
    map.status(&draft.status, draft.category.as_deref()).unwrap_or_else(|| {
        let text = format!(
            "the status \u{201c}{}\u{201d} is not in the map; it is OPEN",
            fit::first_chars(&draft.status, 60)
        );
        draft.note(NoteKind::UnknownWord, text);
        Status::Open
    })
}

fn severity(draft: &mut Draft, map: &Map) -> Severity {
    let said = draft.priority.clone().filter(|priority| !priority.trim().is_empty());
    let Some(word) = said else { return draft.severity.unwrap_or(Severity::Medium) };
    map.severity(&word).unwrap_or_else(|| {
        let text = format!(
            "the priority \u{201c}{}\u{201d} is not in the map; it is MEDIUM",
            fit::first_chars(&word, 60)
        );
        draft.note(NoteKind::UnknownWord, text);
        Severity::Medium
    })
}

fn tags(draft: &mut Draft, map: &Map) -> Vec<TagName> {
    let mut words: Vec<&str> = Vec::new();
    for from in &map.tags {
        match from {
            TagsFrom::Labels => words.extend(draft.labels.iter().map(String::as_str)),
            TagsFrom::Components => words.extend(draft.components.iter().map(String::as_str)),
            TagsFrom::Type => words.extend(draft.kind.as_deref()),
            TagsFrom::FixVersions => words.extend(draft.fix_versions.iter().map(String::as_str)),
            TagsFrom::AffectsVersions => words.extend(draft.affects_versions.iter().map(String::as_str)),
            TagsFrom::Resolution => words.extend(draft.resolution.as_deref()),
        }
    }
    fit::tags(words.into_iter(), &mut draft.notes)
}

fn comments(draft: &mut Draft, map: &Map) -> Result<Vec<CommentRecord>, String> {
    let mut ids = HashSet::new();
    let mut out = Vec::with_capacity(draft.comments.len());
    for (index, said) in std::mem::take(&mut draft.comments).into_iter().enumerate() {
        let Said { id, author, at, updated_at, body } = said;
        let own = if id.is_empty() { format!("#{}", index + 1) } else { id };
        let id = if ids.contains(&own) { format!("{own}#{}", index + 1) } else { own };
        ids.insert(id.clone());
        let body = comment_text(&body, draft.markup, &mut draft.notes);
        let body = fit::body("comment", body, "", &mut draft.notes)?;
        let author = author.map(|person| map.person(person));
        out.push(CommentRecord { id, author, at, updated_at: updated_at.unwrap_or(at), body });
    }
    Ok(out)
}

fn comment_text(body: &str, markup: Markup, notes: &mut Vec<Note>) -> String {
    let text = fit::markdown("comment", body, markup, notes);
    if !text.trim().is_empty() {
        return text;
    }
    let typed = plain(&body.replace('\0', ""));
    if typed.is_empty() {
        notes.push(Note { kind: NoteKind::Missing, text: "a comment has no text".to_owned() });
        return "(no text)".to_owned();
    }
    typed
}
