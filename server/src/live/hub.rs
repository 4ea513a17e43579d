//! The hub: who listens to what, how far each has come, and what is sent to whom. Plain data under one lock: no socket,
//! no SQL, no clock, no waiting, so that its rules are tested as data.
//!
//! - An organization that somebody listens to has a head: the last position that was published here.
//! - A subscription has `next`: the next position to consider for it. One that is *live* is past the head, so that
//!   publishing reaches it; one that is *behind* is filled from storage until it is past the head, under the same lock.
//!   Nothing can fall between the two, and a position that was considered is never considered again.
//! - A connection has a bounded queue. Whoever does not empty it is closed and may come back: nobody waits for them.
//! - Who may see what is asked of the policy at each delivery; a changed role ends the subscription with a resync, and
//!   the role is read anew when the browser subscribes again.

mod state;
#[cfg(test)]
mod tests;

use state::{Connection, State, Subscription, Watch, moves};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};
use tracker_domain::{
    id::{OrgId, Seq, SessionId, UserId},
    live::{ServerMessage, Topic, close},
    org::Role,
    policy::Actor,
    time::Timestamp,
};

use super::item::LoadedEvent;

/// Messages that a connection may be behind before it is closed as too slow.
pub const QUEUE: usize = 256;
/// Most subscriptions of one connection.
pub const MAX_TOPICS: usize = 16;
/// Most events that a subscription is told one by one when it begins.
pub const MAX_BEHIND: i64 = 1_000;

/// One connection, as the hub names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

/// A message on its way to one connection.
#[derive(Debug)]
pub struct Outgoing {
    /// What is said.
    pub message: ServerMessage,
    /// When the first event in it was recorded, if it is fresh.
    pub recorded_at: Option<Timestamp>,
}

impl From<ServerMessage> for Outgoing {
    fn from(message: ServerMessage) -> Self {
        Self { message, recorded_at: None }
    }
}

/// The socket's side of a connection; the hub forgets it when this is dropped.
#[derive(Debug)]
pub struct Connected {
    /// Its name.
    pub id: ConnectionId,
    /// What to send.
    pub queue: mpsc::Receiver<Outgoing>,
    /// The close code, once the hub has closed it.
    pub closing: oneshot::Receiver<u16>,
    hub: Hub,
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        state.remove(self.id);
        state.sockets -= 1;
    }
}

/// What a subscription needs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backlog {
    /// Events after this position.
    Read(OrgId, Seq),
    /// Nothing: it is live from here on.
    Done,
    /// Nothing: it has ended.
    Gone,
}

/// What is checked again and again about a connection.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Which connection.
    pub id: ConnectionId,
    /// Who.
    pub user: UserId,
    /// By which session.
    pub session: SessionId,
    /// Where they listen.
    pub orgs: BTreeSet<OrgId>,
}

/// See the module. Clones are the same hub.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Mutex<State>>);

impl Hub {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new connection of a person who is signed in.
    pub fn connect(&self, user: UserId, session: SessionId) -> Connected {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let (closing, closed) = oneshot::channel();
        let mut state = self.state();
        state.last_id += 1;
        state.sockets += 1;
        let id = ConnectionId(state.last_id);
        state.connections.insert(id, Connection { user, session, queue, closing, topics: BTreeMap::new() });
        state.count();
        Connected { id, queue: receiver, closing: closed, hub: self.clone() }
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.state().connections.len()
    }

