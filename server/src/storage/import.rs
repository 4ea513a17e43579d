//! What an import knows and makes before its issues: the organization, marks, people, projects and their numbers.
//!
//! An import works as the owner of the database, like `tracker admin`: it is the operator's, it makes people and writes
//! in their names, and neither the role that serves people nor the one that reads the log shall be able to. No policy
//! binds it, so every statement says which organization it means. Its issues are in [`super::import_issues`].

use sqlx::PgConnection;
use tracker_domain::{
    id::{OrgId, ProjectId, ProjectKey, UserId},
    org::Role,
    text::OrgSlug,
    time::Timestamp,
};

/// Where an import writes, and in whose name its marks are.
#[derive(Debug, Clone)]
pub struct Place {
    /// The organization.
    pub org: OrgId,
    /// Its name in URLs.
    pub slug: OrgSlug,
    /// What the keys belong to.
    pub source: String,
    /// When this run began.
    pub run_at: Timestamp,
}

/// What is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// An issue, by its key in the source.
    Issue,
    /// A person, by their handle in the source.
    Person,
    /// The file of an export, by its fingerprint.
    Dump,
}

impl Marked {
    /// The word in the table.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Issue => "ISSUE",
            Self::Person => "PERSON",
            Self::Dump => "DUMP",
        }
    }
}

/// What became of something of the source.
#[derive(Debug, Clone)]
pub struct Mark {
    /// What the source calls it.
    pub key: String,
    /// The issue or the person here.
    pub target_id: i64,
    /// The line that it came from.
    pub line: i64,
    /// The run that took it.
    pub run_at: Timestamp,
}

/// The organization of that name.
pub async fn find_org(connection: &mut PgConnection, slug: &OrgSlug) -> Result<Option<OrgId>, sqlx::Error> {
    let id = sqlx::query_scalar!("SELECT id FROM organizations WHERE slug = $1", slug.as_str());
    Ok(id.fetch_optional(connection).await?.map(OrgId))
}

/// Makes an organization without anybody in it.
pub async fn add_org(
    connection: &mut PgConnection,
    slug: &OrgSlug,
    name: Option<&str>,
    at: Timestamp,
) -> Result<OrgId, sqlx::Error> {
    let id = sqlx::query_scalar!(
        r#"WITH made AS (
               INSERT INTO organizations (slug, name, created_at)
               VALUES ($1, coalesce($2, initcap(replace($1, '-', ' '))), $3) RETURNING id
           )
           INSERT INTO org_heads (org_id) SELECT id FROM made RETURNING org_id"#,
        slug.as_str(),
        name,
        at.0
    )
    .fetch_one(connection)
    .await?;
    Ok(OrgId(id))
}

/// Whether anybody runs the organization.
pub async fn has_admin(connection: &mut PgConnection, org: OrgId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM memberships
                          WHERE org_id = $1 AND role = 'ADMIN' AND disabled_at IS NULL) AS "has!""#,
        org.0
    )
    .fetch_one(connection)
    .await
}

/// Those of the keys that are marked.
pub async fn marks(
    connection: &mut PgConnection,
    place: &Place,
    what: Marked,
    keys: &[String],
) -> Result<Vec<Mark>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT key, target_id, line, run_at FROM import_marks
         WHERE org_id = $1 AND source = $2 AND what = $3 AND key = ANY ($4)",
        place.org.0,
        place.source,
        what.word(),
        keys
    );
    let mark = rows.fetch_all(connection).await?.into_iter().map(|row| Mark {
        key: row.key,
        target_id: row.target_id,
        line: row.line,
        run_at: Timestamp(row.run_at),
    });
    Ok(mark.collect())
}

