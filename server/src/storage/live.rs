//! What the live path reads, as the system role: it serves nobody by itself, the hub asks the policy for each viewer.
//!
//! That role sees every organization, so each statement names the one it is about.

use sqlx::{
    postgres::{PgListener, PgPoolOptions},
    types::Json,
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tracker_domain::{
    attachment::FileRow,
    error::AppError,
    event::{Change, Payload},
    id::{IssueKey, OrgId, Seq, SessionId, UserId},
    issue::IssueRow,
    org::{Person, Role},
    policy::{Actor, IssueFacts},
    time::Timestamp,
};

use super::{Db, db};
use crate::{
    fault::fault,
    live::{LoadedEvent, LoadedIssue},
};

/// The channel on which processes tell each other that there is something to read.
const CHANNEL: &str = "tracker_events";

/// See the module.
#[derive(Clone, Debug)]
pub struct LiveStore {
    db: Db,
}

/// An event as its row says, with the id of its issue.
struct RawEvent {
    issue: Option<i64>,
    event: LoadedEvent,
}

impl LiveStore {
    /// Reads through the system pool of `db`.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// The organization of that name and the role of `user` in it, if they have one.
    pub async fn actor(&self, user: UserId, org: &str) -> Result<Option<(OrgId, Actor)>, AppError> {
        let row = sqlx::query!(
            r#"SELECT org_id AS "id!", role AS "role!" FROM tracker_member($2, $1) WHERE blocked IS NULL"#,
            org,
            user.0
        );
        let Some(row) = row.fetch_optional(&self.db.system).await.map_err(db)? else {
            return Ok(None);
        };
        Ok(Some((OrgId(row.id), Actor { user, role: row.role.parse()? })))
    }

    /// What the policy looks at, of the issue with this key.
    pub async fn issue(&self, org: OrgId, key: &IssueKey) -> Result<Option<IssueFacts>, AppError> {
        let row = sqlx::query!(
            "SELECT i.reporter_id, i.status
             FROM issues i JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
             WHERE i.org_id = $1 AND p.key = $2 AND i.number = $3",
            org.0,
            key.project.as_str(),
            key.number
        );
        let Some(row) = row.fetch_optional(&self.db.system).await.map_err(db)? else {
            return Ok(None);
        };
        Ok(Some(IssueFacts { reporter: UserId(row.reporter_id), status: row.status.parse()? }))
    }

    /// The last position of each of these logs.
    pub async fn heads(&self, orgs: &[OrgId]) -> Result<HashMap<OrgId, Seq>, AppError> {
        let ids: Vec<i64> = orgs.iter().map(|org| org.0).collect();
        let rows = sqlx::query!("SELECT org_id, seq FROM org_heads WHERE org_id = ANY ($1)", &ids);
        let rows = rows.fetch_all(&self.db.system).await.map_err(db)?;
        Ok(rows.into_iter().map(|row| (OrgId(row.org_id), Seq(row.seq))).collect())
    }

    /// At most `limit` events after a position, in order, each with its issue as that is now.
    pub async fn events(
        &self,
        org: OrgId,
        after: Seq,
        limit: i64,
    ) -> Result<Vec<Arc<LoadedEvent>>, AppError> {
        let raw = self.raw_events(org, after, limit).await?;
        let ids: BTreeSet<i64> = raw.iter().filter_map(|raw| raw.issue).collect();
        // Read after the events, so that it is at least as new as every one of them.
        let issues = self.issues(org, ids.into_iter().collect()).await?;
        let load = |RawEvent { issue, mut event }| {
            event.issue = issue.and_then(|id| issues.get(&id).cloned());
            Arc::new(event)
        };
        Ok(raw.into_iter().map(load).collect())
    }

    async fn raw_events(&self, org: OrgId, after: Seq, limit: i64) -> Result<Vec<RawEvent>, AppError> {
        let rows = sqlx::query!(
            r#"SELECT e.seq, e.at, e.recorded_at, e.actor_id, u.name AS actor_name, e.issue_id, e.kind, e.version,
                      e.payload AS "payload: Json<Payload>",
                      CASE WHEN e.kind = 'comment_added' THEN (
                          SELECT c.body_html FROM comments c
                          WHERE c.org_id = e.org_id AND c.id = (e.payload -> 'data' ->> 'comment')::bigint) END AS comment_html
               FROM events e
               JOIN users u ON u.id = e.actor_id
               WHERE e.org_id = $1 AND e.seq > $2
               ORDER BY e.seq LIMIT $3"#,
            org.0,
            after.0,
            limit
        );
        let rows = rows.fetch_all(&self.db.system).await.map_err(db)?;
        let read = |change: Result<Change, serde_json::Error>| change.map_err(|error| fault(&error));
        let load = rows.into_iter().map(|row| {
            let event = LoadedEvent {
                seq: Seq(row.seq),
                at: Timestamp(row.at),
                recorded_at: Timestamp(row.recorded_at),
                actor: Person { id: UserId(row.actor_id), name: row.actor_name },
                change: read(Change::read(&row.kind, row.version, row.payload.0.data))?,
                facts: row.payload.0.facts,
                issue: None,
                comment_html: row.comment_html,
            };
            Ok(RawEvent { issue: row.issue_id, event })
        });
        load.collect()
    }

    async fn issues(&self, org: OrgId, ids: Vec<i64>) -> Result<HashMap<i64, Arc<LoadedIssue>>, AppError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = sqlx::query!(
            r#"SELECT i.id, i.description, i.description_html, tracker_row(i) AS "row!: Json<IssueRow>",
                      tracker_files(i.org_id, i.id) AS "files!: Json<Vec<FileRow>>"
               FROM issues i WHERE i.org_id = $1 AND i.id = ANY ($2)"#,
            org.0,
            &ids
        );
        let rows = rows.fetch_all(&self.db.system).await.map_err(db)?;
        let load = rows.into_iter().map(|row| {
            let (description, description_html) = (row.description, row.description_html);
            (
                row.id,
                Arc::new(LoadedIssue { row: row.row.0, description, description_html, files: row.files.0 }),
            )
        });
        Ok(load.collect())
    }

    /// Those of the sessions that are still sessions at `now`.
    pub async fn sessions(&self, of: &[SessionId], now: Timestamp) -> Result<HashSet<SessionId>, AppError> {
        let ids: Vec<i64> = of.iter().map(|session| session.0).collect();
        let rows = sqlx::query_scalar!(
            "SELECT id FROM sessions WHERE id = ANY ($1) AND expires_at > $2",
            &ids,
            now.0
        );
        let rows = rows.fetch_all(&self.db.system).await.map_err(db)?;
        Ok(rows.into_iter().map(SessionId).collect())
    }

    /// The present roles of these persons in these organizations; who is no (enabled) member is left out, and
    /// who is kept out.
    pub async fn roles(&self, of: &[(OrgId, UserId)]) -> Result<HashMap<(OrgId, UserId), Role>, AppError> {
        let (orgs, users): (Vec<i64>, Vec<i64>) = of.iter().map(|(org, user)| (org.0, user.0)).unzip();
        let rows = sqlx::query!(
            r#"SELECT m.org_id, m.user_id, m.role
               FROM unnest($1::bigint[], $2::bigint[]) AS asked (org_id, user_id)
               JOIN memberships m ON m.org_id = asked.org_id AND m.user_id = asked.user_id
               JOIN organizations o ON o.id = m.org_id
               WHERE m.disabled_at IS NULL AND NOT (o.require_factor AND NOT tracker_secured(m.user_id))"#,
            &orgs,
            &users
        );
        let rows = rows.fetch_all(&self.db.system).await.map_err(db)?;
        rows.into_iter()
            .map(|row| Ok(((OrgId(row.org_id), UserId(row.user_id)), row.role.parse()?)))
            .collect()
    }

    /// Tells other processes.
    pub async fn notify(&self, message: &str) -> Result<(), sqlx::Error> {
        sqlx::query!("SELECT pg_notify($1, $2)", CHANNEL, message)
            .fetch_one(&self.db.system)
            .await
            .map(|_| ())
    }

    /// Listens to other processes, on a connection of its own, so that it takes none of the pool for good.
    pub async fn listen(&self) -> Result<PgListener, sqlx::Error> {
        let options = self.db.system.connect_options().as_ref().clone();
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .max_lifetime(None)
            .idle_timeout(None)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::raw_sql("SET ROLE tracker_system").execute(connection).await.map(|_| ())
                })
            })
            .connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }
}
