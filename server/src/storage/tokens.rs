//! Tokens and services. A token's hash is written here and never read: the functions of the database find it.

use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    id::{ProjectKey, UserId},
    org::Role,
    text::DisplayName,
    time::Timestamp,
    token::{ServiceView, TokenScope, TokenView},
};

use super::{Db, Member, Tx, db, frame::PageRow};
use crate::session::SessionHash;

/// A token at the door.
#[derive(Debug)]
pub struct Shown {
    /// Which one.
    pub id: i64,
    /// What it may do.
    pub scopes: Vec<TokenScope>,
}

/// The token of a hash, if it is one now; that it was used is written down.
pub async fn show(pool: &Db, hash: SessionHash, now: Timestamp) -> Result<Option<Shown>, AppError> {
    let found = sqlx::query!(
        r#"SELECT id AS "id!", scopes AS "scopes!" FROM tracker_token($1, $2)"#,
        &hash.0[..],
        now.0
    );
    let Some(row) = found.fetch_optional(&pool.app).await.map_err(db)? else { return Ok(None) };
    let scopes: Result<_, _> = row.scopes.iter().map(|scope| scope.parse()).collect();
    Ok(Some(Shown { id: row.id, scopes: scopes? }))
}

/// A token that is to be.
#[derive(Debug)]
pub struct NewToken<'a> {
    /// As whom it acts.
    pub user: UserId,
    /// Whether that is a service.
    pub service: bool,
    /// Its hash.
    pub hash: SessionHash,
    /// Its last characters.
    pub ending: &'a str,
    /// What it is for.
    pub name: &'a DisplayName,
    /// What it may do.
    pub scopes: &'a [TokenScope],
    /// The only projects that exist for it; empty: all.
    pub projects: &'a [i64],
    /// Until when it is valid.
    pub until: Timestamp,
}

/// Makes a token; gives its number.
pub async fn insert(
    tx: &mut Tx,
    member: &Member,
    token: &NewToken<'_>,
    now: Timestamp,
) -> Result<i64, AppError> {
    let scopes: Vec<String> = token.scopes.iter().map(ToString::to_string).collect();
    let projects = Some(token.projects).filter(|projects| !projects.is_empty());
    sqlx::query_scalar!(
        "INSERT INTO tokens (org_id, user_id, service, made_by, hash, ending, name, scopes, projects, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
        member.org.0,
        token.user.0,
        token.service,
        member.actor.user.0,
        &token.hash.0[..],
        token.ending,
        token.name.as_str(),
        &scopes,
        projects,
        now.0,
        token.until.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)
}

/// The ids of projects, each with its key; one that does not exist for the viewer is left out.
pub async fn projects(
    tx: &mut Tx,
    member: &Member,
    keys: &[ProjectKey],
) -> Result<Vec<(i64, String)>, AppError> {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let rows = sqlx::query!(
        "SELECT id, key FROM projects WHERE org_id = $1 AND key = ANY ($2) ORDER BY key",
        member.org.0,
        &keys
    );
    let rows = rows.fetch_all(tx.connection()?).await.map_err(db)?;
    Ok(rows.into_iter().map(|row| (row.id, row.key)).collect())
}

/// A token that was ended.
#[derive(Debug)]
pub struct Revoked {
    /// What it was for.
    pub name: String,
    /// Whether a service acted by it.
    pub service: bool,
}

/// Ends a token that the viewer may end; `None` when there is none.
pub async fn revoke(
    tx: &mut Tx,
    member: &Member,
    id: i64,
    now: Timestamp,
) -> Result<Option<Revoked>, AppError> {
    let row = sqlx::query!(
        "UPDATE tokens SET revoked_at = $3 WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING name, service",
        member.org.0,
        id,
        now.0
    );
    let row = row.fetch_optional(tx.connection()?).await.map_err(db)?;
    Ok(row.map(|row| Revoked { name: row.name, service: row.service }))
}

