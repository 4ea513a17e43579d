//! A write that is sent again does one thing, and gets the first answer again.

use axum::body::Body;
use futures::future::join_all;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use server::testing::TestApp;
use sqlx::Connection;
use std::{collections::BTreeSet, time::Duration};
use tracker_domain::error::AppError;

use super::{fields, keyed};
use crate::refusals::{cast::cast, table::calls};

/// Writes that need no key, since a second time does no second thing: they set what is set already, end what has ended,
/// or take something that is good for one time only. None of them can be called by a token.
const ONCE_BY_THEMSELVES: &[&str] = &[
    "accounts/accept_invitation",
    "accounts/ask_passkey",
    "accounts/confirm",
    "accounts/forgot",
    "accounts/give_code",
    "accounts/give_passkey",
    "accounts/reset_password",
    "accounts/set_name",
    "accounts/set_zone",
    "accounts/sign_in",
    "accounts/sign_out",
    "accounts/sign_out_everywhere",
    "factors/add_passkey",
    "factors/begin_passkey",
    "factors/begin_totp",
    "factors/confirm_totp",
    "factors/end_totp",
    "factors/keep_codes",
    "factors/remove_passkey",
    "factors/rename_passkey",
    "factors/renew_codes",
    "factors/require",
    "members/switch",
    "providers/link",
    "providers/unlink",
    "services/remove",
    "sessions/end",
    "sessions/end_others",
    "tokens/revoke",
];

#[tokio::test]
async fn every_write_takes_a_key_or_is_known_to_need_none() {
    let app = TestApp::start().await;
    let mut without = BTreeSet::new();
    for call in calls() {
        let takes = fields(&app.anon(), call.function).await.contains(&"idempotency_key".to_owned());
        assert!(call.writes || !takes, "{} only reads", call.function);
        if call.writes && !takes {
            let person = server::http::need(call.function) == Some(server::http::Need::Person);
            assert!(person, "a token calls {}: give it an idempotency_key", call.function);
            without.insert(call.function);
        }
    }
    assert_eq!(without, ONCE_BY_THEMSELVES.iter().copied().collect());
}

#[tokio::test]
async fn every_write_answers_a_second_time_as_the_first_and_no_other_request_by_its_key() {
    let (stage, cast) = cast().await;
    let words = stage.words().await;
    let admin = &cast[0].actor;
    let mut held = 0;
    for (n, call) in calls().enumerate().filter(|(_, call)| call.writes && call.done == 200) {
        if ONCE_BY_THEMSELVES.contains(&call.function) {
            continue;
        }
        let (key, body) = (format!("the-key-{n:04}"), (call.bodies)(&words).swap_remove(0));
        let first = keyed(admin, call.function, &key, &body).await;
        assert_eq!(first.status, StatusCode::OK, "{}: {}", call.function, first.body);
        let again = keyed(admin, call.function, &key, &body).await.ok();
        let location = |answer: &server::testing::Answer| answer.headers.get(header::LOCATION).cloned();
        assert_eq!(location(&first), location(&again), "{}", call.function);
        let (mut first, again) = (first.json_ref(), again.json_ref());
        if let Some(token) = first.get_mut("token") {
            // Kept nowhere, so it cannot be given again.
            *token = again["token"].clone();
        }
        assert_eq!(first, again, "{}", call.function);
        let kept = format!("SELECT count(*) FROM idempotency_keys WHERE key = '{key}'");
        assert_eq!(stage.app.owner_count(&kept).await, 1, "{}", call.function);

        let mut other = body.clone();
        let fields = other.as_object_mut().unwrap();
        let text = fields
            .iter_mut()
            .find(|(name, value)| value.is_string() && !["org", "key", "team"].contains(&name.as_str()));
        let Some((_, text)) = text else { continue };
        *text = json!(format!("{} and more", text.as_str().unwrap()));
        let error = keyed(admin, call.function, &key, &other).await.error();
        assert!(error.about("idempotency_key").is_some(), "{}: {error}", call.function);
        held += 1;
    }
    assert!(held > 8, "{held}");
}

fn report(title: &str) -> Value {
    json!({ "org": "main", "project": "CORE", "title": title, "severity": "LOW" })
}

async fn issues(app: &TestApp) -> i64 {
    app.owner_count("SELECT count(*) FROM issues").await
}

