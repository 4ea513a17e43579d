//! Sessions of two tokens: renewed unnoticed, ended at once, and lost to whoever uses a spent one.

mod forged;
mod keys;
mod list;

use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use server::{
    session::new_token,
    storage::jobs,
    testing::{Actor, Answer, PASSWORD, TestApp},
};
use std::time::{Duration, Instant};
use tokio_tungstenite::{connect_async, tungstenite::client::IntoClientRequest};
use tracker_domain::org::Role;

use crate::live::tab::Tab;

/// Until an access token is over, and a little.
pub const A_QUARTER: Duration = Duration::from_secs(15 * 60 + 1);

/// The cookies that an answer sets, by name; one that is taken away is empty.
fn set(answer: &Answer) -> Vec<(String, String)> {
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
    let pair =
        |cookie: &str| cookie.split(';').next().unwrap().split_once('=').map(|(k, v)| (k.into(), v.into()));
    cookies.map(|cookie| pair(cookie.to_str().unwrap()).unwrap()).collect()
}

fn names(answer: &Answer) -> Vec<String> {
    set(answer).into_iter().map(|(name, _)| name).collect()
}

/// What a request of the list answers.
pub async fn list(actor: &Actor) -> StatusCode {
    actor.call("issues/list", json!({ "org": "main" })).await.status
}

#[tokio::test]
async fn a_session_is_renewed_in_whatever_request_comes_and_nobody_notices() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    assert_eq!(names(&ana.get("/main/issues").await.ok()), Vec::<String>::new());
    let address = app.serve().await;

    let mut refresh = vec![ana.cookie("session").unwrap()];
    app.clock.advance(A_QUARTER);
    let page = ana.get("/main/issues").await.ok().contains("It breaks");
    assert_eq!(names(&page), ["access", "session"]);
    refresh.push(ana.cookie("session").unwrap());

    app.clock.advance(A_QUARTER);
    assert_eq!(names(&ana.set_status(&key, "TRIAGED").await.ok()), ["access", "session"]);
    refresh.push(ana.cookie("session").unwrap());

    app.clock.advance(A_QUARTER);
    let fields = [("org", "main"), ("key", key.as_str()), ("body", "An hour of thought")];
    let made = ana.form(&format!("/main/issues/{key}"), "comments/add", &fields).await;
    assert_eq!(names(&made), ["access", "session"]);
    ana.get(&made.location()).await.ok().contains("An hour of thought").contains("role=\"status\"");
    refresh.push(ana.cookie("session").unwrap());

    app.clock.advance(A_QUARTER);
    let mut upgrade = format!("ws://{address}/live").into_client_request().unwrap();
    upgrade.headers_mut().insert("cookie", ana.cookie_header().parse().unwrap());
    let (_socket, answer) = connect_async(upgrade).await.unwrap();
    let cookies: Vec<_> = answer.headers().get_all(header::SET_COOKIE).iter().collect();
    assert_eq!((answer.status(), cookies.len()), (StatusCode::SWITCHING_PROTOCOLS, 2));

    refresh.dedup();
    assert_eq!(refresh.len(), 4, "each is another one");
    assert_eq!(app.owner_count("SELECT count(*) FROM sessions").await, 1);
    assert_eq!(app.owner_count("SELECT count(*) FROM spent_tokens").await, 4);
}

#[tokio::test]
async fn what_was_refused_is_still_there_when_the_tokens_are_others() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let typed = "A description that took an hour";
    let fields =
        [("org", "main"), ("project", "CORE"), ("title", ""), ("severity", "HIGH"), ("description", typed)];
    app.clock.advance(A_QUARTER);
    let back = ana.form("/main/issues/new", "issues/create", &fields).await.location();
    app.clock.advance(A_QUARTER);
    ana.get(&back).await.ok().contains(typed).contains("The title is missing.");
}

#[tokio::test]
async fn ten_who_race_with_one_token_all_succeed_and_agree_on_the_next() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.clock.advance(A_QUARTER);
    let tabs: Vec<Actor> = (0..10).map(|_| ana.copy()).collect();
    let answers = futures::future::join_all(tabs.iter().map(|tab| tab.get("/main/issues"))).await;
    answers.into_iter().for_each(|answer| drop(answer.ok()));
    let next = tabs[0].cookie("session").unwrap();
    assert!(tabs.iter().all(|tab| tab.cookie("session").as_ref() == Some(&next)));
    assert_eq!(app.owner_count("SELECT count(*) FROM spent_tokens").await, 1);
    // Whichever answer came last: what the browser keeps is good.
    app.clock.advance(A_QUARTER);
    assert_eq!(list(&tabs[7]).await, StatusCode::OK);
    assert_eq!(app.owner_count("SELECT count(*) FROM audit WHERE action = 'SESSION_REUSED'").await, 0);
}

