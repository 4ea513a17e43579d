//! Invitations: those that are open, making, sending and taking them back; and what their link offers.

use serde_json::Value;
use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    id::{InvitationId, OrgId, UserId},
    invitation::{InvitationsView, MAX_CLAIMABLE},
    org::Role,
    policy::Actor,
    text::Email,
    time::Timestamp,
};

use super::{Member, Tx, db, frame::PageRow};
use crate::session::SessionHash;

/// The page of invitations, in one statement; for anybody but an ADMIN there are none.
pub async fn page(
    tx: &mut Tx,
    now: Timestamp,
    flash: (&str, Option<SessionHash>),
) -> Result<PageRow<InvitationsView>, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    let row = sqlx::query_file!("src/storage/invitations.sql", now.0, flash.0, owner, MAX_CLAIMABLE)
        .fetch_one(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view: row.view.0 })
}

/// Whether an address belongs to a member who uses the account already.
pub async fn is_member(tx: &mut Tx, org: OrgId, email: &Email) -> Result<bool, AppError> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM memberships m JOIN users u ON u.id = m.user_id
               WHERE m.org_id = $1 AND u.email = $2 AND m.disabled_at IS NULL AND NOT tracker_is_unclaimed(u.id)) AS "is!""#,
        org.0,
        email.as_str()
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)
}

/// The address of a member who came with an import and whom nobody has claimed; `None` if there is no such member.
pub async fn unclaimed(tx: &mut Tx, org: OrgId, member: UserId) -> Result<Option<String>, AppError> {
    sqlx::query_scalar!(
        "SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1 AND m.user_id = $2 AND tracker_is_unclaimed(u.id)",
        org.0,
        member.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)
}

/// A new invitation.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    /// Whom.
    pub email: &'a Email,
    /// As what.
    pub role: Role,
    /// The member that they claim.
    pub member: Option<UserId>,
    /// Until when.
    pub until: Timestamp,
}

/// Invites; an open invitation of the same address is replaced, and its link is worth nothing any more.
pub async fn invite(
    tx: &mut Tx,
    by: &Member,
    new: &NewInvitation<'_>,
    now: Timestamp,
) -> Result<InvitationId, AppError> {
    let id = sqlx::query_scalar!(
        "INSERT INTO invitations (org_id, address, role, invited_by, user_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (org_id, address) WHERE accepted_at IS NULL AND revoked_at IS NULL DO UPDATE SET
             role = excluded.role, invited_by = excluded.invited_by, user_id = excluded.user_id, token_hash = NULL,
             created_at = excluded.created_at, expires_at = excluded.expires_at, sent_at = NULL
         RETURNING id",
        by.org.0,
        new.email.as_str(),
        new.role.word(),
        by.actor.user.0,
        new.member.map(|member| member.0),
        now.0,
        new.until.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(InvitationId(id))
}

/// Makes an open invitation good until then, without a link until it is sent; gives its address.
pub async fn extend(
    tx: &mut Tx,
    org: OrgId,
    id: InvitationId,
    until: Timestamp,
) -> Result<Option<String>, AppError> {
    sqlx::query_scalar!(
        "UPDATE invitations SET expires_at = $3, token_hash = NULL, sent_at = NULL
         WHERE org_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL RETURNING address",
        org.0,
        id.0,
        until.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)
}

/// Takes an open invitation back; gives its address.
pub async fn revoke(
    tx: &mut Tx,
    org: OrgId,
    id: InvitationId,
    now: Timestamp,
) -> Result<Option<String>, AppError> {
    sqlx::query_scalar!(
        "UPDATE invitations SET revoked_at = $3
         WHERE org_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL RETURNING address",
        org.0,
        id.0,
        now.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)
}

/// What a link offers; all is `None` when it is not good.
#[derive(Debug)]
pub struct OfferRow {
    /// The organization, as its URLs name it.
    pub org_slug: Option<String>,
    /// What the organization is called.
    pub org_name: Option<String>,
    /// Who invites.
    pub inviter: Option<String>,
    /// As what.
    pub role: Option<String>,
    /// The address that was invited.
    pub address: Option<String>,
    /// See `tracker_invitation`.
    pub state: Option<String>,
    /// The account that it is about.
    pub user_id: Option<i64>,
    /// How that is called.
    pub name: Option<String>,
    /// Who asks.
    pub viewer: Option<i64>,
    /// And their address.
    pub viewer_email: Option<String>,
    /// What a form left behind.
    pub flash: Option<Value>,
}

/// Looks at a link.
pub async fn offer(
    tx: &mut Tx,
    hash: SessionHash,
    now: Timestamp,
    flash: (&str, Option<SessionHash>),
) -> Result<OfferRow, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    sqlx::query_as!(
        OfferRow,
        r#"SELECT o.org_slug AS "org_slug?", o.org_name AS "org_name?", o.inviter AS "inviter?", o.role AS "role?", o.address AS "address?",
                  o.state AS "state?", o.user_id AS "user_id?", o.name AS "name?", tracker_user() AS viewer,
                  (SELECT u.email FROM users u WHERE u.id = tracker_user()) AS viewer_email,
                  (SELECT f.flash FROM flashes f WHERE f.id = $3 AND f.owner = $4) AS flash
           FROM (SELECT) AS one LEFT JOIN tracker_invitation($1, $2) o ON true"#,
        &hash.0[..],
        now.0,
        flash.0,
        owner
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)
}

/// What became of accepting.
#[derive(Debug)]
pub enum Accepted {
    /// They are a member; the transaction speaks for them from here on.
    Done(Member),
    /// The address has an account: its owner must be signed in.
    SignIn,
    /// It was to claim a member, and the address has an account.
    Taken,
}

/// Takes an invitation; `None` when it is not good.
pub async fn accept(
    tx: &mut Tx,
    hash: SessionHash,
    (name, password_hash): (&str, Option<&str>),
    now: Timestamp,
) -> Result<Option<Accepted>, AppError> {
    let row = sqlx::query!(
        r#"SELECT outcome AS "outcome!", user_id, org_id AS "org_id!", role AS "role!", name
           FROM tracker_accept($1, $2, $3, $4)"#,
        &hash.0[..],
        name,
        password_hash,
        now.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let (Some(user), "DONE") = (row.user_id, row.outcome.as_str()) else {
        return Ok(Some(if row.outcome == "TAKEN" { Accepted::Taken } else { Accepted::SignIn }));
    };
    let actor = Actor { user: UserId(user), role: row.role.parse()? };
    let name = row.name.unwrap_or_default();
    Ok(Some(Accepted::Done(Member { org: OrgId(row.org_id), actor, name })))
}
