//! Mail: queueing one in the transaction that causes it, what the job that sends it reads, and what its link proves.

use serde_json::Value;
use sqlx::PgPool;
use tracker_domain::{
    error::AppError,
    id::{InvitationId, OrgId, UserId},
    text::{Email, Secret},
    time::Timestamp,
};

use super::{Tx, db};
use crate::{mail::Kind, session::SessionHash};

/// Lets a mail to an account go out when the transaction is committed. `None` is nobody: it costs the same, and nothing
/// is sent.
pub async fn queue(tx: &mut Tx, kind: Kind, user: Option<UserId>) -> Result<(), AppError> {
    sqlx::query!("SELECT tracker_queue_mail($1, $2, NULL, NULL)", kind.word(), user.map(|user| user.0))
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(())
}

/// The same for an invitation.
pub async fn queue_invitation(tx: &mut Tx, org: OrgId, invitation: InvitationId) -> Result<(), AppError> {
    let kind = Kind::Invitation.word();
    sqlx::query!("SELECT tracker_queue_mail($1, NULL, $2, $3)", kind, org.0, invitation.0)
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(())
}

/// To whom a mail goes.
#[derive(Debug)]
pub struct Recipient {
    /// Their address.
    pub email: String,
    /// How they are called.
    pub name: String,
}

/// The owner of an account.
pub async fn recipient(pool: &PgPool, user: UserId) -> Result<Option<Recipient>, sqlx::Error> {
    sqlx::query_as!(Recipient, "SELECT email, name FROM users WHERE id = $1", user.0)
        .fetch_optional(pool)
        .await
}

/// A change of address that was asked for.
#[derive(Debug)]
pub struct ChangeRow {
    /// The address until now.
    pub old_address: String,
    /// The one that it shall be.
    pub new_address: String,
    /// Whether it is.
    pub done: bool,
    /// Whether the new address has another account.
    pub taken: bool,
}

/// The last one of an account, unless it is too late for it.
pub async fn change(pool: &PgPool, user: UserId, now: Timestamp) -> Result<Option<ChangeRow>, sqlx::Error> {
    sqlx::query_as!(
        ChangeRow,
        r#"SELECT c.old_address, c.new_address, c.done_at IS NOT NULL AS "done!",
                  EXISTS (SELECT FROM users u WHERE u.email = c.new_address AND u.id <> c.user_id) AS "taken!"
           FROM address_changes c WHERE c.user_id = $1 AND (c.done_at IS NOT NULL OR c.expires_at > $2)"#,
        user.0,
        now.0
    )
    .fetch_optional(pool)
    .await
}

/// Keeps the hash of a link's token in the place of the one before.
pub async fn keep_token(
    pool: &PgPool,
    (user, kind, address): (UserId, Kind, &Email),
    hash: SessionHash,
    until: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO mail_tokens (token_hash, user_id, kind, address, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, kind) DO UPDATE SET
             token_hash = excluded.token_hash, address = excluded.address, expires_at = excluded.expires_at",
        &hash.0[..],
        user.0,
        kind.word(),
        address.as_str(),
        until.0
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// What the mail of an invitation says.
#[derive(Debug)]
pub struct InvitationRow {
    /// To whom.
    pub address: String,
    /// As what.
    pub role: String,
    /// To where.
    pub org_name: String,
    /// By whom.
    pub by: Option<String>,
    /// How the invited person is called, if they are a member already.
    pub name: Option<String>,
}

/// An invitation that is open: keeps the hash of its token in the place of the one before, and says what to write.
pub async fn invitation(
    pool: &PgPool,
    (org, id): (OrgId, InvitationId),
    hash: SessionHash,
    now: Timestamp,
) -> Result<Option<InvitationRow>, sqlx::Error> {
    sqlx::query_as!(
        InvitationRow,
        r#"WITH sent AS (
               UPDATE invitations SET token_hash = $3, sent_at = $4
               WHERE org_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $4
               RETURNING address, role, org_id, invited_by, user_id
           )
           SELECT s.address AS "address!", s.role AS "role!", o.name AS org_name, b.name AS "by?", u.name AS "name?"
           FROM sent s JOIN organizations o ON o.id = s.org_id
           LEFT JOIN users b ON b.id = s.invited_by LEFT JOIN users u ON u.id = s.user_id"#,
        org.0,
        id.0,
        &hash.0[..],
        now.0
    )
    .fetch_optional(pool)
    .await
}

/// A link as its page shows it.
#[derive(Debug)]
pub struct LinkRow {
    /// What it is for.
    pub kind: Option<String>,
    /// How its account is called.
    pub name: Option<String>,
    /// Where it was sent to.
    pub address: Option<String>,
    /// What a form left behind.
    pub flash: Option<Value>,
}

/// Looks at a link.
pub async fn link(
    tx: &mut Tx,
    hash: SessionHash,
    now: Timestamp,
    flash: (&str, Option<SessionHash>),
) -> Result<LinkRow, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    sqlx::query_as!(
        LinkRow,
        r#"SELECT l.kind AS "kind?", l.name AS "name?", l.address AS "address?",
                  (SELECT f.flash FROM flashes f WHERE f.id = $3 AND f.owner = $4) AS flash
           FROM (SELECT) AS one LEFT JOIN tracker_mail_link($1, $2) l ON true"#,
        &hash.0[..],
        now.0,
        flash.0,
        owner
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)
}

/// What became of a link that proves an address.
#[derive(Debug)]
pub struct Confirmed {
    /// Whose it is.
    pub user: UserId,
    /// See `tracker_confirm`.
    pub outcome: String,
    /// The address that was proved, or that both ends agreed to or shall agree to.
    pub address: String,
}

/// Takes it; `None` when it is not good.
pub async fn confirm(tx: &mut Tx, hash: SessionHash, now: Timestamp) -> Result<Option<Confirmed>, AppError> {
    let row = sqlx::query!(
        r#"SELECT user_id AS "user_id!", outcome AS "outcome!", address AS "address!" FROM tracker_confirm($1, $2)"#,
        &hash.0[..],
        now.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(row.map(|row| Confirmed { user: UserId(row.user_id), outcome: row.outcome, address: row.address }))
}

/// Takes a link to set a password anew; whose account it was, or `None` when it is not good.
pub async fn reset(
    tx: &mut Tx,
    hash: SessionHash,
    password_hash: &Secret,
    now: Timestamp,
) -> Result<Option<UserId>, AppError> {
    let user =
        sqlx::query_scalar!("SELECT tracker_reset($1, $2, $3)", &hash.0[..], password_hash.reveal(), now.0)
            .fetch_one(tx.connection()?)
            .await
            .map_err(db)?;
    Ok(user.map(UserId))
}
