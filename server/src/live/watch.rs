//! Holds open connections to what is true now: a session that has ended, a member who was removed or has another role.
//!
//! A role change is an event and acts at once; this is for everything that is not one, and for whoever was just
//! connecting. When the database does not answer, nothing is delivered either, so waiting is safe.

use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::MissedTickBehavior;
use tracker_domain::{error::AppError, time::Clock};

use super::Hub;
use crate::storage::live::LiveStore;

/// How often; an ended session is off the air within twice that.
pub const CHECK_EVERY: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Watchman {
    pub(super) store: LiveStore,
    pub(super) hub: Hub,
    pub(super) clock: Arc<dyn Clock>,
}

impl Watchman {
    /// Checks for ever.
    pub(super) async fn run(self) {
        let mut tick = tokio::time::interval(CHECK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if self.check().await.is_err() {
                tokio::time::sleep(CHECK_EVERY).await;
            }
        }
    }

    async fn check(&self) -> Result<(), AppError> {
        let seats = self.hub.seats();
        if seats.is_empty() {
            return Ok(());
        }
        let sessions: Vec<_> = seats.iter().map(|seat| seat.session).collect();
        let members: BTreeSet<_> =
            seats.iter().flat_map(|seat| seat.orgs.iter().map(|org| (*org, seat.user))).collect();
        let valid = self.store.sessions(&sessions, self.clock.now()).await?;
        let roles = self.store.roles(&members.into_iter().collect::<Vec<_>>()).await?;
        self.hub.enforce(&seats, &valid, &roles);
        Ok(())
    }
}