#[tokio::test]
async fn an_answer_that_was_lost_costs_nothing() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.clock.advance(A_QUARTER);
    // The server has answered, and the answer never came.
    assert_eq!(list(&ana.copy()).await, StatusCode::OK);
    app.clock.advance(Duration::from_secs(10));
    assert_eq!(list(&ana).await, StatusCode::OK);
    for _ in 0..3 {
        app.clock.advance(A_QUARTER);
        assert_eq!(list(&ana).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_spent_token_ends_its_session_for_whoever_has_it() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let elsewhere = app.anon();
    let password = json!({ "email": "ana@example.org", "password": PASSWORD });
    elsewhere.call("accounts/sign_in", password).await.ok();
    let thief = ana.copy();
    app.clock.advance(A_QUARTER);
    assert_eq!(list(&ana).await, StatusCode::OK);
    app.clock.advance(Duration::from_secs(11));

    let (one, two) = (thief.copy(), thief.copy());
    let (caught, also) = tokio::join!(one.get("/main/issues"), two.get("/main/issues"));
    assert_eq!((caught.location(), also.location()), ("/login".to_owned(), "/login".to_owned()));
    assert_eq!(one.cookie_header(), "", "a token that is good for nothing is taken away");
    assert!(ana.cookie("access").is_some());
    assert_eq!(list(&ana).await, StatusCode::UNAUTHORIZED, "nobody knows which of them is the thief");
    assert_eq!(list(&elsewhere).await, StatusCode::OK, "her other device is another family");
    let recorded = "SELECT count(*) FROM audit a JOIN users u ON u.id = a.actor_id
                    WHERE a.action = 'SESSION_REUSED' AND a.target = 'ana@example.org' AND u.name = 'Ana'";
    assert_eq!(app.owner_count(recorded).await, 1);
    assert_eq!(list(&thief).await, StatusCode::UNAUTHORIZED);
    assert_eq!(app.owner_count(recorded).await, 1);
}

#[tokio::test]
async fn a_session_lasts_as_long_as_it_is_used() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for _ in 0..3 {
        app.clock.advance(Duration::from_secs(29 * 24 * 3600));
        assert_eq!(list(&ana).await, StatusCode::OK);
    }
    app.clock.advance(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(list(&ana).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ana.cookie_header(), "");
}

#[tokio::test]
async fn a_session_of_the_version_before_goes_on() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let (old, browser) = (new_token(), app.anon());
    let hash = app.app.key.session(&old).hex();
    app.owner_sql(&format!(
        "INSERT INTO sessions (token_hash, user_id, created_at, expires_at, used_at)
         SELECT '\\x{hash}', id, '2026-11-20 12:00Z', '2026-12-20 12:00Z', '2026-11-20 12:00Z' FROM users"
    ))
    .await;
    browser.put_cookie("session", old.reveal());
    assert_eq!(list(&browser).await, StatusCode::OK);
    assert!(browser.cookie("access").is_some());
    assert_ne!(browser.cookie("session").as_deref(), Some(old.reveal()));
}

#[tokio::test]
async fn an_ended_session_is_off_at_the_next_request_and_its_socket_within_two_seconds() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let address = app.serve().await;
    let since = app.owner_count("SELECT seq FROM org_heads").await;
    let mut tab = Tab::listen(address, &ana, "main/issues", since).await;
    tab.caught_up().await;
    // The socket is the session's, not the access token's.
    app.clock.advance(A_QUARTER);
    let elsewhere = ana.copy();
    elsewhere.create_issue("Still heard").await;
    assert_eq!(tab.hear_until(since, since + 1).await.len(), 1);

    let stolen = elsewhere.copy();
    let begun = Instant::now();
    elsewhere.call("accounts/sign_out", json!({})).await.ok();
    assert_eq!(elsewhere.cookie_header(), "");
    assert!(stolen.cookie("access").is_some());
    assert_eq!(list(&stolen).await, StatusCode::UNAUTHORIZED);
    assert_eq!(tab.close_code().await, 4401);
    assert!(begun.elapsed() < Duration::from_millis(2_500), "{:?}", begun.elapsed());
    let mut late = Tab::connect(address, &stolen, &format!("http://{address}")).await.unwrap();
    assert_eq!(late.close_code().await, 4401);
}

#[tokio::test]
async fn a_role_holds_from_the_next_request_on_whatever_the_token_says() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let key = ana.create_issue("Of Ana").await;
    let token = max.cookie("access");
    max.set_status(&key, "TRIAGED").await.ok();
    app.owner_sql(
        "UPDATE memberships SET role = 'REPORTER' WHERE user_id = (SELECT id FROM users WHERE name = 'Max')",
    )
    .await;
    assert_eq!(max.set_status(&key, "OPEN").await.status, 404);
    app.owner_sql("UPDATE memberships SET disabled_at = now() WHERE user_id = (SELECT id FROM users WHERE name = 'Max')")
        .await;
    assert_eq!(list(&max).await, StatusCode::NOT_FOUND);
    assert_eq!(max.cookie("access"), token, "it is still the token from before");
}

