//! A browser's tab, as the wire sees it.

use futures::{SinkExt, StreamExt};
use server::testing::Actor;
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use tracker_domain::{
    id::Seq,
    live::{ClientMessage, LiveItem, ServerMessage, VERSION},
};

/// Far more than anything here takes, for busy machines.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// What a browser's tab does on the wire.
pub struct Tab(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Tab {
    pub async fn connect(address: SocketAddr, actor: &Actor, origin: &str) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/live").into_client_request().unwrap();
        request.headers_mut().insert("cookie", actor.cookie_header().parse().unwrap());
        request.headers_mut().insert("origin", origin.parse().unwrap());
        connect_async(request).await.map(|(socket, _)| Self(socket))
    }

    pub async fn open(address: SocketAddr, actor: &Actor) -> Self {
        let mut tab = Self::connect(address, actor, &format!("http://{address}")).await.unwrap();
        tab.say(&ClientMessage::Hello { version: VERSION }).await;
        assert!(matches!(tab.hear().await, ServerMessage::Welcome { version: VERSION, .. }));
        tab
    }

    pub async fn say(&mut self, message: &ClientMessage) {
        self.0.send(Message::text(serde_json::to_string(message).unwrap())).await.unwrap();
    }

    pub async fn ask(&mut self, topic: &str, since: i64) {
        self.say(&ClientMessage::Subscribe { topic: topic.parse().unwrap(), since: Seq(since) }).await;
    }

    pub async fn listen(address: SocketAddr, actor: &Actor, topic: &str, since: i64) -> Self {
        let mut tab = Self::open(address, actor).await;
        tab.ask(topic, since).await;
        tab
    }

    pub async fn frame(&mut self) -> Message {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
        let Ok(frame) = next else { panic!("nothing was said") };
        frame.unwrap().unwrap()
    }

    pub async fn hear(&mut self) -> ServerMessage {
        match self.frame().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Reads up to `seq` and gives what was shown; holds that the ranges follow each other from `since`.
    pub async fn hear_until(&mut self, since: i64, seq: i64) -> Vec<LiveItem> {
        let (mut at, mut all) = (since, vec![]);
        while at < seq {
            if let ServerMessage::Events { from, to, items, .. } = self.hear().await {
                assert_eq!(from.0, at + 1, "a gap, or something twice");
                all.extend(items);
                at = to.0;
            }
        }
        all
    }

    pub async fn caught_up(&mut self) -> i64 {
        loop {
            if let ServerMessage::CaughtUp { seq, .. } = self.hear().await {
                return seq.0;
            }
        }
    }

    pub async fn close_code(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.unwrap().code.into();
            }
        }
    }
}
