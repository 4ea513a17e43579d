//! Inviting as the owner of the database. It is recorded as done by nobody: the operator is no account.

use sqlx::{Connection, PgConnection};
use tracker_domain::{
    audit::AuditAction,
    org::Role,
    text::{Email, OrgSlug},
    time::Timestamp,
};

use crate::session::SessionHash;

/// An invitation by the operator.
#[derive(Debug)]
pub struct OperatorInvites<'a> {
    /// To which organization.
    pub org: &'a OrgSlug,
    /// Whom.
    pub email: &'a Email,
    /// As what.
    pub role: Role,
    /// The address of the imported member whom they claim.
    pub claim: Option<&'a Email>,
    /// The hash of the link's token.
    pub token: SessionHash,
    /// Until when.
    pub until: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invited {
    /// Done.
    Done,
    /// There is no such organization.
    NoOrg,
    /// They are a member who uses the account already.
    IsMember,
    /// There is no such member, or somebody uses the account.
    NotClaimable,
}

/// Invites; an open invitation of the same address is replaced.
pub async fn invite(
    connection: &mut PgConnection,
    new: &OperatorInvites<'_>,
    now: Timestamp,
) -> Result<Invited, sqlx::Error> {
    let mut tx = connection.begin().await?;
    let facts = sqlx::query!(
        r#"SELECT o.id,
                  EXISTS (SELECT FROM memberships m JOIN users u ON u.id = m.user_id
                          WHERE m.org_id = o.id AND u.email = $2 AND m.disabled_at IS NULL
                              AND NOT tracker_is_unclaimed(u.id)) AS "is_member!",
                  (SELECT u.id FROM memberships m JOIN users u ON u.id = m.user_id
                   WHERE m.org_id = o.id AND u.email = $3 AND tracker_is_unclaimed(u.id)) AS claimed
           FROM organizations o WHERE o.slug = $1"#,
        new.org.as_str(),
        new.email.as_str(),
        new.claim.map(Email::as_str)
    );
    let Some(facts) = facts.fetch_optional(&mut *tx).await? else { return Ok(Invited::NoOrg) };
    if facts.is_member {
        return Ok(Invited::IsMember);
    }
    if new.claim.is_some() && facts.claimed.is_none() {
        return Ok(Invited::NotClaimable);
    }
    sqlx::query!(
        "INSERT INTO invitations (org_id, address, role, user_id, token_hash, created_at, expires_at, sent_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $6)
         ON CONFLICT (org_id, address) WHERE accepted_at IS NULL AND revoked_at IS NULL DO UPDATE SET
             role = excluded.role, invited_by = NULL, user_id = excluded.user_id, token_hash = excluded.token_hash,
             created_at = excluded.created_at, expires_at = excluded.expires_at, sent_at = excluded.sent_at",
        facts.id,
        new.email.as_str(),
        new.role.word(),
        facts.claimed,
        &new.token.0[..],
        now.0,
        new.until.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "SELECT tracker_audit_account(NULL, $1, $2, $3, $4, '', 'tracker admin', jsonb_build_object('role', $5::text))",
        new.org.as_str(),
        now.0,
        AuditAction::MemberInvited.word(),
        new.email.as_str(),
        new.role.word()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Invited::Done)
}