#[tokio::test]
async fn the_cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let cookies = |answer: &Answer| -> Vec<String> {
        let all = answer.headers.get_all(header::SET_COOKIE).iter();
        all.map(|cookie| cookie.to_str().unwrap().split_once('=').unwrap())
            .map(|(name, rest)| format!("{name};{}", rest.split_once(';').unwrap().1))
            .collect()
    };
    let app = TestApp::start().await;
    let body = json!({ "name": "Ana", "email": "ana@example.org", "password": PASSWORD });
    let plain = app.anon().call("accounts/sign_up", body).await.ok();
    assert_eq!(
        cookies(&plain),
        [
            "access; Path=/; HttpOnly; SameSite=Lax; Max-Age=900",
            "session; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000",
        ]
    );

    let app = app.with_settings(|settings| settings.public_url = "https://tracker.test".to_owned());
    let ana = app.anon();
    let tls =
        ana.call("accounts/sign_in", json!({ "email": "ana@example.org", "password": PASSWORD })).await.ok();
    assert_eq!(
        cookies(&tls),
        [
            "__Host-access; Path=/; HttpOnly; SameSite=Lax; Max-Age=900; Secure",
            "__Host-session; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure",
        ]
    );
    app.clock.advance(A_QUARTER);
    assert_eq!(names(&ana.get("/main/issues").await.ok()), ["__Host-access", "__Host-session"]);
    assert_eq!(list(&ana).await, StatusCode::OK);
}

#[tokio::test]
async fn no_cookie_is_set_on_what_others_may_keep() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.clock.advance(A_QUARTER);
    for path in ["/pkg/none.js", "/fonts/none.woff2", "/favicon.svg", "/health/live"] {
        assert_eq!(names(&ana.get(path).await), Vec::<String>::new(), "{path}");
    }
}

#[tokio::test]
async fn a_browser_has_one_session_and_what_a_request_does_to_it_is_the_last_word() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let password = json!({ "email": "ana@example.org", "password": PASSWORD });
    ana.call("accounts/sign_in", password.clone()).await.ok();
    assert_eq!(app.owner_count("SELECT count(*) FROM sessions").await, 1, "the one before is over");

    app.clock.advance(A_QUARTER);
    let again = ana.call("accounts/sign_in", password).await.ok();
    assert_eq!(names(&again), ["access", "session"], "renewed on the way in, and then replaced");
    assert_eq!(list(&ana).await, StatusCode::OK);

    app.clock.advance(A_QUARTER);
    let out = ana.call("accounts/sign_out", json!({})).await.ok();
    assert_eq!(set(&out), [("access".to_owned(), String::new()), ("session".to_owned(), String::new())]);
    assert_eq!(app.owner_count("SELECT count(*) FROM sessions").await, 0);
    assert_eq!(app.owner_count("SELECT count(*) FROM audit WHERE action = 'SIGNED_OUT'").await, 1);
    app.anon().call("accounts/sign_out", json!({})).await.ok();
    assert_eq!(app.owner_count("SELECT count(*) FROM audit WHERE action = 'SIGNED_OUT'").await, 1);
}

#[tokio::test]
async fn nobody_is_signed_out_because_the_database_is_away() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let kept = ana.cookie_header();
    app.clock.advance(A_QUARTER);
    app.app.db.close().await;
    let page = ana.get("/main/issues").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    page.contains("Try again in a moment").contains("<html");
    assert_eq!(list(&ana).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ana.cookie_header(), kept);
}

#[tokio::test]
async fn what_is_over_is_cleared_away() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.clock.advance(A_QUARTER);
    assert_eq!(list(&ana).await, StatusCode::OK);
    let clean = async || jobs::clean_up(&app.app.db.system, app.app.clock.now()).await.unwrap();
    app.clock.advance(Duration::from_secs(29 * 24 * 3600));
    assert_eq!(clean().await, 0);
    assert_eq!(list(&ana).await, StatusCode::OK);
    app.clock.advance(Duration::from_secs(2 * 24 * 3600));
    assert_eq!(clean().await, 1, "the token that was spent first");
    app.clock.advance(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(clean().await, 1, "the session, and with it the other token");
    assert_eq!(app.owner_count("SELECT count(*) FROM spent_tokens").await, 0);
}

/// Signs in as somebody's browser of that kind.
pub async fn sign_in_by(app: &TestApp, email: &str, agent: &str) -> Actor {
    let actor = app.anon();
    let body: Value = json!({ "email": email, "password": PASSWORD });
    let request = Request::post("/api/v1/accounts/sign_in")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, agent);
    actor.send(request.body(Body::from(body.to_string())).unwrap()).await.ok();
    actor
}
