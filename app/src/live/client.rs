//! The one WebSocket of the tab and those who listen through it.
//!
//! Everything happens in event handlers of the one browser thread, so the state is thread-local. A page's functions are
//! called after the state was let go, because they may subscribe or unsubscribe.

use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};
use tracker_domain::{
    id::Seq,
    live::{ClientMessage, LiveItem, ServerMessage, Topic, VERSION},
};

use super::{
    Connection,
    cursor::{AfterClose, LiveCursor, Step, backoff_ms},
};
use wire::Wire;

mod wire;

/// Silence is looked for this often.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Until the server has said how often it pings.
const FIRST_SILENCE_MS: f64 = 30_000.0;
/// A page that was asked to load its data anew and has not by then goes on from where it was.
const RELOAD_WITHIN: Duration = Duration::from_secs(5);
/// RFC 6455: lost without a word.
const LOST: u16 = 1006;

struct Listener {
    topic: Topic,
    cursor: LiveCursor,
    on_item: Rc<dyn Fn(LiveItem)>,
    on_resync: Rc<dyn Fn()>,
}

struct Client {
    state: RwSignal<Connection>,
    wire: Option<Wire>,
    /// The server has said welcome on this wire.
    open: bool,
    listeners: BTreeMap<u32, Listener>,
    last_id: u32,
    /// How often each topic's page was told to load anew with nothing heard in between: a page that cannot come any
    /// further must not ask without end.
    resyncs: BTreeMap<Topic, u32>,
    attempt: u32,
    retry: Option<TimeoutHandle>,
    heard_at: f64,
    silence_ms: f64,
}

/// What a page is told, once the client's state is free again.
enum Call {
    Items(Rc<dyn Fn(LiveItem)>, Vec<LiveItem>),
    Resync { listener: u32, after: Duration },
}

thread_local! {
    static CLIENT: RefCell<Option<Client>> = const { RefCell::new(None) };
}

fn with<T>(change: impl FnOnce(&mut Client) -> T) -> Option<T> {
    CLIENT.with_borrow_mut(|client| client.as_mut().map(change))
}

fn act(change: impl FnOnce(&mut Client)) {
    with(change);
}

/// Listens to `topic` after `since`, as the listener `id` (0 for a new one); gives the listener's id.
pub(super) fn follow(
    state: RwSignal<Connection>,
    id: u32,
    topic: Topic,
    since: Seq,
    on_item: impl Fn(LiveItem) + 'static,
    on_resync: impl Fn() + 'static,
) -> u32 {
    start(state);
    let listen = |client: &mut Client| {
        let id = if id == 0 { client.last_id + 1 } else { id };
        client.last_id = client.last_id.max(id);
        let listener = Listener {
            topic,
            cursor: LiveCursor::new(since),
            on_item: Rc::new(on_item),
            on_resync: Rc::new(on_resync),
        };
        client.follow(id, listener);
        id
    };
    with(listen).unwrap_or(id)
}

/// Ends a listener.
pub(super) fn leave(id: u32) {
    if id != 0 {
        act(|client| client.leave(id));
    }
}

/// At the first subscription of the tab.
fn start(state: RwSignal<Connection>) {
    let fresh = CLIENT.with_borrow_mut(|client| {
        let fresh = client.is_none();
        client.get_or_insert_with(|| Client::new(state));
        fresh
    });
    if fresh {
        let _ = set_interval_with_handle(|| act(Client::look_for_silence), LOOK_EVERY);
        window_event_listener(ev::online, |_| act(Client::connect));
        window_event_listener(ev::visibilitychange, |_| act(Client::wake));
    }
}

impl Client {
    fn new(state: RwSignal<Connection>) -> Self {
        Self {
            state,
            wire: None,
            open: false,
            listeners: BTreeMap::new(),
            last_id: 0,
            resyncs: BTreeMap::new(),
            attempt: 0,
            retry: None,
            heard_at: 0.0,
            silence_ms: FIRST_SILENCE_MS,
        }
    }

    fn follow(&mut self, id: u32, mut new: Listener) {
        match self.listeners.remove(&id) {
            Some(old) if old.topic == new.topic => {
                let since = new.cursor.seq();
                let same = old.cursor.seq() == since && !old.cursor.is_stale();
                new.cursor = old.cursor;
                if same {
                    self.listeners.insert(id, new);
                    return;
                }
                new.cursor.restart(since);
            }
            Some(old) => self.forget(&old.topic),
            None => {}
        }
        let topic = new.topic.clone();
        self.listeners.insert(id, new);
        self.ask(&topic);
    }

    fn leave(&mut self, id: u32) {
        if let Some(gone) = self.listeners.remove(&id) {
            self.forget(&gone.topic);
        }
    }

    /// Tells the server when nobody listens to a topic any more.
    fn forget(&mut self, topic: &Topic) {
        if self.open && !self.listeners.values().any(|listener| listener.topic == *topic) {
            self.say(&ClientMessage::Unsubscribe { topic: topic.clone() });
        }
    }

    /// Asks the server to go on after the earliest position that a listener of the topic has; the others pass over
    /// what they know.
    fn ask(&mut self, topic: &Topic) {
        if !self.open {
            if self.wire.is_none() && self.retry.is_none() {
                self.connect();
            }
            return;
        }
        let waiting = self.listeners.values().filter(|l| l.topic == *topic && !l.cursor.is_stale());
        if let Some(since) = waiting.map(|listener| listener.cursor.seq()).min() {
            self.say(&ClientMessage::Subscribe { topic: topic.clone(), since });
        }
    }

