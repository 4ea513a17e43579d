//! The tracker's own interchange format, `docs/interchange.md`: one issue a line, as JSON.

use serde::Deserialize;
use std::path::Path;
use tracker_domain::link::Relation;

use super::{
    draft::{Deed, Draft, Happened, Said},
    fit, instant,
    json::{self, Who, Word},
    people::People,
    pieces::Pieces,
    shape::{is_key, shape},
};
use crate::import::{
    map::{Map, Markup},
    record::{Attachment, Link, PersonName, Record, Refused, Source},
};

#[derive(Deserialize)]
struct Line {
    key: String,
    project: Option<String>,
    number: Option<i64>,
    title: Option<String>,
    body: Option<String>,
    #[serde(default)]
    body_format: Format,
    r#type: Option<String>,
    status: String,
    status_category: Option<String>,
    resolution: Option<String>,
    priority: Option<String>,
    labels: Option<Vec<String>>,
    components: Option<Vec<String>>,
    affects_versions: Option<Vec<String>>,
    fix_versions: Option<Vec<String>>,
    environment: Option<String>,
    reporter: Option<Who>,
    assignee: Option<Who>,
    created_at: String,
    updated_at: Option<String>,
    resolved_at: Option<String>,
    parent: Option<String>,
    subtasks: Option<Vec<String>>,
    links: Option<Vec<Tie>>,
    attachments: Option<Vec<File>>,
    comments: Option<Vec<Comment>>,
    events: Option<Vec<Event>>,
    #[serde(default)]
    is_pull_request: bool,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Markdown,
    JiraWiki,
}

#[derive(Deserialize)]
struct Tie {
    r#type: String,
    #[serde(default)]
    direction: Direction,
    key: String,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Direction {
    #[default]
    Outward,
    Inward,
}

#[derive(Deserialize)]
struct File {
    filename: Option<String>,
    size: Option<u64>,
    mime: Option<String>,
    author: Option<Who>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
struct Comment {
    id: Option<Word>,
    author: Option<Who>,
    created_at: String,
    updated_at: Option<String>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    at: String,
    actor: Option<Who>,
    field: String,
    from: Option<Word>,
    to: Option<Word>,
}

/// The lines of a file.
pub struct History {
    pieces: Pieces,
    part: Vec<u8>,
    people: People,
    map: Map,
}

/// Opens a file; it is read once before, for the names in it.
pub fn open(path: &Path, map: Map) -> Result<History, String> {
    Ok(History { people: People::read(path)?, pieces: Pieces::lines(path)?, part: Vec::new(), map })
}

impl Iterator for History {
    type Item = Result<Record, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = match self.pieces.next_into(&mut self.part)? {
            Ok(number) => number,
            Err(refused) => return Some(Err(refused)),
        };
        let draft = json::read::<Line>(&self.part).and_then(|line| draft(number, line, &self.people));
        Some(draft.map_err(|why| Refused::new(number, why)).and_then(|draft| shape(draft, &self.map)))
    }
}

impl Source for History {
    fn bytes_read(&self) -> u64 {
        self.pieces.progress().read()
    }

