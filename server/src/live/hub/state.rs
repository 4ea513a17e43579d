//! What the hub knows, and how it changes; see the module above for the rules.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};
use tracker_domain::{
    event::Change,
    id::{OrgId, Seq, SessionId, UserId},
    live::{ServerMessage, Topic, close},
    org::Role,
    policy::Actor,
};

use super::{Backlog, ConnectionId, MAX_TOPICS, Outgoing};
use crate::live::item::{LoadedEvent, item};

/// Positions with nothing for a page are kept back until there are so many, or something is for it.
const MAX_QUIET: i64 = 100;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) last_id: u64,
    /// Also those that are closed here and still say goodbye.
    pub(super) sockets: usize,
    pub(super) connections: HashMap<ConnectionId, Connection>,
    pub(super) orgs: HashMap<OrgId, Watch>,
}

#[derive(Debug)]
pub(super) struct Watch {
    pub(super) head: Seq,
    pub(super) listeners: BTreeSet<ConnectionId>,
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) queue: mpsc::Sender<Outgoing>,
    pub(super) closing: oneshot::Sender<u16>,
    pub(super) topics: BTreeMap<Topic, Subscription>,
}

#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) org: OrgId,
    pub(super) actor: Actor,
    /// The last position that the browser was told.
    pub(super) told: Seq,
    /// The next position to consider; after `told`.
    pub(super) next: Seq,
    pub(super) live: bool,
}

/// Whether an event changes what `user` may see.
pub(super) fn moves(event: &LoadedEvent, user: UserId) -> bool {
    match event.change {
        Change::RoleChanged { user: who, .. }
        | Change::MemberDisabled { user: who }
        | Change::MemberEnabled { user: who } => who == user,
        _ => false,
    }
}

/// Whether `user` is shut out after these events.
fn shuts_out(events: &[Arc<LoadedEvent>], user: UserId) -> bool {
    let last = events.iter().rev().find_map(|event| match event.change {
        Change::MemberDisabled { user: who } if who == user => Some(true),
        Change::MemberEnabled { user: who } if who == user => Some(false),
        _ => None,
    });
    last.unwrap_or_default()
}

impl Subscription {
    /// Considers events from `next` on, without a gap; a message when there is something to tell, or more than `quiet`
    /// positions were passed in silence.
    pub(super) fn advance(
        &mut self,
        topic: &Topic,
        events: &[Arc<LoadedEvent>],
        quiet: i64,
    ) -> Option<ServerMessage> {
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
        Some(ServerMessage::Events { topic: topic.clone(), from, to, items })
    }
}

impl State {
    pub(super) fn count(&self) {
        metrics::gauge!("tracker_live_connections").set(self.connections.len() as f64);
    }

    pub(super) fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        let connection = self.connections.remove(&id)?;
        for subscription in connection.topics.values() {
            self.unwatch(id, subscription.org);
        }
        self.count();
        Some(connection)
    }

    pub(super) fn close(&mut self, id: ConnectionId, code: u16) {
        if let Some(connection) = self.remove(id) {
            // The socket may have gone in the same moment; then there is nobody to tell.
            let _ = connection.closing.send(code);
        }
    }

    pub(super) fn send(&mut self, id: ConnectionId, message: Outgoing) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        match connection.queue.try_send(message) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => self.close(id, close::TOO_SLOW),
            Err(TrySendError::Closed(_)) => drop(self.remove(id)),
        }
    }

    pub(super) fn unwatch(&mut self, id: ConnectionId, org: OrgId) {
        if let Some(watch) = self.orgs.get_mut(&org) {
            watch.listeners.remove(&id);
            if watch.listeners.is_empty() {
                self.orgs.remove(&org);
            }
        }
    }

    pub(super) fn unsubscribe(&mut self, id: ConnectionId, topic: &Topic) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else {
            return false;
        };
        let Some(ended) = connection.topics.remove(topic) else {
            return false;
        };
        if !connection.topics.values().any(|subscription| subscription.org == ended.org) {
            self.unwatch(id, ended.org);
        }
        true
    }

    pub(super) fn resync(&mut self, id: ConnectionId, topic: &Topic) {
        if self.unsubscribe(id, topic) {
            self.send(id, ServerMessage::Resync { topic: topic.clone() }.into());
        }
    }

    /// Ends some subscriptions; the browser loads those pages anew and subscribes with the role it has then.
    pub(super) fn resync_where(&mut self, id: ConnectionId, ends: impl Fn(&Subscription) -> bool) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let ended = connection.topics.iter().filter(|(_, subscription)| ends(subscription));
        let topics: Vec<Topic> = ended.map(|(topic, _)| topic.clone()).collect();
        topics.iter().for_each(|topic| self.resync(id, topic));
    }

    pub(super) fn hold_to(&mut self, id: ConnectionId, org: OrgId, role: Role) {
        self.resync_where(id, |subscription| subscription.org == org && subscription.actor.role != role);
    }

    pub(super) fn backlog(&mut self, id: ConnectionId, topic: &Topic) -> Backlog {
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
        if self.orgs.get(&subscription.org).is_some_and(|watch| watch.head > seq) {
            return Backlog::Read(subscription.org, seq);
        }
        subscription.live = true;
        self.send(id, ServerMessage::CaughtUp { topic: topic.clone(), seq }.into());
        Backlog::Done
    }

    pub(super) fn publish(&mut self, org: OrgId, events: &[Arc<LoadedEvent>]) -> bool {
        let Some(watch) = self.orgs.get_mut(&org) else {
            return true;
        };
        let old = events.iter().take_while(|event| event.seq <= watch.head).count();
        let first = watch.head.0 + 1;
        let fresh = &events[old..];
        let in_order = fresh.iter().zip(first..).take_while(|(event, seq)| event.seq.0 == *seq).count();
        let (ready, gap) = fresh.split_at(in_order);
        watch.head.0 += in_order as i64;
        let listeners: Vec<_> = watch.listeners.iter().copied().collect();
        if !ready.is_empty() {
            listeners.into_iter().for_each(|id| self.deliver(id, org, ready));
        }
        gap.is_empty()
    }

    pub(super) fn deliver(&mut self, id: ConnectionId, org: OrgId, events: &[Arc<LoadedEvent>]) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let user = connection.user;
        if shuts_out(events, user) {
            return self.close(id, close::FORBIDDEN);
        }
        if events.iter().any(|event| moves(event, user)) {
            return self.resync_where(id, |subscription| subscription.org == org);
        }
        let recorded_at = events.first().map(|event| event.recorded_at);
        let live = connection.topics.iter_mut().filter(|(_, s)| s.org == org && s.live);
        let messages: Vec<_> = live.filter_map(|(topic, s)| s.advance(topic, events, MAX_QUIET)).collect();
        for message in messages {
            self.send(id, Outgoing { message, recorded_at });
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
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
        let watched: BTreeMap<_, _> = self.orgs.iter().map(|(org, w)| (*org, w.listeners.clone())).collect();
        if watched == listening {
            Ok(())
        } else {
            Err(format!("watched {watched:?}, listening {listening:?}"))
        }
    }
}
