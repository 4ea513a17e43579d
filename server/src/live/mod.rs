//! Live updates: from a commit to the open pages of everybody who may see it.
//!
//! ```text
//! service ── commit ── Bell::ring ─┬─ Tailer ── reads the log after the hub's head ── Hub ── queue ── socket ── browser
//! other process ── NOTIFY ─────────┤                                                   │
//! a look at the heads, twice a second ┘                              asks the policy for each viewer
//! ```
//!
//! The contract with the page is in [`tracker_domain::live`]; what makes it true is in [`hub`]. What is promised here:
//!
//! - A committed event reaches the pages of this process at once, and those of other processes with the notification,
//!   or with the next look when that is lost. Nothing that was not committed is ever sent.
//! - Each page gets each event that its viewer may see once and in order, across reconnects, or is told to load anew.
//! - A slow browser is closed, not waited for. An ended session or membership is closed within two seconds.
//!
//! To make another page live, see [`item`](self::item()).

pub mod bell;
pub mod hub;
mod item;
mod socket;
pub mod tailer;
mod watch;

pub use bell::{Bell, Ear};
pub use hub::Hub;
pub use item::{LoadedEvent, LoadedIssue, item, shows};
pub use socket::Door;

use std::{sync::Arc, time::Duration};
use tailer::Tailer;
use tokio_util::sync::CancellationToken;
use tracker_domain::time::Clock;
use watch::Watchman;

use crate::{
    http::Routes,
    storage::{Db, live::LiveStore},
};

/// How long the last words to the browsers may take when the program ends.
const GOODBYE: Duration = Duration::from_secs(2);
/// RFC 6455: the server is going away.
const GOING_AWAY: u16 = 1001;

/// The live path of one process.
#[derive(Clone, Debug)]
pub struct Live {
    /// Ring it after every commit.
    pub bell: Bell,
    /// Who listens.
    pub hub: Hub,
    store: LiveStore,
}

impl Live {
    /// Starts the tasks; they end with `stop`, and so do the connections, with a word to come back.
    pub fn start(db: Db, clock: Arc<dyn Clock>, stop: CancellationToken) -> Self {
        let store = LiveStore::new(db);
        let hub = Hub::default();
        let bell = Bell::start(store.clone(), stop.clone());
        let tailer = Tailer { store: store.clone(), hub: hub.clone(), ear: bell.ear() };
        let watchman = Watchman { store: store.clone(), hub: hub.clone(), clock };
        tokio::spawn(stop.clone().run_until_cancelled_owned(tailer.run()));
        tokio::spawn(stop.clone().run_until_cancelled_owned(watchman.run()));
        let leaving = hub.clone();
        tokio::spawn(async move {
            stop.cancelled().await;
            leaving.close_all(GOING_AWAY);
        });
        Self { bell, hub, store }
    }

    /// The route `GET /live`.
    pub fn routes(&self, door: Door) -> Routes {
        socket::routes(self.clone(), door)
    }

    /// Waits until every socket has said goodbye, or long enough. Call it after `stop`, before the program ends.
    pub async fn ended(&self) {
        let _ = tokio::time::timeout(GOODBYE, self.hub.sockets_ended()).await;
    }
}