    fn say(&self, message: &ClientMessage) {
        if let (Some(wire), Ok(text)) = (&self.wire, serde_json::to_string(message)) {
            wire.send(&text);
        }
    }

    fn connect(&mut self) {
        self.retry.take().into_iter().for_each(|retry| retry.clear());
        self.heard_at = js_sys::Date::now();
        self.open = false;
        self.wire = Wire::open();
        if self.wire.is_none() {
            self.retry_later();
        }
    }

    fn retry_later(&mut self) {
        if self.retry.is_some() {
            return;
        }
        let wait = backoff_ms(self.attempt, js_sys::Math::random());
        self.attempt = self.attempt.saturating_add(1);
        let retry = || act(Client::connect);
        self.retry = set_timeout_with_handle(retry, Duration::from_millis(wait as u64)).ok();
    }

    fn look_for_silence(&mut self) {
        if self.wire.is_some() && js_sys::Date::now() - self.heard_at > self.silence_ms {
            self.closed(LOST);
        }
    }

    /// The tab is looked at (again): its timers may have slept.
    fn wake(&mut self) {
        if document().hidden() {
            return;
        }
        self.look_for_silence();
        if self.retry.is_some() {
            self.connect();
        }
    }

    fn closed(&mut self, code: u16) {
        self.open = false;
        self.wire = None;
        self.state.set(Connection::Reconnecting);
        if AfterClose::of(code) == AfterClose::Reload && wire::reload() {
            return;
        }
        self.retry_later();
    }

    fn receive(&mut self, message: ServerMessage) -> Vec<Call> {
        self.heard_at = js_sys::Date::now();
        match message {
            ServerMessage::Welcome { ping_every, .. } => self.welcome(ping_every),
            ServerMessage::Events { topic, from, to, items } => return self.events(&topic, from, to, &items),
            ServerMessage::CaughtUp { topic, .. } => {
                self.resyncs.remove(&topic);
            }
            ServerMessage::Resync { topic } => return self.resync(&topic),
            ServerMessage::Ping => self.say(&ClientMessage::Pong),
            // What is not there (any more) has nothing to tell.
            ServerMessage::Error { .. } => {}
        }
        Vec::new()
    }

    fn each(&mut self, topic: &Topic, change: impl FnMut(&mut Listener)) {
        self.listeners.values_mut().filter(|listener| listener.topic == *topic).for_each(change);
    }

    fn welcome(&mut self, ping_every: u16) {
        (self.open, self.attempt) = (true, 0);
        self.silence_ms = 3_000.0 * f64::from(ping_every);
        self.state.set(Connection::Live);
        let mut topics: Vec<Topic> = self.listeners.values().map(|listener| listener.topic.clone()).collect();
        topics.sort();
        topics.dedup();
        for topic in topics {
            self.each(&topic, |listener| listener.cursor.asked());
            self.ask(&topic);
        }
    }

    fn events(&mut self, topic: &Topic, from: Seq, to: Seq, items: &[LiveItem]) -> Vec<Call> {
        let (mut calls, mut missing) = (Vec::new(), false);
        self.each(topic, |listener| match listener.cursor.range(from, to, items) {
            Step::Apply(items) => calls.push(Call::Items(listener.on_item.clone(), items)),
            Step::Ask => missing = true,
            Step::Nothing => {}
        });
        if missing {
            self.ask(topic);
        }
        calls
    }

    fn resync(&mut self, topic: &Topic) -> Vec<Call> {
        let before = self.resyncs.entry(topic.clone()).or_default();
        let wait = if *before == 0 { 0.0 } else { backoff_ms(*before, js_sys::Math::random()) };
        *before = before.saturating_add(1);
        let after = Duration::from_millis(wait as u64);
        let mut calls = Vec::new();
        for (id, listener) in self.listeners.iter_mut().filter(|(_, listener)| listener.topic == *topic) {
            listener.cursor.resync();
            calls.push(Call::Resync { listener: *id, after });
        }
        calls
    }

    /// A page that did not load anew in time goes on from where it was.
    fn unstick(&mut self, id: u32) {
        let Some(listener) = self.listeners.get_mut(&id).filter(|listener| listener.cursor.is_stale()) else {
            return;
        };
        let (topic, seq) = (listener.topic.clone(), listener.cursor.seq());
        listener.cursor.restart(seq);
        self.ask(&topic);
    }
}

fn opened() {
    act(|client| client.say(&ClientMessage::Hello { version: VERSION }));
}

fn received(text: &str) {
    // What a newer server may say beside the known is not for this page.
    let Ok(message) = serde_json::from_str(text) else {
        return;
    };
    for call in with(|client| client.receive(message)).unwrap_or_default() {
        match call {
            Call::Items(on_item, items) => items.into_iter().for_each(|item| on_item(item)),
            Call::Resync { listener, after } => set_timeout(move || load_anew(listener), after),
        }
    }
}

fn load_anew(id: u32) {
    let stale = |client: &mut Client| {
        let listener = client.listeners.get(&id).filter(|listener| listener.cursor.is_stale());
        listener.map(|listener| listener.on_resync.clone())
    };
    if let Some(on_resync) = with(stale).flatten() {
        on_resync();
        set_timeout(move || act(|client| client.unstick(id)), RELOAD_WITHIN);
    }
}

fn closed(code: u16) {
    act(|client| client.closed(code));
}
