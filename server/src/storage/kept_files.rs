//! Files as the tracker's own jobs and the operator's commands see them: of all organizations, as the system role or the
//! owner. Nothing here serves a person.

use sqlx::{PgConnection, PgPool};
use tracker_domain::{
    attachment::FileState,
    id::{AttachmentId, OrgId},
    time::Timestamp,
};

/// Rows that are looked at in one go.
pub const AT_ONCE: i64 = 500;

/// A file in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Of which organization.
    pub org: OrgId,
    /// Which.
    pub id: AttachmentId,
    /// Where the store has it.
    pub object: String,
    /// How many bytes it has.
    pub size: i64,
    /// Of those bytes.
    pub sha256: Vec<u8>,
    /// Whether there is a small picture beside it.
    pub thumbnail: bool,
}

/// Where a file is that has still to be checked.
pub async fn to_check(pool: &PgPool, org: OrgId, id: AttachmentId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT object FROM attachments WHERE org_id = $1 AND id = $2 AND state = 'CHECKING' AND removed_at IS NULL",
        org.0,
        id.0
    )
    .fetch_optional(pool)
    .await
}

/// Says what came of checking it; whether anybody still wanted to know.
pub async fn checked(
    pool: &PgPool,
    (org, id): (OrgId, AttachmentId),
    (state, finding): (FileState, &str),
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query_scalar!(
        r#"SELECT tracker_file_checked($1, $2, $3, $4, $5) AS "known!""#,
        org.0,
        id.0,
        state.word(),
        finding,
        now.0
    );
    row.fetch_one(pool).await
}

/// Those that nobody needs any more: taken away an hour ago, or never attached within a day.
pub async fn unneeded(pool: &PgPool, now: Timestamp) -> Result<Vec<Kept>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT org_id, id, object, size, sha256, thumbnail FROM attachments
         WHERE removed_at < $1::timestamptz - interval '1 hour'
            OR (issue_id IS NULL AND created_at < $1::timestamptz - interval '1 day')
         ORDER BY org_id, id LIMIT $2",
        now.0,
        AT_ONCE
    );
    let rows = rows.fetch_all(pool).await?;
    let kept = rows.into_iter().map(|row| Kept {
        org: OrgId(row.org_id),
        id: AttachmentId(row.id),
        object: row.object,
        size: row.size,
        sha256: row.sha256,
        thumbnail: row.thumbnail,
    });
    Ok(kept.collect())
}

/// Forgets a file whose bytes are gone, unless it was attached in this moment.
pub async fn forget(pool: &PgPool, file: &Kept) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM attachments WHERE org_id = $1 AND id = $2 AND (removed_at IS NOT NULL OR issue_id IS NULL)",
        file.org.0,
        file.id.0
    )
    .execute(pool)
    .await
    .map(|_| ())
}

/// Marks what is about to go, so that nobody attaches it meanwhile; whether it may go.
pub async fn give_up(pool: &PgPool, file: &Kept, now: Timestamp) -> Result<bool, sqlx::Error> {
    let given_up = sqlx::query!(
        "UPDATE attachments SET removed_at = coalesce(removed_at, $3)
         WHERE org_id = $1 AND id = $2 AND (removed_at IS NOT NULL OR issue_id IS NULL)",
        file.org.0,
        file.id.0,
        now.0
    );
    Ok(given_up.execute(pool).await?.rows_affected() > 0)
}

/// Which of these names the table knows.
pub async fn known(pool: &PgPool, objects: &[String]) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT object FROM attachments WHERE object = ANY ($1)", objects)
        .fetch_all(pool)
        .await
}

/// How many files there should be in the store that came before a time.
pub async fn count(pool: &PgPool, before: Timestamp) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM attachments WHERE created_at < $1"#, before.0)
        .fetch_one(pool)
        .await
}

/// The next files after one, in order; for the operator, as the owner of the database.
pub async fn after(
    connection: &mut PgConnection,
    org: OrgId,
    id: AttachmentId,
) -> Result<Vec<Kept>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT org_id, id, object, size, sha256, thumbnail FROM attachments
         WHERE (org_id, id) > ($1, $2) AND removed_at IS NULL ORDER BY org_id, id LIMIT $3",
        org.0,
        id.0,
        AT_ONCE
    );
    let rows = rows.fetch_all(connection).await?;
    let kept = rows.into_iter().map(|row| Kept {
        org: OrgId(row.org_id),
        id: AttachmentId(row.id),
        object: row.object,
        size: row.size,
        sha256: row.sha256,
        thumbnail: row.thumbnail,
    });
    Ok(kept.collect())
}
