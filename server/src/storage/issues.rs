//! Issues: resolving one for an action, writing it, and its page. The list has a file of its own.

use tracker_domain::{
    error::AppError,
    event::Facts,
    id::{IssueId, IssueKey, ProjectId, UserId},
    issue::Severity,
    org::Person,
    policy::{Action, Actor, IssueFacts},
    text::{IssueTitle, Markdown, TagName},
    time::Timestamp,
    workflow::Status,
};

use super::{Member, Tx, db};
use crate::policy::decide;

/// An issue that its actor may act on; locked until the transaction ends. Writes take this, never a raw id.
#[derive(Debug)]
pub struct Resolved {
    /// Which.
    pub id: IssueId,
    /// How people name it.
    pub key: IssueKey,
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: String,
    /// Who works on it.
    pub assignee: Option<Person>,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// Counts its edits.
    pub version: i64,
    /// What the policy and the readers of the log look at.
    pub facts: Facts,
}

/// Finds an issue for an action and locks it. What the actor may not see does not exist.
pub async fn resolve(
    tx: &mut Tx,
    member: &Member,
    key: &IssueKey,
    action: Action,
) -> Result<Resolved, AppError> {
    let row = sqlx::query!(
        r#"SELECT i.id, i.project_id, i.reporter_id, i.status, i.severity, i.title, i.description, i.version,
                  a.id AS "assignee_id?", a.name AS "assignee_name?",
                  ARRAY(SELECT t.name FROM issue_tags it JOIN tags t ON t.org_id = it.org_id AND t.id = it.tag_id
                        WHERE it.org_id = i.org_id AND it.issue_id = i.id ORDER BY t.name) AS "tags!"
           FROM issues i
           JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
           LEFT JOIN users a ON a.id = i.assignee_id
           WHERE i.org_id = $1 AND p.key = $2 AND i.number = $3
           FOR UPDATE OF i"#,
        member.org.0,
        key.project.as_str(),
        key.number
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?
    .ok_or(AppError::NotFound)?;
    let (status, reporter) = (row.status.parse()?, UserId(row.reporter_id));
    decide(member.actor, action, IssueFacts { reporter, status }).require()?;
    let assignee = row.assignee_id.zip(row.assignee_name);
    Ok(Resolved {
        id: IssueId(row.id),
        key: key.clone(),
        title: row.title,
        description: row.description,
        assignee: assignee.map(|(id, name)| Person { id: UserId(id), name }),
        tags: row.tags,
        version: row.version,
        facts: Facts {
            project: ProjectId(row.project_id),
            reporter,
            severity: row.severity.parse()?,
            status,
        },
    })
}

/// A new issue's texts.
#[derive(Debug)]
pub struct NewIssue<'a> {
    /// Its title.
    pub title: &'a IssueTitle,
    /// Its description.
    pub description: &'a Markdown,
    /// The same as safe HTML.
    pub html: &'a str,
    /// How much it hurts.
    pub severity: Severity,
}

/// Numbers a new issue in its project and writes it. `None`: there is no such project.
pub async fn insert(
    tx: &mut Tx,
    member: &Member,
    project: &str,
    new: &NewIssue<'_>,
    now: Timestamp,
) -> Result<Option<Resolved>, AppError> {
    let row = sqlx::query!(
        r#"WITH numbered AS (
               UPDATE projects SET next_number = next_number + 1 WHERE org_id = $1 AND key = $2
               RETURNING id, key, next_number - 1 AS number
           )
           INSERT INTO issues (org_id, project_id, number, title, description, description_html, status, severity,
                               reporter_id, created_at, updated_at)
           SELECT $1, n.id, n.number, $3, $4, $5, 'OPEN', $6, $7, $8, $8 FROM numbered n
           RETURNING id, project_id, number"#,
        member.org.0,
        project,
        new.title.as_str(),
        new.description.as_str(),
        new.html,
        new.severity.word(),
        member.actor.user.0,
        now.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let status = Status::Open;
    Ok(Some(Resolved {
        id: IssueId(row.id),
        key: IssueKey { project: project.parse()?, number: row.number },
        title: new.title.to_string(),
        description: new.description.to_string(),
        assignee: None,
        tags: Vec::new(),
        version: 1,
        facts: Facts {
            project: ProjectId(row.project_id),
            reporter: member.actor.user,
            severity: new.severity,
            status,
        },
    }))
}

