//! What is told of the limits, with every answer.

use axum::{body::Body, extract::ConnectInfo};
use http::{Request, header};
use serde_json::{Value, json};
use server::testing::{Answer, TestApp};
use std::{net::SocketAddr, time::Duration};

use crate::tokens::{by, make};

fn told(answer: &Answer) -> (&str, &str) {
    let text = |name| answer.headers.get(name).map_or("", |value| value.to_str().unwrap());
    (text("ratelimit-policy"), text("ratelimit"))
}

#[tokio::test]
async fn a_token_learns_with_each_answer_how_often_it_may_still_ask() {
    let app = TestApp::start().await.with_settings(|settings| settings.limits.token = 3);
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true })).await;
    let list = json!({ "org": "main" });
    for (left, reset) in [(2, 20), (1, 40), (0, 60)] {
        let answer = by(&app, &token, "issues/list", list.clone()).await.ok();
        assert_eq!(told(&answer), ("\"token\";q=3;w=60", format!("\"token\";r={left};t={reset}").as_str()));
    }
    let refused = by(&app, &token, "issues/list", list.clone()).await;
    assert_eq!(told(&refused), ("\"token\";q=3;w=60", "\"token\";r=0;t=20"));
    assert_eq!(refused.headers[header::RETRY_AFTER], "20");
    assert_eq!(refused.status, 429);
    let problem: Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!(problem["retry_after"], 20);
    app.clock.advance(Duration::from_secs(20));
    let wrong =
        by(&app, &token, "comments/add", json!({ "org": "main", "key": "CORE-1", "body": "x" })).await;
    assert_eq!(
        (wrong.status.as_u16(), told(&wrong).1),
        (403, "\"token\";r=0;t=60"),
        "a refusal counts and tells too"
    );
}

#[tokio::test]
async fn an_address_without_a_token_has_a_limit_and_the_machine_itself_has_none() {
    let app = TestApp::start().await.with_settings(|settings| settings.limits.address = 2);
    let ana = app.sign_up("Ana").await;
    let from = |address: &str| {
        let peer: SocketAddr = format!("{address}:4711").parse().unwrap();
        Request::post("/api/v1/issues/list")
            .header(header::CONTENT_TYPE, "application/json")
            .extension(ConnectInfo(peer))
            .body(Body::from("{\"org\":\"main\"}"))
            .unwrap()
    };
    let first = ana.send(from("203.0.113.9")).await.ok();
    assert_eq!(told(&first), ("\"address\";q=2;w=60", "\"address\";r=1;t=30"));
    ana.send(from("203.0.113.9")).await.ok();
    let refused = ana.send(from("203.0.113.9")).await;
    assert_eq!((refused.status.as_u16(), told(&refused).1), (429, "\"address\";r=0;t=30"));
    ana.send(from("203.0.113.10")).await.ok();
    for _ in 0..5 {
        let answer = ana.send(from("127.0.0.1")).await.ok();
        assert_eq!(told(&answer), ("", ""));
    }
}