#[tokio::test]
async fn ten_at_once_report_one_issue_and_who_comes_too_early_is_told_so() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let body = report("Once");
    let answers = join_all((0..10).map(|_| keyed(&ana, "issues/create", "ten-at-once", &body))).await;
    let mut done = 0;
    for answer in answers {
        match answer.status {
            StatusCode::OK => {
                assert_eq!(answer.json_ref()["key"], "CORE-1");
                done += 1;
            }
            _ => {
                assert_eq!(answer.headers[header::RETRY_AFTER], "1");
                assert_eq!(answer.error(), AppError::InProgress);
            }
        }
    }
    assert!(done > 0);
    assert_eq!(keyed(&ana, "issues/create", "ten-at-once", &body).await.ok().json_ref()["key"], "CORE-1");
    assert_eq!(issues(&app).await, 1);
}

#[tokio::test]
async fn while_the_first_is_being_done_the_second_is_told_at_once() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let mut first = sqlx::PgConnection::connect(app.database_url.reveal()).await.unwrap();
    let id = app.owner_count("SELECT id FROM users").await;
    let lock = format!("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('{id} held-by-another', 18))");
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock)).execute(&mut first).await.unwrap();
    let body = report("Once");
    assert_eq!(keyed(&ana, "issues/create", "held-by-another", &body).await.error(), AppError::InProgress);
    assert_eq!(issues(&app).await, 0);

    // A browser shows the answer to the second click: it waits for the first.
    let fields = [
        ("org", "main"),
        ("project", "CORE"),
        ("title", "Once"),
        ("severity", "LOW"),
        ("idempotency_key", "held-by-another"),
    ];
    let clicked = ana.form("/main/issues/new", "issues/create", &fields);
    tokio::pin!(clicked);
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut clicked).await.is_err(), "it did not wait");
    sqlx::raw_sql("ROLLBACK").execute(&mut first).await.unwrap();
    let made = clicked.await.location();
    assert!(made.starts_with("/main/issues/CORE-1?"), "{made}");
    assert_eq!(keyed(&ana, "issues/create", "held-by-another", &body).await.ok().json_ref()["key"], "CORE-1");
    assert_eq!(issues(&app).await, 1);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_by_another_process() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let body = report("Lost");
    let lost = keyed(&ana, "issues/create", "lost-answer", &body).await.ok();
    let (location, said) = (lost.headers[header::LOCATION].clone(), lost.json_ref());
    let other = TestApp::on(app.stop().await).await;
    let again = keyed(&other.same_browser(&ana), "issues/create", "lost-answer", &body).await.ok();
    assert_eq!((again.headers[header::LOCATION].clone(), again.json_ref()), (location, said));
    assert_eq!(issues(&other).await, 1);
}

#[tokio::test]
async fn a_request_that_is_broken_off_anywhere_and_sent_again_reports_one_issue() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for n in 0..40u64 {
        let (key, body) = (format!("broken-off-{n}"), report(&format!("Number {n}")));
        let first = keyed(&ana, "issues/create", &key, &body);
        let _ = tokio::time::timeout(Duration::from_micros(n * 150), first).await;
        let mut patience = 100;
        loop {
            let again = keyed(&ana, "issues/create", &key, &body).await;
            if again.status == StatusCode::OK || patience == 0 {
                again.ok();
                break;
            }
            assert_eq!(again.error(), AppError::InProgress, "the first is being rolled back");
            patience -= 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert_eq!(issues(&app).await, 40);
}

#[tokio::test]
async fn a_key_in_the_header_and_in_the_form_are_one() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let mut body = report("Once");
    keyed(&ana, "issues/create", "\"quoted-key\"", &body).await.ok();
    body["idempotency_key"] = json!("quoted-key");
    assert_eq!(ana.call("issues/create", body.clone()).await.ok().json_ref()["key"], "CORE-1");
    assert!(
        keyed(&ana, "issues/create", "another-key", &body).await.error().about("idempotency_key").is_some()
    );
    for bad in ["short", "with space in it", &"x".repeat(101)] {
        assert!(
            keyed(&ana, "issues/create", bad, &report("Bad"))
                .await
                .error()
                .about("idempotency_key")
                .is_some()
        );
    }
    let form = Request::post("/api/v1/issues/create")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("idempotency-key", "quoted-key")
        .body(Body::from("org=main&project=CORE&title=Once&severity=LOW"))
        .unwrap();
    assert_eq!(ana.send(form).await.ok().json_ref()["key"], "CORE-1", "a form of a program too");
    assert_eq!(issues(&app).await, 1);
}
