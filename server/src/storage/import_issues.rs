//! Writing the issues of one batch: each table in one statement, the log last.
//!
//! Ids are taken before the rows are written, so that comments and events can name them. Like the rest of
//! [`super::import`] it runs as the owner and says which organization it means.

use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracker_domain::{
    event::{Change, Facts, Origin, Payload, VERSION},
    id::{CommentId, IssueId, OrgId, ProjectId, Seq, UserId},
    issue::Severity,
    link::Relation,
    text::{IssueTitle, Markdown},
    time::Timestamp,
    workflow::Status,
};

use super::import::Place;

/// An issue as its row is written.
#[derive(Debug)]
pub struct IssueRow<'a> {
    /// Its id, taken with [`take_issue_ids`].
    pub id: IssueId,
    /// Where it belongs.
    pub project: ProjectId,
    /// Its number there.
    pub number: i64,
    /// What it is called.
    pub title: &'a IssueTitle,
    /// Markdown.
    pub description: &'a Markdown,
    /// The same as safe HTML.
    pub html: &'a str,
    /// Where it stands.
    pub status: Status,
    /// How much it hurts.
    pub severity: Severity,
    /// Who reported it.
    pub reporter: UserId,
    /// Who works on it.
    pub assignee: Option<UserId>,
    /// How many comments it has.
    pub comments: i64,
    /// Counts its edits.
    pub version: i64,
    /// When it was reported.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was last finished.
    pub closed_at: Option<Timestamp>,
}

/// A comment as its row is written.
#[derive(Debug)]
pub struct CommentRow<'a> {
    /// Its id, taken with [`take_comment_ids`].
    pub id: CommentId,
    /// What it is about.
    pub issue: IssueId,
    /// Who wrote it.
    pub author: UserId,
    /// Markdown.
    pub body: &'a Markdown,
    /// The same as safe HTML.
    pub html: &'a str,
    /// When.
    pub at: Timestamp,
}

/// A tie as its row is written.
#[derive(Debug)]
pub struct LinkRow<'a> {
    /// Whose.
    pub issue: IssueId,
    /// What it is to the other one.
    pub relation: Relation,
    /// What the other one is called in the source.
    pub target: &'a str,
}

/// An event as its row is written, with the position that it gets when the log is written.
#[derive(Debug)]
pub struct EventRow {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: UserId,
    /// Which issue it is about, and what that is after it.
    pub issue: Option<(IssueId, Facts)>,
    /// What happened.
    pub change: Change,
}

/// So many new ids for issues, in order.
pub async fn take_issue_ids(
    connection: &mut PgConnection,
    count: usize,
) -> Result<Vec<IssueId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        r#"SELECT nextval(pg_get_serial_sequence('issues', 'id')) AS "id!" FROM generate_series(1, $1::bigint)"#,
        count as i64
    );
    Ok(ids.fetch_all(connection).await?.into_iter().map(IssueId).collect())
}

/// So many new ids for comments, in order.
pub async fn take_comment_ids(
    connection: &mut PgConnection,
    count: usize,
) -> Result<Vec<CommentId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        r#"SELECT nextval(pg_get_serial_sequence('comments', 'id')) AS "id!" FROM generate_series(1, $1::bigint)"#,
        count as i64
    );
    Ok(ids.fetch_all(connection).await?.into_iter().map(CommentId).collect())
}

fn column<T, C>(rows: &[T], value: impl Fn(&T) -> C) -> Vec<C> {
    rows.iter().map(value).collect()
}

