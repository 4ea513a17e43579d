//! Floods and guesses: who has to wait, for how long, and who has not to; and from where a request is believed to come.

use axum::{body::Body, extract::ConnectInfo};
use futures::future::join_all;
use http::{Request, header};
use serde_json::{Value, json};
use server::{
    storage::jobs,
    testing::{Actor, Answer, PASSWORD, TestApp},
};
use std::{net::SocketAddr, time::Duration};
use tracker_domain::error::AppError;

const ATTACKER: &str = "203.0.113.9";
const OWNER: &str = "198.51.100.7";

/// A request for a function as it comes from a machine.
fn request(from: &str, function: &str, body: &Value) -> Request<Body> {
    let peer: SocketAddr = format!("{from}:4711").parse().unwrap();
    Request::post(format!("/api/v1/{function}"))
        .header(header::CONTENT_TYPE, "application/json")
        .extension(ConnectInfo(peer))
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn sign_in(actor: &Actor, from: &str, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    actor.send(request(from, "accounts/sign_in", &body)).await
}

/// How an attempt ends: 0 for a wrong password, or the seconds to wait.
async fn guess(actor: &Actor, from: &str, email: &str) -> u32 {
    let answer = sign_in(actor, from, email, "not the password").await;
    let after = answer.headers.get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
    match answer.error() {
        AppError::RateLimited { retry_after } => {
            assert_eq!(after, Some(retry_after.to_string()));
            retry_after
        }
        error => {
            assert!(error.about("password").is_some(), "{error}");
            0
        }
    }
}

/// Without the limit by address, so that only the delay is seen.
async fn only_the_delay() -> TestApp {
    TestApp::start().await.with_settings(|settings| settings.limits.sign_in = 0)
}

#[tokio::test]
async fn who_guesses_waits_longer_each_time_and_the_owner_gets_in_from_elsewhere() {
    let app = only_the_delay().await;
    app.sign_up("Ana").await;
    let (attacker, email) = (app.anon(), "ana@example.org");
    for _ in 0..5 {
        assert_eq!(guess(&attacker, ATTACKER, email).await, 0);
    }
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        assert_eq!(guess(&attacker, ATTACKER, email).await, wait);
        assert_eq!(guess(&attacker, "203.0.113.77", email).await, wait, "a neighbour is the same network");
        let right = sign_in(&attacker, ATTACKER, email, PASSWORD).await;
        assert_eq!(right.status, 429, "a guess that happens to be right learns nothing");
        sign_in(&app.anon(), OWNER, email, PASSWORD).await.ok();
        app.clock.advance(Duration::from_secs(wait.into()));
        assert_eq!(guess(&attacker, ATTACKER, email).await, 0);
    }
    app.clock.advance(Duration::from_secs(900));
    sign_in(&app.anon(), ATTACKER, email, PASSWORD).await.ok();
    for _ in 0..5 {
        assert_eq!(guess(&attacker, ATTACKER, email).await, 0, "who knew it begins anew");
    }
    assert_eq!(guess(&attacker, ATTACKER, email).await, 1);
}

#[tokio::test]
async fn an_address_without_an_account_is_answered_the_same() {
    let app = only_the_delay().await;
    app.sign_up("Ana").await;
    let mut told = [Vec::new(), Vec::new()];
    for (told, email) in told.iter_mut().zip(["ana@example.org", "nobody@example.org"]) {
        for _ in 0..7 {
            let answer = sign_in(&app.anon(), ATTACKER, email, "not the password").await;
            let headers = answer.headers.get(header::RETRY_AFTER).cloned();
            told.push((answer.status, headers, answer.error()));
        }
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0][6].0, 429);
}

#[tokio::test]
async fn a_guess_from_many_networks_costs_each_its_freedom_and_locks_nobody_out() {
    let app = only_the_delay().await;
    app.sign_up("Ana").await;
    let (attacker, email) = (app.anon(), "ana@example.org");
    for n in 0..60 {
        assert_eq!(guess(&attacker, &format!("203.0.{n}.9"), email).await, 0, "{n}");
    }
    assert_eq!(guess(&attacker, "203.0.60.9", email).await, 0, "whoever comes first may try");
    assert_eq!(guess(&attacker, "203.0.60.9", email).await, 30, "and no second time");
    assert_eq!(guess(&attacker, "203.0.3.9", email).await, 0);
    assert_eq!(guess(&attacker, "203.0.3.9", email).await, 60);
    sign_in(&app.anon(), OWNER, email, PASSWORD).await.ok();
}

#[tokio::test]
async fn many_guesses_at_once_are_not_more_than_one_after_the_other() {
    let app = only_the_delay().await;
    app.sign_up("Ana").await;
    let attacker = app.anon();
    let waits = join_all((0..20).map(|_| guess(&attacker, ATTACKER, "ana@example.org"))).await;
    assert_eq!(waits.iter().filter(|wait| **wait == 0).count(), 5, "{waits:?}");
}

