//! A write that is sent twice does one thing.

use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use tracker_domain::{account::IdempotencyKey, error::AppError};

use crate::{
    App,
    storage::{
        Member, NewEvent, Tx,
        idempotency::{self, Claim},
    },
};

/// What a write does inside its transaction: its answer and its events.
pub(super) type Done<T> = (T, Vec<NewEvent>);

/// One write's name, if its sender gave it one.
pub(super) fn claim(
    app: &App,
    scope: String,
    endpoint: &'static str,
    request: &impl Debug,
    key: Option<&str>,
) -> Result<Option<Claim>, AppError> {
    let Some(key) = key.filter(|key| !key.is_empty()) else { return Ok(None) };
    let key = IdempotencyKey::parse(key)?;
    // The command's debug form is its content without secrets.
    let request = app.key.hash(format!("{request:?}").as_bytes());
    Ok(Some(Claim { scope, key, endpoint, request }))
}

/// The answer that was given to the same write before, if it was sent before.
pub(super) async fn before<T: DeserializeOwned>(
    app: &App,
    tx: &mut Tx,
    claim: Option<&Claim>,
) -> Result<Option<T>, AppError> {
    match claim {
        Some(claim) => idempotency::claim(tx, claim, app.clock.now()).await,
        None => Ok(None),
    }
}

/// Keeps the answer, commits with the events, and rings.
pub(super) async fn finish<T: Serialize + Sync>(
    app: &App,
    mut tx: Tx,
    member: &Member,
    claim: Option<&Claim>,
    (answer, events): Done<T>,
) -> Result<T, AppError> {
    if let Some(claim) = claim {
        idempotency::answer(&mut tx, claim, &answer).await?;
    }
    app.commit(tx, member, &events).await?;
    Ok(answer)
}
