//! Brings a draft into the tracker's words, limits and promises.

use std::collections::HashSet;
use tracker_domain::{issue::Severity, text::IssueTitle, time::Timestamp, workflow::Status};

use super::{
    chain::{Chain, Step, chain},
    draft::{Deed, Draft, Happened, Said},
    fit, sections,
};
use crate::import::{
    map::{Map, Markup, TagsFrom},
    record::{Changed, CommentRecord, Note, NoteKind, Opening, PersonName, Record, Refused, What},
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
    let (opening, changes) = told.chained(&mut draft, &title, status, severity, &assignee, &reporter, updated_at);
    let finished = changes.iter().rev().find(|change| matches!(change.what, What::Status { to: Status::Done, .. }));
    let resolved_at = finished.map(|change| change.at).filter(|_| status == Status::Done);
    let below = sections::below(&mut draft, map);
    let head = whole.map(|whole| format!("**{}**\n\n", crate::import::jira_markup::plain(&whole)));
    let body = std::mem::take(&mut draft.body);
    let text = fit::markdown("description", &body, draft.markup, &mut draft.notes);
    let text = head.unwrap_or_default() + &text;
    let description = fit::body("description", text, &below, &mut draft.notes)?;
    let comments = comments(&mut draft, map)?;
    draft.links.retain(|link| link.key != draft.key && !link.key.trim().is_empty());
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
        draft.note(NoteKind::Time, format!("{moved} times before the issue was created were moved to its creation"));
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
        let text = format!("the status \u{201c}{}\u{201d} is not in the map; it is OPEN", fit::first_chars(&draft.status, 60));
        draft.note(NoteKind::UnknownWord, text);
        Status::Open
    })
}

fn severity(draft: &mut Draft, map: &Map) -> Severity {
    let said = draft.priority.clone().filter(|priority| !priority.trim().is_empty());
    let Some(word) = said else { return draft.severity.unwrap_or(Severity::Medium) };
    map.severity(&word).unwrap_or_else(|| {
        let text = format!("the priority \u{201c}{}\u{201d} is not in the map; it is MEDIUM", fit::first_chars(&word, 60));
        draft.note(NoteKind::UnknownWord, text);
        Severity::Medium
    })
}

fn tags(draft: &mut Draft, map: &Map) -> Vec<tracker_domain::text::TagName> {
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
        let plain = if id.is_empty() { format!("#{}", index + 1) } else { id };
        let id = if ids.contains(&plain) { format!("{plain}#{}", index + 1) } else { plain };
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
    let typed = crate::import::jira_markup::plain(&body.replace('\0', ""));
    if typed.is_empty() {
        notes.push(Note { kind: NoteKind::Missing, text: "a comment has no text".to_owned() });
        return "(no text)".to_owned();
    }
    typed
}

/// What the source tells of each property.
#[derive(Default)]
struct Told {
    status: Vec<Step<Status>>,
    severity: Vec<Step<Severity>>,
    assignee: Vec<Step<Option<PersonName>>>,
    title: Vec<Step<IssueTitle>>,
    description: Vec<(Timestamp, Option<PersonName>)>,
}

