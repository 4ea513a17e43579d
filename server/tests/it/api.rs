//! The functions as programs meet them: what is refused and how it is said, what is done once, and what is told of the
//! limits.

mod cors;
mod events;
mod hostile;
mod limits;
mod once;
mod pages;
mod slow;

use axum::body::Body;
use http::{Request, header};
use serde_json::Value;
use server::testing::{Actor, Answer};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// The fields of a function, as it tells them itself.
async fn fields(actor: &Actor, function: &str) -> Vec<String> {
    let answer = actor.call(function, serde_json::json!({ "no_such_field": 1 })).await;
    assert_eq!(answer.status, 422, "{function}: {}", answer.body);
    let known = answer.json_ref()["errors"][0].clone();
    assert_eq!(known["field"], "no_such_field", "{function}");
    let known = known["known"].as_array().cloned().unwrap_or_default();
    known.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Sends a body of some kind.
async fn send(actor: &Actor, function: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(format!("/api/v1/{function}")).header(header::CONTENT_TYPE, kind);
    actor.send(request.body(body.into()).unwrap()).await
}

/// Calls a function with an `Idempotency-Key`.
async fn keyed(actor: &Actor, function: &str, key: &str, body: &Value) -> Answer {
    let request = Request::post(format!("/api/v1/{function}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key);
    actor.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    /// Collects what this thread logs, until the guard is dropped.
    fn listen(&self) -> DefaultGuard {
        let subscriber = tracing_subscriber::fmt().with_writer(self.clone()).with_ansi(false).finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}
