//! `GET /live`: one WebSocket for all that one tab listens to.
//!
//! The two directions run beside each other: the reader answers one message after the other (so a browser that asks for
//! much waits for itself only), the writer empties the hub's queue. Whatever ends the connection goes through
//! [`Hub::close`], so that there is one place that says goodbye.

use axum::{
    Extension,
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::{HeaderMap, StatusCode},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::get,
};
use futures::{SinkExt, Stream, StreamExt, stream::SplitSink};
use std::{ops::ControlFlow, time::Duration};
use tokio::time::{Instant, interval_at, timeout};
use tracker_domain::{
    error::AppError,
    id::{OrgId, Seq, UserId},
    live::{ClientMessage, ServerMessage, Topic, TopicPage, VERSION, close},
    policy::{Action, Actor, Decision},
    session::Session,
    time::Timestamp,
};

use super::{
    Live,
    hub::{Backlog, Connected, ConnectionId},
    tailer::BATCH,
};
use crate::{
    App,
    http::{Known, Routes, know, same_origin},
    policy::decide,
};

/// Seconds between pings; a browser that says nothing for three times that is gone.
const PING_EVERY: u16 = 20;
const IDLE: Duration = Duration::from_secs(3 * PING_EVERY as u64);
/// Within this the first message has come.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// Within this a closing connection has taken the close frame, and the browser has answered it.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// A browser has short things to say.
const MAX_MESSAGE: usize = 4 * 1024;
/// RFC 6455: the server cannot go on right now; the browser comes back.
const TRY_AGAIN: u16 = 1013;

/// Who may come in: knows the cookies, the keys and the program's own address.
#[derive(Clone, Debug)]
pub struct Door(App);

impl Door {
    /// The door of this program.
    pub fn new(app: &App) -> Self {
        Self(app.clone())
    }
}

#[derive(Clone)]
struct Entrance {
    live: Live,
    door: Door,
}

/// One open connection.
struct Visit {
    entrance: Entrance,
    id: ConnectionId,
    user: UserId,
}

pub(super) fn routes(live: Live, door: Door) -> Routes {
    let know = from_fn_with_state(door.0.clone(), know);
    Routes::new().route("/live", get(upgrade)).with_state(Entrance { live, door }).layer(know)
}