impl Told {
    fn read(draft: &mut Draft, map: &Map) -> Self {
        let mut told = Self::default();
        // A status of the past has the category of the present one only if it is the same.
        let (word, category) = (draft.status.clone(), draft.category.clone());
        let mut unknown = Vec::new();
        let mut status = |said: Option<String>| match said {
            None => Status::Open,
            Some(said) => {
                let category = category.as_deref().filter(|_| said.eq_ignore_ascii_case(&word));
                map.status(&said, category).unwrap_or_else(|| {
                    unknown.push(said);
                    Status::Open
                })
            }
        };
        let severity = |said: Option<String>| said.and_then(|said| map.severity(&said)).unwrap_or(Severity::Medium);
        let person = |said: Option<PersonName>| said.map(|person| map.person(person));
        let title = |said: Option<String>| fit::title(&said.unwrap_or_default(), &mut Vec::new()).ok().map(|(title, _)| title);
        for Happened { at, actor, what } in std::mem::take(&mut draft.events) {
            let actor = person(actor);
            match what {
                Deed::Status(from, to) => told.status.push(Step { at, actor, from: status(from), to: status(to) }),
                Deed::Priority(from, to) => {
                    told.severity.push(Step { at, actor, from: severity(from), to: severity(to) });
                }
                Deed::Severity(from, to) => told.severity.push(Step { at, actor, from, to }),
                Deed::Assignee(from, to) => {
                    told.assignee.push(Step { at, actor, from: person(from), to: person(to) });
                }
                Deed::Title(from, to) => {
                    if let (Some(from), Some(to)) = (title(from), title(to)) {
                        told.title.push(Step { at, actor, from, to });
                    }
                }
                Deed::Description => told.description.push((at, actor)),
            }
        }
        unknown.sort();
        unknown.dedup();
        for word in unknown {
            let text = format!("the status \u{201c}{}\u{201d} of the past is not in the map; it is OPEN", fit::first_chars(&word, 60));
            draft.note(NoteKind::UnknownWord, text);
        }
        told
    }

    #[expect(clippy::too_many_arguments, reason = "each is the present value of one property")]
    fn chained(
        mut self,
        draft: &mut Draft,
        title: &IssueTitle,
        status: Status,
        severity: Severity,
        assignee: &Option<PersonName>,
        reporter: &Option<PersonName>,
        end: Timestamp,
    ) -> (Opening, Vec<Changed>) {
        let finished = draft.resolved_at.filter(|_| status == Status::Done).unwrap_or(end);
        let has_moves = !self.status.is_empty();
        // Here every issue begins OPEN.
        if let (Some(first), Some(created)) = (self.status.first(), draft.created_at)
            && first.from != Status::Open
        {
            let to = first.from;
            self.status.insert(0, Step { at: created, actor: reporter.clone(), from: Status::Open, to });
        }
        let status = chain(Status::Open, self.status, &status, finished);
        let severity = chain(first(&self.severity, &severity), self.severity, &severity, end);
        let assignee = chain(first(&self.assignee, assignee), self.assignee, assignee, end);
        let title = chain(first(&self.title, title), self.title, title, end);
        draft.tell("status", status.gaps, status.completed && has_moves);
        draft.tell("priority", severity.gaps, severity.completed);
        draft.tell("assignee", assignee.gaps, assignee.completed);
        draft.tell("title", title.gaps, title.completed);
        let opening = Opening {
            title: title.opening.clone(),
            severity: severity.opening,
            assignee: assignee.opening.clone(),
        };
        let described = self.description.into_iter().map(|(at, actor)| Changed { at, actor, what: What::Description });
        let mut changes: Vec<Changed> = described.collect();
        changes.extend(changed(title, |from, to| What::Title { from, to }));
        changes.extend(changed(severity, |from, to| What::Severity { from, to }));
        changes.extend(changed(assignee, |from, to| What::Assignee { from, to }));
        changes.extend(changed(status, |from, to| What::Status { from, to }));
        changes.sort_by_key(|change| change.at);
        (opening, changes)
    }
}

fn first<T: Clone>(told: &[Step<T>], last: &T) -> T {
    told.first().map_or_else(|| last.clone(), |step| step.from.clone())
}

fn changed<T>(chain: Chain<T>, what: impl Fn(T, T) -> What) -> impl Iterator<Item = Changed> {
    chain.steps.into_iter().map(move |step| Changed { at: step.at, actor: step.actor, what: what(step.from, step.to) })
}

impl Draft {
    fn tell(&mut self, what: &str, gaps: usize, completed: bool) {
        if gaps > 0 {
            self.note(NoteKind::History, format!("{gaps} changes of the {what} did not begin where the one before ended"));
        }
        if completed {
            self.note(NoteKind::History, format!("the changes of the {what} did not lead to what it is; one was added"));
        }
    }
}
