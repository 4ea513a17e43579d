//! Teams, the people in them and the projects that they own.

use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    id::UserId,
    team::TeamView,
    text::{DisplayName, Email, TeamSlug},
    time::Timestamp,
};

use super::{Member, Tx, db, frame::PageRow};
use crate::session::SessionHash;

/// Reads the page of the teams in one statement.
pub async fn page(
    tx: &mut Tx,
    flash: (&str, Option<SessionHash>),
) -> Result<PageRow<Vec<TeamView>>, AppError> {
    let row = sqlx::query!(
        r#"SELECT tracker_user() AS user_id, tracker_frame() AS frame,
               (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash,
               (SELECT coalesce(json_agg(json_build_object(
                    'slug', t.slug, 'name', t.name, 'version', t.version,
                    'people', (SELECT coalesce(json_agg(json_build_object('id', u.id, 'name', u.name, 'address', u.email)
                                                        ORDER BY u.name, u.id), '[]')
                               FROM team_members tm JOIN users u ON u.id = tm.user_id
                               WHERE tm.org_id = t.org_id AND tm.team_id = t.id),
                    'projects', (SELECT coalesce(json_agg(json_build_object('key', p.key, 'name', p.name) ORDER BY p.key), '[]')
                                 FROM projects p WHERE p.org_id = t.org_id AND p.team_id = t.id))
                    ORDER BY t.name, t.slug), '[]')
                FROM teams t WHERE t.org_id = tracker_org()) AS "teams!: Json<Vec<TeamView>>""#,
        flash.0,
        flash.1.map(|hash| hash.0.to_vec())
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view: row.teams.0 })
}

/// A team that was found and locked for a change.
#[derive(Debug)]
pub struct Team {
    id: i64,
    /// What it is called.
    pub name: String,
    /// Its name in queries.
    pub slug: String,
    /// How often its names were changed, and one.
    pub version: i64,
}

/// Finds a team and locks it.
pub async fn find(tx: &mut Tx, member: &Member, slug: &str) -> Result<Team, AppError> {
    sqlx::query_as!(
        Team,
        "SELECT id, name, slug, version FROM teams WHERE org_id = $1 AND slug = $2 FOR UPDATE",
        member.org.0,
        slug
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?
    .ok_or(AppError::NotFound)
}

fn taken(slug: &TeamSlug) -> AppError {
    AppError::invalid("slug", format!("There is a team {slug} already. Choose another short name."))
}

/// Makes a team.
pub async fn insert(
    tx: &mut Tx,
    member: &Member,
    (name, slug): (&DisplayName, &TeamSlug),
    now: Timestamp,
) -> Result<(), AppError> {
    let made = sqlx::query!(
        "INSERT INTO teams (org_id, slug, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        member.org.0,
        slug.as_str(),
        name.as_str(),
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    if made.rows_affected() == 0 { Err(taken(slug)) } else { Ok(()) }
}

/// Gives a team other names.
pub async fn rename(
    tx: &mut Tx,
    member: &Member,
    team: &Team,
    (name, slug): (&DisplayName, &TeamSlug),
) -> Result<(), AppError> {
    sqlx::query!(
        "UPDATE teams SET name = $3, slug = $4, version = version + 1 WHERE org_id = $1 AND id = $2",
        member.org.0,
        team.id,
        name.as_str(),
        slug.as_str()
    )
    .execute(tx.connection()?)
    .await
    .map_err(|error| match error.as_database_error() {
        Some(refused) if refused.is_unique_violation() => taken(slug),
        _ => db(error),
    })?;
    Ok(())
}

/// Dissolves a team; its projects belong to none then.
pub async fn delete(tx: &mut Tx, member: &Member, team: &Team) -> Result<(), AppError> {
    sqlx::query!("DELETE FROM teams WHERE org_id = $1 AND id = $2", member.org.0, team.id)
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(())
}

/// Takes somebody in; `None`: there is no such member, or they are shut out. Who is in already stays.
pub async fn add(
    tx: &mut Tx,
    member: &Member,
    team: &Team,
    address: &Email,
) -> Result<Option<UserId>, AppError> {
    let user = sqlx::query_scalar!(
        "SELECT m.user_id FROM memberships m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1 AND u.email = $2 AND m.disabled_at IS NULL",
        member.org.0,
        address.as_str()
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    let Some(user) = user else { return Ok(None) };
    sqlx::query!(
        "INSERT INTO team_members (org_id, team_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        member.org.0,
        team.id,
        user
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(Some(UserId(user)))
}

/// Lets somebody go; gives their address if they were in it.
pub async fn remove(
    tx: &mut Tx,
    member: &Member,
    team: &Team,
    user: UserId,
) -> Result<Option<String>, AppError> {
    sqlx::query_scalar!(
        "DELETE FROM team_members tm USING users u
         WHERE tm.org_id = $1 AND tm.team_id = $2 AND tm.user_id = $3 AND u.id = tm.user_id RETURNING u.email",
        member.org.0,
        team.id,
        user.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)
}
