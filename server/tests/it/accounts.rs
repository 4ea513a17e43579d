//! Signing up, in and out.

use http::StatusCode;
use serde_json::{Value, json};
use server::testing::{PASSWORD, TestApp};
use std::time::Duration;
use tracker_domain::error::AppError;

#[tokio::test]
async fn the_first_account_is_admin_and_the_next_are_reporters() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    for (actor, name, role) in [(&ana, "Ana", "ADMIN"), (&ben, "Ben", "REPORTER")] {
        let list: Value = actor.call("issues/list", json!({ "org": "main" })).await.json();
        let viewer = &list["frame"]["viewer"];
        assert_eq!((viewer["name"].as_str(), viewer["role"].as_str()), (Some(name), Some(role)));
        assert_eq!(list["frame"]["projects"][0]["key"], "CORE");
    }
}

#[tokio::test]
async fn of_two_who_sign_up_at_the_same_moment_one_is_admin() {
    let app = TestApp::start().await;
    let names: Vec<String> = (0..6).map(|n| format!("Person{n}")).collect();
    futures::future::join_all(names.iter().map(|name| app.sign_up(name))).await;
    assert_eq!(app.owner_count("SELECT count(*) FROM memberships WHERE role = 'ADMIN'").await, 1);
    assert_eq!(app.owner_count("SELECT count(*) FROM memberships WHERE role = 'REPORTER'").await, 5);
    assert_eq!(app.owner_count("SELECT count(*) FROM projects").await, 1);
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let wrong = |email: &str| json!({ "email": email, "password": "not the right one" });
    let known = app.anon().call("accounts/sign_in", wrong("ana@example.org")).await;
    let unknown = app.anon().call("accounts/sign_in", wrong("nobody@example.org")).await;
    let known = known.error();
    assert_eq!(known, unknown.error());
    assert_eq!(known.about("password"), Some("Email or password is not right. Try again."));
    let right = json!({ "email": " ANA@example.org ", "password": PASSWORD });
    app.anon().call("accounts/sign_in", right).await.ok();
}

#[tokio::test]
async fn what_is_wrong_is_said_at_each_field_and_nothing_is_made() {
    let app = TestApp::start().await;
    let body = json!({ "name": " ", "email": "nonsense", "password": "short" });
    let error = app.anon().call("accounts/sign_up", body).await.error();
    for field in ["name", "email", "password"] {
        assert!(error.about(field).is_some(), "{field}");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM users").await, 0);

    app.sign_up("Ana").await;
    let again = json!({ "name": "Ana", "email": "Ana@Example.org", "password": PASSWORD });
    let error = app.anon().call("accounts/sign_up", again).await.error();
    assert_eq!(error.about("email"), Some("This address has an account already. Sign in instead."));
}

#[tokio::test]
async fn a_session_ends_by_signing_out_or_by_time() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let stolen = ana.cookie_header();
    ana.get("/main/issues").await.ok();
    ana.call("accounts/sign_out", json!({})).await.ok();
    assert_eq!(ana.cookie_header(), "");
    assert_eq!(
        app.owner_count("SELECT count(*) FROM sessions").await,
        0,
        "{stolen} is worth nothing any more"
    );

    let ben = app.sign_up("Ben").await;
    app.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let error = ben.call("issues/list", json!({ "org": "main" })).await.error();
    assert_eq!(error, AppError::Unauthenticated);
    assert_eq!(ben.get("/main/issues").await.location(), "/login");
}

#[tokio::test]
async fn sign_up_can_be_closed_but_not_to_the_first() {
    let app = TestApp::start().await.with_settings(|settings| settings.signup_open = false);
    app.sign_up("Ana").await;
    let body = json!({ "name": "Ben", "email": "ben@example.org", "password": PASSWORD });
    assert_eq!(app.anon().call("accounts/sign_up", body).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_sign_up_that_is_sent_twice_makes_one_account() {
    let app = TestApp::start().await;
    let body = json!({ "name": "Ana", "email": "ana@example.org", "password": PASSWORD, "idempotency_key": "k-00000001" });
    let (one, two) = (app.anon(), app.anon());
    let both = tokio::join!(one.call("accounts/sign_up", body.clone()), two.call("accounts/sign_up", body));
    both.0.ok();
    both.1.ok();
    one.get("/main/issues").await.ok();
    two.get("/main/issues").await.ok();
    assert_eq!(app.owner_count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn the_first_address_leads_to_where_one_belongs() {
    let app = TestApp::start().await;
    assert_eq!(app.anon().get("/").await.location(), "/signup");
    let ana = app.sign_up("Ana").await;
    assert_eq!(ana.get("/").await.location(), "/main");
    assert_eq!(ana.get("/login").await.location(), "/main");
    assert_eq!(app.anon().get("/").await.location(), "/login");
}
