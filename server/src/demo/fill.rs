//! Writing a history into an organization: one side draws and makes rows, the other hands them to the database.
//!
//! The history is walked three times: to count, so that ids can be taken; for the issues, which everything points to;
//! and for the log with the comments. What is derived from the log is counted in the same transaction.

use std::sync::Arc;
use tokio::{
    sync::mpsc::{Receiver, channel},
    task::{JoinHandle, spawn_blocking},
};
use tracker_domain::{
    error::AppError,
    event::Change,
    id::{OrgId, UserId},
    org::Role,
    text::{OrgSlug, Secret},
    time::Timestamp,
};

use super::{
    Wish,
    history::History,
    issue::all_tags,
    lines::{Count, Ids, IssueLines, LogLines, OrgEvent, Pen},
    team::SIGNED_UP,
    texts::Library,
    words::{COMPANY, PRODUCTS},
};
use crate::{
    passwords::Passwords,
    session::random_text,
    storage::{
        ConnectError,
        demo::{self, Batch, Filling, NewPerson, Project, Table},
        readers::Step,
    },
    worker::{catch_up, readers},
};

/// So many batches may wait for the database.
const WAITING: usize = 4;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Order {
    /// How large, and which.
    pub wish: Wish,
    /// In which organization.
    pub org: OrgSlug,
    /// Everybody's password; without one each gets their own, by chance.
    pub password: Option<Secret>,
    /// Whether indexes and keys are made anew afterwards instead of being kept up to date: quicker for many issues, and
    /// everybody else waits.
    pub bulk: bool,
}

/// Somebody who can sign in.
#[derive(Debug, Clone)]
pub struct Login {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Their password.
    pub password: Secret,
}

/// What was done.
#[derive(Debug, Clone)]
pub struct Filled {
    /// Who can sign in.
    pub logins: Vec<Login>,
    /// How many people there are.
    pub people: usize,
    /// How many projects.
    pub projects: usize,
    /// How many issues.
    pub issues: i64,
    /// How many comments.
    pub comments: i64,
    /// How many events.
    pub events: i64,
}