async fn upgrade(
    State(entrance): State<Entrance>,
    Extension(Known(session)): Extension<Known>,
    headers: HeaderMap,
    socket: WebSocketUpgrade,
) -> Response {
    // A page of another site must not read along with the visitor's cookie.
    if !same_origin(&entrance.door.0.settings, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Ok(who) = entrance.admit(session).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let socket = socket.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    // A browser learns the close code of a socket, but not the status of a refused upgrade.
    match who {
        Some(session) => socket.on_upgrade(move |socket| entrance.serve(socket, session)),
        None => socket.on_upgrade(|mut socket| async move { goodbye(&mut socket, close::SIGN_IN).await }),
    }
}

async fn goodbye<S: futures::Sink<Message> + Unpin>(sink: &mut S, code: u16) {
    let frame = CloseFrame { code, reason: "".into() };
    let _ = timeout(CLOSE_WITHIN, sink.send(Message::Close(Some(frame)))).await;
}

impl Entrance {
    /// The session of the connection, if it has not ended. From here on the connection lives as long as the session,
    /// whatever becomes of the token that it came in with.
    async fn admit(&self, session: Option<Session>) -> Result<Option<Session>, AppError> {
        let Some(session) = session else { return Ok(None) };
        let open = self.live.store.sessions(&[session.id], self.door.0.clock.now()).await?;
        Ok(open.contains(&session.id).then_some(session))
    }

    async fn serve(self, socket: WebSocket, Session { id: session, user }: Session) {
        let mut connected = self.live.hub.connect(user, session);
        let visit = Visit { id: connected.id, user, entrance: self };
        let (mut sink, mut stream) = socket.split();
        let closed = tokio::select! {
            code = visit.write(&mut sink, &mut connected) => code,
            () = visit.read(&mut stream) => None,
        };
        if let Some(code) = closed {
            goodbye(&mut sink, code).await;
            // Hanging up with unread messages would take the close frame from the browser.
            let _ = timeout(CLOSE_WITHIN, async { while let Some(Ok(_)) = stream.next().await {} }).await;
        }
    }
}

impl Visit {
    /// Sends what the hub has to say; gives the close code, or nothing when the browser has gone.
    async fn write(
        &self,
        sink: &mut SplitSink<WebSocket, Message>,
        connected: &mut Connected,
    ) -> Option<u16> {
        let every = Duration::from_secs(PING_EVERY.into());
        let mut ping = interval_at(Instant::now() + every, every);
        loop {
            let outgoing = tokio::select! {
                biased;
                code = &mut connected.closing => return code.ok(),
                outgoing = connected.queue.recv() => outgoing?,
                _ = ping.tick() => ServerMessage::Ping.into(),
            };
            let text = serde_json::to_string(&outgoing.message).ok()?;
            tokio::select! {
                biased;
                code = &mut connected.closing => return code.ok(),
                sent = sink.send(Message::text(text)) => sent.ok()?,
            }
            outgoing.recorded_at.into_iter().for_each(|at| self.record_lag(at));
        }
    }

    fn record_lag(&self, recorded_at: Timestamp) {
        let lag = self.entrance.door.0.clock.now().micros() - recorded_at.micros();
        metrics::histogram!("tracker_live_lag_seconds").record(lag.max(0) as f64 / 1e6);
    }

    /// Answers what the browser says, until it has gone. After closing it waits for the writer to end the connection.
    async fn read(&self, stream: &mut (impl Stream<Item = Result<Message, axum::Error>> + Unpin)) {
        let mut patience = HELLO_WITHIN;
        let mut welcome = false;
        while let Ok(Some(Ok(message))) = timeout(patience, stream.next()).await {
            let Some(said) = understand(&message) else {
                continue;
            };
            let flow = if welcome { self.answer(said).await } else { self.greet(said) };
            if flow.is_break() {
                return std::future::pending().await;
            }
            (welcome, patience) = (true, IDLE);
        }
    }

    fn close(&self, code: u16) -> ControlFlow<()> {
        self.entrance.live.hub.close(self.id, code);
        ControlFlow::Break(())
    }

    fn say(&self, message: ServerMessage) -> ControlFlow<()> {
        self.entrance.live.hub.send(self.id, message);
        ControlFlow::Continue(())
    }

    fn greet(&self, said: Result<ClientMessage, AppError>) -> ControlFlow<()> {
        match said {
            Ok(ClientMessage::Hello { version: VERSION }) => {
                self.say(ServerMessage::Welcome { version: VERSION, ping_every: PING_EVERY })
            }
            _ => self.close(close::OLD_VERSION),
        }
    }

    async fn answer(&self, said: Result<ClientMessage, AppError>) -> ControlFlow<()> {
        match said {
            Ok(ClientMessage::Subscribe { topic, since }) => self.subscribe(&topic, since).await,
            Ok(ClientMessage::Unsubscribe { topic }) => {
                self.entrance.live.hub.unsubscribe(self.id, &topic);
                ControlFlow::Continue(())
            }
            Ok(ClientMessage::Hello { .. } | ClientMessage::Pong) => ControlFlow::Continue(()),
            Err(error) => self.say(ServerMessage::Error { error, topic: None }),
        }
    }

    async fn subscribe(&self, topic: &Topic, since: Seq) -> ControlFlow<()> {
        if !self.entrance.live.hub.has_room(self.id, topic) {
            let error = AppError::invalid("topic", "These are too many topics for one connection.");
            return self.say(ServerMessage::Error { error, topic: Some(topic.clone()) });
        }
        match self.admit(topic).await {
            Ok(Some((org, actor))) => match self.follow(topic, org, actor, since).await {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => self.close(TRY_AGAIN),
            },
            Ok(None) => self.close(close::FORBIDDEN),
            Err(AppError::NotFound) => {
                self.say(ServerMessage::Error { error: AppError::NotFound, topic: Some(topic.clone()) })
            }
            Err(_) => self.close(TRY_AGAIN),
        }
    }

    /// As whom the person listens, with their present role; `None` for a stranger to the organization. An issue that
    /// they may not see does not exist.
    async fn admit(&self, topic: &Topic) -> Result<Option<(OrgId, Actor)>, AppError> {
        let store = &self.entrance.live.store;
        let Some((org, actor)) = store.actor(self.user, &topic.org).await? else {
            return Ok(None);
        };
        if let TopicPage::Issue(key) = &topic.page {
            let facts = store.issue(org, key).await?.ok_or(AppError::NotFound)?;
            if decide(actor, Action::See, facts) != Decision::Allow {
                return Err(AppError::NotFound);
            }
        }
        Ok(Some((org, actor)))
    }

    /// Subscribes, and hands over what was missed until the subscription is live.
    async fn follow(&self, topic: &Topic, org: OrgId, actor: Actor, since: Seq) -> Result<(), AppError> {
        let Live { hub, store, .. } = &self.entrance.live;
        let head = store.heads(&[org]).await?.remove(&org).unwrap_or_default();
        if !hub.subscribe(self.id, topic, org, actor, since, head) {
            return Ok(());
        }
        while let Backlog::Read(org, after) = hub.backlog(self.id, topic) {
            let events = store.events(org, after, BATCH).await?;
            if events.first().is_none_or(|first| first.seq.0 != after.0 + 1) {
                tracing::error!(%org, %after, "the log has a gap here; the page is loaded anew");
                hub.resync(self.id, topic);
                return Ok(());
            }
            hub.fill(self.id, topic, &events);
        }
        Ok(())
    }
}

/// What a frame says; `None` for those of the protocol below.
fn understand(message: &Message) -> Option<Result<ClientMessage, AppError>> {
    let unknown = |_| AppError::invalid("message", "This message is not part of the live protocol.");
    match message {
        Message::Text(text) => Some(serde_json::from_str(text).map_err(unknown)),
        Message::Binary(_) => Some(Err(AppError::invalid("message", "Messages are JSON texts."))),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => None,
    }
}
