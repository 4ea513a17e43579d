//! What Jira's search answers, `GET /rest/api/2/search?expand=changelog&fields=*all`: pages of it one after the other, a
//! list of issues, or one issue a line.

mod fields;

use serde_json::Value;
use std::path::Path;
use tracker_domain::link::Relation;

use super::{
    draft::{Deed, Draft, Happened, Said},
    fit,
    history::relation,
    instant, json,
    pieces::Pieces,
    shape::{is_key, shape},
};
use crate::import::{
    map::{Map, Markup},
    record::{Attachment, Link, NoteKind, Record, Refused, Source},
};
use fields::{Change, Comments, File, History, Issue, Key, Tie, person};

/// Most levels of Atlassian's document format that are read.
const MOST_DEPTH: usize = 40;

/// The issues of a file.
pub struct Jira {
    pieces: Pieces,
    part: Vec<u8>,
    map: Map,
}

/// Opens a file.
pub fn open(path: &Path, map: Map) -> Result<Jira, String> {
    Ok(Jira { pieces: Pieces::elements(path, "issues")?, part: Vec::new(), map })
}

impl Iterator for Jira {
    type Item = Result<Record, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = match self.pieces.next_into(&mut self.part)? {
            Ok(number) => number,
            Err(refused) => return Some(Err(refused)),
        };
        let draft = json::read::<Issue>(&self.part).and_then(|issue| draft(number, issue));
        Some(draft.map_err(|why| Refused::new(number, why)).and_then(|draft| shape(draft, &self.map)))
    }
}

impl Source for Jira {
    fn bytes_read(&self) -> u64 {
        self.pieces.progress().read()
    }

    fn bytes_total(&self) -> u64 {
        self.pieces.progress().total()
    }
}

fn draft(number: u64, issue: Issue) -> Result<Draft, String> {
    let fields = issue.fields;
    let split = issue.key.rsplit_once('-').filter(|_| is_key(&issue.key));
    let (stem, tail) = split.ok_or("`key`: a key of Jira looks like CORE-12")?;
    let at = |field: &str, text: &Option<String>| {
        text.as_deref().map(|text| instant::read(&format!("fields.{field}"), text)).transpose()
    };
    let mut draft = Draft {
        line: number,
        project: fields.project.map_or_else(|| stem.to_owned(), |project| project.key),
        number: tail.parse().ok(),
        title: fields.summary.unwrap_or_default(),
        markup: Markup::JiraWiki,
        kind: fields.issuetype.map(|kind| kind.name),
        category: fields.status.status_category.and_then(|category| category.key),
        status: fields.status.name,
        resolution: fields.resolution.map(|resolution| resolution.name),
        priority: fields.priority.map(|priority| priority.name),
        labels: fields.labels.unwrap_or_default(),
        components: names(fields.components),
        affects_versions: names(fields.versions),
        fix_versions: names(fields.fix_versions),
        reporter: fields.reporter.or(fields.creator).and_then(person),
        assignee: fields.assignee.and_then(person),
        created_at: Some(instant::read("fields.created", &fields.created)?),
        updated_at: at("updated", &fields.updated)?,
        resolved_at: at("resolutiondate", &fields.resolutiondate)?,
        links: ties(fields.parent, fields.subtasks, fields.issuelinks),
        attachments: attachments(fields.attachment)?,
        events: events(issue.changelog.map(|log| log.histories).unwrap_or_default())?,
        key: issue.key,
        ..Draft::default()
    };
    draft.body = text(fields.description.as_ref(), "description", &mut draft);
    draft.environment = Some(text(fields.environment.as_ref(), "environment", &mut draft));
    draft.comments = comments(fields.comment.unwrap_or_default(), &mut draft)?;
    Ok(draft)
}

fn names(list: Option<Vec<fields::Named>>) -> Vec<String> {
    list.unwrap_or_default().into_iter().map(|named| named.name).collect()
}

/// Wiki markup as it is; of the document format of newer interfaces the words.
fn text(value: Option<&Value>, field: &str, draft: &mut Draft) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(document @ Value::Object(_)) => {
            let text = format!("the {field} is in Atlassian's document format; only its words were taken");
            draft.note(NoteKind::Ignored, text);
            let mut words = String::new();
            document_words(document, &mut words, 0);
            words.trim().to_owned()
        }
        _ => String::new(),
    }
}

