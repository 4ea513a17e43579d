//! Writing an export, line by line, with the memory of one page.

use serde_json::Value;
use std::{
    collections::HashMap,
    io::{self, Write},
};
use tracker_domain::{id::ProjectId, text::OrgSlug};

use super::{
    ExportError, OpenStore, attachment,
    line::{AttachmentLine, CommentLine, Counts, EventLine, FactsLine, Head, Line},
    names,
};
use crate::{
    files::Store,
    storage::export::{EventRow, Reading},
};

/// Writes everything of an organization at its present position, with its files from the store.
pub async fn write(
    connection: &mut sqlx::PgConnection,
    org: &OrgSlug,
    store: OpenStore<'_>,
    out: &mut (dyn Write + Send),
) -> Result<(Head, Counts), ExportError> {
    let begun = Reading::begin(connection, org).await?;
    let (mut reading, head) =
        begun.ok_or_else(|| ExportError::Refused(format!("there is no organization {org}")))?;
    let mut writer = Writer { out, counts: Counts::default(), open: store, store: None };
    writer.line(&Line::Tracker(head.clone()))?;
    let names = writer.nouns(&mut reading).await?;
    writer.log(&mut reading, &names).await?;
    let (comments, files) = (reading.comments().await?, reading.file_count().await?);
    reading.end().await?;
    agree("comments", comments, writer.counts.comments)?;
    agree("files", files, writer.counts.attachments)?;
    writer.line(&Line::End(writer.counts))?;
    writer.out.flush()?;
    Ok((head, writer.counts))
}

/// Whether the log tells of all that is kept.
fn agree(what: &str, kept: i64, told: u64) -> Result<(), ExportError> {
    if u64::try_from(kept) == Ok(told) {
        return Ok(());
    }
    Err(ExportError::Refused(format!(
        "{kept} {what} are kept, but the log tells of {told}; something wrote around the program"
    )))
}

/// What ids are called.
struct Names {
    people: HashMap<i64, String>,
    projects: HashMap<i64, String>,
}

struct Writer<'a> {
    out: &'a mut (dyn Write + Send),
    counts: Counts,
    open: OpenStore<'a>,
    store: Option<Store>,
}

impl Writer<'_> {
    fn line(&mut self, line: &Line) -> io::Result<()> {
        self.counts.count(line);
        serde_json::to_writer(&mut *self.out, line)?;
        self.out.write_all(b"\n")
    }

    async fn nouns(&mut self, reading: &mut Reading<'_>) -> Result<Names, ExportError> {
        for person in reading.people().await? {
            self.line(&Line::Person(person))?;
        }
        let people = reading.addresses().await?;
        for team in reading.teams().await? {
            self.line(&Line::Team(team))?;
        }
        let projects = reading.projects().await?;
        for (_, project) in &projects {
            self.line(&Line::Project(project.clone()))?;
        }
        for tag in reading.tags().await? {
            self.line(&Line::Tag(tag))?;
        }
        for (id, _) in &projects {
            self.issues(reading, *id).await?;
        }
        let projects = projects.into_iter().map(|(id, project)| (id.0, project.key)).collect();
        Ok(Names { people, projects })
    }

    async fn issues(&mut self, reading: &mut Reading<'_>, project: ProjectId) -> Result<(), ExportError> {
        let mut after = 0;
        loop {
            let page = reading.issues(project, after).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = *last;
            for (_, issue) in page {
                self.line(&Line::Issue(Box::new(issue)))?;
            }
        }
    }

    async fn log(&mut self, reading: &mut Reading<'_>, names: &Names) -> Result<(), ExportError> {
        let mut after = 0;
        loop {
            let page = reading.events(after).await?;
            let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(()) };
            let positions = first.seq..=last.seq;
            after = last.seq;
            let (mut files, told) = (reading.files(&positions).await?, reading.files_told(&positions).await?);
            for row in page {
                let position = row.seq;
                if let Some((file, object)) = files.remove(&position) {
                    self.file(file, &object).await?;
                }
                let lines = event(row, names, told.get(&position).copied())
                    .ok_or_else(|| ExportError::Refused(format!("the event at {position} cannot be read")))?;
                lines.iter().try_for_each(|line| self.line(line))?;
            }
        }
    }

    async fn file(&mut self, file: AttachmentLine, object: &str) -> Result<(), ExportError> {
        let store = match self.store.take() {
            Some(store) => store,
            None => (self.open)()?,
        };
        self.line(&Line::Attachment(Box::new(file.clone())))?;
        attachment::parts(&store, (&file, object), |line| self.line(&line)).await?;
        self.store = Some(store);
        Ok(())
    }
}

/// An event, after its comment if it says that one was added. `file` is where the file was added that it names.
fn event(row: EventRow, names: &Names, file: Option<i64>) -> Option<Vec<Line>> {
    let EventRow { payload, body, author, commented_at, .. } = row;
    let Value::Object(mut payload) = payload else { return None };
    let mut data = payload.remove("data")?;
    names::to_names(&row.kind, &mut data, (row.seq, file), |id| names.people.get(&id).cloned())?;
    let facts = match payload.remove("facts").filter(|facts| !facts.is_null()) {
        Some(facts) => Some(named(&facts, names)?),
        None => None,
    };
    let mut lines = Vec::with_capacity(2);
    if let (Some(body), Some(author), Some(created_at), Some(issue)) =
        (body, author, commented_at, &row.issue)
    {
        let issue = issue.clone();
        lines.push(Line::Comment(CommentLine { issue, position: row.seq, author, created_at, body }));
    }
    lines.push(Line::Event(Box::new(EventLine {
        position: row.seq,
        at: row.at,
        recorded_at: row.recorded_at,
        actor: row.actor,
        origin: row.origin,
        issue: row.issue,
        kind: row.kind,
        version: row.version,
        data,
        facts,
    })));
    Some(lines)
}

fn named(facts: &Value, names: &Names) -> Option<FactsLine> {
    let word = |member: &str| facts.get(member)?.as_str().map(str::to_owned);
    let id = |member: &str| facts.get(member)?.as_i64();
    Some(FactsLine {
        project: names.projects.get(&id("project")?)?.clone(),
        reporter: names.people.get(&id("reporter")?)?.clone(),
        severity: word("severity")?,
        status: word("status")?,
    })
}
