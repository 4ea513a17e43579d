//! What GitHub's REST interface answers about issues: one file in which each issue has its comments and timeline, or a
//! folder of answers as they came (`docs/import.md` has the names).

mod fields;
mod folder;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};
use tracker_domain::{issue::Severity, link::Relation};

use super::{
    draft::{Deed, Draft, Happened, Said},
    instant, json,
    pieces::Pieces,
    shape::shape,
};
use crate::import::{
    map::Map,
    record::{Link, PersonName, Record, Refused, Source},
};
use fields::{Comment, Event, Issue, key_of, person};
use folder::Folder;

/// The issues of a file or folder.
pub struct Github {
    pieces: Pieces,
    part: Vec<u8>,
    folder: Option<Folder>,
    map: Map,
}

/// Opens a file or a folder.
pub fn open(path: &Path, map: Map) -> Result<Github, String> {
    let folder = path.is_dir().then(|| Folder::open(path)).transpose()?;
    let issues: PathBuf = folder.as_ref().map_or_else(|| path.to_owned(), |folder| folder.issues.clone());
    Ok(Github { pieces: Pieces::elements(&issues, "items")?, part: Vec::new(), folder, map })
}

impl Iterator for Github {
    type Item = Result<Record, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = match self.pieces.next_into(&mut self.part)? {
            Ok(number) => number,
            Err(refused) => return Some(Err(refused)),
        };
        let draft = json::read::<Issue>(&self.part).and_then(|issue| self.draft(number, issue));
        Some(draft.map_err(|why| Refused::new(number, why)).and_then(|draft| shape(draft, &self.map)))
    }
}

impl Source for Github {
    fn bytes_read(&self) -> u64 {
        self.pieces.progress().read()
    }

    fn bytes_total(&self) -> u64 {
        self.pieces.progress().total()
    }
}

impl Github {
    fn draft(&self, line: u64, issue: Issue) -> Result<Draft, String> {
        if issue.pull_request.is_some() {
            return Err(format!("#{} is a pull request, not an issue", issue.number));
        }
        let (mut comments, mut timeline) = (issue.comments.0, issue.timeline.unwrap_or_default());
        if let Some(folder) = &self.folder {
            comments.extend(folder.comments(issue.number)?);
            timeline.extend(folder.timeline(issue.number)?);
        }
        let (key, repository) = key_of(issue.html_url.as_deref(), issue.url.as_deref(), issue.number);
        let at =
            |field: &str, text: &Option<String>| text.as_deref().map(|t| instant::read(field, t)).transpose();
        let labels: Vec<String> = issue.labels.into_iter().filter_map(|label| label.0).collect();
        let severity = self.map.severity_of_labels(labels.iter().map(String::as_str));
        let others: Vec<String> = issue.assignees.iter().skip(1).map(|user| user.login.clone()).collect();
        let assignee = issue.assignee.or_else(|| issue.assignees.into_iter().next());
        let mut draft = Draft {
            line,
            key,
            project: repository.unwrap_or_else(|| "GITHUB".to_owned()),
            number: i64::try_from(issue.number).ok(),
            title: issue.title.unwrap_or_default(),
            body: issue.body.unwrap_or_default(),
            kind: issue.r#type.and_then(|kind| kind.0),
            status: issue.state,
            resolution: issue.state_reason.map(|reason| reason.replace('_', " ")),
            severity,
            labels,
            also: vec![
                ("Also assigned", others.join(", ")),
                ("Milestone", issue.milestone.and_then(|milestone| milestone.title).unwrap_or_default()),
            ],
            reporter: person(issue.user),
            assignee: assignee.and_then(|user| person(Some(user))),
            created_at: Some(instant::read("created_at", &issue.created_at)?),
            updated_at: at("updated_at", &issue.updated_at)?,
            resolved_at: at("closed_at", &issue.closed_at)?,
            ..Draft::default()
        };
        self.comments(comments, &mut draft)?;
        self.timeline(timeline, &mut draft)?;
        Ok(draft)
    }

