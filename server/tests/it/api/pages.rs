//! Lists are read page by page, of the size that was asked for.

use serde_json::{Value, json};
use server::testing::{Actor, TestApp};

/// Every row of a list, by its pages.
async fn walked(actor: &Actor, function: &str, rows: &str, limit: i64) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let body = json!({ "org": "main", "limit": limit, "after": after });
        let view = actor.call(function, body).await.json::<Value>()["view"].clone();
        let page = view[rows].as_array().unwrap();
        assert!(page.len() as i64 <= limit, "{function}: {} rows", page.len());
        all.extend(page.clone());
        match view["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return all,
        }
    }
}

#[tokio::test]
async fn a_page_has_as_many_rows_as_were_asked_for_and_leads_to_the_next() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for name in ["Ben", "Cleo", "Dan"] {
        app.sign_up(name).await;
    }
    for n in 0..5 {
        ana.create_issue(&format!("Number {n}")).await;
    }
    let keys =
        |rows: Vec<Value>| rows.iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let issues = ["CORE-5", "CORE-4", "CORE-3", "CORE-2", "CORE-1"];
    for limit in [1, 2, 5, 200] {
        assert_eq!(keys(walked(&ana, "issues/list", "rows", limit).await), issues, "{limit}");
        assert_eq!(walked(&ana, "members/list", "members", limit).await.len(), 4, "{limit}");
    }
    let trail = walked(&ana, "audit/view", "entries", 200).await;
    assert!(trail.len() > 3);
    assert_eq!(walked(&ana, "audit/view", "entries", 2).await, trail);
}

#[tokio::test]
async fn no_page_is_empty_or_endless() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for function in ["issues/list", "members/list", "audit/view"] {
        for limit in [json!(0), json!(-1), json!(201), json!(i64::MAX), json!("50"), json!(1.5)] {
            let error = ana.call(function, json!({ "org": "main", "limit": limit })).await.error();
            assert!(error.about("limit").is_some(), "{function} {limit}: {error}");
        }
    }
}
