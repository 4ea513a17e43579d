//! Files: taken in for whoever may comment, given to whoever sees their issue.

use app::ports::{Caller, FilesPort};
use async_trait::async_trait;
use tracker_domain::{
    attachment::{ChangeFile, FileChanged, FileName, FileRow, FileState, FileView, FilesAdded},
    error::AppError,
    event::Change,
    id::{AttachmentId, IssueKey},
    policy::{Action, Actor, Decision, FileAction, IssueFacts, OrgAction},
    time::Timestamp,
};

use super::once;
use crate::{
    App,
    fault::{fault, unavailable},
    files::{Prepared, StoreError},
    policy::{decide_file, decide_org},
    session::random_text,
    storage::{
        Member, NewEvent, Tx,
        attachments::{self, NewFile, ResolvedFile, Stored},
        issues::{self, Resolved},
    },
};

/// See the port.
#[derive(Debug)]
pub struct FilesService(pub App);

#[async_trait]
impl FilesPort for FilesService {
    async fn remove(&self, caller: &Caller, command: ChangeFile) -> Result<FileChanged, AppError> {
        self.change(caller, command, FileAction::Remove).await
    }

    async fn hide(&self, caller: &Caller, command: ChangeFile) -> Result<FileChanged, AppError> {
        self.change(caller, command, FileAction::Hide).await
    }
}

impl FilesService {
    async fn change(
        &self,
        caller: &Caller,
        command: ChangeFile,
        action: FileAction,
    ) -> Result<FileChanged, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        let scope = member.actor.user.to_string();
        let endpoint = if action == FileAction::Hide { "files/hide" } else { "files/remove" };
        let claim = once::claim(app, scope, endpoint, &command, command.idempotency_key.as_deref())?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok(answer);
        }
        let now = app.clock.now();
        let file = attachments::resolve(&mut tx, &member, command.id()?, action, now).await?;
        let attachment = file.id;
        let change = if action == FileAction::Hide {
            attachments::hide(&mut tx, &member, &file, now).await?;
            Change::AttachmentHidden { attachment }
        } else {
            attachments::remove(&mut tx, &member, &file, now).await?;
            Change::AttachmentRemoved { attachment }
        };
        let answer = changed(command.org, &file);
        let events = file.issue.iter().map(|issue| event(issue, change.clone(), now)).collect();
        once::finish(app, tx, &member, claim.as_ref(), (answer, events)).await
    }
}

fn changed(org: String, file: &ResolvedFile) -> FileChanged {
    FileChanged { org, key: file.issue.as_ref().map(|issue| issue.key.clone()), id: file.id }
}

fn event(issue: &Resolved, change: Change, at: Timestamp) -> NewEvent {
    NewEvent { at, issue: Some((issue.id, issue.facts)), change }
}

/// What of these files an actor gets to see, after the policy was asked.
pub(crate) fn views(files: Vec<FileRow>, actor: Actor, issue: IssueFacts, now: Timestamp) -> Vec<FileView> {
    let may = |action, row: &FileRow| decide_file(actor, action, issue, row.facts(now)) == Decision::Allow;
    let seen = files.into_iter().filter(|row| may(FileAction::See, row));
    seen.map(|row| {
        let (can_remove, can_hide) = (may(FileAction::Remove, &row), may(FileAction::Hide, &row));
        FileView { row, can_remove, can_hide }
    })
    .collect()
}

/// Attaches what was uploaded before to a new issue or comment, and says so in the log.
pub(super) async fn attach(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    (comment, files): (Option<tracker_domain::id::CommentId>, &[AttachmentId]),
    now: Timestamp,
) -> Result<Vec<NewEvent>, AppError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    attachments::attach(tx, member, issue, comment, files).await?;
    let added = files.iter().map(|file| Change::AttachmentAdded { attachment: *file });
    Ok(added.map(|change| event(issue, change, now)).collect())
}

/// Asks to take files in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The organization's slug.
    pub org: String,
    /// The issue to attach them to; empty: they wait for the issue or the comment that they come with.
    pub key: String,
    /// See [`tracker_domain::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// A file that was looked at, and its name.
pub type Named = (FileName, Prepared);

impl Upload {
    /// Whether the caller may add a file there; asked before a byte of one is taken.
    pub async fn admit(&self, app: &App, caller: &Caller) -> Result<(), AppError> {
        let (mut tx, member) = app.write(caller, &self.org).await?;
        self.issue(&mut tx, &member).await.map(|_| ())
    }

    async fn issue(&self, tx: &mut Tx, member: &Member) -> Result<Option<Resolved>, AppError> {
        decide_org(member.actor, OrgAction::CreateIssue).require()?;
        if self.key.is_empty() {
            return Ok(None);
        }
        let key: IssueKey = self.key.parse().map_err(|_| AppError::NotFound)?;
        issues::resolve(tx, member, &key, Action::Comment).await.map(Some)
    }

    /// Keeps files that came in: first their bytes, then their rows. When anything goes wrong nothing is left.
    pub async fn keep(self, app: &App, caller: &Caller, files: Vec<Named>) -> Result<FilesAdded, AppError> {
        let mut placed = Placed::new(app);
        let mut known = Vec::new();
        for (name, file) in files {
            known.push((name, placed.put(&self.org, file).await?));
        }
        let (added, new) = self.write(app, caller, &known).await?;
        // Of a request that came a second time the files of the first are kept.
        if new {
            placed.keep();
        }
        Ok(added)
    }

