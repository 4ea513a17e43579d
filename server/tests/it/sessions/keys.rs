//! Keys that sign access tokens turn, and nobody is signed out by it.

use http::StatusCode;
use server::{
    access::keys,
    storage,
    testing::{Actor, TestApp},
};
use sqlx::{Connection, PgConnection};
use std::time::Duration;

use super::{A_QUARTER, list};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn count(app: &TestApp) -> i64 {
    app.owner_count("SELECT count(*) FROM signing_keys").await
}

/// What `tracker admin keys rotate` does.
async fn rotate(app: &TestApp, forget: bool) {
    let mut owner = PgConnection::connect(app.database_url.reveal()).await.unwrap();
    let key = keys::fresh(app.app.clock.now());
    storage::keys::add(&mut owner, &key).await.unwrap();
    if forget {
        storage::keys::drop_others(&mut owner, &key).await.unwrap();
    }
}

/// Somebody with the access token alone.
fn with_access_alone(app: &TestApp, actor: &Actor) -> Actor {
    let alone = app.anon();
    alone.put_cookie("access", &actor.cookie("access").unwrap());
    alone
}

#[tokio::test]
async fn two_keys_are_good_while_one_takes_over_from_the_other() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    assert_eq!(count(&app).await, 1);
    let old = with_access_alone(&app, &ana);

    app.clock.advance(Duration::from_secs(60));
    rotate(&app, false).await;
    // Another process has read the new key already and signs with it; this one learns of it by its name.
    let other = TestApp::on(app.database_url.clone()).await;
    other.clock.advance(Duration::from_secs(61));
    let ben = other.sign_up("Ben").await;
    for process in [&app, &other] {
        for actor in [&old, &with_access_alone(&app, &ben)] {
            let elsewhere = process.anon();
            elsewhere.put_cookie("access", &actor.cookie("access").unwrap());
            assert_eq!(list(&elsewhere).await, StatusCode::OK);
        }
    }
    let kid = |actor: &Actor| actor.cookie("access").unwrap().split('.').next().unwrap().to_owned();
    assert_ne!(kid(&ana), kid(&ben));

    app.clock.advance(A_QUARTER);
    assert_eq!(list(&ana).await, StatusCode::OK, "the token is over as always, and is renewed");
    assert_eq!(kid(&ana), kid(&ben), "by the new key");
}

#[tokio::test]
async fn the_worker_turns_the_keys_and_forgets_those_that_are_not_needed() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    assert_eq!(keys::turn(&app.app).await.unwrap(), 0);
    assert_eq!(count(&app).await, 1, "it is too early");

    app.clock.advance(29 * DAY);
    assert_eq!(list(&ana).await, StatusCode::OK);
    app.clock.advance(DAY);
    assert_eq!(keys::turn(&app.app).await.unwrap(), 0);
    assert_eq!(count(&app).await, 2);
    let before = with_access_alone(&app, &ana);
    assert_eq!(list(&before).await, StatusCode::UNAUTHORIZED, "a day old");
    assert_eq!(list(&ana).await, StatusCode::OK);

    app.clock.advance(Duration::from_secs(21 * 60));
    assert_eq!(keys::turn(&app.app).await.unwrap(), 1);
    assert_eq!(count(&app).await, 1);
    assert_eq!(list(&ana).await, StatusCode::OK);
}

#[tokio::test]
async fn a_key_that_is_gone_is_good_for_nothing_and_still_nobody_is_signed_out() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let stolen = with_access_alone(&app, &ana);
    assert_eq!(list(&stolen).await, StatusCode::OK);
    app.clock.advance(Duration::from_secs(1));
    rotate(&app, true).await;
    app.clock.advance(Duration::from_secs(30));
    assert_eq!(list(&stolen).await, StatusCode::UNAUTHORIZED);
    assert_eq!(list(&ana).await, StatusCode::OK, "another token in the same request");
}

#[tokio::test]
async fn neither_the_database_nor_the_key_of_the_program_signs_alone() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let mut other = TestApp::on(app.database_url.clone()).await;
    other.app.key =
        server::session::HashKey::new(tracker_domain::text::Secret::new("another key of the program"));
    other.app.keys = server::access::Keys::default();
    let session = app.session(&ana).await;
    let forged = server::access::issue(&other.app, session).await.unwrap();
    let browser = app.anon();
    browser.put_cookie("access", forged.reveal());
    assert_eq!(list(&browser).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_serves_people_comes_near_neither_keys_nor_spent_tokens() {
    let app = TestApp::start().await;
    for sql in [
        "SELECT * FROM signing_keys",
        "SELECT * FROM spent_tokens",
        "UPDATE sessions SET expires_at = '2100-01-01'",
    ] {
        let error = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&app.app.db.app).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{sql}: {error}");
    }
}
