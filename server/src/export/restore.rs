//! Reading an export into an empty organization: the same positions, the same times, the same bytes when it is exported
//! again.
//!
//! Unlike an import from elsewhere it is all or nothing: a line that does not fit ends it, and what was committed waits
//! for the next run, which goes on after it. Texts are rendered anew, so that no HTML of the file is ever trusted.

use sqlx::{Connection, PgConnection};
use std::{
    collections::VecDeque,
    io::{self, BufRead},
    mem,
};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
};
use tracker_domain::{
    text::{Markdown, OrgSlug},
    time::Timestamp,
};

use super::{
    ExportError, OpenFiles,
    line::{Counts, Head, Line, OLDEST, VERSION},
    receive::Receiver,
};
use crate::{
    markdown,
    storage::{
        import::Place,
        import_dump::{self, Found, Names, Text},
        import_dump_files, import_dump_log,
    },
};

/// Most lines of a transaction.
const BATCH_LINES: usize = 500;
/// Most bytes of a transaction, but one line is always possible.
const BATCH_BYTES: usize = 4 << 20;
/// A longer line is none of ours: texts and parts of files have 256 KiB.
const LONGEST_LINE: u64 = 16 << 20;
/// Batches that are rendered at a time.
const AHEAD: usize = 2;

/// The file of an export.
pub struct Dump {
    /// Its lines, unpacked.
    pub lines: Box<dyn BufRead + Send>,
    /// Into this organization; the one that it was taken from if it is not said.
    pub org: Option<OrgSlug>,
    /// When this run began.
    pub now: Timestamp,
    /// What its files go to.
    pub files: OpenFiles,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The organization.
    pub org: OrgSlug,
    /// The head of the file.
    pub head: Head,
    /// What the file has.
    pub counts: Counts,
    /// Events that were written now; the others were there already.
    pub written: u64,
}

/// A line with its number, and its text as safe HTML.
type Ready = Vec<(u64, Line, String)>;

/// Reads a whole export, as the owner of the database; `watch` is told after each batch how many lines there were.
pub async fn restore(
    connection: &mut PgConnection,
    dump: Dump,
    watch: &mut (dyn FnMut(u64) + Send),
) -> Result<Restored, ExportError> {
    let Dump { mut lines, org, now, files } = dump;
    let (head, fingerprint) = read_head(&mut *lines)?;
    let slug = match org {
        Some(org) => org,
        None => OrgSlug::parse(&head.organization).map_err(|error| at_line(1, &error))?,
    };
    let found = import_dump::prepare(connection, &slug, &head, (&fingerprint, now)).await?;
    let Found::Here(place) = found else {
        return Err(ExportError::Refused(format!(
            "the organization {slug} is not empty; give another one with --org, or use a new database"
        )));
    };
    let (sender, mut batches) = mpsc::channel(AHEAD);
    let reader = spawn_blocking(move || read(lines, &sender));
    let head_here = import_dump_log::head(connection, &place).await?;
    let files = Receiver::new(files, slug.clone(), head_here);
    let (counts, written) = (Counts::default(), 0);
    let mut restorer = Restorer { connection, place, names: None, files, counts, end: None, written };
    let mut rendering: VecDeque<JoinHandle<Ready>> = VecDeque::new();
    loop {
        while rendering.len() < AHEAD
            && let Some(batch) = batches.recv().await
        {
            rendering.push_back(spawn_blocking(move || render(batch)));
        }
        let Some(ready) = rendering.pop_front() else { break };
        let ready = ready.await.map_err(io::Error::other)?;
        let last = ready.last().map_or(0, |(number, ..)| *number);
        restorer.take(ready).await?;
        watch(last);
    }
    reader.await.map_err(io::Error::other)??;
    restorer.finish(slug, head)
}

pub(super) fn at_line(number: u64, why: &impl std::fmt::Display) -> ExportError {
    ExportError::Refused(format!("line {number}: {why}"))
}

/// The next line; `None` at the end.
fn next_line(lines: &mut dyn BufRead, number: u64) -> Result<Option<String>, ExportError> {
    let mut line = Vec::new();
    let read = io::Read::take(lines, LONGEST_LINE).read_until(b'\n', &mut line)?;
    if read as u64 == LONGEST_LINE {
        return Err(at_line(number, &"it is too long for a line of an export"));
    }
    let text = String::from_utf8(line).map_err(|_| at_line(number, &"it is not UTF-8"))?;
    Ok((read > 0).then_some(text))
}

fn parse(number: u64, text: &str) -> Result<Line, ExportError> {
    serde_json::from_str(text)
        .map_err(|error| at_line(number, &format!("it is no line of an export: {error}")))
}

