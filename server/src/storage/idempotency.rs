//! Writes that are sent twice do one thing: the first one's answer is kept in its own transaction, and given again.

use serde::{Serialize, de::DeserializeOwned};
use tracker_domain::{account::IdempotencyKey, error::AppError, time::Timestamp};

use super::{Tx, db};
use crate::{fault::fault, session::SessionHash};

/// One write by its name.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Who sent it.
    pub scope: String,
    /// How they named it.
    pub key: IdempotencyKey,
    /// Which function it was sent to.
    pub endpoint: &'static str,
    /// What was asked, as a keyed hash.
    pub request: SessionHash,
}

/// Takes the name for this transaction. While another transaction has it, this is [`AppError::InProgress`] at once: whoever
/// sends a write ten times shall not hold ten connections. `Some` is the answer that was given before; the same name for
/// another request is refused.
pub async fn claim<T: DeserializeOwned>(
    tx: &mut Tx,
    claim: &Claim,
    now: Timestamp,
) -> Result<Option<T>, AppError> {
    let taken = sqlx::query!(
        r#"WITH lock AS MATERIALIZED (
               SELECT CASE WHEN EXISTS (SELECT FROM idempotency_keys k WHERE k.scope = $1 AND k.key = $2) THEN true
                           ELSE pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 18)) END AS got
           ), taken AS (
               INSERT INTO idempotency_keys (scope, key, endpoint, request, created_at)
               SELECT $1, $2, $3, $4, $5 FROM lock WHERE got
               ON CONFLICT DO NOTHING RETURNING true
           )
           SELECT (SELECT got FROM lock) AS "got!", EXISTS (SELECT FROM taken) AS "first!""#,
        claim.scope,
        claim.key.as_str(),
        claim.endpoint,
        &claim.request.0[..],
        now.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    if !taken.got {
        return Err(AppError::InProgress);
    }
    if taken.first {
        return Ok(None);
    }
    let before = sqlx::query!(
        "SELECT endpoint, request, answer FROM idempotency_keys WHERE scope = $1 AND key = $2",
        claim.scope,
        claim.key.as_str()
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    if before.endpoint != claim.endpoint || before.request != claim.request.0 {
        return Err(AppError::invalid(
            "idempotency_key",
            "This was sent before with other content. Load the page again, or send another key.",
        ));
    }
    let answer = before.answer.ok_or_else(|| fault(&"a claimed write has no answer"))?;
    serde_json::from_value(answer).map(Some).map_err(|error| fault(&error))
}

/// Keeps the answer; to be called in the same transaction, before its position is taken.
pub async fn answer<T: Serialize + Sync>(tx: &mut Tx, claim: &Claim, answer: &T) -> Result<(), AppError> {
    let answer = serde_json::to_value(answer).map_err(|error| fault(&error))?;
    sqlx::query!(
        "UPDATE idempotency_keys SET answer = $3 WHERE scope = $1 AND key = $2",
        claim.scope,
        claim.key.as_str(),
        answer
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}
