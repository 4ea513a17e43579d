//! The log for programs that follow it, read as the person whom they act for: row-level security, with the projects of a
//! token, has decided what there is before the policy is asked.

use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    event::{Change, Payload},
    follow::{LogEvent, LogPage},
    id::{Seq, UserId},
    issue::IssueRow,
    org::Person,
    time::Timestamp,
};

use super::{Tx, db};
use crate::fault::fault;

/// So many positions are considered at a time, whoever reads: for a reporter most of them hold nothing.
const SPAN: i64 = 1_000;

/// The end of the organization's log.
pub async fn head(tx: &mut Tx) -> Result<Seq, AppError> {
    let seq = sqlx::query_scalar!("SELECT seq FROM org_heads WHERE org_id = tracker_org()");
    Ok(Seq(seq.fetch_optional(tx.connection()?).await.map_err(db)?.unwrap_or_default()))
}

/// At most `limit` events after a position, in order, each with its issue as that is now.
pub async fn page(tx: &mut Tx, after: Seq, limit: u16) -> Result<LogPage, AppError> {
    let head = head(tx).await?;
    let to = Seq(head.0.min(after.0 + SPAN));
    if to <= after {
        return Ok(LogPage { events: Vec::new(), next: after, head });
    }
    let rows = sqlx::query!(
        r#"SELECT e.seq, e.at, e.recorded_at, e.origin, e.actor_id, u.name AS actor_name, e.kind, e.version,
                  e.payload AS "payload: Json<Payload>", tracker_row(i) AS "issue!: Json<IssueRow>",
                  CASE WHEN e.kind = 'comment_added' THEN (
                      SELECT c.body_html FROM comments c
                      WHERE c.org_id = e.org_id AND c.issue_id = e.issue_id
                          AND c.id = (e.payload -> 'data' ->> 'comment')::bigint) END AS comment_html
           FROM events e
           JOIN users u ON u.id = e.actor_id
           JOIN issues i ON i.org_id = e.org_id AND i.id = e.issue_id
           WHERE e.org_id = tracker_org() AND e.seq > $1 AND e.seq <= $2
           ORDER BY e.seq LIMIT $3"#,
        after.0,
        to.0,
        i64::from(limit)
    );
    let rows = rows.fetch_all(tx.connection()?).await.map_err(db)?;
    let read = |change: Result<Change, serde_json::Error>| change.map_err(|error| fault(&error));
    let load = rows.into_iter().map(|row| {
        Ok(LogEvent {
            seq: Seq(row.seq),
            at: Timestamp(row.at),
            recorded_at: Timestamp(row.recorded_at),
            origin: row.origin.parse()?,
            actor: Person { id: UserId(row.actor_id), name: row.actor_name },
            change: read(Change::read(&row.kind, row.version, row.payload.0.data))?,
            issue: row.issue.0,
            comment_html: row.comment_html,
        })
    });
    let events = load.collect::<Result<Vec<LogEvent>, AppError>>()?;
    let full = events.len() == usize::from(limit);
    let next = events.last().filter(|_| full).map_or(to, |last| last.seq);
    Ok(LogPage { events, next, head })
}
