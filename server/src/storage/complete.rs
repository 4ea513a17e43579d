//! Values for the completion of queries. What a viewer may not see is not offered: a REPORTER gets themselves, and the
//! people and tags of their own issues; and of those no address, not even by asking for its beginning.

use tracker_domain::{error::AppError, policy::Scope, query::Suggestion};

use super::{Member, Tx, db};

/// People by the beginning of a part of their name, or of their address.
pub async fn people(tx: &mut Tx, member: &Member, prefix: &str) -> Result<Vec<Suggestion>, AppError> {
    let all = member.actor.scope() == Scope::All;
    let found = sqlx::query!(
        r#"SELECT u.name, u.email, EXISTS (
               SELECT FROM users o JOIN memberships om ON om.user_id = o.id
               WHERE om.org_id = $1 AND o.id <> u.id AND lower(o.name) = lower(u.name)) AS "shared!"
           FROM memberships m JOIN users u ON u.id = m.user_id
           WHERE m.org_id = $1
             AND ($2 OR u.id = $3 OR u.id IN (
                 SELECT i.assignee_id FROM issues i WHERE i.org_id = $1 AND i.reporter_id = $3))
             AND (starts_with(lower(u.name), lower($4)) OR strpos(lower(u.name), ' ' || lower($4)) > 0
                  OR ($2 OR u.id = $3) AND starts_with(u.email, lower($4)))
           ORDER BY starts_with(lower(u.name), lower($4)) DESC, lower(u.name), u.id
           LIMIT 10"#,
        member.org.0,
        all,
        member.actor.user.0,
        prefix
    )
    .fetch_all(tx.connection()?)
    .await
    .map_err(db)?;
    // A name that two have means both; an address means one, and is not shown to reporters.
    let written =
        |name: &str, email: &str, shared| Suggestion::new(if shared && all { email } else { name }, name);
    Ok(found.into_iter().map(|row| written(&row.name, &row.email, row.shared)).collect())
}

/// Tags by their beginning.
pub async fn tags(tx: &mut Tx, member: &Member, prefix: &str) -> Result<Vec<Suggestion>, AppError> {
    let found = sqlx::query_scalar!(
        "SELECT t.name FROM tags t
         WHERE t.org_id = $1 AND starts_with(t.name, lower($4))
           AND ($2 OR t.id IN (
               SELECT it.tag_id FROM issues i JOIN issue_tags it ON it.org_id = i.org_id AND it.issue_id = i.id
               WHERE i.org_id = $1 AND i.reporter_id = $3))
         ORDER BY t.name LIMIT 10",
        member.org.0,
        member.actor.scope() == Scope::All,
        member.actor.user.0,
        prefix
    )
    .fetch_all(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(found.iter().map(|name| Suggestion::new(name, "")).collect())
}

/// Projects by the beginning of their key or name.
pub async fn projects(tx: &mut Tx, member: &Member, prefix: &str) -> Result<Vec<Suggestion>, AppError> {
    let found = sqlx::query!(
        "SELECT p.key, p.name FROM projects p
         WHERE p.org_id = $1 AND (starts_with(p.key, upper($2)) OR starts_with(lower(p.name), lower($2)))
         ORDER BY p.key LIMIT 10",
        member.org.0,
        prefix
    )
    .fetch_all(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(found.into_iter().map(|row| Suggestion::new(&row.key, row.name)).collect())
}

/// Teams by the beginning of their short name or name.
pub async fn teams(tx: &mut Tx, member: &Member, prefix: &str) -> Result<Vec<Suggestion>, AppError> {
    let found = sqlx::query!(
        "SELECT t.slug, t.name FROM teams t
         WHERE t.org_id = $1 AND (starts_with(t.slug, lower($2)) OR starts_with(lower(t.name), lower($2)))
         ORDER BY t.slug LIMIT 10",
        member.org.0,
        prefix
    )
    .fetch_all(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(found.into_iter().map(|row| Suggestion::new(&row.slug, row.name)).collect())
}