fn document_words(node: &Value, words: &mut String, depth: usize) {
    if let Some(text) = node["text"].as_str() {
        words.push_str(text);
    }
    for child in node["content"].as_array().into_iter().flatten().filter(|_| depth < MOST_DEPTH) {
        document_words(child, words, depth + 1);
    }
    match node["type"].as_str() {
        Some("paragraph" | "heading" | "codeBlock" | "rule") => words.push_str("\n\n"),
        Some("hardBreak" | "tableRow") => words.push('\n'),
        Some("mention") => words.push_str(node["attrs"]["text"].as_str().unwrap_or_default()),
        _ => {}
    }
}

fn comments(list: Comments, draft: &mut Draft) -> Result<Vec<Said>, String> {
    let there = list.comments.len() as u64;
    if let Some(total) = list.total.filter(|total| *total > there) {
        draft.note(NoteKind::Missing, format!("it has {total} comments, and the file has {there} of them"));
    }
    let mut said = Vec::new();
    for (index, comment) in list.comments.into_iter().enumerate() {
        let field = |name: &str| format!("fields.comment.comments[{index}].{name}");
        said.push(Said {
            id: comment.id.map(|id| fit::first_chars(&id.0, 100)).unwrap_or_default(),
            author: comment.author.and_then(person),
            at: instant::read(&field("created"), &comment.created)?,
            updated_at: comment.updated.map(|at| instant::read(&field("updated"), &at)).transpose()?,
            body: text(comment.body.as_ref(), "comment", draft),
        });
    }
    Ok(said)
}

fn ties(parent: Option<Key>, children: Option<Vec<Key>>, ties: Option<Vec<Tie>>) -> Vec<Link> {
    let parent = parent.map(|parent| Link { relation: Relation::ChildOf, key: parent.key });
    let children = children
        .unwrap_or_default()
        .into_iter()
        .map(|child| Link { relation: Relation::ParentOf, key: child.key });
    let ties = ties.unwrap_or_default().into_iter().filter_map(|tie| {
        let outward = tie.outward_issue.is_some();
        let key = tie.outward_issue.or(tie.inward_issue)?.key;
        Some(Link { relation: relation(&tie.r#type.name, outward)?, key })
    });
    parent.into_iter().chain(children).chain(ties).collect()
}

fn attachments(files: Option<Vec<File>>) -> Result<Vec<Attachment>, String> {
    let read = |(index, file): (usize, File)| {
        let field = format!("fields.attachment[{index}].created");
        Ok(Attachment {
            filename: file.filename,
            size: file.size,
            mime: file.mime_type,
            author: file.author.and_then(person),
            at: file.created.map(|at| instant::read(&field, &at)).transpose()?,
        })
    };
    files.unwrap_or_default().into_iter().enumerate().map(read).collect()
}

fn events(histories: Vec<History>) -> Result<Vec<Happened>, String> {
    let mut happened = Vec::new();
    for (index, history) in histories.into_iter().enumerate() {
        let at = instant::read(&format!("changelog.histories[{index}].created"), &history.created)?;
        let actor = history.author.and_then(person);
        let deeds = history.items.into_iter().filter_map(deed);
        happened.extend(deeds.map(|what| Happened { at, actor: actor.clone(), what }));
    }
    Ok(happened)
}

fn deed(change: Change) -> Option<Deed> {
    let who = |handle: Option<String>, name: Option<String>| {
        let handle = handle.or_else(|| name.clone())?;
        fit::person(&handle, name.as_deref(), None)
    };
    match change.field.to_lowercase().as_str() {
        "status" => Some(Deed::Status(change.from_string, change.to_string)),
        "priority" => Some(Deed::Priority(change.from_string, change.to_string)),
        "summary" => Some(Deed::Title(change.from_string, change.to_string)),
        "description" => Some(Deed::Description),
        "assignee" => {
            let from = who(change.from, change.from_string);
            Some(Deed::Assignee(from, who(change.to, change.to_string)))
        }
        _ => None,
    }
}
