//! One's own account: what the profile page shows, and what one changes there. Row-level security lets nobody else.

use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    id::UserId,
    profile::ProfileView,
    text::{DisplayName, Email},
    time::Timestamp,
};

use super::{Tx, db, frame::PageRow};
use crate::session::SessionHash;

/// The profile page, in one statement.
pub async fn page(
    tx: &mut Tx,
    now: Timestamp,
    flash: (&str, Option<SessionHash>),
) -> Result<PageRow<Option<ProfileView>>, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    let row = sqlx::query!(
        r#"SELECT tracker_user() AS user_id, tracker_frame() AS frame,
                  (SELECT f.flash FROM flashes f WHERE f.id = $2 AND f.owner = $3) AS flash,
                  (SELECT json_build_object(
                       'name', u.name, 'email', u.email, 'verified', u.verified_at IS NOT NULL,
                       'has_password', EXISTS (SELECT FROM credentials WHERE user_id = u.id),
                       'zone', coalesce(u.zone, ''),
                       'changing', (
                           SELECT json_build_object(
                               'to', c.new_address, 'new_confirmed', c.new_confirmed_at IS NOT NULL,
                               'old_confirmed', c.old_confirmed_at IS NOT NULL OR NOT c.old_needed)
                           FROM address_changes c
                           WHERE c.user_id = u.id AND c.done_at IS NULL AND c.expires_at > $1))
                   FROM users u WHERE u.id = tracker_user()) AS "view: Json<ProfileView>""#,
        now.0,
        flash.0,
        owner
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    let view = row.view.map(|view| view.0);
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view })
}

/// What one needs to know about oneself before a change.
#[derive(Debug)]
pub struct Own {
    /// How one is called.
    pub name: String,
    /// One's address.
    pub email: String,
    /// Whether it was proved.
    pub verified: bool,
    /// The password's hash, if there is one.
    pub password_hash: Option<String>,
}

/// Reads it.
pub async fn own(tx: &mut Tx) -> Result<Own, AppError> {
    sqlx::query_as!(
        Own,
        r#"SELECT u.name, u.email, u.verified_at IS NOT NULL AS "verified!", c.password_hash AS "password_hash?"
           FROM users u LEFT JOIN credentials c ON c.user_id = u.id WHERE u.id = tracker_user()"#
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)
}

/// Whether somebody proved their address; for an account that is not signed in yet, the transaction speaks for it from
/// here on.
pub async fn is_verified(tx: &mut Tx, user: UserId) -> Result<bool, AppError> {
    let verified = sqlx::query_scalar!(
        r#"WITH me AS (SELECT set_config('tracker.user', $1::bigint::text, true) AS id)
           SELECT (SELECT u.verified_at IS NOT NULL FROM users u WHERE u.id = me.id::bigint) AS "verified!" FROM me"#,
        user.0
    );
    Ok(verified.fetch_optional(tx.connection()?).await.map_err(db)?.unwrap_or_default())
}

/// Changes one's name.
pub async fn set_name(tx: &mut Tx, user: UserId, name: &DisplayName) -> Result<(), AppError> {
    sqlx::query!("UPDATE users SET name = $2 WHERE id = $1", user.0, name.as_str())
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(())
}

/// Changes the time zone of one's charts.
pub async fn set_zone(tx: &mut Tx, user: UserId, zone: Option<&str>) -> Result<(), AppError> {
    sqlx::query!("UPDATE users SET zone = $2 WHERE id = $1", user.0, zone)
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(())
}

/// Asks for another address, in the place of what was asked before.
pub async fn ask_change(
    tx: &mut Tx,
    user: UserId,
    (old, new, old_needed): (&str, &Email, bool),
    (now, until): (Timestamp, Timestamp),
) -> Result<(), AppError> {
    sqlx::query!("DELETE FROM address_changes WHERE user_id = $1", user.0)
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    sqlx::query!(
        "INSERT INTO address_changes (user_id, old_address, new_address, old_needed, requested_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        user.0,
        old,
        new.as_str(),
        old_needed,
        now.0,
        until.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}
