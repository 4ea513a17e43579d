//! Tokens: what each may do, how it ends, and that it is shown once and nowhere else.

mod power;

use axum::body::Body;
use http::{Request, header};
use serde_json::{Value, json};
use server::testing::{Actor, Answer, TestApp};
use std::time::Duration;
use tracker_domain::{error::AppError, org::Role};

use crate::log::Log;

/// A request of a program for a function.
pub(crate) fn request(token: &str, function: &str, body: &Value) -> Request<Body> {
    Request::post(format!("/api/v1/{function}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// Calls a function by a token.
pub(crate) async fn by(app: &TestApp, token: &str, function: &str, body: Value) -> Answer {
    app.anon().send(request(token, function, &body)).await
}

/// Makes a token of one's own in `main`, with more fields in `more`.
pub(crate) async fn make(actor: &Actor, more: Value) -> String {
    let mut body = json!({ "org": "main", "name": "CI" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made: Value = actor.call("tokens/create", body).await.json();
    made["token"].as_str().unwrap().to_owned()
}

fn list() -> Value {
    json!({ "org": "main" })
}

#[tokio::test]
async fn a_token_is_shown_once_to_whoever_made_it_and_kept_nowhere() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    let page = "/main/settings/tokens";
    let fields = [("org", "main"), ("name", "Backup"), ("read", "true"), ("days", "7"), ("projects", "core")];
    let made = ana.form(page, "tokens/create", &fields).await.location();
    assert!(made.starts_with("/main/settings/tokens?made=") && !made.contains("trk_"), "{made}");
    ben.get(&made).await.ok().lacks("Your new token");
    let shown = ana.get(&made).await.ok().contains("Your new token").contains("Token created").body;
    let token = shown.split("value=\"trk_pat_").nth(1).unwrap().split('"').next().unwrap();
    let token = format!("trk_pat_{token}");
    by(&app, &token, "issues/list", list()).await.ok();
    let again = ana.get(&made).await.ok().lacks(&token).lacks("Your new token");
    let ending = &token[token.len() - 4..];
    again.contains("Backup").contains(&format!("trk_pat_…{ending}")).contains("CORE only");
    for table in ["tokens", "flashes", "idempotency_keys", "audit", "events"] {
        let sql = format!("SELECT count(*) FROM {table} t WHERE t::text LIKE '%{}%'", &token[8..48]);
        assert_eq!(app.owner_count(&sql).await, 0, "{table}");
    }
    let audited = "SELECT count(*) FROM audit WHERE action = 'TOKEN_CREATED' AND target = 'Backup' AND details ->> 'days' = '7'";
    assert_eq!(app.owner_count(audited).await, 1);
}

#[tokio::test]
async fn a_token_that_nobody_looked_at_is_not_shown_later() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let fields = [("org", "main"), ("name", "Backup"), ("read", "true")];
    let made = ana.form("/main/settings/tokens", "tokens/create", &fields).await.location();
    app.clock.advance(Duration::from_secs(601));
    ana.get(&made).await.ok().lacks("Your new token").contains("Backup");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_is_made() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let wrong = [
        (json!({ "name": " ", "read": true }), "name"),
        (json!({}), "scopes"),
        (json!({ "admin": true }), "scopes"),
        (json!({ "read": true, "days": 0 }), "days"),
        (json!({ "read": true, "days": 367 }), "days"),
        (json!({ "read": true, "projects": "NOPE" }), "projects"),
        (json!({ "read": true, "projects": "what is this?" }), "projects"),
        (json!({ "admin": true, "projects": "CORE" }), "projects"),
    ];
    for (more, field) in wrong {
        let mut body = json!({ "org": "main", "name": "CI" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let error = ben.call("tokens/create", body.clone()).await.error();
        assert!(error.about(field).is_some(), "{body}: {error:?}");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM tokens").await, 0);
    let fields = [("org", "main"), ("name", ""), ("write", "true"), ("projects", "CORE")];
    let back = ben.form("/main/settings/tokens", "tokens/create", &fields).await.location();
    let page = ben.get(&back).await.ok().contains("The name is missing.").contains("value=\"CORE\"");
    let ticked = |name: &str| {
        let tag = page.body.split("<input").find(|tag| tag.contains(&format!("name=\"{name}\""))).unwrap();
        tag.split('>').next().unwrap().contains("checked")
    };
    assert!(ticked("write") && !ticked("read"), "what was ticked is kept");
}

#[tokio::test]
async fn a_token_that_is_made_twice_is_made_once_and_told_once() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let body = json!({ "org": "main", "name": "CI", "read": true, "idempotency_key": "the-same-key" });
    let first: Value = ana.call("tokens/create", body.clone()).await.json();
    let second: Value = ana.call("tokens/create", body).await.json();
    assert!(first["token"].is_string() && second["token"].is_null());
    assert_eq!((&first["id"], &first["shown"]), (&second["id"], &second["shown"]));
    assert_eq!(app.owner_count("SELECT count(*) FROM tokens").await, 1);
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_eq!(answer.status, 401, "{}", answer.body);
    assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
}

#[tokio::test]
async fn a_token_ends_when_it_is_revoked_or_expired_or_its_person_is_shut_out() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    let token = make(&ben, json!({ "read": true })).await;
    by(&app, &token, "issues/list", list()).await.ok();
    let id = app.owner_count("SELECT id FROM tokens").await;
    let revoke = json!({ "org": "main", "id": id });
    assert_eq!(ana.call("tokens/revoke", revoke.clone()).await.status, 404, "it is not hers");
    ben.call("tokens/revoke", revoke.clone()).await.ok();
    refused(&by(&app, &token, "issues/list", list()).await);
    assert_eq!(ben.call("tokens/revoke", revoke).await.status, 404);
    ben.get("/main/settings/tokens").await.ok().contains("No tokens yet");
    assert_eq!(app.owner_count("SELECT count(*) FROM audit WHERE action = 'TOKEN_REVOKED'").await, 1);

    let token = make(&ben, json!({ "read": true, "days": 1 })).await;
    app.clock.advance(Duration::from_secs(24 * 3600 - 1));
    by(&app, &token, "issues/list", list()).await.ok();
    app.clock.advance(Duration::from_secs(1));
    refused(&by(&app, &token, "issues/list", list()).await);
    ben.get("/main/settings/tokens").await.ok().contains("Expired ");

    let token = make(&ben, json!({ "read": true })).await;
    app.owner_sql("UPDATE memberships SET disabled_at = now() WHERE user_id = (SELECT id FROM users WHERE name = 'Ben')").await;
    refused(&by(&app, &token, "issues/list", list()).await);
}

#[tokio::test]
async fn what_is_no_token_gets_nowhere_and_cookies_do_not_help() {
    let app = TestApp::start().await.with_settings(|settings| settings.limits.sign_in = 0);
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    let key = ana.create_issue("Of Ana").await;
    let token = make(&ben, json!({ "write": true })).await;
    let slip = format!("{}{}", &token[..53], if token.ends_with('0') { '1' } else { '0' });
    let service = token.replace("trk_pat_", "trk_svc_");
    let stranger = server::tokens::new(server::tokens::Kind::Personal);
    for wrong in [slip.as_str(), &service, &token[8..], "", "?", stranger.reveal()] {
        refused(&ana.send(request(wrong, "issues/list", &list())).await);
    }
    // With the cookies of an ADMIN beside it a token is still its own person's.
    let answer = ana.send(request(&token, "issues/view", &json!({ "org": "main", "key": key }))).await;
    assert_eq!(answer.status, 404);
    let page = Request::get("/main/issues").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let page = ana.send(page.body(Body::empty()).unwrap()).await;
    assert_eq!((page.location().as_str(), page.body.contains("Of Ana")), ("/login", false));
    // It is nothing that a browser sends by itself, so it may come from anywhere; a session may not.
    let elsewhere = |mut request: Request<Body>| {
        request.headers_mut().insert(header::ORIGIN, "https://elsewhere.example".parse().unwrap());
        request
    };
    app.anon().send(elsewhere(request(&token, "issues/list", &list()))).await.ok();
    let mut with_cookie = elsewhere(request(&token, "issues/list", &list()));
    with_cookie.headers_mut().remove(header::AUTHORIZATION);
    assert_eq!(ana.send(with_cookie).await.status, 403);
}

#[tokio::test]
async fn a_token_in_an_address_is_refused() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true })).await;
    for uri in ["?access_token=", "?token="] {
        let request = Request::post(format!("/api/v1/issues/list{uri}{token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(list().to_string()))
            .unwrap();
        let error = ana.send(request).await.error();
        assert!(error.about("authorization").unwrap().contains("revoke it"), "{error:?}");
    }
}

#[tokio::test]
async fn the_last_use_is_written_once_a_minute() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true })).await;
    let used = "SELECT coalesce(extract(epoch FROM last_used_at - created_at), -1)::bigint FROM tokens";
    assert_eq!(app.owner_count(used).await, -1);
    for (wait, seen) in [(10, 10), (59, 10), (2, 71)] {
        app.clock.advance(Duration::from_secs(wait));
        by(&app, &token, "issues/list", list()).await.ok();
        assert_eq!(app.owner_count(used).await, seen);
    }
    ana.get("/main/settings/tokens").await.ok().contains("used ");
}

