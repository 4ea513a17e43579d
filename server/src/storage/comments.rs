//! Comments.

use tracker_domain::{error::AppError, id::CommentId, text::Markdown, time::Timestamp};

use super::{Member, Tx, db, issues::Resolved};

/// Adds a comment to an issue that was resolved for commenting.
pub async fn insert(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    (body, html): (&Markdown, &str),
    now: Timestamp,
) -> Result<CommentId, AppError> {
    let id = sqlx::query_scalar!(
        "WITH touched AS (
             UPDATE issues SET comment_count = comment_count + 1, updated_at = $6 WHERE org_id = $1 AND id = $2
         )
         INSERT INTO comments (org_id, issue_id, author_id, body, body_html, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        member.org.0,
        issue.id.0,
        member.actor.user.0,
        body.as_str(),
        html,
        now.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(CommentId(id))
}
