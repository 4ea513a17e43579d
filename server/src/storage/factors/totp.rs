//! The authenticator of a person.

use tracker_domain::{error::AppError, id::UserId, time::Timestamp};

use crate::storage::{Tx, db};

/// Keeps a secret that is to be confirmed; `false` when an authenticator is on already.
pub async fn begin_totp(tx: &mut Tx, user: UserId, sealed: &[u8], now: Timestamp) -> Result<bool, AppError> {
    let kept = sqlx::query!(
        "INSERT INTO totp (user_id, secret, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
         WHERE totp.confirmed_at IS NULL",
        user.0,
        sealed,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(kept.rows_affected() > 0)
}

/// The secret that waits for its first code, if it was made after `since`.
pub async fn unconfirmed_totp(
    tx: &mut Tx,
    user: UserId,
    since: Timestamp,
) -> Result<Option<Vec<u8>>, AppError> {
    sqlx::query_scalar!(
        "SELECT secret FROM totp WHERE user_id = $1 AND confirmed_at IS NULL AND created_at > $2",
        user.0,
        since.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)
}

/// Turns it on; `step` is that of the first code. `false` when somebody else was faster.
pub async fn confirm_totp(tx: &mut Tx, user: UserId, step: i64, now: Timestamp) -> Result<bool, AppError> {
    let confirmed = sqlx::query!(
        "UPDATE totp SET confirmed_at = $3, last_step = $2 WHERE user_id = $1 AND confirmed_at IS NULL",
        user.0,
        step,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(confirmed.rows_affected() > 0)
}

/// The secret that is on.
pub async fn totp(tx: &mut Tx, user: UserId) -> Result<Option<Vec<u8>>, AppError> {
    sqlx::query_scalar!("SELECT secret FROM totp WHERE user_id = $1 AND confirmed_at IS NOT NULL", user.0)
        .fetch_optional(tx.connection()?)
        .await
        .map_err(db)
}

/// Takes the code of a step; `false` when that one or a later one was taken already.
pub async fn use_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool, AppError> {
    let used = sqlx::query!(
        "UPDATE totp SET last_step = $2 WHERE user_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2",
        user.0,
        step
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(used.rows_affected() > 0)
}

/// Turns it off; `false` when there was none that was on.
pub async fn end_totp(tx: &mut Tx, user: UserId) -> Result<bool, AppError> {
    let was_on = sqlx::query_scalar!(
        r#"DELETE FROM totp WHERE user_id = $1 RETURNING confirmed_at IS NOT NULL AS "on!""#,
        user.0
    );
    Ok(was_on.fetch_optional(tx.connection()?).await.map_err(db)?.unwrap_or_default())
}
