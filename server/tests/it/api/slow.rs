//! Whoever is slow, on purpose or not, is let go, and others go on.

use axum::{Router, body::Body, routing::get};
use futures::stream;
use server::{
    http::{Patience, serve},
    testing::TestApp,
};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Far more than anything here takes, for busy machines.
const LONG: Duration = Duration::from_secs(20);
/// How long the server of these tests waits.
const SHORT: Patience = Patience { head: Duration::from_millis(300), write: Duration::from_millis(300) };

async fn serving(
    router: Router,
    patience: Patience,
) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    (address, stop.clone(), tokio::spawn(serve(listener, router, stop, patience)))
}

fn small() -> Router {
    Router::new().route("/", get(async || "well"))
}

/// Everything until the other side hangs up.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    // It may hang up with a reset.
    let _ = timeout(LONG, stream.read_to_end(&mut text)).await.unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn half_a_head_is_not_waited_for() {
    let (address, ..) = serving(small(), SHORT).await;
    for half in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\nA: "] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(half.as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(!answer.contains("200 OK"), "{half}: {answer}");
    }
}

#[tokio::test]
async fn a_head_that_drips_is_not_waited_for_either() {
    let (address, ..) = serving(small(), SHORT).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let dripping = async {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if stream.write_all(b"A: b\r\n").await.is_err() {
                return;
            }
        }
    };
    timeout(LONG, dripping).await.expect("it let the head drip");
}

#[tokio::test]
async fn a_connection_that_says_nothing_more_is_closed() {
    let (address, ..) = serving(small(), SHORT).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(rest(&mut stream).await.contains("well"), "and before that it is answered");
}

/// Says when it is dropped.
struct Kept(mpsc::UnboundedSender<()>);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

#[tokio::test]
async fn who_does_not_read_the_answer_is_let_go_and_the_answer_is_dropped() {
    let (dropped, mut heard) = mpsc::unbounded_channel();
    let endless = async move || {
        let kept = Kept(dropped.clone());
        let pieces = stream::repeat_with(move || {
            let _kept = &kept;
            Ok::<_, std::io::Error>("x".repeat(64 * 1024))
        });
        Body::from_stream(pieces)
    };
    let (address, ..) = serving(Router::new().route("/", get(endless)), SHORT).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    // Reads a little, so that the answer has begun, and then no more.
    let mut some = [0; 1024];
    assert!(timeout(LONG, stream.read(&mut some)).await.unwrap().unwrap() > 0);
    timeout(LONG, heard.recv()).await.expect("the answer goes on for ever");
    assert!(rest(&mut stream).await.contains("xxx"), "what was sent before is there");
}

#[tokio::test]
async fn others_are_answered_meanwhile() {
    let app = TestApp::start().await;
    let address = app.serve().await;
    let mut stalled = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"POST /api/v1/texts/preview HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            .await
            .unwrap();
        stalled.push(stream);
    }
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn at_the_end_what_is_under_way_is_answered_and_nothing_new_is_taken() {
    let slow = Router::new().route(
        "/",
        get(async || {
            tokio::time::sleep(Duration::from_millis(400)).await;
            "well"
        }),
    );
    let (address, stop, ended) = serving(slow, Patience::default()).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.cancel();
    assert!(rest(&mut stream).await.ends_with("well"));
    rest(&mut idle).await;
    timeout(LONG, ended).await.expect("it did not end").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
