//! Following the log: wake by the bell or look every half second, and apply what is new, in order and once.

use async_trait::async_trait;
use sqlx::{PgConnection, PgPool};
use std::{fmt::Debug, sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracker_domain::id::OrgId;

use super::Beat;
use crate::{
    state::App,
    storage::readers::{self, LogEvent, Step},
};

/// How often a reader looks for itself, for a ring can get lost.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Most events of one step: its transaction stays short, and others of the organization get their turn.
const STEP: i64 = 5_000;

/// The same when everything is built anew, where nobody waits for a step: in a larger one more begins and ends.
const ANEW: i64 = 50_000;

/// Something that is derived from the log. It writes through the connection that it is given and nowhere else, so that
/// what it did and how far it came are committed together.
///
/// To add one, implement this, name it in [`super::readers`], and give `tracker_system` the rights to its tables.
#[async_trait]
pub trait Reader: Debug + Send + Sync {
    /// Its name: that of its cursor, and what `tracker admin rebuild` takes.
    fn name(&self) -> &'static str;
    /// Applies events of one organization, in order.
    async fn apply(
        &self,
        connection: &mut PgConnection,
        org: OrgId,
        events: &[LogEvent],
    ) -> Result<(), sqlx::Error>;
    /// Forgets everything about one organization.
    async fn clear(&self, connection: &mut PgConnection, org: OrgId) -> Result<(), sqlx::Error>;
}

/// Follows the log until `stop`.
pub(super) async fn follow(
    reader: Arc<dyn Reader>,
    app: App,
    stop: CancellationToken,
    beat: Beat,
) -> Result<(), sqlx::Error> {
    let ear = app.bell.ear();
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let rung: Vec<OrgId> = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            orgs = ear.heard() => orgs.into_iter().collect(),
            _ = look.tick() => readers::behind(&app.db.system, reader.name()).await?,
        };
        for org in rung {
            while step(&*reader, &app.db.system, org).await? == STEP && !stop.is_cancelled() {}
        }
        beat.well();
    }
}

/// One step in one organization; gives how many events were applied.
pub async fn step(reader: &dyn Reader, pool: &PgPool, org: OrgId) -> Result<i64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let mut step = Step::begin(&mut transaction, org, reader.name()).await?;
    let events = step.next(STEP).await?;
    if events.is_empty() {
        return Ok(0);
    }
    reader.apply(step.connection(), org, &events).await?;
    step.keep().await?;
    transaction.commit().await?;
    Ok(events.len() as i64)
}

/// Builds what the reader keeps anew from the first event, each organization in one transaction: nobody sees it half
/// done. Gives how many events there were.
pub async fn rebuild(reader: &dyn Reader, pool: &PgPool) -> Result<i64, sqlx::Error> {
    let mut count = 0;
    for org in readers::organizations(&mut *pool.acquire().await?).await? {
        let mut transaction = pool.begin().await?;
        let mut step = Step::begin(&mut transaction, org, reader.name()).await?;
        reader.clear(step.connection(), org).await?;
        step.rewind();
        count += catch_up(reader, step, org, |_| {}).await?;
        transaction.commit().await?;
    }
    Ok(count)
}

/// Applies all that a step has before it, and gives how many events that were; `tell` hears of each lot of them.
pub async fn catch_up(
    reader: &dyn Reader,
    mut step: Step<'_>,
    org: OrgId,
    mut tell: impl FnMut(i64) + Send,
) -> Result<i64, sqlx::Error> {
    let mut count = 0;
    loop {
        let events = step.next(ANEW).await?;
        if events.is_empty() {
            break;
        }
        reader.apply(step.connection(), org, &events).await?;
        count += events.len() as i64;
        tell(count);
    }
    step.keep().await?;
    Ok(count)
}
