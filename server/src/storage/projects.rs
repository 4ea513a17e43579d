//! Projects and who owns them.

use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    id::{ProjectId, ProjectKey},
    project::{OwnedProject, ProjectList, TeamName},
    text::DisplayName,
    time::Timestamp,
};

use super::{Member, Tx, db, frame::PageRow};
use crate::session::SessionHash;

/// Reads the page of the projects in one statement.
pub async fn page(tx: &mut Tx, flash: (&str, Option<SessionHash>)) -> Result<PageRow<ProjectList>, AppError> {
    let row = sqlx::query!(
        r#"SELECT tracker_user() AS user_id, tracker_frame() AS frame,
               (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash,
               (SELECT coalesce(json_agg(json_build_object(
                    'key', p.key, 'name', p.name, 'team', t.slug, 'issues', p.next_number - 1,
                    'version', p.version) ORDER BY p.key), '[]')
                FROM projects p LEFT JOIN teams t ON t.org_id = p.org_id AND t.id = p.team_id
                WHERE p.org_id = tracker_org()) AS "projects!: Json<Vec<OwnedProject>>",
               (SELECT coalesce(json_agg(json_build_object('slug', t.slug, 'name', t.name) ORDER BY t.name, t.slug), '[]')
                FROM teams t WHERE t.org_id = tracker_org()) AS "teams!: Json<Vec<TeamName>>""#,
        flash.0,
        flash.1.map(|hash| hash.0.to_vec())
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    let view = ProjectList { projects: row.projects.0, teams: row.teams.0 };
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view })
}

/// A team that can own a project.
#[derive(Debug, Clone, Copy)]
pub struct Owner(i64);

/// The team of that name in queries; it stays until the transaction ends.
pub async fn owner(tx: &mut Tx, member: &Member, slug: &str) -> Result<Option<Owner>, AppError> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM teams WHERE org_id = $1 AND slug = $2 FOR KEY SHARE",
        member.org.0,
        slug
    );
    Ok(id.fetch_optional(tx.connection()?).await.map_err(db)?.map(Owner))
}

/// Makes a project; `false`: there is one with that key.
pub async fn insert(
    tx: &mut Tx,
    member: &Member,
    (key, name): (&ProjectKey, &DisplayName),
    owner: Option<Owner>,
    now: Timestamp,
) -> Result<bool, AppError> {
    let made = sqlx::query!(
        "INSERT INTO projects (org_id, key, name, team_id, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (org_id, key) DO NOTHING",
        member.org.0,
        key.as_str(),
        name.as_str(),
        owner.map(|owner| owner.0),
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(made.rows_affected() > 0)
}

/// A project that was found and locked for a change.
#[derive(Debug)]
pub struct Project {
    id: ProjectId,
    /// What it is called.
    pub name: String,
    /// The slug of the team that owns it.
    pub team: Option<String>,
    /// How often it was changed, and one.
    pub version: i64,
}

/// Finds a project and locks it.
pub async fn find(tx: &mut Tx, member: &Member, key: &ProjectKey) -> Result<Project, AppError> {
    let row = sqlx::query!(
        r#"SELECT p.id, p.name, p.version,
                  (SELECT t.slug FROM teams t WHERE t.org_id = p.org_id AND t.id = p.team_id) AS team
           FROM projects p WHERE p.org_id = $1 AND p.key = $2 FOR NO KEY UPDATE"#,
        member.org.0,
        key.as_str()
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    let row = row.ok_or(AppError::NotFound)?;
    Ok(Project { id: ProjectId(row.id), name: row.name, team: row.team, version: row.version })
}

/// Gives a project another name and owner.
pub async fn update(
    tx: &mut Tx,
    member: &Member,
    project: &Project,
    name: &DisplayName,
    owner: Option<Owner>,
) -> Result<(), AppError> {
    sqlx::query!(
        "UPDATE projects SET name = $3, team_id = $4, version = version + 1 WHERE org_id = $1 AND id = $2",
        member.org.0,
        project.id.0,
        name.as_str(),
        owner.map(|owner| owner.0)
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}
