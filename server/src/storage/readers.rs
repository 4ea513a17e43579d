//! Readers of the log: how far each has come, and one step of one of them in a transaction.
//!
//! The cursor's row is locked for the step, so that two processes that run the same reader take turns, and what a
//! reader did and how far it came are committed together: each event is applied once.

use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use tracker_domain::{
    event::{Change, Facts, Payload},
    id::{IssueId, OrgId, Seq},
    time::Timestamp,
};

/// An event as a reader gets it.
#[derive(Debug, Clone)]
pub struct LogEvent {
    /// Its position.
    pub seq: Seq,
    /// When it happened.
    pub at: Timestamp,
    /// To which issue.
    pub issue: Option<IssueId>,
    /// What happened.
    pub change: Change,
    /// The issue after it.
    pub facts: Option<Facts>,
}

/// Every organization that has events which the reader has not seen.
pub async fn behind(pool: &PgPool, reader: &str) -> Result<Vec<OrgId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT h.org_id FROM org_heads h
         LEFT JOIN reader_cursors c ON c.org_id = h.org_id AND c.reader = $1
         WHERE h.seq > coalesce(c.seq, 0)",
        reader
    );
    Ok(ids.fetch_all(pool).await?.into_iter().map(OrgId).collect())
}

/// Every organization.
pub async fn organizations(connection: &mut PgConnection) -> Result<Vec<OrgId>, sqlx::Error> {
    let ids =
        sqlx::query_scalar!("SELECT org_id FROM org_heads ORDER BY org_id").fetch_all(connection).await?;
    Ok(ids.into_iter().map(OrgId).collect())
}

/// How far a reader has come.
pub async fn position(connection: &mut PgConnection, org: OrgId, reader: &str) -> Result<Seq, sqlx::Error> {
    let seq = sqlx::query_scalar!(
        "SELECT seq FROM reader_cursors WHERE org_id = $1 AND reader = $2",
        org.0,
        reader
    );
    Ok(Seq(seq.fetch_optional(connection).await?.unwrap_or_default()))
}

/// What happened to some issues up to a position, in order.
pub async fn of_issues(
    connection: &mut PgConnection,
    org: OrgId,
    issues: &[i64],
    until: Seq,
) -> Result<Vec<LogEvent>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT seq, at, issue_id, kind, version, payload FROM events
         WHERE org_id = $1 AND issue_id = ANY ($2) AND seq <= $3 ORDER BY seq",
        org.0,
        issues,
        until.0
    );
    read(rows.fetch_all(connection).await?)
}

struct Row {
    seq: i64,
    at: time::OffsetDateTime,
    issue_id: Option<i64>,
    kind: String,
    version: i16,
    payload: Value,
}

fn read(rows: Vec<Row>) -> Result<Vec<LogEvent>, sqlx::Error> {
    let event = |row: Row| -> Result<LogEvent, serde_json::Error> {
        let Payload { data, facts } = serde_json::from_value(row.payload)?;
        let change = Change::read(&row.kind, row.version, data)?;
        let issue = row.issue_id.map(IssueId);
        Ok(LogEvent { seq: Seq(row.seq), at: Timestamp(row.at), issue, change, facts })
    };
    let events: Result<_, _> = rows.into_iter().map(event).collect();
    events.map_err(|error| sqlx::Error::Decode(error.into()))
}

/// One step of one reader in one organization, in the transaction of a connection: the caller commits it.
#[derive(Debug)]
pub struct Step<'c> {
    connection: &'c mut PgConnection,
    org: OrgId,
    reader: &'static str,
    /// How far the reader has come.
    pub seq: Seq,
}

impl<'c> Step<'c> {
    /// Begins one; waits for whoever has the same reader's cursor.
    pub async fn begin(
        connection: &'c mut PgConnection,
        org: OrgId,
        reader: &'static str,
    ) -> Result<Self, sqlx::Error> {
        sqlx::query!(
            "INSERT INTO reader_cursors (org_id, reader, seq) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING",
            org.0,
            reader
        )
        .execute(&mut *connection)
        .await?;
        let seq = sqlx::query_scalar!(
            "SELECT seq FROM reader_cursors WHERE org_id = $1 AND reader = $2 FOR UPDATE",
            org.0,
            reader
        )
        .fetch_one(&mut *connection)
        .await?;
        Ok(Self { connection, org, reader, seq: Seq(seq) })
    }

    /// The next events, at most so many.
    pub async fn next(&mut self, most: i64) -> Result<Vec<LogEvent>, sqlx::Error> {
        let rows = sqlx::query_as!(
            Row,
            "SELECT seq, at, issue_id, kind, version, payload FROM events
             WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            self.org.0,
            self.seq.0,
            most
        )
        .fetch_all(&mut *self.connection)
        .await?;
        let events = read(rows)?;
        self.seq = events.last().map_or(self.seq, |event| event.seq);
        Ok(events)
    }

    /// Where the reader writes.
    pub fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    /// Begins again from the first event.
    pub fn rewind(&mut self) {
        self.seq = Seq(0);
    }

    /// Writes down how far the reader is.
    pub async fn keep(self) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "UPDATE reader_cursors SET seq = $3 WHERE org_id = $1 AND reader = $2",
            self.org.0,
            self.reader,
            self.seq.0
        )
        .execute(self.connection)
        .await?;
        Ok(())
    }
}
