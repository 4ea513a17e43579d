//! What a source tells of each property over time, made into changes that lead from the first value to the present.

use std::collections::HashMap;
use tracker_domain::{issue::Severity, text::IssueTitle, time::Timestamp, workflow::Status};

use super::{
    chain::{Chain, Step, chain},
    draft::{Deed, Draft, Happened},
    fit,
};
use crate::import::{
    map::Map,
    record::{Changed, NoteKind, Opening, PersonName, What},
};

/// What is so now, and who reported it.
pub struct Present<'a> {
    pub title: &'a IssueTitle,
    pub status: Status,
    pub severity: Severity,
    pub assignee: &'a Option<PersonName>,
    pub reporter: &'a Option<PersonName>,
    /// When changes are said to be that have to be added.
    pub end: Timestamp,
}

/// What the source tells of each property.
#[derive(Default)]
pub struct Told {
    status: Vec<Step<Status>>,
    severity: Vec<Step<Severity>>,
    assignee: Vec<Step<Option<PersonName>>>,
    title: Vec<Step<IssueTitle>>,
    description: Vec<(Timestamp, Option<PersonName>)>,
}

impl Told {
    /// Takes the events of a draft.
    pub fn read(draft: &mut Draft, map: &Map) -> Self {
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
        let severity =
            |said: Option<String>| said.and_then(|said| map.severity(&said)).unwrap_or(Severity::Medium);
        let person = |said: Option<PersonName>| said.map(|person| map.person(person));
        let title = |said: Option<String>| {
            fit::title(&said.unwrap_or_default(), &mut Vec::new()).ok().map(|(title, _)| title)
        };
        for Happened { at, actor, what } in std::mem::take(&mut draft.events) {
            let actor = person(actor);
            match what {
                Deed::Status(from, to) => {
                    told.status.push(Step { at, actor, from: status(from), to: status(to) })
                }
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
            let text = format!(
                "the status \u{201c}{}\u{201d} of the past is not in the map; it is OPEN",
                fit::first_chars(&word, 60)
            );
            draft.note(NoteKind::UnknownWord, text);
        }
        told
    }

    /// The same handle is the same person, even where the source tells less of them.
    fn unify_people(&mut self, now: &Present<'_>) {
        let told = now.reporter.iter().chain(now.assignee);
        let mut known: HashMap<String, PersonName> =
            told.map(|person| (person.handle.clone(), person.clone())).collect();
        for step in &mut self.assignee {
            for person in [&mut step.from, &mut step.to].into_iter().flatten() {
                let first = known.entry(person.handle.clone()).or_insert_with(|| person.clone());
                *person = first.clone();
            }
        }
    }

    /// As what the issue began, and the changes that lead from there to the present, in the order of time.
    pub fn chained(mut self, draft: &mut Draft, now: Present<'_>) -> (Opening, Vec<Changed>) {
        self.unify_people(&now);
        let Present { title, status, severity, assignee, reporter, end } = now;
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
        let described =
            self.description.into_iter().map(|(at, actor)| Changed { at, actor, what: What::Description });
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
    chain.steps.into_iter().map(move |step| Changed {
        at: step.at,
        actor: step.actor,
        what: what(step.from, step.to),
    })
}

impl Draft {
    fn tell(&mut self, what: &str, gaps: usize, completed: bool) {
        if gaps > 0 {
            self.note(
                NoteKind::History,
                format!("{gaps} changes of the {what} did not begin where the one before ended"),
            );
        }
        if completed {
            self.note(
                NoteKind::History,
                format!("the changes of the {what} did not lead to what it is; one was added"),
            );
        }
    }
}
