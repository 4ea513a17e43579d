//! Comments.

use http::StatusCode;
use serde_json::{Value, json};
use server::testing::TestApp;

#[tokio::test]
async fn a_comment_is_counted_rendered_safe_and_in_the_timeline() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    ana.comment(&key, "**Bold** <script>alert(1)</script> [x](javascript:alert(1))").await.ok();
    let view: Value = ana.call("issues/view", json!({ "org": "main", "key": key })).await.json();
    let entry = &view["view"]["timeline"][1];
    let html = entry["comment_html"].as_str().unwrap();
    assert!(
        html.contains("<strong>Bold</strong>") && !html.contains("<script") && !html.contains("javascript:"),
        "{html}"
    );
    assert_eq!(view["view"]["head"]["row"]["comments"], 1);
    ana.get(&format!("/main/issues/{key}"))
        .await
        .ok()
        .contains("<strong>Bold</strong>")
        .lacks("alert(1)</script>");
}

#[tokio::test]
async fn an_empty_or_too_long_one_is_refused() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    assert!(ana.comment(&key, " \n").await.error().about("body").is_some());
    assert!(
        ana.comment(&key, &"x".repeat(256 * 1024 + 1))
            .await
            .error()
            .about("body")
            .unwrap()
            .contains("256 KiB")
    );
    assert_eq!(ana.comment(&key, &"x".repeat(1024 * 1024)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(app.owner_count("SELECT count(*) FROM comments").await, 0);
}

#[tokio::test]
async fn a_reporter_comments_on_their_own_only() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let (hers, his) = (ana.create_issue("Hers").await, ben.create_issue("His").await);
    ben.comment(&his, "Still there?").await.ok();
    ana.comment(&his, "Yes.").await.ok();
    assert_eq!(ben.comment(&hers, "Hello").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ben.comment("CORE-99", "Hello").await.status, StatusCode::NOT_FOUND);
}
