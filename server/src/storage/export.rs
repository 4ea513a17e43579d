//! Reading everything of one organization, at one position, a page at a time.
//!
//! It reads as `tracker_system`, which cannot see passwords, so that no secret can get into an export.

use serde_json::Value;
use sqlx::{Connection, PgConnection, types::Json};
use std::collections::HashMap;
use time::OffsetDateTime;
use tracker_domain::{
    audit::AuditAction,
    id::{OrgId, ProjectId},
    text::{OrgSlug, Secret},
    time::Timestamp,
};

use super::{ConnectError, options};
use crate::export::line::{Head, IssueLine, LinkLine, PersonLine, ProjectLine, TagLine, TeamLine, VERSION};

/// Rows of a page: with the longest possible texts it is about 50 MB.
const PAGE: i64 = 200;

/// A connection for an export.
pub async fn connect(url: &Secret) -> Result<PgConnection, ConnectError> {
    let mut connection =
        PgConnection::connect_with(&options(url)?).await.map_err(ConnectError::Unreachable)?;
    // Whoever takes the lines may be slow; nothing is locked meanwhile.
    sqlx::raw_sql("SET ROLE tracker_system; SET idle_in_transaction_session_timeout = 0")
        .execute(&mut connection)
        .await
        .map_err(ConnectError::Unreachable)?;
    Ok(connection)
}

/// Notes in the audit trail that everything is taken out.
pub async fn record(connection: &mut PgConnection, org: &OrgSlug, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"WITH org AS MATERIALIZED (
               SELECT set_config('tracker.org', id::text, true) FROM organizations WHERE slug = $1
           )
           SELECT tracker_audit($2, $3, 'everything', '', 'tracker export', '{"by": "operator"}') FROM org"#,
        org.as_str(),
        now.0,
        AuditAction::Exported.word()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A reading of one organization; everything in it is of one position.
#[derive(Debug)]
pub struct Reading<'a> {
    pub(super) connection: &'a mut PgConnection,
    pub(super) org: OrgId,
}

/// An event with what it is about.
#[derive(Debug)]
pub struct EventRow {
    /// Its position.
    pub seq: i64,
    /// When it happened.
    pub at: OffsetDateTime,
    /// When it came to be known.
    pub recorded_at: OffsetDateTime,
    /// The address of who did it.
    pub actor: String,
    /// From where it came.
    pub origin: String,
    /// The key of its issue.
    pub issue: Option<String>,
    /// What happened.
    pub kind: String,
    /// In which form that is said.
    pub version: i16,
    /// Its members and facts.
    pub payload: Value,
    /// The comment's text, when it was a comment.
    pub body: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When.
    pub commented_at: Option<OffsetDateTime>,
}

