//! One batch in one transaction: who is in it, its rows, its events, its marks.

use sqlx::{Connection, PgConnection};
use std::collections::{BTreeMap, HashMap, HashSet};
use tracker_domain::{
    event::Change,
    id::{CommentId, IssueId, ProjectId, ProjectKey, UserId},
};

use super::{
    ImportError,
    events::{self, Ids},
    people::{self, Cast, RoleOf},
    record::Record,
};
use crate::storage::{
    import::{self, Mark, Marked, Place},
    import_issues::{self as rows, CommentRow, EventRow, IssueRow, LinkRow},
};

/// A record with its texts as safe HTML.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) record: Record,
    pub(super) html: String,
    pub(super) comments: Vec<String>,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is an issue now. With another number than it had, if the second is there.
    Taken { number: i64, instead_of: Option<i64> },
    /// An earlier run took it.
    Known,
    /// A line before has the same key.
    Double { of: i64 },
}

/// What one batch did.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// By the place of the record in the batch.
    pub(super) outcomes: Vec<Outcome>,
    pub(super) people: usize,
    pub(super) projects: usize,
    pub(super) events: usize,
}

/// What becomes of a record that is marked: told by the run that marked it.
pub(super) fn outcome_of(mark: &Mark, place: &Place, line: u64) -> Outcome {
    match mark.run_at == place.run_at && mark.line != line as i64 {
        true => Outcome::Double { of: mark.line },
        false => Outcome::Known,
    }
}

/// Writes what is not there yet, all or nothing.
pub(super) async fn write(
    connection: &mut PgConnection,
    place: &Place,
    role_of: &RoleOf,
    batch: &[Rendered],
) -> Result<Written, ImportError> {
    let mut tx = connection.begin().await?;
    let mut written = Written::default();
    let new = leave_out_known(&mut tx, place, batch, &mut written.outcomes).await?;
    if new.is_empty() {
        return Ok(written);
    }
    let records: Vec<&Record> = new.iter().map(|rendered| &rendered.record).collect();
    let cast = people::resolve(&mut tx, place, role_of, &records).await?;
    let projects = projects(&mut tx, place, &records).await?;
    let numbers = number(&mut tx, place, &records, &projects).await?;
    let ids = rows::take_issue_ids(&mut tx, new.len()).await?;
    let places: Vec<_> = records
        .iter()
        .zip(&numbers)
        .zip(&ids)
        .map(|((record, (number, _)), id)| (*id, projects[&record.project].id, *number))
        .collect();
    insert_issues(&mut tx, place, &new, &places, &cast).await?;
    let comments = insert_comments(&mut tx, place, &new, &ids, &cast).await?;
    insert_links(&mut tx, place, &records, &ids).await?;
    written.people = cast.joined.len();
    written.projects = projects.values().filter(|project| project.made).count();
    let log = log(&records, &places, &comments, &cast, &projects)?;
    written.events = log.len();
    rows::append(&mut tx, place.org, &log).await?;
    tx.commit().await?;
    let mut numbers = numbers.into_iter();
    for outcome in &mut written.outcomes {
        if matches!(outcome, Outcome::Taken { .. })
            && let Some((number, instead_of)) = numbers.next()
        {
            *outcome = Outcome::Taken { number, instead_of };
        }
    }
    Ok(written)
}

/// Those that are not marked, and neither twice in the batch.
async fn leave_out_known<'a>(
    connection: &mut PgConnection,
    place: &Place,
    batch: &'a [Rendered],
    outcomes: &mut Vec<Outcome>,
) -> Result<Vec<&'a Rendered>, ImportError> {
    let keys: Vec<String> = batch.iter().map(|rendered| rendered.record.key.clone()).collect();
    let marks = import::marks(connection, place, Marked::Issue, &keys).await?;
    let marks: HashMap<&str, &Mark> = marks.iter().map(|mark| (mark.key.as_str(), mark)).collect();
    let mut lines: HashMap<&str, i64> = HashMap::new();
    let mut new = Vec::new();
    for rendered in batch {
        let (key, line) = (rendered.record.key.as_str(), rendered.record.line);
        outcomes.push(match (marks.get(key), lines.get(key)) {
            (Some(mark), _) => outcome_of(mark, place, line),
            (None, Some(of)) => Outcome::Double { of: *of },
            (None, None) => {
                lines.insert(key, line as i64);
                new.push(rendered);
                Outcome::Taken { number: 0, instead_of: None }
            }
        });
    }
    Ok(new)
}

type Projects = BTreeMap<ProjectKey, import::Project>;

/// The projects of the batch, each locked; in the order of their keys, so that two imports cannot wait for each other.
async fn projects(
    connection: &mut PgConnection,
    place: &Place,
    records: &[&Record],
) -> Result<Projects, ImportError> {
    let mut first: BTreeMap<&ProjectKey, &Record> = BTreeMap::new();
    for record in records {
        first.entry(&record.project).or_insert(record);
    }
    let mut projects = Projects::new();
    for (key, record) in first {
        let project = import::project(connection, place.org, key, key.as_str(), record.created_at).await?;
        projects.insert(key.clone(), project);
    }
    Ok(projects)
}