/// The page of one's own tokens, in one statement.
pub async fn page(
    tx: &mut Tx,
    flash: (&str, Option<SessionHash>),
    now: Timestamp,
) -> Result<PageRow<Vec<TokenView>>, AppError> {
    let row = sqlx::query!(
        r#"SELECT tracker_user() AS user_id, tracker_frame() AS frame,
                  (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash,
                  tracker_tokens(tracker_user(), $3) AS "tokens!: Json<Vec<TokenView>>""#,
        flash.0,
        flash.1.map(|owner| owner.0.to_vec()),
        now.0
    );
    let row = row.fetch_one(tx.connection()?).await.map_err(db)?;
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view: row.tokens.0 })
}

/// The page of the services, in one statement; empty for whoever is no ADMIN.
pub async fn services(
    tx: &mut Tx,
    flash: (&str, Option<SessionHash>),
    now: Timestamp,
) -> Result<PageRow<Vec<ServiceView>>, AppError> {
    let row = sqlx::query!(
        r#"SELECT tracker_user() AS user_id, tracker_frame() AS frame,
                  (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash,
                  (SELECT coalesce(json_agg(json_build_object(
                       'id', u.id, 'name', u.name, 'role', m.role, 'tokens', tracker_tokens(u.id, $3))
                       ORDER BY u.name, u.id), '[]')
                   FROM users u JOIN memberships m ON m.org_id = tracker_org() AND m.user_id = u.id
                   WHERE u.service_of = tracker_org() AND m.disabled_at IS NULL
                       AND current_setting('tracker.role', true) = 'ADMIN') AS "services!: Json<Vec<ServiceView>>""#,
        flash.0,
        flash.1.map(|owner| owner.0.to_vec()),
        now.0
    );
    let row = row.fetch_one(tx.connection()?).await.map_err(db)?;
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view: row.services.0 })
}

/// Makes a service; `None` when the viewer may not.
pub async fn make_service(
    tx: &mut Tx,
    name: &str,
    role: Role,
    now: Timestamp,
) -> Result<Option<UserId>, AppError> {
    let made = sqlx::query_scalar!("SELECT tracker_make_service($1, $2, $3)", name, role.word(), now.0);
    Ok(made.fetch_one(tx.connection()?).await.map_err(db)?.map(UserId))
}

/// Ends a service with its tokens; its name, or `None` when there is none.
pub async fn end_service(tx: &mut Tx, service: UserId, now: Timestamp) -> Result<Option<String>, AppError> {
    let ended = sqlx::query_scalar!("SELECT tracker_end_service($1, $2)", service.0, now.0);
    ended.fetch_one(tx.connection()?).await.map_err(db)
}

/// The name of a service that is not ended.
pub async fn service(tx: &mut Tx, member: &Member, service: UserId) -> Result<Option<String>, AppError> {
    let name = sqlx::query_scalar!(
        "SELECT u.name FROM users u JOIN memberships m ON m.org_id = $1 AND m.user_id = u.id
         WHERE u.id = $2 AND u.service_of = $1 AND m.disabled_at IS NULL",
        member.org.0,
        service.0
    );
    name.fetch_optional(tx.connection()?).await.map_err(db)
}

/// Keeps a sealed token for the page that shows it.
pub async fn keep_sealed(
    tx: &mut Tx,
    id: &str,
    owner: SessionHash,
    sealed: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    sqlx::query!(
        "INSERT INTO flashes (id, owner, flash, created_at) VALUES ($1, $2, jsonb_build_object('sealed', $3::text), $4)",
        id,
        &owner.0[..],
        sealed,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// Takes it away again: only its owner, only once, and only for a few minutes.
pub async fn take_sealed(
    pool: &Db,
    id: &str,
    owner: SessionHash,
    now: Timestamp,
) -> Result<Option<String>, AppError> {
    let taken = sqlx::query_scalar!(
        r#"DELETE FROM flashes WHERE id = $1 AND owner = $2 AND flash ? 'sealed'
               AND created_at > $3::timestamptz - interval '10 minutes'
           RETURNING flash ->> 'sealed' AS "sealed!""#,
        id,
        &owner.0[..],
        now.0
    );
    taken.fetch_optional(&pool.app).await.map_err(db)
}
