//! A write that is sent twice does one thing.

use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Debug, time::Duration};
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

/// Who sent a write, which says how long it waits for its twin: the one of the same name that is still being done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A browser shows the answer to the second click, which shall be that of the first: it waits.
    #[default]
    Form,
    /// A program hears that the first is under way. It is asked once more only because a transaction that was given up
    /// takes a moment to end.
    Program,
}

impl Sender {
    /// How soon it is asked again.
    const STEP: Duration = Duration::from_millis(100);

    fn steps(self) -> u32 {
        match self {
            Self::Form => 100,
            Self::Program => 1,
        }
    }

    /// Does something, and again as long as its twin is being done.
    pub(crate) async fn wait_for_twin<T, F>(self, mut attempt: impl FnMut() -> F) -> Result<T, AppError>
    where
        F: Future<Output = Result<T, AppError>>,
    {
        let mut left = self.steps();
        loop {
            let outcome = attempt().await;
            if left == 0 || !matches!(outcome, Err(AppError::InProgress)) {
                return outcome;
            }
            left -= 1;
            tokio::time::sleep(Self::STEP).await;
        }
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