#[tokio::test]
async fn another_process_knows_the_delay_and_a_day_later_nobody_does() {
    let first = only_the_delay().await;
    first.sign_up("Ana").await;
    let second = TestApp::on(first.database_url.clone()).await;
    for n in 0..5 {
        let app = if n % 2 == 0 { &first } else { &second };
        assert_eq!(guess(&app.anon(), ATTACKER, "ana@example.org").await, 0);
    }
    for app in [&first, &second] {
        assert_eq!(guess(&app.anon(), ATTACKER, "ana@example.org").await, 1);
    }
    assert_eq!(first.owner_count("SELECT count(*) FROM attempts").await, 2);
    use tracker_domain::time::Clock;
    first.clock.advance(Duration::from_secs(25 * 3600));
    jobs::clean_up(&first.app.db.system, first.clock.now()).await.unwrap();
    assert_eq!(first.owner_count("SELECT count(*) FROM attempts").await, 0);
}

#[tokio::test]
async fn the_delay_can_be_switched_off() {
    let app = only_the_delay().await.with_settings(|settings| settings.limits.delay = false);
    app.sign_up("Ana").await;
    for _ in 0..12 {
        assert_eq!(guess(&app.anon(), ATTACKER, "ana@example.org").await, 0);
    }
}

#[tokio::test]
async fn a_person_without_javascript_is_told_when_to_try_again_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let browser = app.anon();
    let fields = [("email", "ana@example.org"), ("password", "not the password")];
    for _ in 0..5 {
        browser.form("/login", "accounts/sign_in", &fields).await.location();
    }
    let back = browser.form("/login", "accounts/sign_in", &fields).await.location();
    assert!(back.starts_with("/login?flash="), "{back}");
    let page = browser.get(&back).await.ok();
    page.contains("Try again in 1 second.").contains("value=\"ana@example.org\"").lacks("not the password");
}

#[tokio::test]
async fn one_address_cannot_flood_the_ways_in() {
    let app = TestApp::start().await.with_settings(|settings| settings.limits.sign_in = 6);
    app.sign_up("Ana").await;
    let anon = app.anon();
    for n in 0..6 {
        let email = format!("nobody{n}@example.org");
        assert_eq!(guess(&anon, ATTACKER, &email).await, 0);
    }
    assert_eq!(guess(&anon, ATTACKER, "nobody@example.org").await, 10);
    let zoe = json!({ "name": "Zoe", "email": "zoe@example.org", "password": PASSWORD });
    let sign_up = |n: u8| {
        let mut zoe = zoe.clone();
        zoe["email"] = format!("zoe{n}@example.org").into();
        request(ATTACKER, "accounts/sign_up", &zoe)
    };
    app.anon().send(sign_up(0)).await.ok();
    app.anon().send(sign_up(1)).await.ok();
    assert_eq!(app.anon().send(sign_up(2)).await.error(), AppError::RateLimited { retry_after: 30 });
    assert_eq!(app.owner_count("SELECT count(*) FROM users WHERE email LIKE 'zoe%'").await, 2);
    sign_in(&app.anon(), OWNER, "ana@example.org", PASSWORD).await.ok();
    for _ in 0..20 {
        sign_in(&app.anon(), "127.0.0.1", "ana@example.org", PASSWORD).await.ok();
    }
    app.clock.advance(Duration::from_secs(10));
    assert_eq!(guess(&anon, ATTACKER, "nobody@example.org").await, 0);
}

/// A sign-in with headers that say whom it was forwarded for.
async fn forwarded(app: &TestApp, peer: &str, headers: &[(&'static str, &str)]) -> u16 {
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    let mut request = request(peer, "accounts/sign_in", &body);
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    app.anon().send(request).await.status.as_u16()
}

/// From where the newest sign-in came, as the audit trail has it; 0 unless it is `address`.
async fn came_from(app: &TestApp, address: &str) -> i64 {
    let newest = "SELECT address FROM audit WHERE action = 'SIGNED_IN' ORDER BY id DESC LIMIT 1";
    app.owner_count(&format!("SELECT count(*) FROM ({newest}) n WHERE address = '{address}'")).await
}

#[tokio::test]
async fn nobody_says_where_they_come_from_but_a_proxy_of_ours() {
    let app = TestApp::start().await.with_settings(|settings| {
        settings.limits.sign_in = 2;
        settings.limits.proxies = vec!["10.0.0.0/8".parse().unwrap()];
    });
    app.sign_up("Ana").await;
    for n in 0..2 {
        let forged = format!("192.0.2.{n}");
        let headers = [("x-forwarded-for", forged.as_str()), ("x-tracker-client", forged.as_str())];
        assert_eq!(forwarded(&app, ATTACKER, &headers).await, 200);
        assert_eq!(came_from(&app, ATTACKER).await, 1);
    }
    assert_eq!(forwarded(&app, ATTACKER, &[("x-forwarded-for", "192.0.2.9")]).await, 429);
    for n in 0..2 {
        // What the client wrote itself stands before what the proxy added.
        let headers = [("x-forwarded-for", format!("192.0.2.{n}, {OWNER}"))];
        assert_eq!(forwarded(&app, "10.0.0.1", &[(headers[0].0, &headers[0].1)]).await, 200);
        assert_eq!(came_from(&app, OWNER).await, 1);
    }
    assert_eq!(forwarded(&app, "10.0.0.1", &[("x-forwarded-for", OWNER)]).await, 429);
    let other = [("forwarded", "for=\"[2001:db8::7]:443\";proto=https")];
    assert_eq!(forwarded(&app, "10.0.0.1", &other).await, 200);
    assert_eq!(came_from(&app, "2001:db8::7").await, 1);
}
