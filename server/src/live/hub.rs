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

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};
use tracker_domain::{
    event::Change,
    id::{OrgId, Seq, UserId},
    live::{ServerMessage, Topic, close},
    org::Role,
    policy::Actor,
    time::Timestamp,
};

use super::item::{LoadedEvent, item};
use crate::session::SessionHash;

/// Messages that a connection may be behind before it is closed as too slow.
pub const QUEUE: usize = 256;
/// Most subscriptions of one connection.
pub const MAX_TOPICS: usize = 16;
/// Most events that a subscription is told one by one when it begins.
pub const MAX_BEHIND: i64 = 1_000;
/// Positions with nothing for a page are kept back until there are so many, or something is for it.
const MAX_QUIET: i64 = 100;

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
        Self {
            message,
            recorded_at: None,
        }
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
    pub session: SessionHash,
    /// Where they listen.
    pub orgs: BTreeSet<OrgId>,
}

/// See the module. Clones are the same hub.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    /// Also those that are closed here and still say goodbye.
    sockets: usize,
    connections: HashMap<ConnectionId, Connection>,
    orgs: HashMap<OrgId, Watch>,
}

#[derive(Debug)]
struct Watch {
    head: Seq,
    listeners: BTreeSet<ConnectionId>,
}

#[derive(Debug)]
struct Connection {
    user: UserId,
    session: SessionHash,
    queue: mpsc::Sender<Outgoing>,
    closing: oneshot::Sender<u16>,
    topics: BTreeMap<Topic, Subscription>,
}

#[derive(Debug)]
struct Subscription {
    org: OrgId,
    actor: Actor,
    /// The last position that the browser was told.
    told: Seq,
    /// The next position to consider; after `told`.
    next: Seq,
    live: bool,
}

