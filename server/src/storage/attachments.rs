//! Files that people attach: their rows. The bytes are the store's (`crate::files`).

use sqlx::types::Json;
use tracker_domain::{
    attachment::{FileName, FileRow, FileState},
    error::AppError,
    id::{AttachmentId, CommentId, IssueKey, UserId},
    policy::{Action, FileAction, IssueFacts},
    time::Timestamp,
};

use super::{
    Member, Tx, db,
    issues::{self, Resolved},
};
use crate::policy::{decide, decide_file};

/// A file that is in the store.
#[derive(Debug)]
pub struct NewFile<'a> {
    /// What it is called.
    pub name: &'a FileName,
    /// What it is.
    pub media_type: &'a str,
    /// How many bytes it has.
    pub size: i64,
    /// Of those bytes.
    pub sha256: &'a [u8; 32],
    /// Width and height of a picture.
    pub pixels: Option<(i32, i32)>,
    /// Whether it has to be checked first.
    pub state: FileState,
    /// Where the store has it.
    pub object: &'a str,
    /// Whether there is a small picture beside it.
    pub thumbnail: bool,
}

/// How many bytes the organization has. Others who add a file wait until this transaction ends.
pub async fn bytes(tx: &mut Tx) -> Result<i64, AppError> {
    let bytes =
        sqlx::query_scalar!(r#"SELECT tracker_file_bytes() AS "bytes!""#).fetch_one(tx.connection()?).await;
    bytes.map_err(db)
}

/// Adds a file: to an issue that was resolved for commenting, or for its uploader alone.
pub async fn insert(
    tx: &mut Tx,
    member: &Member,
    issue: Option<&Resolved>,
    new: &NewFile<'_>,
    now: Timestamp,
) -> Result<FileRow, AppError> {
    let (width, height) = new.pixels.unzip();
    let id = sqlx::query_scalar!(
        "INSERT INTO attachments (org_id, issue_id, uploader_id, name, media_type, size, sha256, width, height, state, object,
                                  thumbnail, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
        member.org.0,
        issue.map(|issue| issue.id.0),
        member.actor.user.0,
        new.name.as_str(),
        new.media_type,
        new.size,
        &new.sha256[..],
        width,
        height,
        new.state.word(),
        new.object,
        new.thumbnail,
        now.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    if new.state == FileState::Checking {
        let queued = sqlx::query!("SELECT tracker_queue_check($1)", id).execute(tx.connection()?).await;
        queued.map_err(db)?;
    }
    if let Some(issue) = issue {
        touch(tx, member, issue, now).await?;
    }
    Ok(FileRow {
        id: AttachmentId(id),
        comment: None,
        name: new.name.clone(),
        media_type: new.media_type.to_owned(),
        size: new.size,
        width,
        height,
        state: new.state,
        thumbnail: new.thumbnail,
        hidden: false,
        uploader: member.actor.user,
        created_at: now,
    })
}

/// The issue changed.
async fn touch(tx: &mut Tx, member: &Member, issue: &Resolved, now: Timestamp) -> Result<(), AppError> {
    sqlx::query!(
        "UPDATE issues SET updated_at = $3 WHERE org_id = $1 AND id = $2",
        member.org.0,
        issue.id.0,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// Attaches files that the actor uploaded to an issue that was resolved for commenting, or to a comment on it.
pub async fn attach(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    comment: Option<CommentId>,
    files: &[AttachmentId],
) -> Result<(), AppError> {
    let ids: Vec<i64> = files.iter().map(|file| file.0).collect();
    let attached = sqlx::query!(
        "UPDATE attachments SET issue_id = $3, comment_id = $4
         WHERE org_id = $1 AND id = ANY ($5) AND uploader_id = $2 AND issue_id IS NULL AND removed_at IS NULL",
        member.org.0,
        member.actor.user.0,
        issue.id.0,
        comment.map(|comment| comment.0),
        &ids
    );
    let attached = attached.execute(tx.connection()?).await.map_err(db)?.rows_affected();
    if attached == ids.len() as u64 {
        return Ok(());
    }
    Err(AppError::invalid("files", "A file that was uploaded is not there any more. Choose it again."))
}

/// A file that its actor may act on; locked until the transaction ends.
#[derive(Debug)]
pub struct ResolvedFile {
    /// Which.
    pub id: AttachmentId,
    /// What it is called.
    pub name: FileName,
    /// The issue that it belongs to, if it is attached.
    pub issue: Option<Resolved>,
}

/// Finds a file for an action and locks it. One that is not attached is its uploader's, who may only take it away.
pub async fn resolve(
    tx: &mut Tx,
    member: &Member,
    id: AttachmentId,
    action: FileAction,
    now: Timestamp,
) -> Result<ResolvedFile, AppError> {
    let found = find(tx, id).await?.ok_or(AppError::NotFound)?;
    let Found { file, key, .. } = found;
    let Some(key) = key else {
        let own = file.uploader == member.actor.user && action == FileAction::Remove;
        return own.then_some(ResolvedFile { id, name: file.name, issue: None }).ok_or(AppError::NotFound);
    };
    // The issue's lock is the file's as well: whatever changes a file of it takes that first.
    let issue = issues::resolve(tx, member, &key, Action::See).await?;
    let facts = IssueFacts { reporter: issue.facts.reporter, status: issue.facts.status };
    let file = find(tx, id).await?.ok_or(AppError::NotFound)?.file;
    decide_file(member.actor, action, facts, file.facts(now)).require()?;
    Ok(ResolvedFile { id, name: file.name, issue: Some(issue) })
}

/// A file as it may be fetched.
#[derive(Debug)]
pub struct Stored {
    /// What is known of it.
    pub file: FileRow,
    /// Where the store has it.
    pub object: String,
    /// Of its bytes.
    pub sha256: Vec<u8>,
}

/// Finds a file to be given to a member.
pub async fn fetch(
    tx: &mut Tx,
    member: &Member,
    id: AttachmentId,
    now: Timestamp,
) -> Result<Stored, AppError> {
    let Found { file, issue, object, sha256, .. } = find(tx, id).await?.ok_or(AppError::NotFound)?;
    match issue {
        Some(issue) => {
            decide(member.actor, Action::See, issue).require()?;
            decide_file(member.actor, FileAction::Fetch, issue, file.facts(now)).require()?;
        }
        // It is its uploader's alone, and not before it was checked.
        None if file.uploader == member.actor.user && file.state == FileState::Clean => {}
        None => return Err(AppError::NotFound),
    }
    Ok(Stored { file, object, sha256 })
}

struct Found {
    file: FileRow,
    key: Option<IssueKey>,
    issue: Option<IssueFacts>,
    object: String,
    sha256: Vec<u8>,
}

async fn find(tx: &mut Tx, id: AttachmentId) -> Result<Option<Found>, AppError> {
    let row = sqlx::query!(
        r#"SELECT json_build_object(
                'id', a.id, 'comment', a.comment_id, 'name', a.name, 'media_type', a.media_type, 'size', a.size,
                'width', a.width, 'height', a.height, 'state', a.state, 'thumbnail', a.thumbnail,
                'hidden', a.hidden_at IS NOT NULL, 'uploader', a.uploader_id, 'created_at', a.created_at)
                AS "file!: Json<FileRow>",
                a.object, a.sha256, a.issue_id, i.reporter_id AS "reporter_id?", i.status AS "status?",
                p.key || '-' || i.number AS key
           FROM attachments a
           LEFT JOIN issues i ON i.org_id = a.org_id AND i.id = a.issue_id
           LEFT JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
           WHERE a.org_id = tracker_org() AND a.id = $1 AND a.removed_at IS NULL"#,
        id.0
    );
    let Some(row) = row.fetch_optional(tx.connection()?).await.map_err(db)? else { return Ok(None) };
    let facts = row.reporter_id.zip(row.status);
    if row.issue_id.is_some() && facts.is_none() {
        return Ok(None);
    }
    let facts = facts.map(|(reporter, status)| {
        Ok::<_, AppError>(IssueFacts { reporter: UserId(reporter), status: status.parse()? })
    });
    Ok(Some(Found {
        file: row.file.0,
        key: row.key.map(|key| key.parse()).transpose()?,
        issue: facts.transpose()?,
        object: row.object,
        sha256: row.sha256,
    }))
}

/// Takes a file away that was resolved for that. Its row stays, so that the log says whose it was; its bytes go later.
pub async fn remove(
    tx: &mut Tx,
    member: &Member,
    file: &ResolvedFile,
    now: Timestamp,
) -> Result<(), AppError> {
    let removed = sqlx::query!(
        "UPDATE attachments SET removed_at = $3
         WHERE org_id = $1 AND id = $2 AND removed_at IS NULL AND issue_id IS NOT DISTINCT FROM $4",
        member.org.0,
        file.id.0,
        now.0,
        file.issue.as_ref().map(|issue| issue.id.0)
    );
    // One that waited for its issue has found it meanwhile.
    match removed.execute(tx.connection()?).await.map_err(db)?.rows_affected() {
        0 => Err(AppError::NotFound),
        _ => Ok(()),
    }
}

/// Hides a file that was resolved for that from reporters.
pub async fn hide(tx: &mut Tx, member: &Member, file: &ResolvedFile, now: Timestamp) -> Result<(), AppError> {
    sqlx::query!(
        "UPDATE attachments SET hidden_at = $3 WHERE org_id = $1 AND id = $2",
        member.org.0,
        file.id.0,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}
