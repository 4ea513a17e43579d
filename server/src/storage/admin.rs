//! What `tracker admin` does to members, as the owner of the database: no policy binds it, so every statement says
//! which organization and whom it means.

use sqlx::{Connection, PgConnection};
use tracker_domain::{
    event::{Change, Origin, Payload, VERSION},
    id::UserId,
    org::Role,
    text::{Email, OrgSlug, Secret},
    time::Timestamp,
};

use super::{ConnectError, options};

/// A connection as the owner.
pub async fn connect(url: &Secret) -> Result<PgConnection, ConnectError> {
    PgConnection::connect_with(&options(url)?).await.map_err(ConnectError::Unreachable)
}

/// A member as `tracker admin members` lists them.
#[derive(Debug)]
pub struct MemberRow {
    /// In which organization.
    pub org: String,
    /// Their address.
    pub email: String,
    /// How they are called.
    pub name: String,
    /// What they may do.
    pub role: String,
    /// Whether they are shut out.
    pub disabled: bool,
}

/// The members of one organization or of all.
pub async fn members(
    connection: &mut PgConnection,
    org: Option<&OrgSlug>,
) -> Result<Vec<MemberRow>, sqlx::Error> {
    sqlx::query_as!(
        MemberRow,
        r#"SELECT o.slug AS org, u.email, u.name, m.role, m.disabled_at IS NOT NULL AS "disabled!"
           FROM memberships m JOIN users u ON u.id = m.user_id JOIN organizations o ON o.id = m.org_id
           WHERE $1::text IS NULL OR o.slug = $1
           ORDER BY o.slug, u.email"#,
        org.map(OrgSlug::as_str)
    )
    .fetch_all(connection)
    .await
}

/// What became of a change of role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleChange {
    /// Done; this was the role before.
    Done(Role),
    /// They had that role already.
    Same,
    /// There is no such member.
    NoMember,
    /// They are the last ADMIN, and there must be one.
    LastAdmin,
}

/// Gives a member another role and writes that into the log.
pub async fn set_role(
    connection: &mut PgConnection,
    (org, email): (&OrgSlug, &Email),
    to: Role,
    now: Timestamp,
) -> Result<RoleChange, sqlx::Error> {
    let mut tx = connection.begin().await?;
    // The admins are locked, so that two who demote each other do not both succeed.
    let members = sqlx::query!(
        "SELECT m.org_id, m.user_id, m.role, u.email
         FROM memberships m JOIN users u ON u.id = m.user_id JOIN organizations o ON o.id = m.org_id
         WHERE o.slug = $1 AND m.disabled_at IS NULL AND (m.role = 'ADMIN' OR u.email = $2)
         ORDER BY m.user_id FOR UPDATE OF m",
        org.as_str(),
        email.as_str()
    )
    .fetch_all(&mut *tx)
    .await?;
    let Some(member) = members.iter().find(|member| member.email == email.as_str()) else {
        return Ok(RoleChange::NoMember);
    };
    let from: Role = member.role.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    if from == to {
        return Ok(RoleChange::Same);
    }
    if from == Role::Admin && members.len() == 1 {
        return Ok(RoleChange::LastAdmin);
    }
    sqlx::query!(
        "UPDATE memberships SET role = $3 WHERE org_id = $1 AND user_id = $2",
        member.org_id,
        member.user_id,
        to.word()
    )
    .execute(&mut *tx)
    .await?;
    let change = Change::RoleChanged { user: UserId(member.user_id), from, to };
    append(&mut tx, (member.org_id, member.user_id), &change, now).await?;
    tx.commit().await?;
    Ok(RoleChange::Done(from))
}

/// One event of nobody in particular: it stands under the name of the member whom it is about.
async fn append(
    connection: &mut PgConnection,
    (org, user): (i64, i64),
    change: &Change,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let encode = |error: serde_json::Error| sqlx::Error::Encode(error.into());
    let (kind, data) = change.split().map_err(encode)?;
    let payload = serde_json::to_value(Payload { data, facts: None }).map_err(encode)?;
    sqlx::query!(
        "WITH head AS (UPDATE org_heads SET seq = seq + 1 WHERE org_id = $1 RETURNING seq)
         INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, issue_id, kind, version, payload)
         SELECT $1, head.seq, $2, clock_timestamp(), $3, $4, NULL, $5, $6, $7 FROM head",
        org,
        now.0,
        user,
        Origin::Job.word(),
        kind,
        VERSION,
        payload
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The account of an address: who and how they are called.
pub async fn account(
    connection: &mut PgConnection,
    email: &Email,
) -> Result<Option<(UserId, String)>, sqlx::Error> {
    let row = sqlx::query!("SELECT id, name FROM users WHERE email = $1", email.as_str());
    Ok(row.fetch_optional(connection).await?.map(|row| (UserId(row.id), row.name)))
}

/// Replaces a password and ends the person's sessions; gives how many there were.
pub async fn set_password(
    connection: &mut PgConnection,
    user: UserId,
    hash: &str,
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let mut tx = connection.begin().await?;
    sqlx::query!(
        "INSERT INTO credentials (user_id, password_hash, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, updated_at = excluded.updated_at",
        user.0,
        hash,
        now.0
    )
    .execute(&mut *tx)
    .await?;
    let ended = sqlx::query!("DELETE FROM sessions WHERE user_id = $1", user.0).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(ended.rows_affected())
}
