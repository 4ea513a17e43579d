//! Writing an export, line by line, with the memory of one page.

use serde_json::Value;
use std::{
    collections::HashMap,
    io::{self, Write},
};
use tracker_domain::{id::ProjectId, text::OrgSlug};

use super::{
    ExportError,
    line::{CommentLine, Counts, EventLine, FactsLine, Head, Line},
    names,
};
use crate::storage::export::{EventRow, Reading};

/// Writes everything of an organization at its present position.
pub async fn write(
    connection: &mut sqlx::PgConnection,
    org: &OrgSlug,
    out: &mut (dyn Write + Send),
) -> Result<(Head, Counts), ExportError> {
    let begun = Reading::begin(connection, org).await?;
    let (mut reading, head) =
        begun.ok_or_else(|| ExportError::Refused(format!("there is no organization {org}")))?;
    let mut writer = Writer { out, counts: Counts::default() };
    writer.line(&Line::Tracker(head.clone()))?;
    let names = writer.nouns(&mut reading).await?;
    writer.log(&mut reading, &names).await?;
    let comments = reading.comments().await?;
    reading.end().await?;
    if comments as u64 != writer.counts.comments {
        return Err(ExportError::Refused(format!(
            "{comments} comments are kept, but the log tells of {}; something wrote around the program",
            writer.counts.comments
        )));
    }
    writer.line(&Line::End(writer.counts))?;
    writer.out.flush()?;
    Ok((head, writer.counts))
}

/// What ids are called.
struct Names {
    people: HashMap<i64, String>,
    projects: HashMap<i64, String>,
}

struct Writer<'a> {
    out: &'a mut (dyn Write + Send),
    counts: Counts,
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
            let Some(last) = page.last() else { return Ok(()) };
            after = last.seq;
            for row in page {
                let position = row.seq;
                let lines = event(row, names)
                    .ok_or_else(|| ExportError::Refused(format!("the event at {position} cannot be read")))?;
                lines.iter().try_for_each(|line| self.line(line))?;
            }
        }
    }
}

/// An event, after its comment if it says that one was added.
fn event(row: EventRow, names: &Names) -> Option<Vec<Line>> {
    let EventRow { payload, body, author, commented_at, .. } = row;
    let Value::Object(mut payload) = payload else { return None };
    let mut data = payload.remove("data")?;
    names::to_names(&row.kind, &mut data, row.seq, |id| names.people.get(&id).cloned())?;
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
