//! The bell: "something was committed in this organization". It carries no news itself, only the hint to look.
//!
//! Whoever commits rings after the commit; [`Bell::ring`] never blocks and never fails. Ears in this process hear it at
//! once; those of other processes through one `NOTIFY` for many rings, because a `NOTIFY` in the writing transaction
//! would queue all commits of the cluster on one lock. A ring may get lost (a broken connection, a process that was
//! killed): every listener also looks at the heads of the log now and then, and that is the truth.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracker_domain::id::OrgId;

use crate::storage::live::LiveStore;

/// How long the listening task waits before it connects again.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// See the module. Clones ring the same bell.
#[derive(Clone, Debug, Default)]
pub struct Bell {
    drums: Arc<Mutex<Vec<Weak<Drum>>>>,
    stop: CancellationToken,
}

/// Hears the rings since it listened last, each organization once.
#[derive(Debug)]
pub struct Ear(Arc<Drum>);

#[derive(Debug)]
struct Drum {
    reach: Reach,
    rung: Mutex<BTreeSet<OrgId>>,
    wake: Notify,
}

/// Whose rings an ear hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Those of this process.
    Here,
    /// Those of all processes.
    Everywhere,
}

impl Bell {
    /// A bell that is heard in this process only: for tests and for programs that run once.
    pub fn silent() -> Self {
        Self::default()
    }

    /// A bell that is heard by all processes of this database, until `stop`.
    pub fn start(store: LiveStore, stop: CancellationToken) -> Self {
        let bell = Self { stop: stop.clone(), ..Self::default() };
        let sender = rand::random::<u32>();
        tokio::spawn(stop.clone().run_until_cancelled_owned(tell_others(
            bell.listen(Reach::Here),
            store.clone(),
            sender,
        )));
        tokio::spawn(stop.run_until_cancelled_owned(hear_others(bell.clone(), store, sender)));
        bell
    }

    /// Says that something was committed in `org`.
    pub fn ring(&self, org: OrgId) {
        self.sound(org, |_| true);
    }

    /// Waits until the program stops: nothing is heard from then on.
    pub async fn over(&self) {
        self.stop.cancelled().await;
    }

    /// Whether it has stopped.
    pub fn is_over(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// An ear for the rings of all processes.
    pub fn ear(&self) -> Ear {
        self.listen(Reach::Everywhere)
    }

    fn listen(&self, reach: Reach) -> Ear {
        let drum = Arc::new(Drum { reach, rung: Mutex::default(), wake: Notify::new() });
        locked(&self.drums).push(Arc::downgrade(&drum));
        Ear(drum)
    }

    fn sound(&self, org: OrgId, hears: impl Fn(Reach) -> bool) {
        locked(&self.drums).retain(|drum| {
            let Some(drum) = drum.upgrade() else { return false };
            if hears(drum.reach) {
                locked(&drum.rung).insert(org);
                drum.wake.notify_one();
            }
            true
        });
    }
}

impl Ear {
    /// Waits for a ring; gives the organizations that were rung for. Nothing is lost when the wait is cancelled.
    pub async fn heard(&self) -> BTreeSet<OrgId> {
        self.0.wake.notified().await;
        std::mem::take(&mut *locked(&self.0.rung))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Rings that come while a message is on its way wait for the next one: that is all the coalescing there is.
async fn tell_others(ear: Ear, store: LiveStore, sender: u32) {
    loop {
        let orgs = ear.heard().await;
        for message in messages(sender, &orgs) {
            if let Err(error) = store.notify(&message).await {
                tracing::debug!(%error, "other processes were not notified; they will see it at their next look");
            }
        }
    }
}

async fn hear_others(bell: Bell, store: LiveStore, sender: u32) {
    loop {
        if let Err(error) = hear(&bell, &store, sender).await {
            tracing::debug!(%error, "not listening to other processes at the moment");
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

async fn hear(bell: &Bell, store: &LiveStore, own: u32) -> Result<(), sqlx::Error> {
    let mut listener = store.listen().await?;
    loop {
        let notification = listener.recv().await?;
        let (sender, orgs) = read(notification.payload());
        if sender != Some(own) {
            orgs.into_iter().for_each(|org| bell.sound(org, |reach| reach == Reach::Everywhere));
        }
    }
}

/// Organizations in one message: far below the 8,000 bytes that a notification can carry.
const ORGS_A_MESSAGE: usize = 300;

/// `sender:1,2,3`; the sender's own listener passes over it.
fn messages(sender: u32, orgs: &BTreeSet<OrgId>) -> Vec<String> {
    let ids: Vec<String> = orgs.iter().map(ToString::to_string).collect();
    ids.chunks(ORGS_A_MESSAGE).map(|ids| format!("{sender}:{}", ids.join(","))).collect()
}

fn read(message: &str) -> (Option<u32>, Vec<OrgId>) {
    let (sender, ids) = message.split_once(':').unwrap_or(("", message));
    (sender.parse().ok(), ids.split(',').filter_map(|id| id.parse().ok()).map(OrgId).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_ear_hears_each_organization_once_and_nothing_twice() {
        let bell = Bell::silent();
        let (ear, other) = (bell.ear(), bell.ear());
        for org in [2, 1, 2] {
            bell.ring(OrgId(org));
        }
        assert_eq!(ear.heard().await, BTreeSet::from([OrgId(1), OrgId(2)]));
        assert!(tokio::time::timeout(Duration::from_millis(10), ear.heard()).await.is_err());
        bell.ring(OrgId(3));
        assert_eq!(ear.heard().await, BTreeSet::from([OrgId(3)]));
        assert_eq!(other.heard().await.len(), 3);
    }

    #[tokio::test]
    async fn what_other_processes_did_is_not_told_to_them_again() {
        let bell = Bell::silent();
        let (here, everywhere) = (bell.listen(Reach::Here), bell.ear());
        bell.sound(OrgId(1), |reach| reach == Reach::Everywhere);
        assert_eq!(everywhere.heard().await.len(), 1);
        assert!(tokio::time::timeout(Duration::from_millis(10), here.heard()).await.is_err());
    }

    #[test]
    fn a_message_reads_back_and_stays_small() {
        let orgs: BTreeSet<OrgId> = (i64::MAX - 1_000..i64::MAX).map(OrgId).collect();
        let messages = messages(7, &orgs);
        assert!(messages.iter().all(|message| message.len() < 8_000));
        let back: BTreeSet<OrgId> = messages.iter().flat_map(|message| read(message).1).collect();
        assert_eq!(back, orgs);
        assert!(messages.iter().all(|message| read(message).0 == Some(7)));
        assert_eq!(read("1,x,2"), (None, vec![OrgId(1), OrgId(2)]));
    }
}
