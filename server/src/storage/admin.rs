//! What `tracker admin` does to members, as the owner of the database: no policy binds it, so every statement says
//! which organization and whom it means.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tracker_domain::{
    audit::AuditAction,
    event::{Change, Origin, Payload, VERSION},
    id::{ProjectKey, UserId},
    org::Role,
    text::{DisplayName, Email, OrgSlug, Secret},
    time::Timestamp,
};

use super::{ConnectError, import, members::Outcome, options};

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

/// What became of a change of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleChange {
    /// Done; this was the role before.
    Done(Role),
    /// They were like that already.
    Same,
    /// There is no such member.
    NoMember,
    /// They are the last ADMIN, and there must be one.
    LastAdmin,
}

/// Gives a member another role, which stands in the log and in the audit trail.
pub async fn set_role(
    connection: &mut PgConnection,
    member: (&OrgSlug, &Email),
    to: Role,
    now: Timestamp,
) -> Result<RoleChange, sqlx::Error> {
    change(connection, member, Wanted::Role(to), now).await
}

/// Shuts a member out or lets them in again, which stands in the log and in the audit trail.
pub async fn set_access(
    connection: &mut PgConnection,
    member: (&OrgSlug, &Email),
    shut: bool,
    now: Timestamp,
) -> Result<RoleChange, sqlx::Error> {
    change(connection, member, Wanted::Access { shut }, now).await
}

#[derive(Clone, Copy)]
enum Wanted {
    Role(Role),
    Access { shut: bool },
}

async fn change(
    connection: &mut PgConnection,
    (org, email): (&OrgSlug, &Email),
    wanted: Wanted,
    now: Timestamp,
) -> Result<RoleChange, sqlx::Error> {
    let mut tx = connection.begin().await?;
    let found = sqlx::query!(
        "SELECT m.org_id, m.user_id
         FROM memberships m JOIN users u ON u.id = m.user_id JOIN organizations o ON o.id = m.org_id
         WHERE o.slug = $1 AND u.email = $2",
        org.as_str(),
        email.as_str()
    );
    let Some(found) = found.fetch_optional(&mut *tx).await? else { return Ok(RoleChange::NoMember) };
    let (role, shut) = match wanted {
        Wanted::Role(role) => (Some(role.word()), None),
        Wanted::Access { shut } => (None, Some(shut)),
    };
    let row = sqlx::query!(
        "SELECT outcome, role_before, address FROM tracker_change_member($1, $2, NULL, $3, $4, $5)",
        found.org_id,
        found.user_id,
        role,
        shut,
        now.0
    )
    .fetch_one(&mut *tx)
    .await?;
    let from = match Outcome::read(row.outcome.as_deref(), row.role_before.as_deref(), row.address) {
        Some(Outcome::Done { from, .. }) => from,
        Some(Outcome::Same) => return Ok(RoleChange::Same),
        Some(Outcome::LastAdmin) => return Ok(RoleChange::LastAdmin),
        Some(Outcome::NoMember | Outcome::NotAdmin) => return Ok(RoleChange::NoMember),
        None => return Err(sqlx::Error::Decode("the change of a member has no outcome".into())),
    };
    let user = UserId(found.user_id);
    let (event, action, details) = match wanted {
        Wanted::Role(to) => {
            let details = json!({ "by": OPERATOR, "from": from, "to": to });
            (Change::RoleChanged { user, from, to }, AuditAction::RoleChanged, details)
        }
        Wanted::Access { shut: true } => {
            (Change::MemberDisabled { user }, AuditAction::MemberDisabled, json!({ "by": OPERATOR }))
        }
        Wanted::Access { shut: false } => {
            (Change::MemberEnabled { user }, AuditAction::MemberEnabled, json!({ "by": OPERATOR }))
        }
    };
    record(&mut tx, found.org_id, (action, email.as_str(), &details), now).await?;
    append(&mut tx, (found.org_id, found.user_id), &event, now).await?;
    tx.commit().await?;
    Ok(RoleChange::Done(from))
}

/// What became of founding an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Founded {
    /// Done.
    Done,
    /// There is one of that name in URLs.
    Exists,
    /// Nobody has an account with that address.
    NoAccount,
}

/// Says whose days an organization's charts are of; `false` when there is none of that name.
pub async fn set_zone(connection: &mut PgConnection, org: &OrgSlug, zone: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!("UPDATE organizations SET zone = $2 WHERE slug = $1", org.as_str(), zone);
    Ok(done.execute(connection).await?.rows_affected() > 0)
}

/// Makes an organization with its first ADMIN and its first project.
pub async fn create_org(
    connection: &mut PgConnection,
    (slug, name): (&OrgSlug, &DisplayName),
    admin: &Email,
    (key, project): (&ProjectKey, &str),
    now: Timestamp,
) -> Result<Founded, sqlx::Error> {
    let mut tx = connection.begin().await?;
    let Some((user, _)) = account(&mut tx, admin).await? else { return Ok(Founded::NoAccount) };
    if import::find_org(&mut tx, slug).await?.is_some() {
        return Ok(Founded::Exists);
    }
    let org = import::add_org(&mut tx, slug, Some(name.as_str()), now).await?;
    sqlx::query!(
        "INSERT INTO memberships (org_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)",
        org.0,
        user.0,
        Role::Admin.word(),
        now.0
    )
    .execute(&mut *tx)
    .await?;
    import::project(&mut tx, org, key, project, now).await?;
    let details = json!({ "by": OPERATOR, "role": Role::Admin });
    record(&mut tx, org.0, (AuditAction::MemberJoined, admin.as_str(), &details), now).await?;
    append(&mut tx, (org.0, user.0), &Change::MemberJoined { user, role: Role::Admin }, now).await?;
    append(&mut tx, (org.0, user.0), &Change::ProjectCreated { key: key.clone() }, now).await?;
    tx.commit().await?;
    Ok(Founded::Done)
}

/// How the audit trail names whoever works on the server.
const OPERATOR: &str = "operator";

async fn record(
    connection: &mut PgConnection,
    org: i64,
    (action, target, details): (AuditAction, &str, &Value),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO audit (org_id, at, action, target, address, agent, details)
         VALUES ($1, $2, $3, $4, '', 'tracker admin', $5)",
        org,
        now.0,
        action.word(),
        target,
        details
    )
    .execute(connection)
    .await?;
    Ok(())
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
