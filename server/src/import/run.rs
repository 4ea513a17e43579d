//! The import from end to end: three things at once, each a batch ahead of the next.
//!
//! ```text
//! a thread: read, unpack, convert ── batches ──▶ threads: render ──▶ here: write, in order, one transaction each
//! ```
//!
//! Nothing waits longer than for one batch, nothing holds more than a few, and the database is locked for as long as one
//! batch takes to be written.

use sqlx::PgConnection;
use std::{collections::VecDeque, mem};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
};
use tracker_domain::{text::OrgSlug, time::Timestamp};

use super::{
    ImportError,
    batch::{self, Outcome, Rendered, outcome_of},
    people::RoleOf,
    progress::Watch,
    record::{Record, Refused, Source},
    report::Report,
};
use crate::{
    markdown,
    storage::import::{self, Marked, Place},
};

/// Most issues of a batch.
const BATCH_ISSUES: usize = 200;
/// Most bytes of text in a batch, but one issue is always possible.
const BATCH_BYTES: usize = 4 << 20;
/// Batches that are rendered at a time.
const AHEAD: usize = 2;

/// What is to be imported where.
pub struct Import {
    /// Issues, one by one.
    pub source: Box<dyn Source + Send>,
    /// What their keys belong to: two files of the same source are one history.
    pub name: String,
    /// Into this organization, which is made if there is none.
    pub org: OrgSlug,
    /// What new people may do.
    pub role_of: Box<RoleOf>,
    /// When this run began.
    pub now: Timestamp,
}

/// Lines of the source, and how far it has come.
#[derive(Default)]
struct Chunk {
    lines: Vec<Result<Record, Refused>>,
    read: u64,
    total: u64,
}

/// A chunk that is ready to be written: what is new of it is rendered.
#[derive(Default)]
struct Ready {
    new: Vec<Rendered>,
    known: Vec<(Record, Outcome)>,
    refused: Vec<Refused>,
    read: u64,
    total: u64,
}

/// Imports everything that is not there yet, as the owner of the database.
pub async fn run(
    connection: &mut PgConnection,
    import: Import,
    report: &mut Report,
    watch: &mut dyn Watch,
) -> Result<(), ImportError> {
    let Import { source, name, org, role_of, now } = import;
    let (sender, mut chunks) = mpsc::channel(AHEAD);
    let reader = spawn_blocking(move || read(source, &sender));
    let mut writer = Writer { connection, slug: org, source: name, now, place: None, role_of };
    let mut rendering: VecDeque<JoinHandle<Ready>> = VecDeque::new();
    loop {
        while rendering.len() < AHEAD
            && let Some(chunk) = chunks.recv().await
        {
            let ready = writer.sort_out(chunk).await?;
            rendering.push_back(ready);
        }
        let Some(ready) = rendering.pop_front() else { break };
        let ready = ready.await.map_err(|_| ImportError::Lost("a thread that renders"))?;
        writer.take(ready, report, watch).await?;
    }
    reader.await.map_err(|_| ImportError::Lost("the thread that reads"))?;
    watch.end();
    Ok(())
}

/// Reads the source to its end, or until nobody wants more of it.
fn read(mut source: Box<dyn Source + Send>, sender: &mpsc::Sender<Chunk>) {
    let (mut chunk, mut issues, mut bytes) = (Chunk::default(), 0, 0);
    while let Some(line) = source.next() {
        if let Ok(record) = &line {
            issues += 1;
            bytes += weight(record);
        }
        chunk.lines.push(line);
        (chunk.read, chunk.total) = (source.bytes_read(), source.bytes_total());
        if issues == BATCH_ISSUES || bytes >= BATCH_BYTES || chunk.lines.len() >= 4 * BATCH_ISSUES {
            (issues, bytes) = (0, 0);
            if sender.blocking_send(mem::take(&mut chunk)).is_err() {
                return;
            }
        }
    }
    (chunk.read, chunk.total) = (source.bytes_total(), source.bytes_total());
    // Nobody to send it to means that the import has failed already.
    let _ = sender.blocking_send(chunk);
}