fn read_head(lines: &mut dyn BufRead) -> Result<(Head, String), ExportError> {
    let text = next_line(lines, 1)?.unwrap_or_default();
    match parse(1, &text)? {
        Line::Tracker(head) if (OLDEST..=VERSION).contains(&head.version) => {
            Ok((head, import_dump::fingerprint(&text)))
        }
        Line::Tracker(head) => {
            let version = head.version;
            Err(at_line(
                1,
                &format!(
                    "the export has version {version}; this program reads versions {OLDEST} to {VERSION}"
                ),
            ))
        }
        _ => Err(at_line(1, &"an export begins with its head")),
    }
}

/// Reads and parses everything after the head. A comment and its event stay together.
fn read(
    mut lines: Box<dyn BufRead + Send>,
    sender: &mpsc::Sender<Vec<(u64, Line)>>,
) -> Result<(), ExportError> {
    let (mut batch, mut bytes, mut number) = (Vec::new(), 0, 2);
    while let Some(text) = next_line(&mut *lines, number)? {
        let line = parse(number, &text)?;
        let is_comment = matches!(line, Line::Comment(_));
        batch.push((number, line));
        (bytes, number) = (bytes + text.len(), number + 1);
        if !is_comment && (batch.len() >= BATCH_LINES || bytes >= BATCH_BYTES) {
            bytes = 0;
            if sender.blocking_send(mem::take(&mut batch)).is_err() {
                return Ok(());
            }
        }
    }
    // Nobody to send it to means that the restoration has failed already.
    let _ = sender.blocking_send(batch);
    Ok(())
}

fn render(batch: Vec<(u64, Line)>) -> Ready {
    let with_html = |(number, line)| {
        let html = markdown_of(&line).and_then(|text| Markdown::parse("text", text).ok());
        (number, line, html.map(|text| markdown::render(&text)).unwrap_or_default())
    };
    batch.into_iter().map(with_html).collect()
}

fn markdown_of(line: &Line) -> Option<&str> {
    match line {
        Line::Issue(issue) => Some(&issue.description),
        Line::Comment(comment) => Some(&comment.body),
        _ => None,
    }
}

struct Restorer<'a> {
    connection: &'a mut PgConnection,
    place: Place,
    /// Known as soon as the people and projects are there.
    names: Option<Names>,
    files: Receiver,
    counts: Counts,
    end: Option<Counts>,
    written: u64,
}

impl Restorer<'_> {
    /// One batch in one transaction.
    async fn take(&mut self, ready: Ready) -> Result<(), ExportError> {
        let (mut people, mut teams, mut projects, mut tags) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut issues, mut comments, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for (number, line, html) in ready {
            if self.end.is_some() {
                return Err(at_line(number, &"nothing comes after the counts"));
            }
            self.counts.count(&line);
            self.files.expects(number, &line)?;
            match line {
                Line::Tracker(_) => return Err(at_line(number, &"there is one head only")),
                Line::Person(person) => people.push(person),
                Line::Team(team) => teams.push(team),
                Line::Project(project) => projects.push(project),
                Line::Tag(tag) => tags.push(tag),
                Line::Issue(line) => issues.push(Text { number, line: *line, html }),
                Line::Comment(line) => comments.push(Text { number, line, html }),
                Line::Attachment(line) => self.files.begin(number, *line)?,
                Line::Part(text) => self.files.part(number, &text).await?,
                Line::Event(event) => events.push((number, *event)),
                Line::End(counts) => self.end = Some(counts),
            }
        }
        let mut tx = self.connection.begin().await?;
        import_dump::insert_people(&mut tx, &self.place, &people).await?;
        import_dump::insert_teams(&mut tx, &self.place, &teams).await?;
        import_dump::insert_projects(&mut tx, &self.place, &projects).await?;
        import_dump::insert_tags(&mut tx, &self.place, &tags).await?;
        if !issues.is_empty() || !events.is_empty() {
            let names = match self.names.take() {
                Some(names) => names,
                None => import_dump::names(&mut tx, &self.place).await?,
            };
            import_dump_log::insert_issues(&mut tx, &self.place, &names, &issues).await?;
            let (last, files) = (events.last().map(|(_, event)| event.position), &self.files.whole);
            self.written +=
                import_dump_log::insert_log(&mut tx, &self.place, &names, (&comments, files), events).await?;
            self.files.written(last);
            self.names = Some(names);
        }
        if self.end.is_some() {
            import_dump_files::queue_checks(&mut tx, &self.place).await?;
        }
        Ok(tx.commit().await?)
    }

    fn finish(self, org: OrgSlug, head: Head) -> Result<Restored, ExportError> {
        match self.end {
            Some(end) if end == self.counts && self.files.whole.is_empty() => {
                Ok(Restored { org, head, counts: self.counts, written: self.written })
            }
            Some(_) => {
                Err(ExportError::Refused("the file has other lines than it says at its end".to_owned()))
            }
            None => Err(ExportError::Refused(
                "the file ends too early: the counts are missing; take the whole file and start again"
                    .to_owned(),
            )),
        }
    }
}
