//! Appending to the log.

use tracker_domain::{
    error::AppError,
    event::{Origin, Payload, VERSION},
    id::Seq,
};

use super::{
    db,
    tx::{Member, NewEvent, Tx},
};
use crate::fault::fault;

/// Takes as many positions as there are events and writes them in order; gives the last position.
pub(super) async fn append(tx: &mut Tx, member: &Member, new: &[NewEvent]) -> Result<Seq, AppError> {
    let (mut ats, mut issues, mut kinds, mut payloads) = (vec![], vec![], vec![], vec![]);
    for event in new {
        let (kind, data) = event.change.split().map_err(|error| fault(&error))?;
        let payload = Payload { data, facts: event.issue.map(|(_, facts)| facts) };
        ats.push(event.at.0);
        issues.push(event.issue.map(|(id, _)| id.0));
        kinds.push(kind);
        payloads.push(serde_json::to_value(payload).map_err(|error| fault(&error))?);
    }
    let last = sqlx::query_scalar!(
        r#"WITH head AS (
               UPDATE org_heads SET seq = seq + $2 WHERE org_id = $1 RETURNING seq
           ), written AS (
               INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, issue_id, kind, version, payload)
               SELECT $1, head.seq - $2 + new.position, new.at, clock_timestamp(), $3,
                      CASE WHEN coalesce(current_setting('tracker.token', true), '') = '' THEN $4 ELSE $10 END,
                      new.issue_id, new.kind, $5, new.payload
               FROM head, unnest($6::timestamptz[], $7::bigint[], $8::text[], $9::jsonb[])
                   WITH ORDINALITY AS new (at, issue_id, kind, payload, position)
           )
           SELECT seq FROM head"#,
        member.org.0,
        new.len() as i64,
        member.actor.user.0,
        Origin::Person.word(),
        VERSION,
        &ats,
        &issues as &[Option<i64>],
        &kinds,
        &payloads,
        Origin::Api.word(),
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(Seq(last))
}