/// How it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many issues of all are written.
    Issues(u64, u64),
    /// So many events of all are written.
    Events(u64, u64),
    /// So many events of all are counted.
    Numbers(u64, u64),
    /// The indexes are made.
    Indexes,
    /// The database looks at what is new.
    Look,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// Something happened to issues there already.
    #[error("the organization has issues already")]
    Occupied,
    /// The database cannot be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database did not do it.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A fault of the program.
    #[error(transparent)]
    Fault(#[from] AppError),
    /// A payload could not be written.
    #[error(transparent)]
    Payload(#[from] serde_json::Error),
    /// The side that makes rows ended.
    #[error(transparent)]
    Ended(#[from] tokio::task::JoinError),
}

/// Does it, all or nothing.
pub async fn fill(
    url: &Secret,
    order: &Order,
    passwords: &Passwords,
    mut tell: impl FnMut(Progress) + Send,
) -> Result<Filled, FillError> {
    let wish = order.wish;
    let history = Arc::new(History::new(&wish, &order.org)?);
    let pool = demo::connect(url).await?;
    let start = instant(history.start());
    let begun = Filling::begin(&pool, &order.org, COMPANY, start).await?;
    let mut filling = begun.ok_or(FillError::Occupied)?;
    let (people, logins) = people(&history, order, passwords).await?;
    let mut projects = Vec::new();
    for product in &PRODUCTS[..history.products] {
        projects.push(filling.project(product.key, product.name, start).await?);
    }
    let first: Vec<i64> = projects.iter().map(|project| project.next_number).collect();
    let count = count(&history, &first).await?;
    let (issue, comment) = demo::reserve(&pool, wish.issues as i64, count.comments).await?;
    let ids = Ids {
        org: filling.org,
        projects: projects.iter().map(|project| project.id).collect(),
        people: filling.people(&people).await?,
        tags: filling.tags(&all_tags(history.products)).await?,
        issue,
        comment,
        head: filling.head,
        recorded: filling.begun,
    };
    if order.bulk {
        filling.loosen(wish.issues).await?;
    }
    let org_events = org_events(&history, &ids, &projects)?;
    let total = (count.steps as u64) + org_events.len() as u64;
    let writer = Writer {
        history: Arc::clone(&history),
        library: Arc::new(Library::new()?),
        ids: Arc::new(ids),
        first,
    };
    let (mut batches, issues) = writer.issues();
    let mut written = 0;
    take(&mut filling, &mut batches, Table::Issues, |rows| {
        written += rows;
        tell(Progress::Issues(written, wish.issues));
    })
    .await?;
    issues.await?;
    let (mut batches, log) = writer.log(org_events);
    written = 0;
    take(&mut filling, &mut batches, Table::Events, |rows| {
        written += rows;
        tell(Progress::Events(written, total));
    })
    .await?;
    let head = log.await??;
    let org = OrgId(filling.org);
    for reader in readers() {
        let step = Step::begin(filling.connection(), org, reader.name()).await?;
        let counted = |count: i64| tell(Progress::Numbers(count.unsigned_abs(), head.unsigned_abs()));
        catch_up(&*reader, step, org, counted).await?;
    }
    tell(Progress::Indexes);
    filling.tighten().await?;
    for (product, project) in projects.iter_mut().enumerate() {
        project.next_number += count.issues.get(product).copied().unwrap_or_default();
    }
    filling.finish(head, &projects).await?;
    tell(Progress::Look);
    demo::look_over(&pool).await?;
    pool.close().await;
    Ok(Filled {
        logins,
        people: people.len(),
        projects: projects.len(),
        issues: wish.issues as i64,
        comments: count.comments,
        events: total as i64,
    })
}

/// The side that makes rows.
struct Writer {
    history: Arc<History>,
    library: Arc<Library>,
    ids: Arc<Ids>,
    first: Vec<i64>,
}

type Written<T> = (Receiver<Batch>, JoinHandle<T>);

impl Writer {
    fn issues(&self) -> Written<()> {
        let (sender, receiver) = channel(WAITING);
        let (history, library, ids, first) = self.parts();
        let work = spawn_blocking(move || {
            let pen = Pen { history: &history, library: &library, ids: &ids, sender };
            let mut lines = IssueLines::new(pen);
            // Whoever takes the batches knows when one was not taken.
            let _ = history.walk(&first, &mut lines) && lines.finish();
        });
        (receiver, work)
    }

    fn log(&self, org_events: Vec<OrgEvent>) -> Written<Result<i64, FillError>> {
        let (sender, receiver) = channel(WAITING);
        let (history, library, ids, first) = self.parts();
        let work = spawn_blocking(move || {
            let pen = Pen { history: &history, library: &library, ids: &ids, sender };
            let mut lines = LogLines::new(pen, all_tags(history.products), org_events);
            let finished = if history.walk(&first, &mut lines) { lines.finish() } else { Err(lines.fault()) };
            finished.map_err(|fault| {
                fault.map_or(FillError::Database(sqlx::Error::PoolClosed), FillError::Payload)
            })
        });
        (receiver, work)
    }

    fn parts(&self) -> (Arc<History>, Arc<Library>, Arc<Ids>, Vec<i64>) {
        (Arc::clone(&self.history), Arc::clone(&self.library), Arc::clone(&self.ids), self.first.clone())
    }
}

/// The side that hands them to the database; says how many rows of `counted` each batch had.
async fn take(
    filling: &mut Filling,
    batches: &mut Receiver<Batch>,
    counted: Table,
    mut tell: impl FnMut(u64),
) -> Result<(), sqlx::Error> {
    while let Some(batch) = batches.recv().await {
        let rows = (batch.table() == counted).then_some(batch.rows);
        filling.copy(batch).await?;
        if let Some(rows) = rows {
            tell(rows);
        }
    }
    Ok(())
}

async fn count(history: &Arc<History>, first: &[i64]) -> Result<Count, FillError> {
    let (history, first) = (Arc::clone(history), first.to_vec());
    Ok(spawn_blocking(move || {
        let mut count = Count::default();
        history.walk(&first, &mut count);
        count
    })
    .await?)
}

/// The first ones can sign in: hashing takes a while on purpose.
async fn people(
    history: &History,
    order: &Order,
    passwords: &Passwords,
) -> Result<(Vec<NewPerson>, Vec<Login>), AppError> {
    let (mut people, mut logins) = (Vec::new(), Vec::new());
    for (index, person) in history.team.people().iter().enumerate() {
        let mut hash = None;
        if index < SIGNED_UP {
            let password = order.password.clone().unwrap_or_else(|| Secret::new(random_text(12)));
            hash = Some(passwords.hash(password.clone()).await?);
            logins.push(Login {
                name: person.name.to_string(),
                email: person.email.to_string(),
                role: person.role,
                password,
            });
        }
        people.push(NewPerson {
            name: person.name.to_string(),
            email: person.email.to_string(),
            role: person.role,
            joined: instant(person.joined),
            hash,
        });
    }
    Ok((people, logins))
}

/// What happened to the organization, in the order of time.
fn org_events(history: &History, ids: &Ids, projects: &[Project]) -> Result<Vec<OrgEvent>, AppError> {
    let mut events: Vec<OrgEvent> = Vec::new();
    for (who, person) in history.team.people().iter().enumerate() {
        let change = Change::MemberJoined { user: UserId(ids.people[who]), role: person.role };
        events.push((person.joined, who as u16, change));
    }
    for (product, project) in PRODUCTS.iter().zip(projects) {
        if project.is_new {
            events.push((history.start(), 0, Change::ProjectCreated { key: product.key.parse()? }));
        }
    }
    events.sort_by_key(|(at, ..)| *at);
    Ok(events)
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap_or(Timestamp(time::OffsetDateTime::UNIX_EPOCH))
}
