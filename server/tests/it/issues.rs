//! The life of an issue.

use http::StatusCode;
use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use tracker_domain::{error::AppError, org::Role};

async fn view(actor: &Actor, key: &str) -> Value {
    actor.call("issues/view", json!({ "org": "main", "key": key })).await.json::<Value>()["view"].take()
}

fn kinds(view: &Value) -> Vec<&str> {
    view["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["change"].as_object().unwrap().keys().next().unwrap().as_str())
        .collect()
}

#[tokio::test]
async fn it_is_reported_triaged_resolved_and_its_history_tells_it() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let key = ben.create_issue("It breaks").await;
    assert_eq!(key, "CORE-1");
    let of = |extra: Value| {
        let mut body = json!({ "org": "main", "key": key });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    ana.set_status(&key, "TRIAGED").await.ok();
    ana.call("issues/set_severity", of(json!({ "severity": "CRITICAL" }))).await.ok();
    ana.call("issues/set_tags", of(json!({ "tags": "UI, regression" }))).await.ok();
    let people = view(&ana, &key).await["people"].clone();
    assert_eq!(people.as_array().unwrap().len(), 1, "a reporter cannot be given an issue");
    ana.call("issues/set_assignee", of(json!({ "assignee": people[0]["id"].to_string() }))).await.ok();
    ana.set_status(&key, "DONE").await.ok();
    ana.set_status(&key, "OPEN").await.ok();

    let seen = view(&ana, &key).await;
    let row = &seen["head"]["row"];
    assert_eq!((row["status"].as_str(), row["severity"].as_str()), (Some("OPEN"), Some("CRITICAL")));
    assert_eq!(row["tags"], json!(["regression", "ui"]));
    assert_eq!(row["assignee"]["name"], "Ana");
    assert_eq!(
        kinds(&seen),
        [
            "issue_created",
            "status_moved",
            "severity_set",
            "tags_changed",
            "assignee_set",
            "status_moved",
            "status_moved"
        ]
    );
    assert_eq!(app.owner_count("SELECT count(*) FROM issues WHERE closed_at IS NOT NULL").await, 0);
    // Saying again what is so already is not an event.
    ana.set_status(&key, "OPEN").await.ok();
    assert_eq!(view(&ana, &key).await["timeline"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn a_stale_edit_changes_nothing_and_shows_both_texts() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("First").await;
    let edit = |title: &str, version: i64| json!({ "org": "main", "key": key, "title": title, "description": "Text", "version": version });
    let one: Value = ana.call("issues/edit", edit("Second", 1)).await.json();
    assert_eq!(one["version"], 2);
    match ana.call("issues/edit", edit("Mine", 1)).await.error() {
        AppError::Conflict { current, version } => {
            assert_eq!(version, 2);
            assert!(current.contains(&("title".to_owned(), "Second".to_owned())));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(view(&ana, &key).await["head"]["row"]["title"], "Second");
    ana.call("issues/edit", edit("Mine", 2)).await.ok();
    assert_eq!(
        kinds(&view(&ana, &key).await),
        ["issue_created", "title_changed", "description_changed", "title_changed"]
    );
}

#[tokio::test]
async fn bad_input_is_refused_at_the_field() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let create = |title: &str, project: &str, severity: &str| json!({ "org": "main", "project": project, "title": title, "severity": severity });
    for (body, field) in [
        (create(" ", "CORE", "LOW"), "title"),
        (create(&"x".repeat(201), "CORE", "LOW"), "title"),
        (create("Fine", "NOPE", "LOW"), "project"),
        (create("Fine", "CORE", "URGENT"), "severity"),
        (json!({ "org": "main", "project": "CORE", "severity": "LOW" }), "title"),
    ] {
        let answer = ana.call("issues/create", body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.error().about(field).is_some(), "{field}");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM issues").await, 0);
    let key = ana.create_issue("Fine").await;
    let error = ana.set_status(&key, "CLOSED").await.error();
    assert!(error.about("status").unwrap().contains("OPEN, TRIAGED, IN_PROGRESS, DONE"));
    let tags = json!({ "org": "main", "key": key, "tags": (0..21).map(|n| format!("t{n}")).collect::<Vec<_>>().join(",") });
    assert!(ana.call("issues/set_tags", tags).await.error().about("tags").is_some());
}

#[tokio::test]
async fn a_form_that_is_sent_ten_times_makes_one_issue() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let body = json!({
        "org": "main", "project": "CORE", "title": "Once", "severity": "LOW", "idempotency_key": "key-00000001"
    });
    let answers = futures::future::join_all((0..10).map(|_| ana.call("issues/create", body.clone()))).await;
    for answer in answers {
        assert_eq!(answer.json::<Value>()["key"], "CORE-1");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM issues").await, 1);
    let mut other = body.clone();
    other["title"] = json!("Something else");
    assert!(ana.call("issues/create", other).await.error().about("idempotency_key").is_some());
    // The name is the sender's own: another person's write under the same one is another write.
    let ben = app.sign_up("Ben").await;
    assert_eq!(ben.call("issues/create", body).await.json::<Value>()["key"], "CORE-2");
}

#[tokio::test]
async fn a_reporter_edits_their_own_until_it_is_done() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let key = ben.create_issue("Mine").await;
    let edit = |version| json!({ "org": "main", "key": key, "title": "Still mine", "version": version });
    ben.call("issues/edit", edit(1)).await.ok();
    assert_eq!(ben.set_status(&key, "DONE").await.status, StatusCode::FORBIDDEN);
    ana.set_status(&key, "DONE").await.ok();
    assert_eq!(ben.call("issues/edit", edit(2)).await.status, StatusCode::FORBIDDEN);
    let can = view(&ben, &key).await["head"]["viewer_can"].clone();
    assert_eq!(can, json!({ "edit": false, "comment": true, "triage": false }));
}

#[tokio::test]
async fn a_role_counts_from_the_next_request_on() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let key = max.create_issue("Any").await;
    max.set_status(&key, "TRIAGED").await.ok();
    app.owner_sql("UPDATE memberships SET role = 'REPORTER' WHERE role = 'MAINTAINER'").await;
    assert_eq!(max.set_status(&key, "DONE").await.status, StatusCode::FORBIDDEN);
    app.owner_sql("UPDATE memberships SET disabled_at = now() WHERE role = 'REPORTER'").await;
    assert_eq!(max.get("/main/issues").await.status, StatusCode::NOT_FOUND);
}