    fn bytes_total(&self) -> u64 {
        self.pieces.progress().total()
    }
}

fn draft(number: u64, line: Line, people: &People) -> Result<Draft, String> {
    if line.is_pull_request {
        return Err("it is a pull request, not an issue".to_owned());
    }
    let key = line.key.trim().to_owned();
    if !is_key(&key) {
        return Err("`key` must have 1 to 200 bytes".to_owned());
    }
    let (stem, tail) = key.rsplit_once('-').unwrap_or((key.as_str(), ""));
    let at = |field: &str, text: &Option<String>| {
        text.as_deref().map(|text| instant::read(field, text)).transpose()
    };
    Ok(Draft {
        line: number,
        project: line.project.unwrap_or_else(|| stem.to_owned()),
        number: line.number.or_else(|| tail.parse().ok()),
        title: line.title.unwrap_or_default(),
        body: line.body.unwrap_or_default(),
        markup: match line.body_format {
            Format::Markdown => Markup::Markdown,
            Format::JiraWiki => Markup::JiraWiki,
        },
        kind: line.r#type,
        status: line.status,
        category: line.status_category,
        resolution: line.resolution,
        priority: line.priority,
        labels: line.labels.unwrap_or_default(),
        components: line.components.unwrap_or_default(),
        affects_versions: line.affects_versions.unwrap_or_default(),
        fix_versions: line.fix_versions.unwrap_or_default(),
        environment: line.environment,
        reporter: person(line.reporter, people),
        assignee: person(line.assignee, people),
        created_at: Some(instant::read("created_at", &line.created_at)?),
        updated_at: at("updated_at", &line.updated_at)?,
        resolved_at: at("resolved_at", &line.resolved_at)?,
        links: ties(line.parent, line.subtasks, line.links),
        attachments: attachments(line.attachments, people)?,
        comments: comments(line.comments, people)?,
        events: events(line.events, people)?,
        key,
        ..Draft::default()
    })
}

fn person(who: Option<Who>, people: &People) -> Option<PersonName> {
    who.and_then(|who| who.0).map(|person| people.known(person))
}

fn ties(parent: Option<String>, children: Option<Vec<String>>, ties: Option<Vec<Tie>>) -> Vec<Link> {
    let parent = parent.map(|key| Link { relation: Relation::ChildOf, key });
    let children =
        children.unwrap_or_default().into_iter().map(|key| Link { relation: Relation::ParentOf, key });
    let ties = ties.unwrap_or_default().into_iter().filter_map(|tie| {
        let relation = relation(&tie.r#type, tie.direction == Direction::Outward)?;
        Some(Link { relation, key: tie.key.trim().to_owned() })
    });
    parent.into_iter().chain(children).chain(ties).collect()
}

/// What a type of link means, by the words that trackers use; `None` for those that say there is no tie.
pub fn relation(name: &str, outward: bool) -> Option<Relation> {
    let name = name.trim().to_lowercase();
    let relation = match name.as_str() {
        "not related" => return None,
        "block" | "blocks" | "blocker" | "blocked" => Relation::Blocks,
        "depend" | "depends" | "depends on" | "dependency" | "dependent" | "required" | "requires" => {
            Relation::BlockedBy
        }
        "duplicate" | "duplicates" => Relation::Duplicates,
        "container" | "contains" | "includes" | "incorporates" | "parent" | "parent_of" => Relation::ParentOf,
        "child" | "child_of" => Relation::ChildOf,
        "blocked_by" => Relation::BlockedBy,
        "duplicated_by" => Relation::DuplicatedBy,
        _ => Relation::Relates,
    };
    Some(if outward { relation } else { relation.reversed() })
}

fn attachments(files: Option<Vec<File>>, people: &People) -> Result<Vec<Attachment>, String> {
    let read = |(index, file): (usize, File)| {
        let at = file
            .created_at
            .map(|at| instant::read(&format!("attachments[{index}].created_at"), &at))
            .transpose()?;
        Ok(Attachment {
            filename: file.filename.unwrap_or_else(|| "(no name)".to_owned()).replace('\0', ""),
            size: file.size,
            mime: file.mime,
            author: person(file.author, people),
            at,
        })
    };
    files.unwrap_or_default().into_iter().enumerate().map(read).collect()
}

fn comments(comments: Option<Vec<Comment>>, people: &People) -> Result<Vec<Said>, String> {
    let read = |(index, comment): (usize, Comment)| {
        let field = |name: &str| format!("comments[{index}].{name}");
        let updated_at = comment.updated_at.map(|at| instant::read(&field("updated_at"), &at)).transpose()?;
        Ok(Said {
            id: comment.id.map(|id| fit::first_chars(&id.0.replace('\0', ""), 100)).unwrap_or_default(),
            author: person(comment.author, people),
            at: instant::read(&field("created_at"), &comment.created_at)?,
            updated_at,
            body: comment.body.unwrap_or_default(),
        })
    };
    comments.unwrap_or_default().into_iter().enumerate().map(read).collect()
}

fn events(events: Option<Vec<Event>>, people: &People) -> Result<Vec<Happened>, String> {
    let mut happened = Vec::new();
    for (index, event) in events.unwrap_or_default().into_iter().enumerate() {
        let (from, to) = (event.from.map(|word| word.0), event.to.map(|word| word.0));
        let named = |name: Option<String>| fit::person(&name?, None, None).map(|person| people.named(person));
        let what = match event.field.to_lowercase().as_str() {
            "status" => Deed::Status(from, to),
            "priority" | "severity" => Deed::Priority(from, to),
            "assignee" => Deed::Assignee(named(from), named(to)),
            "summary" | "title" => Deed::Title(from, to),
            "description" | "body" => Deed::Description,
            _ => continue,
        };
        let at = instant::read(&format!("events[{index}].at"), &event.at)?;
        happened.push(Happened { at, actor: person(event.actor, people), what });
    }
    Ok(happened)
}