/// The number of each record: its own when that is free, otherwise the next one of its project, with the one it had.
async fn number(
    connection: &mut PgConnection,
    place: &Place,
    records: &[&Record],
    projects: &Projects,
) -> Result<Vec<(i64, Option<i64>)>, ImportError> {
    let mut numbers = vec![(0, None); records.len()];
    for (key, project) in projects {
        let wanted: Vec<i64> = records
            .iter()
            .filter(|record| record.project == *key)
            .filter_map(|record| record.number)
            .collect();
        let taken = import::numbers_taken(connection, place.org, project.id, &wanted).await?;
        let mut taken: HashSet<i64> = taken.into_iter().collect();
        let mut next = wanted.iter().map(|number| number + 1).fold(project.next_number, i64::max);
        for (record, place) in records.iter().zip(&mut numbers).filter(|(record, _)| record.project == *key) {
            *place = match record.number {
                Some(number) if taken.insert(number) => (number, None),
                had => {
                    next += 1;
                    (next - 1, had)
                }
            };
        }
        import::set_next_number(connection, place.org, project.id, next).await?;
    }
    Ok(numbers)
}

async fn insert_issues(
    connection: &mut PgConnection,
    place: &Place,
    new: &[&Rendered],
    places: &[(IssueId, ProjectId, i64)],
    cast: &Cast,
) -> Result<(), ImportError> {
    let mut issues = Vec::with_capacity(new.len());
    for (Rendered { record, html, .. }, (id, project, number)) in new.iter().zip(places) {
        issues.push(IssueRow {
            id: *id,
            project: *project,
            number: *number,
            title: &record.title,
            description: &record.description,
            html,
            status: record.status,
            severity: record.severity,
            reporter: cast.id(record.reporter.as_ref())?,
            assignee: cast.optional(record.assignee.as_ref())?.map(|person| person.id),
            comments: record.comments.len() as i64,
            version: 1 + events::edits(record),
            created_at: record.created_at,
            updated_at: record.updated_at,
            closed_at: record.resolved_at,
        });
    }
    rows::insert_issues(connection, place.org, &issues).await?;
    let (mut tagged, mut tags) = (Vec::new(), Vec::new());
    for (rendered, (id, ..)) in new.iter().zip(places) {
        for tag in &rendered.record.tags {
            tagged.push(id.0);
            tags.push(tag.to_string());
        }
    }
    Ok(rows::insert_tags(connection, place.org, (&tagged, &tags)).await?)
}

/// Writes the comments; gives their ids, issue by issue.
async fn insert_comments(
    connection: &mut PgConnection,
    place: &Place,
    new: &[&Rendered],
    issues: &[IssueId],
    cast: &Cast,
) -> Result<Vec<Vec<CommentId>>, ImportError> {
    let count = new.iter().map(|rendered| rendered.comments.len()).sum();
    let mut free = rows::take_comment_ids(connection, count).await?.into_iter();
    let (mut comments, mut ids) = (Vec::with_capacity(count), Vec::with_capacity(new.len()));
    for (rendered, issue) in new.iter().zip(issues) {
        let mine: Vec<CommentId> = free.by_ref().take(rendered.comments.len()).collect();
        for ((comment, html), id) in rendered.record.comments.iter().zip(&rendered.comments).zip(&mine) {
            let author = cast.id(comment.author.as_ref())?;
            comments.push(CommentRow {
                id: *id,
                issue: *issue,
                author,
                body: &comment.body,
                html,
                at: comment.at,
            });
        }
        ids.push(mine);
    }
    rows::insert_comments(connection, place.org, &comments).await?;
    Ok(ids)
}

/// Marks the issues and writes their ties.
async fn insert_links(
    connection: &mut PgConnection,
    place: &Place,
    records: &[&Record],
    ids: &[IssueId],
) -> Result<(), ImportError> {
    let keys: Vec<String> = records.iter().map(|record| record.key.clone()).collect();
    let lines: Vec<i64> = records.iter().map(|record| record.line as i64).collect();
    let targets: Vec<i64> = ids.iter().map(|id| id.0).collect();
    import::mark(connection, place, Marked::Issue, (&keys, &targets, &lines)).await?;
    let mut links = Vec::new();
    for (record, issue) in records.iter().zip(ids) {
        let own = record.links.iter().filter(|link| link.key != record.key);
        links.extend(own.map(|link| LinkRow { issue: *issue, relation: link.relation, target: &link.key }));
    }
    Ok(rows::insert_links(connection, place, &links, (&keys, &targets)).await?)
}

/// The events of the batch: who joined and what began stand before the issue with which that happened, so that the log
/// does not depend on where a batch begins.
fn log(
    records: &[&Record],
    places: &[(IssueId, ProjectId, i64)],
    comments: &[Vec<CommentId>],
    cast: &Cast,
    projects: &Projects,
) -> Result<Vec<EventRow>, ImportError> {
    let mut log = Vec::new();
    let mut joined = cast.joined.iter().peekable();
    let mut begun: HashSet<&ProjectKey> = HashSet::new();
    for (index, (record, (issue, project, _))) in records.iter().zip(places).enumerate() {
        let about_nobody =
            |actor: UserId, change| EventRow { at: record.created_at, actor, issue: None, change };
        while let Some((_, user, role)) = joined.next_if(|(of, ..)| *of == index) {
            log.push(about_nobody(*user, Change::MemberJoined { user: *user, role: *role }));
        }
        if projects[&record.project].made && begun.insert(&record.project) {
            let reporter = cast.id(record.reporter.as_ref())?;
            log.push(about_nobody(reporter, Change::ProjectCreated { key: record.project.clone() }));
        }
        let ids = Ids { project: *project, issue: *issue, comments: &comments[index] };
        log.extend(events::events(record, &ids, cast)?);
    }
    Ok(log)
}