#[tokio::test]
async fn one_token_has_its_own_limit() {
    let app = TestApp::start().await.with_settings(|settings| settings.limits.token = 3);
    let ana = app.sign_up("Ana").await;
    let (one, other) = (make(&ana, json!({ "read": true })).await, make(&ana, json!({ "read": true })).await);
    for _ in 0..3 {
        by(&app, &one, "issues/list", list()).await.ok();
    }
    let error = by(&app, &one, "issues/list", list()).await.error();
    assert_eq!(error, AppError::RateLimited { retry_after: 20 });
    by(&app, &other, "issues/list", list()).await.ok();
    app.clock.advance(Duration::from_secs(20));
    by(&app, &one, "issues/list", list()).await.ok();
}

#[tokio::test]
async fn a_service_is_an_account_that_only_its_tokens_act_for() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let wanted = json!({ "org": "main", "called": "CI", "role": "MAINTAINER" });
    assert_eq!(max.call("services/create", wanted.clone()).await.status, 403);
    assert_eq!(max.get("/main/settings/services").await.status, 403);
    ana.call("services/create", wanted).await.ok();
    let id =
        app.owner_count("SELECT id FROM users WHERE name = 'CI (service)' AND service_of IS NOT NULL").await;
    let wanted = json!({ "org": "main", "service": id, "name": "Runner", "write": true });
    assert_eq!(max.call("services/create_token", wanted.clone()).await.status, 403);
    let made: Value = ana.call("services/create_token", wanted.clone()).await.json();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("trk_svc_"), "{token}");
    let page = ana.get("/main/settings/services").await.ok();
    page.contains("CI (service)").contains("Runner").contains("trk_svc_…");
    ana.get("/main/settings/tokens").await.ok().lacks("Runner");
    let key: Value = by(
        &app,
        token,
        "issues/create",
        json!({ "org": "main", "project": "CORE", "title": "Red", "severity": "LOW" }),
    )
    .await
    .json();
    ana.get(&format!("/main/issues/{}", key["key"].as_str().unwrap())).await.ok().contains("CI (service)");
    let email = "SELECT count(*) FROM users u LEFT JOIN credentials c ON c.user_id = u.id WHERE u.service_of IS NOT NULL AND c.user_id IS NULL";
    assert_eq!(app.owner_count(email).await, 1, "there is no password to guess");
    let person = app.owner_count("SELECT id FROM users WHERE name = 'Max'").await;
    let of_person = json!({ "org": "main", "service": person, "name": "Runner", "write": true });
    assert_eq!(ana.call("services/create_token", of_person).await.status, 404, "Max is no service");
    assert_eq!(ana.call("services/remove", json!({ "org": "main", "service": person })).await.status, 404);
    ana.call("services/remove", json!({ "org": "main", "service": id })).await.ok();
    refused(&by(&app, token, "issues/list", list()).await);
    assert_eq!(ana.call("services/create_token", wanted).await.status, 404);
    ana.get("/main/settings/services").await.ok().contains("No services yet");
}

#[tokio::test]
async fn no_token_is_ever_logged() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true })).await;
    by(&app, &token, "issues/list", list()).await.ok();
    by(&app, &token, "issues/create", json!({ "org": "main" })).await.error();
    refused(&by(&app, &format!("{token}x"), "issues/list", list()).await);
    let text = log.text();
    assert!(text.contains("/api/v1/issues/list"), "the log was not written");
    assert!(!text.contains(&token[8..48]), "the log has the token");
}