/// Writes issues.
pub async fn insert_issues(
    connection: &mut PgConnection,
    org: OrgId,
    rows: &[IssueRow<'_>],
) -> Result<(), sqlx::Error> {
    let closed: Vec<Option<OffsetDateTime>> = column(rows, |row| row.closed_at.map(|at| at.0));
    sqlx::query!(
        "INSERT INTO issues (org_id, id, project_id, number, title, description, description_html, status, severity,
                             reporter_id, assignee_id, comment_count, version, created_at, updated_at, closed_at)
         OVERRIDING SYSTEM VALUE
         SELECT $1, new.* FROM unnest(
             $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
             $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::timestamptz[], $15::timestamptz[],
             $16::timestamptz[]) AS new",
        org.0,
        &column(rows, |row| row.id.0),
        &column(rows, |row| row.project.0),
        &column(rows, |row| row.number),
        &column(rows, |row| row.title.to_string()),
        &column(rows, |row| row.description.to_string()),
        &column(rows, |row| row.html.to_owned()),
        &column(rows, |row| row.status.word().to_owned()),
        &column(rows, |row| row.severity.word().to_owned()),
        &column(rows, |row| row.reporter.0),
        &column(rows, |row| row.assignee.map(|user| user.0)) as &[Option<i64>],
        &column(rows, |row| row.comments),
        &column(rows, |row| row.version),
        &column(rows, |row| row.created_at.0),
        &column(rows, |row| row.updated_at.0),
        &closed as &[Option<OffsetDateTime>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Tags issues; tags that the organization does not have yet are made.
pub async fn insert_tags(
    connection: &mut PgConnection,
    org: OrgId,
    (issues, names): (&[i64], &[String]),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO tags (org_id, name) SELECT DISTINCT $1::bigint, name FROM unnest($2::text[]) AS name
         ORDER BY name ON CONFLICT DO NOTHING",
        org.0,
        names
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO issue_tags (org_id, issue_id, tag_id)
         SELECT $1, new.issue_id, t.id
         FROM unnest($2::bigint[], $3::text[]) AS new (issue_id, name)
         JOIN tags t ON t.org_id = $1 AND t.name = new.name
         ON CONFLICT DO NOTHING",
        org.0,
        issues,
        names
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes comments.
pub async fn insert_comments(
    connection: &mut PgConnection,
    org: OrgId,
    rows: &[CommentRow<'_>],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO comments (org_id, id, issue_id, author_id, body, body_html, created_at)
         OVERRIDING SYSTEM VALUE
         SELECT $1, new.* FROM unnest(
             $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[]) AS new",
        org.0,
        &column(rows, |row| row.id.0),
        &column(rows, |row| row.issue.0),
        &column(rows, |row| row.author.0),
        &column(rows, |row| row.body.to_string()),
        &column(rows, |row| row.html.to_owned()),
        &column(rows, |row| row.at.0),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes ties, and finds the other ends of these and of earlier ones among the issues that are marked.
pub async fn insert_links(
    connection: &mut PgConnection,
    place: &Place,
    rows: &[LinkRow<'_>],
    (keys, ids): (&[String], &[i64]),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO issue_links (org_id, issue_id, relation, target, target_id, source)
         SELECT $1, new.issue_id, new.relation, new.target, m.target_id, $2
         FROM unnest($3::bigint[], $4::text[], $5::text[]) AS new (issue_id, relation, target)
         LEFT JOIN import_marks m ON m.org_id = $1 AND m.source = $2 AND m.what = 'ISSUE' AND m.key = new.target
         ON CONFLICT DO NOTHING",
        place.org.0,
        place.source,
        &column(rows, |row| row.issue.0),
        &column(rows, |row| row.relation.word().to_owned()),
        &column(rows, |row| row.target.to_owned()),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE issue_links l SET target_id = new.id
         FROM unnest($3::text[], $4::bigint[]) AS new (key, id)
         WHERE l.org_id = $1 AND l.source = $2 AND l.target_id IS NULL AND l.target = new.key",
        place.org.0,
        place.source,
        keys,
        ids
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes as many positions as there are events and writes them in order. The last statement before the commit: from
/// here on everybody else of the organization waits.
pub async fn append(
    connection: &mut PgConnection,
    org: OrgId,
    events: &[EventRow],
) -> Result<Seq, sqlx::Error> {
    let encode = |error: serde_json::Error| sqlx::Error::Encode(error.into());
    let (mut kinds, mut payloads) = (Vec::<String>::new(), Vec::<Value>::new());
    for event in events {
        let (kind, data) = event.change.split().map_err(encode)?;
        let facts = event.issue.map(|(_, facts)| facts);
        kinds.push(kind);
        payloads.push(serde_json::to_value(Payload { data, facts }).map_err(encode)?);
    }
    let last = sqlx::query_scalar!(
        "WITH head AS (
             UPDATE org_heads SET seq = seq + $2 WHERE org_id = $1 RETURNING seq
         ), written AS (
             INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, issue_id, kind, version, payload)
             SELECT $1, head.seq - $2 + new.position, new.at, clock_timestamp(), new.actor_id, $3, new.issue_id,
                    new.kind, $4, new.payload
             FROM head, unnest($5::timestamptz[], $6::bigint[], $7::bigint[], $8::text[], $9::jsonb[])
                 WITH ORDINALITY AS new (at, actor_id, issue_id, kind, payload, position)
         )
         SELECT seq FROM head",
        org.0,
        events.len() as i64,
        Origin::Import.word(),
        VERSION,
        &column(events, |event| event.at.0),
        &column(events, |event| event.actor.0),
        &column(events, |event| event.issue.map(|(id, _)| id.0)) as &[Option<i64>],
        &kinds,
        &payloads,
    )
    .fetch_one(connection)
    .await?;
    Ok(Seq(last))
}
