//! Files: taken in for whoever may comment, given to whoever sees their issue.

use app::ports::{Caller, FilesPort};
use async_trait::async_trait;
use tracker_domain::{
    attachment::{ChangeFile, FileChanged, FileRow, FileView},
    error::AppError,
    event::Change,
    id::AttachmentId,
    policy::{Actor, Decision, FileAction, IssueFacts},
    time::Timestamp,
};

use super::once;
use crate::{
    App,
    fault::unavailable,
    files::StoreError,
    policy::decide_file,
    storage::{
        Member, NewEvent, Tx,
        attachments::{self, ResolvedFile, Stored},
        issues::Resolved,
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

pub(super) fn event(issue: &Resolved, change: Change, at: Timestamp) -> NewEvent {
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

/// Where the small picture of a file stands.
pub(crate) fn small(object: &str) -> String {
    format!("{object}.small")
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