    async fn write(
        &self,
        app: &App,
        caller: &Caller,
        files: &[(FileName, Put)],
    ) -> Result<(FilesAdded, bool), AppError> {
        let (mut tx, member) = app.write(caller, &self.org).await?;
        let scope = member.actor.user.to_string();
        let content: Vec<_> = files.iter().map(|(name, file)| (name, file.sha256)).collect();
        let asked = (&self.org, &self.key, content);
        let claim = once::claim(app, scope, "files/upload", &asked, self.idempotency_key.as_deref())?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok((answer, false));
        }
        let issue = self.issue(&mut tx, &member).await?;
        let now = app.clock.now();
        room(app, &mut tx, files).await?;
        let mut rows = Vec::new();
        let state = if app.files.scanner.is_some() { FileState::Checking } else { FileState::Clean };
        for (name, file) in files {
            rows.push(
                attachments::insert(&mut tx, &member, issue.as_ref(), &file.row(name, state)?, now).await?,
            );
        }
        let added = |issue: &Resolved| {
            let events =
                rows.iter().map(|row| event(issue, Change::AttachmentAdded { attachment: row.id }, now));
            events.collect::<Vec<_>>()
        };
        let events = issue.as_ref().map(added).unwrap_or_default();
        let answer = FilesAdded { org: self.org.clone(), key: issue.map(|issue| issue.key), files: rows };
        let answer = once::finish(app, tx, &member, claim.as_ref(), (answer, events)).await?;
        Ok((answer, true))
    }
}

/// Whether the organization has room for these.
async fn room(app: &App, tx: &mut Tx, files: &[(FileName, Put)]) -> Result<(), AppError> {
    let Some(quota) = app.files.quota_bytes else { return Ok(()) };
    let new: u64 = files.iter().map(|(_, file)| file.size).sum();
    let there = u64::try_from(attachments::bytes(tx).await?).unwrap_or_default();
    if there + new <= quota {
        return Ok(());
    }
    let full = format!(
        "All files together can have {} GB, and there is no room for more. Ask an admin.",
        quota / 1_000_000_000
    );
    Err(AppError::invalid("files", full))
}

/// A file that is in the store.
struct Put {
    object: String,
    size: u64,
    sha256: [u8; 32],
    media_type: &'static str,
    pixels: Option<(u32, u32)>,
    thumbnail: bool,
}

impl Put {
    fn row<'a>(&'a self, name: &'a FileName, state: FileState) -> Result<NewFile<'a>, AppError> {
        let number = |pixels: u32| i32::try_from(pixels).map_err(|error| fault(&error));
        let pixels = self.pixels.map(|(width, height)| Ok::<_, AppError>((number(width)?, number(height)?)));
        Ok(NewFile {
            name,
            media_type: self.media_type,
            size: i64::try_from(self.size).map_err(|error| fault(&error))?,
            sha256: &self.sha256,
            pixels: pixels.transpose()?,
            state,
            object: &self.object,
            thumbnail: self.thumbnail,
        })
    }
}

/// Where the small picture of a file stands.
pub(crate) fn small(object: &str) -> String {
    format!("{object}.small")
}

/// What was put into the store by a request; taken back when that ends before it was kept.
struct Placed<'a> {
    app: &'a App,
    objects: Vec<String>,
}

impl<'a> Placed<'a> {
    fn new(app: &'a App) -> Self {
        Self { app, objects: Vec::new() }
    }

    async fn put(&mut self, org: &str, file: Prepared) -> Result<Put, AppError> {
        let object = format!("{org}/{}", random_text(18));
        // Named before it is there, so that what is given up in the middle is taken back too.
        self.objects.push(object.clone());
        let Prepared { file, size, sha256, media_type, pixels, small: picture } = file;
        self.app.files.store.put(&object, file, size).await.map_err(away)?;
        let thumbnail = picture.is_some();
        if let Some(picture) = picture {
            self.objects.push(small(&object));
            self.app.files.store.put_small(&small(&object), picture).await.map_err(away)?;
        }
        Ok(Put { object, size, sha256, media_type, pixels, thumbnail })
    }

    fn keep(mut self) {
        self.objects.clear();
    }
}

impl Drop for Placed<'_> {
    fn drop(&mut self) {
        let (store, objects) = (self.app.files.store.clone(), std::mem::take(&mut self.objects));
        if objects.is_empty() {
            return;
        }
        tokio::spawn(async move {
            for object in objects {
                if let Err(error) = store.delete(&object).await {
                    tracing::warn!(object, %error, "a file that was given up is still in the store");
                }
            }
        });
    }
}

/// The store does not do what it should.
#[track_caller]
pub(crate) fn away(error: StoreError) -> AppError {
    unavailable(&error)
}

/// Finds a file for a member who wants to have it.
pub async fn fetch(app: &App, caller: &Caller, org: &str, id: &str) -> Result<Stored, AppError> {
    let mut tx = app.db.read(&app.identity(caller, org)?).await?;
    let member = tx.member().await?;
    let id = id.parse().map(AttachmentId).map_err(|_| AppError::NotFound)?;
    attachments::fetch(&mut tx, &member, id, app.clock.now()).await
}