/// Marks what was made.
pub async fn mark(
    connection: &mut PgConnection,
    place: &Place,
    what: Marked,
    (keys, targets, lines): (&[String], &[i64], &[i64]),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO import_marks (org_id, source, what, key, target_id, line, run_at)
         SELECT $1, $2, $3, new.*, $7 FROM unnest($4::text[], $5::bigint[], $6::bigint[]) AS new",
        place.org.0,
        place.source,
        what.word(),
        keys,
        targets,
        lines,
        place.run_at.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Somebody whom the organization does not know yet.
#[derive(Debug)]
pub struct NewPerson<'a> {
    /// What the source identifies them by.
    pub handle: &'a str,
    /// How they are called.
    pub name: &'a str,
    /// Their address, or one that was made up.
    pub address: &'a str,
    /// Whether it was made up: then nobody else may have it.
    pub made_up: bool,
    /// What they may do, if they are no member yet.
    pub role: Role,
    /// When they were first seen.
    pub at: Timestamp,
    /// In which line.
    pub line: i64,
}

/// A person who was found or made.
#[derive(Debug, Clone, Copy)]
pub struct Added {
    /// Who.
    pub user: UserId,
    /// Whether they are a member since now.
    pub joined: bool,
}

/// Finds the account of the address or makes one without a password, makes it a member, and marks it. `None`: the
/// address was made up, and somebody else has it.
pub async fn add_person(
    connection: &mut PgConnection,
    place: &Place,
    new: &NewPerson<'_>,
) -> Result<Option<Added>, sqlx::Error> {
    let row = sqlx::query!(
        r#"WITH made AS (
               INSERT INTO users (email, name, created_at) VALUES ($2, $3, $4)
               ON CONFLICT (email) DO NOTHING RETURNING id
           ), account AS (
               SELECT id FROM made
               UNION ALL SELECT id FROM users WHERE email = $2 AND NOT $5
           ), joined AS (
               INSERT INTO memberships (org_id, user_id, role, created_at)
               SELECT $1, id, $6, $4 FROM account
               ON CONFLICT DO NOTHING RETURNING user_id
           ), marked AS (
               INSERT INTO import_marks (org_id, source, what, key, target_id, line, run_at)
               SELECT $1, $7, $8, $9, id, $10, $11 FROM account
           )
           SELECT id AS "id!", EXISTS (SELECT FROM joined) AS "joined!" FROM account"#,
        place.org.0,
        new.address,
        new.name,
        new.at.0,
        new.made_up,
        new.role.word(),
        place.source,
        Marked::Person.word(),
        new.handle,
        new.line,
        place.run_at.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Added { user: UserId(row.id), joined: row.joined }))
}

/// A project, locked until the transaction ends.
#[derive(Debug, Clone, Copy)]
pub struct Project {
    /// Which.
    pub id: ProjectId,
    /// The number of its next issue.
    pub next_number: i64,
    /// Whether it was made now.
    pub made: bool,
}

/// Finds a project and locks it, or makes it: nobody else numbers its issues until the transaction ends.
pub async fn project(
    connection: &mut PgConnection,
    org: OrgId,
    key: &ProjectKey,
    name: &str,
    at: Timestamp,
) -> Result<Project, sqlx::Error> {
    let made = sqlx::query_scalar!(
        "INSERT INTO projects (org_id, key, name, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, key) DO NOTHING RETURNING id",
        org.0,
        key.as_str(),
        name,
        at.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    let row = sqlx::query!(
        "SELECT id, next_number FROM projects WHERE org_id = $1 AND key = $2 FOR UPDATE",
        org.0,
        key.as_str()
    )
    .fetch_one(connection)
    .await?;
    Ok(Project { id: ProjectId(row.id), next_number: row.next_number, made: made.is_some() })
}

/// Those of the numbers that issues of the project have already.
pub async fn numbers_taken(
    connection: &mut PgConnection,
    org: OrgId,
    project: ProjectId,
    numbers: &[i64],
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT number FROM issues WHERE org_id = $1 AND project_id = $2 AND number = ANY ($3)",
        org.0,
        project.0,
        numbers
    )
    .fetch_all(connection)
    .await
}

/// Says which number is next.
pub async fn set_next_number(
    connection: &mut PgConnection,
    org: OrgId,
    project: ProjectId,
    next: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE projects SET next_number = greatest(next_number, $3) WHERE org_id = $1 AND id = $2",
        org.0,
        project.0,
        next
    )
    .execute(connection)
    .await?;
    Ok(())
}
