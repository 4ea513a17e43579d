//! Accounts, their passwords and sessions.

use tracker_domain::{
    account::Flash,
    error::AppError,
    id::{OrgId, UserId},
    policy::Actor,
    text::{DisplayName, Email, OrgSlug},
    time::Timestamp,
};

use super::{Db, Member, Tx, db};
use crate::session::SessionHash;

/// What signing in needs to know of an account.
#[derive(Debug)]
pub struct Account {
    /// Who.
    pub user: UserId,
    /// The password's hash in PHC form.
    pub password_hash: String,
}

/// The account of an address.
pub async fn find(pool: &Db, email: &Email) -> Result<Option<Account>, AppError> {
    let row = sqlx::query!(
        r#"SELECT user_id AS "user_id!", password_hash AS "password_hash!" FROM tracker_account($1)"#,
        email.as_str()
    )
    .fetch_optional(&pool.app)
    .await
    .map_err(db)?;
    Ok(row.map(|row| Account { user: UserId(row.user_id), password_hash: row.password_hash }))
}

/// Makes an account and makes it a member; the first of an organization is ADMIN. `None`: the address has an account.
/// From here on the transaction speaks for it.
pub async fn create(
    tx: &mut Tx,
    (name, email): (&DisplayName, &Email),
    password_hash: &str,
    org: &OrgSlug,
    now: Timestamp,
) -> Result<Option<Member>, AppError> {
    let row = sqlx::query!(
        r#"SELECT user_id AS "user_id!", org_id AS "org_id!", role AS "role!" FROM tracker_sign_up($1, $2, $3, $4, $5)"#,
        email.as_str(),
        name.as_str(),
        password_hash,
        org.as_str(),
        now.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let actor = Actor { user: UserId(row.user_id), role: row.role.parse()? };
    Ok(Some(Member { org: OrgId(row.org_id), actor, name: name.to_string() }))
}

/// Makes the first project of an organization.
pub async fn create_project(
    tx: &mut Tx,
    org: OrgId,
    key: &str,
    name: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    sqlx::query!(
        "INSERT INTO projects (org_id, key, name, created_at) VALUES ($1, $2, $3, $4)",
        org.0,
        key,
        name,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// What the pages before sign-in show.
#[derive(Debug)]
pub struct DoorRow {
    /// The organization's name; `None` before the first account.
    pub org_name: Option<String>,
    /// Whether anybody has an account.
    pub has_accounts: bool,
    /// Where somebody who is signed in belongs.
    pub home: Option<String>,
    /// What a form left behind.
    pub flash: Option<Flash>,
}

/// Reads it in one statement.
pub async fn door(
    tx: &mut Tx,
    org: &OrgSlug,
    flash: &str,
    owner: Option<SessionHash>,
) -> Result<DoorRow, AppError> {
    let owner = owner.map(|hash| hash.0.to_vec());
    let row = sqlx::query!(
        r#"SELECT d.org_name, d.has_accounts AS "has_accounts!",
                  (SELECT o.slug FROM organizations o JOIN memberships m ON m.org_id = o.id
                   WHERE m.user_id = tracker_user() AND m.disabled_at IS NULL
                   ORDER BY m.used_at DESC NULLS LAST, (o.slug = $1) DESC, m.created_at LIMIT 1) AS home,
                  (SELECT flash FROM flashes WHERE id = $2 AND owner = $3) AS flash
           FROM tracker_door($1) d"#,
        org.as_str(),
        flash,
        owner
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    let flash = row.flash.and_then(|value| serde_json::from_value(value).ok());
    Ok(DoorRow { org_name: row.org_name, has_accounts: row.has_accounts, home: row.home, flash })
}

/// Where the person of this transaction belongs: the organization that they were in last, the preferred one, or their
/// oldest.
pub async fn home(tx: &mut Tx, preferred: &OrgSlug) -> Result<Option<String>, AppError> {
    sqlx::query_scalar!(
        "SELECT o.slug FROM organizations o JOIN memberships m ON m.org_id = o.id
         WHERE m.user_id = tracker_user() AND m.disabled_at IS NULL
         ORDER BY m.used_at DESC NULLS LAST, (o.slug = $1) DESC, m.created_at LIMIT 1",
        preferred.as_str()
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)
}

/// Replaces a password's hash, for instance by one with newer parameters.
pub async fn set_password_hash(
    tx: &mut Tx,
    user: UserId,
    hash: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    sqlx::query!(
        "WITH me AS (SELECT set_config('tracker.user', $1::bigint::text, true))
         UPDATE credentials SET password_hash = $2, updated_at = $3 FROM me WHERE user_id = $1",
        user.0,
        hash,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}