impl<'a> Reading<'a> {
    /// Begins at the present position. `None`: there is no such organization.
    pub async fn begin(
        connection: &'a mut PgConnection,
        slug: &OrgSlug,
    ) -> Result<Option<(Self, Head)>, sqlx::Error> {
        sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut *connection).await?;
        let row = sqlx::query!(
            "SELECT o.id, o.slug, o.name, o.created_at, h.seq
             FROM organizations o JOIN org_heads h ON h.org_id = o.id WHERE o.slug = $1",
            slug.as_str()
        )
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let head = Head {
            version: VERSION,
            organization: row.slug,
            name: row.name,
            created_at: row.created_at,
            position: row.seq,
        };
        Ok(Some((Self { connection, org: OrgId(row.id) }, head)))
    }

    /// The members, by address.
    pub async fn people(&mut self) -> Result<Vec<PersonLine>, sqlx::Error> {
        sqlx::query_as!(
            PersonLine,
            r#"SELECT u.email AS address, u.name, m.role, u.created_at, m.created_at AS joined_at, m.disabled_at
               FROM memberships m JOIN users u ON u.id = m.user_id
               WHERE m.org_id = $1 ORDER BY u.email COLLATE "C""#,
            self.org.0
        )
        .fetch_all(&mut *self.connection)
        .await
    }

    /// The address of each member.
    pub async fn addresses(&mut self) -> Result<HashMap<i64, String>, sqlx::Error> {
        let rows = sqlx::query!(
            "SELECT u.id, u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1",
            self.org.0
        );
        let rows = rows.fetch_all(&mut *self.connection).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.email)).collect())
    }

    /// The teams, by short name.
    pub async fn teams(&mut self) -> Result<Vec<TeamLine>, sqlx::Error> {
        sqlx::query_as!(
            TeamLine,
            r#"SELECT t.slug, t.name, t.created_at,
                   ARRAY(SELECT u.email FROM team_members tm JOIN users u ON u.id = tm.user_id
                         WHERE tm.org_id = t.org_id AND tm.team_id = t.id ORDER BY u.email COLLATE "C") AS "people!"
               FROM teams t WHERE t.org_id = $1 ORDER BY t.slug COLLATE "C""#,
            self.org.0
        )
        .fetch_all(&mut *self.connection)
        .await
    }

    /// The projects, by key.
    pub async fn projects(&mut self) -> Result<Vec<(ProjectId, ProjectLine)>, sqlx::Error> {
        let rows = sqlx::query!(
            r#"SELECT p.id, p.key, p.name, p.next_number, p.created_at,
                   (SELECT t.slug FROM teams t WHERE t.org_id = p.org_id AND t.id = p.team_id) AS team
               FROM projects p WHERE p.org_id = $1 ORDER BY p.key COLLATE "C""#,
            self.org.0
        );
        let rows = rows.fetch_all(&mut *self.connection).await?.into_iter();
        let line = rows.map(|row| {
            let (key, name) = (row.key, row.name);
            let (team, next_number) = (row.team, row.next_number);
            let line = ProjectLine { key, name, team, next_number, created_at: row.created_at };
            (ProjectId(row.id), line)
        });
        Ok(line.collect())
    }

    /// The tags, by name.
    pub async fn tags(&mut self) -> Result<Vec<TagLine>, sqlx::Error> {
        sqlx::query_as!(
            TagLine,
            r#"SELECT name FROM tags WHERE org_id = $1 ORDER BY name COLLATE "C""#,
            self.org.0
        )
        .fetch_all(&mut *self.connection)
        .await
    }

    /// The next issues of a project after a number, in order.
    pub async fn issues(
        &mut self,
        project: ProjectId,
        after: i64,
    ) -> Result<Vec<(i64, IssueLine)>, sqlx::Error> {
        let rows = sqlx::query!(
            r#"SELECT i.number, p.key || '-' || i.number AS "key!", i.title, i.description, i.status, i.severity,
                   r.email AS reporter, a.email AS "assignee?", i.comment_count, i.version, i.created_at,
                   i.updated_at, i.closed_at,
                   ARRAY(SELECT t.name FROM issue_tags it JOIN tags t ON t.org_id = it.org_id AND t.id = it.tag_id
                         WHERE it.org_id = i.org_id AND it.issue_id = i.id ORDER BY t.name COLLATE "C") AS "tags!",
                   (SELECT coalesce(json_agg(json_build_object('relation', l.relation, 'target', l.target, 'here', l.here)
                                             ORDER BY l.relation COLLATE "C", l.target COLLATE "C", l.here), '[]')
                    FROM (SELECT DISTINCT l.relation, coalesce(op.key || '-' || o.number, l.target) AS target,
                                 o.id IS NOT NULL AS here
                          FROM issue_links l
                          LEFT JOIN issues o ON o.org_id = l.org_id AND o.id = l.target_id
                          LEFT JOIN projects op ON op.org_id = o.org_id AND op.id = o.project_id
                          WHERE l.org_id = i.org_id AND l.issue_id = i.id) l) AS "links!: Json<Vec<LinkLine>>"
               FROM issues i
               JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
               JOIN users r ON r.id = i.reporter_id
               LEFT JOIN users a ON a.id = i.assignee_id
               WHERE i.org_id = $1 AND i.project_id = $2 AND i.number > $3
               ORDER BY i.number LIMIT $4"#,
            self.org.0,
            project.0,
            after,
            PAGE
        );
        let rows = rows.fetch_all(&mut *self.connection).await?.into_iter();
        let line = rows.map(|row| {
            let line = IssueLine {
                key: row.key,
                title: row.title,
                description: row.description,
                status: row.status,
                severity: row.severity,
                reporter: row.reporter,
                assignee: row.assignee,
                tags: row.tags,
                links: row.links,
                comments: row.comment_count,
                edition: row.version,
                created_at: row.created_at,
                updated_at: row.updated_at,
                closed_at: row.closed_at,
            };
            (row.number, line)
        });
        Ok(line.collect())
    }

    /// The next events after a position, in order.
    pub async fn events(&mut self, after: i64) -> Result<Vec<EventRow>, sqlx::Error> {
        sqlx::query_as!(
            EventRow,
            r#"SELECT e.seq, e.at, e.recorded_at, u.email AS actor, e.origin, p.key || '-' || i.number AS issue,
                   e.kind, e.version, e.payload, c.body AS "body?", w.email AS "author?",
                   c.created_at AS "commented_at?"
               FROM events e
               JOIN users u ON u.id = e.actor_id
               LEFT JOIN issues i ON i.org_id = e.org_id AND i.id = e.issue_id
               LEFT JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
               LEFT JOIN comments c ON c.org_id = e.org_id AND e.kind = 'comment_added'
                   AND c.id = (e.payload -> 'data' ->> 'comment')::bigint
               LEFT JOIN users w ON w.id = c.author_id
               WHERE e.org_id = $1 AND e.seq > $2
               ORDER BY e.seq LIMIT $3"#,
            self.org.0,
            after,
            PAGE
        )
        .fetch_all(&mut *self.connection)
        .await
    }

    /// How many comments there are.
    pub async fn comments(&mut self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM comments WHERE org_id = $1"#, self.org.0)
            .fetch_one(&mut *self.connection)
            .await
    }

    /// Ends it.
    pub async fn end(self) -> Result<(), sqlx::Error> {
        sqlx::raw_sql("ROLLBACK").execute(self.connection).await.map(|_| ())
    }
}