/// Rewrites title and description; gives the new version.
pub async fn update_texts(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    (title, description, html): (&IssueTitle, &Markdown, &str),
    now: Timestamp,
) -> Result<i64, AppError> {
    sqlx::query_scalar!(
        "UPDATE issues SET title = $3, description = $4, description_html = $5, version = version + 1, updated_at = $6
         WHERE org_id = $1 AND id = $2 RETURNING version",
        member.org.0,
        issue.id.0,
        title.as_str(),
        description.as_str(),
        html,
        now.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)
}

/// Moves an issue; entering DONE stamps it as closed, leaving DONE takes that back.
pub async fn update_status(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    to: Status,
    now: Timestamp,
) -> Result<(), AppError> {
    sqlx::query!(
        "UPDATE issues SET status = $3, updated_at = $4, closed_at = CASE WHEN $3 = 'DONE' THEN $4::timestamptz END
         WHERE org_id = $1 AND id = $2",
        member.org.0,
        issue.id.0,
        to.word(),
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// Weighs an issue.
pub async fn update_severity(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    to: Severity,
    now: Timestamp,
) -> Result<(), AppError> {
    sqlx::query!(
        "UPDATE issues SET severity = $3, updated_at = $4 WHERE org_id = $1 AND id = $2",
        member.org.0,
        issue.id.0,
        to.word(),
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// Gives an issue to somebody or nobody.
pub async fn update_assignee(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    to: Option<UserId>,
    now: Timestamp,
) -> Result<(), AppError> {
    sqlx::query!(
        "UPDATE issues SET assignee_id = $3, updated_at = $4 WHERE org_id = $1 AND id = $2",
        member.org.0,
        issue.id.0,
        to.map(|user| user.0),
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// A member who comes in, with their role: whether they can be given an issue is the policy's to say.
pub async fn colleague(
    tx: &mut Tx,
    member: &Member,
    user: UserId,
) -> Result<Option<(Person, Actor)>, AppError> {
    let row = sqlx::query!(
        "SELECT u.id, u.name, m.role FROM memberships m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1 AND m.user_id = $2 AND m.disabled_at IS NULL",
        member.org.0,
        user.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let actor = Actor { user: UserId(row.id), role: row.role.parse()? };
    Ok(Some((Person { id: actor.user, name: row.name }, actor)))
}

/// Gives an issue exactly these tags; those that the organization does not have yet are made.
pub async fn update_tags(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    tags: &[TagName],
    now: Timestamp,
) -> Result<(), AppError> {
    let names: Vec<String> = tags.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "INSERT INTO tags (org_id, name) SELECT $1, name FROM unnest($2::text[]) AS name ON CONFLICT DO NOTHING",
        member.org.0,
        &names
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    sqlx::query!(
        "WITH wanted AS (
             SELECT t.id FROM tags t WHERE t.org_id = $1 AND t.name = ANY ($3)
         ), gone AS (
             DELETE FROM issue_tags it WHERE it.org_id = $1 AND it.issue_id = $2 AND it.tag_id NOT IN (SELECT id FROM wanted)
         ), touched AS (
             UPDATE issues SET updated_at = $4 WHERE org_id = $1 AND id = $2
         )
         INSERT INTO issue_tags (org_id, issue_id, tag_id) SELECT $1, $2, id FROM wanted ON CONFLICT DO NOTHING",
        member.org.0,
        issue.id.0,
        &names,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}