    fn comments(&self, comments: Vec<Comment>, draft: &mut Draft) -> Result<(), String> {
        for (index, comment) in comments.into_iter().enumerate() {
            let field = |name: &str| format!("comments[{index}].{name}");
            draft.comments.push(Said {
                id: comment.id.map(|id| id.0).unwrap_or_default(),
                author: person(comment.user),
                at: instant::read(&field("created_at"), &comment.created_at)?,
                updated_at: comment
                    .updated_at
                    .map(|at| instant::read(&field("updated_at"), &at))
                    .transpose()?,
                body: comment.body.unwrap_or_default(),
            });
        }
        Ok(())
    }

    fn timeline(&self, mut timeline: Vec<Event>, draft: &mut Draft) -> Result<(), String> {
        timeline.sort_by(|a, b| a.created_at.cmp(&b.created_at));
        let mut before =
            Before { ids: draft.comments.iter().map(|said| said.id.clone()).collect(), ..Before::default() };
        for (index, event) in timeline.into_iter().enumerate() {
            let Some(created) = event.created_at.clone() else { continue };
            let at = instant::read(&format!("timeline[{index}].created_at"), &created)?;
            if event.event == "commented" {
                let id = event.id.map(|id| id.0).unwrap_or_default();
                if before.ids.insert(id.clone()) {
                    let author = person(event.user.or(event.actor));
                    let body = event.body.unwrap_or_default();
                    draft.comments.push(Said { id, author, at, updated_at: None, body });
                }
                continue;
            }
            draft.links.extend(reference(&event));
            let actor = person(event.actor.clone());
            let what = before.deed(event, &self.map);
            draft.events.extend(what.map(|what| Happened { at, actor, what }));
        }
        before.end(draft);
        Ok(())
    }
}

fn reference(event: &Event) -> Option<Link> {
    let source = event.source.as_ref()?.issue.as_ref()?;
    let (key, _) = key_of(source.html_url.as_deref(), None, source.number);
    let is_issue = event.event == "cross-referenced" && source.pull_request.is_none();
    is_issue.then_some(Link { relation: Relation::Relates, key })
}

/// What an issue was before the next event of its timeline.
#[derive(Default)]
struct Before {
    ids: HashSet<String>,
    status: Option<&'static str>,
    labels: Vec<String>,
    assignee: Option<PersonName>,
}

impl Before {
    fn deed(&mut self, event: Event, map: &Map) -> Option<Deed> {
        match event.event.as_str() {
            "closed" => self.moved("closed"),
            "reopened" => self.moved("open"),
            "labeled" => self.labelled(event, map, |labels, label| labels.push(label)),
            "unlabeled" => self.labelled(event, map, |labels, label| labels.retain(|l| *l != label)),
            "assigned" if self.assignee.is_none() => self.assigned(person(event.assignee)),
            "unassigned" if self.assignee == person(event.assignee.clone()) => self.assigned(None),
            "renamed" => event.rename.map(|rename| Deed::Title(rename.from, rename.to)),
            _ => None,
        }
    }

    fn moved(&mut self, to: &'static str) -> Option<Deed> {
        let from = self.status.replace(to).unwrap_or("open");
        Some(Deed::Status(Some(from.to_owned()), Some(to.to_owned())))
    }

    fn labelled(
        &mut self,
        event: Event,
        map: &Map,
        change: impl Fn(&mut Vec<String>, String),
    ) -> Option<Deed> {
        let severity = |labels: &[String]| {
            map.severity_of_labels(labels.iter().map(String::as_str)).unwrap_or(Severity::Medium)
        };
        let from = severity(&self.labels);
        change(&mut self.labels, event.label?.0?);
        let to = severity(&self.labels);
        (from != to).then_some(Deed::Severity(from, to))
    }

    fn assigned(&mut self, to: Option<PersonName>) -> Option<Deed> {
        let from = std::mem::replace(&mut self.assignee, to.clone());
        Some(Deed::Assignee(from, to))
    }

    /// Of several assignees the timeline may end with another one than the issue names first: that is no history.
    fn end(&self, draft: &mut Draft) {
        let is_same = self.assignee.as_ref().map(|a| &a.handle) == draft.assignee.as_ref().map(|a| &a.handle);
        if !is_same && draft.also.iter().any(|(what, text)| *what == "Also assigned" && !text.is_empty()) {
            draft.events.retain(|event| !matches!(event.what, Deed::Assignee(..)));
        }
    }
}
