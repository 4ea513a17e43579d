//! Recovery codes, what proves who somebody is besides, and how often that went wrong.

use tracker_domain::{error::AppError, id::UserId, time::Timestamp};

use crate::{
    session::SessionHash,
    storage::{Tx, db},
};

/// Replaces the recovery codes, and shows the new ones, sealed, until then.
pub async fn replace_codes(
    tx: &mut Tx,
    user: UserId,
    hashes: &[SessionHash],
    (sealed, until): (&[u8], Timestamp),
) -> Result<(), AppError> {
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.0.to_vec()).collect();
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user.0)
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    sqlx::query!(
        "WITH sheet AS (
             INSERT INTO recovery_sheets (user_id, codes, expires_at) VALUES ($1, $3, $4)
             ON CONFLICT (user_id) DO UPDATE SET codes = excluded.codes, expires_at = excluded.expires_at)
         INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])",
        user.0,
        &hashes,
        sealed,
        until.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// Whether there are any, used or not.
pub async fn has_codes(tx: &mut Tx, user: UserId) -> Result<bool, AppError> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM recovery_codes WHERE user_id = $1) AS "has!""#, user.0)
        .fetch_one(tx.connection()?)
        .await
        .map_err(db)
}

/// Uses one up; `false` when there is no such code that was not used yet.
pub async fn use_recovery_code(
    tx: &mut Tx,
    user: UserId,
    code: SessionHash,
    now: Timestamp,
) -> Result<bool, AppError> {
    let used = sqlx::query!(
        "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
        user.0,
        &code.0[..],
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(used.rows_affected() > 0)
}

/// Shows the new codes no more.
pub async fn forget_sheet(tx: &mut Tx, user: UserId) -> Result<(), AppError> {
    sqlx::query!("DELETE FROM recovery_sheets WHERE user_id = $1", user.0)
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(())
}

/// Forgets the recovery codes of somebody who has nothing left to recover.
pub async fn forget_codes_without_factor(tx: &mut Tx, user: UserId) -> Result<(), AppError> {
    sqlx::query!(
        "WITH sheet AS (DELETE FROM recovery_sheets WHERE user_id = $1 AND NOT tracker_has_factor($1))
         DELETE FROM recovery_codes WHERE user_id = $1 AND NOT tracker_has_factor($1)",
        user.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// How many wrong tries there were since the last right one, and when the last was. Others of the same person wait until
/// this transaction has ended.
pub async fn wrong_tries(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<(i32, Timestamp), AppError> {
    let row = sqlx::query!(
        "INSERT INTO factor_tries (user_id, wrong, last_at) VALUES ($1, 0, $2)
         ON CONFLICT (user_id) DO UPDATE SET user_id = excluded.user_id RETURNING wrong, last_at",
        user.0,
        now.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    Ok((row.wrong, Timestamp(row.last_at)))
}

/// Counts a try.
pub async fn count_try(tx: &mut Tx, user: UserId, right: bool, now: Timestamp) -> Result<(), AppError> {
    sqlx::query!(
        "UPDATE factor_tries SET wrong = CASE WHEN $2 THEN 0 ELSE wrong + 1 END, last_at = $3 WHERE user_id = $1",
        user.0,
        right,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// What somebody can prove themselves with.
#[derive(Debug)]
pub struct Provable {
    /// Their address.
    pub email: String,
    /// The password's hash, if they have a password.
    pub password_hash: Option<String>,
    /// Whether they have a second factor.
    pub factor: bool,
}

/// Reads it.
pub async fn provable(tx: &mut Tx, user: UserId) -> Result<Provable, AppError> {
    sqlx::query_as!(
        Provable,
        r#"SELECT u.email, (SELECT c.password_hash FROM credentials c WHERE c.user_id = u.id) AS password_hash,
                  tracker_has_factor(u.id) AS "factor!"
           FROM users u WHERE u.id = $1"#,
        user.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)
}