fn weight(record: &Record) -> usize {
    let comments = record.comments.iter().map(|comment| comment.body.as_str().len());
    record.description.as_str().len() + comments.sum::<usize>()
}

fn render(record: Record) -> Rendered {
    let html = markdown::render(&record.description);
    let comments = record.comments.iter().map(|comment| markdown::render(&comment.body)).collect();
    Rendered { record, html, comments }
}

struct Writer<'a> {
    connection: &'a mut PgConnection,
    slug: OrgSlug,
    source: String,
    now: Timestamp,
    /// Known with the first record: an organization that is made is as old as that.
    place: Option<Place>,
    role_of: Box<RoleOf>,
}

impl Writer<'_> {
    async fn place(&mut self, first: Timestamp) -> Result<Place, ImportError> {
        if let Some(place) = &self.place {
            return Ok(place.clone());
        }
        let org = match import::find_org(self.connection, &self.slug).await? {
            Some(org) => org,
            None => import::add_org(self.connection, &self.slug, None, first).await?,
        };
        let (slug, source) = (self.slug.clone(), self.source.clone());
        Ok(self.place.insert(Place { org, slug, source, run_at: self.now }).clone())
    }

    /// Leaves out what an earlier run has taken, and has the rest rendered.
    async fn sort_out(&mut self, chunk: Chunk) -> Result<JoinHandle<Ready>, ImportError> {
        let mut ready = Ready { read: chunk.read, total: chunk.total, ..Ready::default() };
        let mut records = Vec::new();
        for line in chunk.lines {
            match line {
                Ok(record) => records.push(record),
                Err(refused) => ready.refused.push(refused),
            }
        }
        let mut new = Vec::new();
        if let Some(first) = records.first() {
            let place = self.place(first.created_at).await?;
            let keys: Vec<String> = records.iter().map(|record| record.key.clone()).collect();
            let marks = import::marks(self.connection, &place, Marked::Issue, &keys).await?;
            for record in records {
                match marks.iter().find(|mark| mark.key == record.key) {
                    Some(mark) => {
                        let outcome = outcome_of(mark, &place, record.line);
                        ready.known.push((record, outcome));
                    }
                    None => new.push(record),
                }
            }
        }
        Ok(spawn_blocking(move || {
            ready.new = new.into_iter().map(render).collect();
            ready
        }))
    }

    /// Writes a chunk; if the database refuses a row of it, issue by issue, so that only that one is left out.
    async fn take(
        &mut self,
        mut ready: Ready,
        report: &mut Report,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        ready.refused.drain(..).try_for_each(|refused| report.refuse(&refused))?;
        for (record, outcome) in &ready.known {
            report.outcome(record, outcome)?;
        }
        match self.write(&ready.new, report).await {
            Err(ImportError::Database(error)) if is_about_a_row(&error) => {
                for one in ready.new.chunks(1) {
                    self.write_or_refuse(one, report).await?;
                }
            }
            done => done?,
        }
        watch.at(ready.read, ready.total, report);
        Ok(())
    }

    async fn write_or_refuse(&mut self, one: &[Rendered], report: &mut Report) -> Result<(), ImportError> {
        match self.write(one, report).await {
            Err(ImportError::Database(error)) if is_about_a_row(&error) => {
                let why = error.as_database_error().map(|error| error.message().to_owned());
                let why = format!("the database does not take it: {}", why.unwrap_or_default());
                one.iter().try_for_each(|one| report.refuse(&Refused::new(one.record.line, &why)))?;
                Ok(())
            }
            done => done,
        }
    }

    async fn write(&mut self, batch: &[Rendered], report: &mut Report) -> Result<(), ImportError> {
        let Some(place) = self.place.clone().filter(|_| !batch.is_empty()) else { return Ok(()) };
        let written = batch::write(self.connection, &place, &*self.role_of, batch).await?;
        for (rendered, outcome) in batch.iter().zip(&written.outcomes) {
            report.outcome(&rendered.record, outcome)?;
        }
        report.made(written.people, written.projects, written.events);
        Ok(())
    }
}

/// Whether the database refused what a row says; everything else would refuse the next row too.
fn is_about_a_row(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
    ["22", "23", "54"].iter().any(|class| code.starts_with(class))
}