    /// Waits until the sockets of all connections are gone, closed ones too.
    pub async fn sockets_ended(&self) {
        while self.state().sockets > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends a connection with a close code.
    pub fn close(&self, id: ConnectionId, code: u16) {
        self.state().close(id, code);
    }

    /// Ends all connections with a close code.
    pub fn close_all(&self, code: u16) {
        let mut state = self.state();
        let ids: Vec<_> = state.connections.keys().copied().collect();
        ids.into_iter().for_each(|id| state.close(id, code));
    }

    /// Says something to one connection.
    pub fn send(&self, id: ConnectionId, message: ServerMessage) {
        self.state().send(id, message.into());
    }

    /// Begins a subscription of `actor` (found out just before) after `since`, replacing one of the same topic; `head`
    /// is the end of the log, read just before. `false`: too much was missed, or the log is not that long, and the
    /// browser was told so.
    pub fn subscribe(
        &self,
        id: ConnectionId,
        topic: &Topic,
        org: OrgId,
        actor: Actor,
        since: Seq,
        head: Seq,
    ) -> bool {
        let mut state = self.state();
        state.unsubscribe(id, topic);
        let end = state.orgs.get(&org).map_or(head, |watch| watch.head.max(head));
        if since < Seq(0) || since > end || end.0 - since.0 > MAX_BEHIND {
            state.send(id, ServerMessage::Resync { topic: topic.clone() }.into());
            return false;
        }
        let Some(connection) = state.connections.get_mut(&id) else {
            return false;
        };
        let next = Seq(since.0 + 1);
        connection.topics.insert(topic.clone(), Subscription { org, actor, told: since, next, live: false });
        state.orgs.entry(org).or_insert(Watch { head, listeners: BTreeSet::new() }).listeners.insert(id);
        true
    }

    /// Whether the connection can have one more subscription.
    pub fn has_room(&self, id: ConnectionId, topic: &Topic) -> bool {
        let state = self.state();
        let topics = state.connections.get(&id).map(|connection| &connection.topics);
        topics.is_some_and(|topics| topics.len() < MAX_TOPICS || topics.contains_key(topic))
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, id: ConnectionId, topic: &Topic) {
        self.state().unsubscribe(id, topic);
    }

    /// Ends a subscription and tells the browser to load its page's data anew.
    pub fn resync(&self, id: ConnectionId, topic: &Topic) {
        self.state().resync(id, topic);
    }

    /// What the subscription needs next; one that is past the head becomes live in the same moment.
    pub fn backlog(&self, id: ConnectionId, topic: &Topic) -> Backlog {
        self.state().backlog(id, topic)
    }

    /// Hands a subscription events that were read for it.
    pub fn fill(&self, id: ConnectionId, topic: &Topic, events: &[Arc<LoadedEvent>]) {
        let mut state = self.state();
        let Some(connection) = state.connections.get_mut(&id) else {
            return;
        };
        let user = connection.user;
        let Some(subscription) = connection.topics.get_mut(topic) else {
            return;
        };
        if events.iter().any(|event| moves(event, user)) {
            return state.resync(id, topic);
        }
        if let Some(message) = subscription.advance(topic, events, 0) {
            state.send(id, message.into());
        }
    }

    /// Where somebody listens, and the last position that was published there.
    pub fn watched(&self) -> HashMap<OrgId, Seq> {
        self.state().orgs.iter().map(|(org, watch)| (*org, watch.head)).collect()
    }

    /// The last position that was published in an organization where somebody listens.
    pub fn head(&self, org: OrgId) -> Option<Seq> {
        self.state().orgs.get(&org).map(|watch| watch.head)
    }

    /// Delivers events in order. Those up to the head are passed over; at a gap it stops, and gives `false`.
    pub fn publish(&self, org: OrgId, events: &[Arc<LoadedEvent>]) -> bool {
        self.state().publish(org, events)
    }

    /// All connections, to be checked.
    pub fn seats(&self) -> Vec<Seat> {
        let state = self.state();
        let seat = |(id, connection): (&ConnectionId, &Connection)| Seat {
            id: *id,
            user: connection.user,
            session: connection.session,
            orgs: connection.topics.values().map(|subscription| subscription.org).collect(),
        };
        state.connections.iter().map(seat).collect()
    }

    /// Applies what a check of `seats` found: the sessions that are still valid, and the present roles.
    pub fn enforce(
        &self,
        seats: &[Seat],
        sessions: &HashSet<SessionId>,
        roles: &HashMap<(OrgId, UserId), Role>,
    ) {
        let mut state = self.state();
        for seat in seats {
            if !sessions.contains(&seat.session) {
                state.close(seat.id, close::SIGN_IN);
            }
            for org in &seat.orgs {
                match roles.get(&(*org, seat.user)) {
                    Some(role) => state.hold_to(seat.id, *org, *role),
                    None => state.close(seat.id, close::FORBIDDEN),
                }
            }
        }
    }

    /// What must always be true; says what is not.
    pub fn check(&self) -> Result<(), String> {
        self.state().check()
    }
}
