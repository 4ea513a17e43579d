//! Who hears what, and who hears nothing any more.

use futures::{SinkExt, StreamExt};
use serde_json::json;
use server::testing::TestApp;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::{Error, Message};
use tracker_domain::{
    error::AppError,
    live::{ClientMessage, LiveItem, ServerMessage, VERSION},
    org::Role,
};

use super::{
    head, positions,
    tab::{PATIENCE, Tab},
};

#[tokio::test]
async fn a_reporter_hears_of_their_own_issues_only() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let rea = app.sign_up("Rea").await;
    let foreign = ana.create_issue("Ana's secret").await;
    let own = rea.create_issue("Mine").await;
    let (address, since) = (app.serve().await, head(&app).await);

    let mut tab = Tab::listen(address, &rea, &format!("main/issues/{foreign}"), since).await;
    let refusal = tab.hear().await;
    assert!(
        matches!(refusal, ServerMessage::Error { error: AppError::NotFound, topic: Some(_) }),
        "{refusal:?}"
    );
    tab.ask("main/issues/CORE-999", since).await;
    assert!(matches!(tab.hear().await, ServerMessage::Error { error: AppError::NotFound, .. }));

    for topic in ["main/issues", "main/insights"] {
        let mut tab = Tab::listen(address, &rea, topic, since).await;
        tab.caught_up().await;
        let before = head(&app).await;
        ana.comment(&foreign, "nothing for Rea").await.ok();
        ana.set_status(&foreign, "TRIAGED").await;
        let status = if topic == "main/issues" { "TRIAGED" } else { "IN_PROGRESS" };
        ana.set_status(&own, status).await.ok();
        let end = head(&app).await;
        assert_eq!(positions(&tab.hear_until(before, end).await), [end], "{topic}");
    }
    // What was missed is held to the same rule.
    let end = head(&app).await;
    let mut late = Tab::listen(address, &rea, "main/issues", 0).await;
    let heard = late.hear_until(0, end).await;
    assert!(!heard.is_empty());
    assert!(heard.iter().all(|item| matches!(item, LiveItem::Row { row, .. } if row.reporter.name == "Rea")));
}

#[tokio::test]
async fn only_our_own_pages_and_those_who_are_signed_in_come_in() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let address = app.serve().await;
    let refused = Tab::connect(address, &ana, "https://evil.example").await.err();
    assert!(matches!(&refused, Some(Error::Http(answer)) if answer.status() == 403), "{refused:?}");

    let mut nobody = Tab::connect(address, &app.anon(), &format!("http://{address}")).await.unwrap();
    assert_eq!(nobody.close_code().await, 4401);

    for first in [ClientMessage::Hello { version: VERSION + 1 }, ClientMessage::Pong] {
        let mut old = Tab::connect(address, &ana, &format!("http://{address}")).await.unwrap();
        old.say(&first).await;
        assert_eq!(old.close_code().await, 4426);
    }

    let mut stranger = Tab::listen(address, &ana, "elsewhere/issues", 0).await;
    assert_eq!(stranger.close_code().await, 4403);

    let mut odd = Tab::open(address, &ana).await;
    odd.0.send(Message::text(r#"{"subscribe":{"topic":"main/board","since":0}}"#)).await.unwrap();
    assert!(matches!(odd.hear().await, ServerMessage::Error { topic: None, .. }));
    odd.0.send(Message::text("x".repeat(100_000))).await.unwrap();
    let end = tokio::time::timeout(PATIENCE, odd.0.next()).await.unwrap();
    assert!(!matches!(end, Some(Ok(Message::Text(_)))), "{end:?}");
}

#[tokio::test]
async fn who_loses_the_right_to_listen_stops_hearing_within_two_seconds() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let rea = app.sign_up("Rea").await;
    let leo = app.sign_up("Leo").await;
    let (address, since) = (app.serve().await, head(&app).await);
    let open = async |actor| {
        let mut tab = Tab::listen(address, actor, "main/issues", since).await;
        tab.caught_up().await;
        tab
    };
    let (mut max_tab, mut rea_tab, mut leo_tab) = (open(&max).await, open(&rea).await, open(&leo).await);
    let mut ana_tab = open(&ana).await;

    let begun = Instant::now();
    rea.call("accounts/sign_out", json!({})).await.ok();
    app.owner_sql(
        "UPDATE memberships SET role = 'REPORTER' WHERE user_id = (SELECT id FROM users WHERE name = 'Max');
         UPDATE memberships SET disabled_at = now() WHERE user_id = (SELECT id FROM users WHERE name = 'Leo')",
    )
    .await;
    assert!(matches!(max_tab.hear().await, ServerMessage::Resync { .. }));
    assert_eq!(rea_tab.close_code().await, 4401);
    assert_eq!(leo_tab.close_code().await, 4403);
    let took = begun.elapsed();
    assert!(took < Duration::from_millis(2_500), "{took:?}");

    // Max goes on with the role that he has now.
    ana.create_issue("Not for Max").await;
    assert_eq!(ana_tab.hear_until(since, head(&app).await).await.len(), 1);
    max_tab.ask("main/issues", since).await;
    assert!(max_tab.hear_until(since, head(&app).await).await.is_empty());

    app.clock.advance(Duration::from_secs(60 * 24 * 3600));
    assert_eq!(ana_tab.close_code().await, 4401);
}