impl Hub {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new connection of a person who is signed in.
    pub fn connect(&self, user: UserId, session: SessionHash) -> Connected {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let (closing, closed) = oneshot::channel();
        let mut state = self.state();
        state.last_id += 1;
        state.sockets += 1;
        let id = ConnectionId(state.last_id);
        state.connections.insert(
            id,
            Connection {
                user,
                session,
                queue,
                closing,
                topics: BTreeMap::new(),
            },
        );
        state.count();
        Connected {
            id,
            queue: receiver,
            closing: closed,
            hub: self.clone(),
        }
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
        connection.topics.insert(
            topic.clone(),
            Subscription {
                org,
                actor,
                told: since,
                next,
                live: false,
            },
        );
        state
            .orgs
            .entry(org)
            .or_insert(Watch {
                head,
                listeners: BTreeSet::new(),
            })
            .listeners
            .insert(id);
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
        self.state()
            .orgs
            .iter()
            .map(|(org, watch)| (*org, watch.head))
            .collect()
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
            orgs: connection
                .topics
                .values()
                .map(|subscription| subscription.org)
                .collect(),
        };
        state.connections.iter().map(seat).collect()
    }

    /// Applies what a check of `seats` found: the sessions that are still valid, and the present roles.
    pub fn enforce(
        &self,
        seats: &[Seat],
        sessions: &HashSet<SessionHash>,
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

/// Whether an event changes what `user` may see.
fn moves(event: &LoadedEvent, user: UserId) -> bool {
    matches!(event.change, Change::RoleChanged { user: who, .. } if who == user)
}

impl Subscription {
    /// Considers events from `next` on, without a gap; a message when there is something to tell, or more than `quiet`
    /// positions were passed in silence.
    fn advance(&mut self, topic: &Topic, events: &[Arc<LoadedEvent>], quiet: i64) -> Option<ServerMessage> {
        let mut items = Vec::new();
        let first = self.next;
        for event in events.iter().skip_while(|event| event.seq < first) {
            if event.seq != self.next {
                break;
            }
            self.next.0 += 1;
            items.extend(item(&topic.page, self.actor, event));
        }
        let to = Seq(self.next.0 - 1);
        if items.is_empty() && to.0 - self.told.0 <= quiet {
            return None;
        }
        let from = Seq(self.told.0 + 1);
        self.told = to;
        Some(ServerMessage::Events {
            topic: topic.clone(),
            from,
            to,
            items,
        })
    }
}

impl State {
    fn count(&self) {
        metrics::gauge!("tracker_live_connections").set(self.connections.len() as f64);
    }

    fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        let connection = self.connections.remove(&id)?;
        for subscription in connection.topics.values() {
            self.unwatch(id, subscription.org);
        }
        self.count();
        Some(connection)
    }

    fn close(&mut self, id: ConnectionId, code: u16) {
        if let Some(connection) = self.remove(id) {
            // The socket may have gone in the same moment; then there is nobody to tell.
            let _ = connection.closing.send(code);
        }
    }

    fn send(&mut self, id: ConnectionId, message: Outgoing) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        match connection.queue.try_send(message) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => self.close(id, close::TOO_SLOW),
            Err(TrySendError::Closed(_)) => drop(self.remove(id)),
        }
    }

    fn unwatch(&mut self, id: ConnectionId, org: OrgId) {
        if let Some(watch) = self.orgs.get_mut(&org) {
            watch.listeners.remove(&id);
            if watch.listeners.is_empty() {
                self.orgs.remove(&org);
            }
        }
    }

    fn unsubscribe(&mut self, id: ConnectionId, topic: &Topic) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else {
            return false;
        };
        let Some(ended) = connection.topics.remove(topic) else {
            return false;
        };
        if !connection
            .topics
            .values()
            .any(|subscription| subscription.org == ended.org)
        {
            self.unwatch(id, ended.org);
        }
        true
    }

    fn resync(&mut self, id: ConnectionId, topic: &Topic) {
        if self.unsubscribe(id, topic) {
            self.send(id, ServerMessage::Resync { topic: topic.clone() }.into());
        }
    }

    /// Ends some subscriptions; the browser loads those pages anew and subscribes with the role it has then.
    fn resync_where(&mut self, id: ConnectionId, ends: impl Fn(&Subscription) -> bool) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let ended = connection
            .topics
            .iter()
            .filter(|(_, subscription)| ends(subscription));
        let topics: Vec<Topic> = ended.map(|(topic, _)| topic.clone()).collect();
        topics.iter().for_each(|topic| self.resync(id, topic));
    }

    fn hold_to(&mut self, id: ConnectionId, org: OrgId, role: Role) {
        self.resync_where(id, |subscription| {
            subscription.org == org && subscription.actor.role != role
        });
    }

    fn backlog(&mut self, id: ConnectionId, topic: &Topic) -> Backlog {
        let Some(connection) = self.connections.get_mut(&id) else {
            return Backlog::Gone;
        };
        let Some(subscription) = connection.topics.get_mut(topic) else {
            return Backlog::Gone;
        };
        if subscription.live {
            return Backlog::Done;
        }
        let seq = Seq(subscription.next.0 - 1);
        if self
            .orgs
            .get(&subscription.org)
            .is_some_and(|watch| watch.head > seq)
        {
            return Backlog::Read(subscription.org, seq);
        }
        subscription.live = true;
        self.send(
            id,
            ServerMessage::CaughtUp {
                topic: topic.clone(),
                seq,
            }
            .into(),
        );
        Backlog::Done
    }

    fn publish(&mut self, org: OrgId, events: &[Arc<LoadedEvent>]) -> bool {
        let Some(watch) = self.orgs.get_mut(&org) else {
            return true;
        };
        let old = events.iter().take_while(|event| event.seq <= watch.head).count();
        let first = watch.head.0 + 1;
        let fresh = &events[old..];
        let in_order = fresh
            .iter()
            .zip(first..)
            .take_while(|(event, seq)| event.seq.0 == *seq)
            .count();
        let (ready, gap) = fresh.split_at(in_order);
        watch.head.0 += in_order as i64;
        let listeners: Vec<_> = watch.listeners.iter().copied().collect();
        if !ready.is_empty() {
            listeners.into_iter().for_each(|id| self.deliver(id, org, ready));
        }
        gap.is_empty()
    }

    fn deliver(&mut self, id: ConnectionId, org: OrgId, events: &[Arc<LoadedEvent>]) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let user = connection.user;
        if events.iter().any(|event| moves(event, user)) {
            return self.resync_where(id, |subscription| subscription.org == org);
        }
        let recorded_at = events.first().map(|event| event.recorded_at);
        let live = connection
            .topics
            .iter_mut()
            .filter(|(_, s)| s.org == org && s.live);
        let messages: Vec<_> = live
            .filter_map(|(topic, s)| s.advance(topic, events, MAX_QUIET))
            .collect();
        for message in messages {
            self.send(id, Outgoing { message, recorded_at });
        }
    }

    fn check(&self) -> Result<(), String> {
        let mut listening: BTreeMap<OrgId, BTreeSet<ConnectionId>> = BTreeMap::new();
        for (id, connection) in &self.connections {
            if connection.topics.len() > MAX_TOPICS {
                return Err(format!("{id:?} has {} topics", connection.topics.len()));
            }
            for (topic, s) in &connection.topics {
                listening.entry(s.org).or_default().insert(*id);
                let head = self.orgs.get(&s.org).map(|watch| watch.head);
                if s.told >= s.next || head.is_none_or(|head| s.live && s.next <= head) {
                    return Err(format!("{id:?} {topic} is out of step with {head:?}: {s:?}"));
                }
                if s.actor.user != connection.user {
                    return Err(format!("{id:?} listens as somebody else: {s:?}"));
                }
            }
        }
        let watched: BTreeMap<_, _> = self
            .orgs
            .iter()
            .map(|(org, w)| (*org, w.listeners.clone()))
            .collect();
        if watched == listening {
            Ok(())
        } else {
            Err(format!("watched {watched:?}, listening {listening:?}"))
        }
    }
}

#[cfg(test)]
mod tests;
