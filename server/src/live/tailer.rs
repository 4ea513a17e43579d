//! The tailer: reads the log once for this process, however many listen, and hands what is new to the hub.
//!
//! Its position in each log is the hub's head, so there is nothing to keep in step. The bell says where to look at once;
//! every [`LOOK_EVERY`] all heads are looked at, for rings that were lost. Positions are gapless, so a gap means that
//! something is wrong with the reading: the tailer stops there, says so, and tries again at its next look.

use std::{collections::BTreeSet, time::Duration};
use tokio::time::MissedTickBehavior;
use tracker_domain::{
    error::AppError,
    id::{OrgId, Seq},
};

use super::{Ear, Hub};
use crate::storage::live::LiveStore;

/// How often all heads are looked at.
pub const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Events that are read at a time.
pub const BATCH: i64 = 500;

/// See the module.
#[derive(Debug)]
pub struct Tailer {
    /// Where it reads.
    pub store: LiveStore,
    /// Where it delivers.
    pub hub: Hub,
    /// What wakes it.
    pub ear: Ear,
}

impl Tailer {
    /// Delivers for ever.
    pub async fn run(self) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                rung = self.ear.heard() => self.catch_up_with(rung).await,
                _ = look.tick() => self.look().await,
            };
            if done.is_err() {
                // The fault is in the log already. The database may be away: leave it in peace until the next look.
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }

    async fn catch_up_with(&self, orgs: BTreeSet<OrgId>) -> Result<(), AppError> {
        for org in orgs {
            self.catch_up(org).await?;
        }
        Ok(())
    }

    async fn look(&self) -> Result<(), AppError> {
        let watched = self.hub.watched();
        if watched.is_empty() {
            return Ok(());
        }
        let orgs: Vec<OrgId> = watched.keys().copied().collect();
        let heads = self.store.heads(&orgs).await?;
        let behind = |org: &OrgId| heads.get(org).copied().unwrap_or(Seq(0)) > watched[org];
        self.catch_up_with(orgs.into_iter().filter(behind).collect()).await
    }

    async fn catch_up(&self, org: OrgId) -> Result<(), AppError> {
        while let Some(head) = self.hub.head(org) {
            let events = self.store.events(org, head, BATCH).await?;
            if !self.hub.publish(org, &events) {
                tracing::error!(%org, after = %head, "the log has a gap here; live updates wait until it is closed");
                return Ok(());
            }
            if (events.len() as i64) < BATCH {
                return Ok(());
            }
        }
        Ok(())
    }
}
