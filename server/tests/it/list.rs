//! The list: filters, orders and keyset pages.

use http::StatusCode;
use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use std::{collections::BTreeSet, time::Duration};

async fn list(actor: &Actor, extra: Value) -> Value {
    let mut body = json!({ "org": "main" });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    actor.call("issues/list", body).await.json::<Value>()["view"].take()
}

fn keys(page: &Value) -> Vec<String> {
    page["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect()
}

/// 120 issues in two minutes, with few different values so that ties are common.
async fn filled() -> (TestApp, Actor) {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for n in 0..120 {
        let severity = ["LOW", "MEDIUM", "HIGH", "CRITICAL"][n % 4];
        let title = format!("Issue {}", n % 7);
        ana.call(
            "issues/create",
            json!({ "org": "main", "project": "CORE", "title": title, "severity": severity }),
        )
        .await
        .ok();
        if n % 3 == 0 {
            app.clock.advance(Duration::from_secs(3));
        }
    }
    (app, ana)
}

#[tokio::test]
async fn every_order_shows_each_row_once_forwards_and_back() {
    let (_app, ana) = filled().await;
    for sort in [
        "key",
        "-key",
        "title",
        "-title",
        "status",
        "-status",
        "severity",
        "-severity",
        "created",
        "-created",
        "updated",
        "-updated",
    ] {
        let (mut seen, mut pages, mut after) = (Vec::new(), Vec::new(), String::new());
        loop {
            let page = list(&ana, json!({ "sort": sort, "after": after })).await;
            seen.extend(keys(&page));
            pages.push(page.clone());
            let Some(next) = page["next"].as_str() else { break };
            after = next.to_owned();
        }
        assert_eq!(
            (seen.len(), seen.iter().collect::<BTreeSet<_>>().len(), pages.len()),
            (120, 120, 3),
            "{sort}"
        );
        assert!(pages[0]["previous"].is_null());
        let back = list(&ana, json!({ "sort": sort, "after": pages[2]["previous"] })).await;
        assert_eq!(keys(&back), keys(&pages[1]), "{sort}");
        let back = list(&ana, json!({ "sort": sort, "after": back["previous"] })).await;
        assert_eq!(keys(&back), keys(&pages[0]), "{sort}");
        assert!(back["previous"].is_null() && !back["next"].is_null(), "{sort}");
    }
}

#[tokio::test]
async fn filters_are_anded_and_their_words_ored() {
    let (_app, ana) = filled().await;
    ana.set_status("CORE-1", "TRIAGED").await.ok();
    assert_eq!(keys(&list(&ana, json!({ "severity": "HIGH", "q": "issue 2" })).await).len(), 5);
    assert_eq!(keys(&list(&ana, json!({ "status": "TRIAGED,DONE" })).await), ["CORE-1"]);
    assert_eq!(keys(&list(&ana, json!({ "severity": "HIGH,CRITICAL" })).await).len(), 50);
    assert_eq!(keys(&list(&ana, json!({ "q": "100%_\\" })).await).len(), 0);
    assert_eq!(keys(&list(&ana, json!({ "q": "core-17" })).await), ["CORE-17"]);
    assert_eq!(list(&ana, json!({})).await["open"], 120);
}

#[tokio::test]
async fn a_wrong_query_is_refused_never_guessed_at() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for (body, field) in [
        (json!({ "status": "CLOSED" }), "status"),
        (json!({ "sort": "size" }), "sort"),
        (json!({ "after": "nonsense" }), "after"),
        (json!({ "after": "n~1~nonsense" }), "after"),
        (json!({ "after": "n~1~9223372036854775807" }), "after"),
        (json!({ "q": "x".repeat(1001) }), "q"),
    ] {
        let mut body = body;
        body["org"] = json!("main");
        let answer = ana.call("issues/list", body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        assert!(answer.error().about(field).is_some(), "{field}");
    }
    assert_eq!(ana.get("/main/issues?q=status:CLOSED").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_reporter_sees_and_counts_their_own_only() {
    let (app, ana) = filled().await;
    let ben = app.sign_up("Ben").await;
    let key = ben.create_issue("Issue of Ben").await;
    let mine = list(&ben, json!({})).await;
    assert_eq!((keys(&mine), mine["open"].as_i64()), (vec![key.clone()], Some(1)));
    assert_eq!(keys(&list(&ben, json!({ "q": "issue" })).await), [key]);
    assert_eq!(list(&ana, json!({})).await["open"], 121);
}
