//! Live pages: the browser's side of [`tracker_domain::live`].
//!
//! A page tells what it shows and at which position of the log its data were read; from then on it is handed every
//! later event that is for it, once and in order, whatever happens to the connection:
//!
//! ```ignore
//! use_live(topic, since, move |item| rows.update(|rows| rows.apply(item)), move || page.refetch());
//! ```
//!
//! - `since` must notify whenever the page's data were loaded anew (also at the same position): the page is then
//!   subscribed again from there.
//! - `on_resync` is called when too much was missed, or when the viewer's role has changed: load the data anew.
//!
//! [`cursor`] decides what to do with each message and is tested alone; `client` is the one WebSocket of the tab. It
//! opens with the first subscription and never on the server, because effects do not run there.

mod client;
pub mod cursor;

use leptos::prelude::*;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tracker_domain::{
    id::Seq,
    live::{LiveItem, Topic},
};

/// How the tab is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Not yet.
    Connecting,
    /// What the pages show is what there is.
    Live,
    /// The connection was lost and is being made anew; nothing will have been missed.
    Reconnecting,
}

#[derive(Clone, Copy)]
struct LiveContext(RwSignal<Connection>);

/// Makes live updates possible for everything below; called once, by the root component.
pub fn provide_live() {
    provide_context(LiveContext(RwSignal::new(Connection::Connecting)));
}

/// How the tab is connected, for the sign in the header.
pub fn connection() -> Signal<Connection> {
    match use_context::<LiveContext>() {
        Some(LiveContext(state)) => state.into(),
        None => Signal::stored(Connection::Connecting),
    }
}

/// Listens to a topic as long as the calling component exists. See the module for the contract.
pub fn use_live(
    topic: Signal<Option<Topic>>,
    since: Signal<Seq>,
    on_item: impl Fn(LiveItem) + Copy + Send + Sync + 'static,
    on_resync: impl Fn() + Copy + Send + Sync + 'static,
) {
    let Some(LiveContext(state)) = use_context::<LiveContext>() else {
        return;
    };
    // 0 until the first subscription: the client counts from 1.
    let listener = Arc::new(AtomicU32::new(0));
    let leaving = listener.clone();
    Effect::new(move |_| {
        let (topic, since) = (topic.get(), since.get());
        let id = listener.load(Ordering::Relaxed);
        match topic {
            Some(topic) => {
                listener.store(client::follow(state, id, topic, since, on_item, on_resync), Ordering::Relaxed)
            }
            None => client::leave(id),
        }
    });
    on_cleanup(move || client::leave(leaving.load(Ordering::Relaxed)));
}
