//! The live path, through a real socket: who hears what, how soon, and that nothing is lost or told twice.

mod rights;
pub mod tab;

use serde_json::{Value, json};
use server::{
    storage::{Db, live::LiveStore},
    testing::TestApp,
};
use sqlx::{Connection, PgConnection};
use std::time::{Duration, Instant};
use tab::{PATIENCE, Tab};
use tracker_domain::{
    id::{OrgId, Seq},
    live::{LiveItem, ServerMessage},
    org::Role,
};

fn position(item: &LiveItem) -> i64 {
    match item {
        LiveItem::Row { seq, .. } | LiveItem::Entry { seq, .. } | LiveItem::Counted { seq } => seq.0,
    }
}

fn positions(items: &[LiveItem]) -> Vec<i64> {
    items.iter().map(position).collect()
}

async fn head(app: &TestApp) -> i64 {
    app.owner_count("SELECT seq FROM org_heads").await
}

/// An event that is written around the program, so that no bell rings: `COMMIT` is left to the caller.
const SILENT_EVENTS: &str = "
    WITH head AS (UPDATE org_heads SET seq = seq + :n RETURNING org_id, seq)
    INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, issue_id, kind, version, payload)
    SELECT e.org_id, head.seq - :n + n, e.at, e.recorded_at, e.actor_id, e.origin, e.issue_id, 'description_changed', 1,
           jsonb_set(e.payload, '{data}', '{}')
    FROM head, generate_series(1, :n) n, (SELECT * FROM events WHERE kind = 'issue_created' ORDER BY seq LIMIT 1) e;";

fn silent_events(n: usize) -> String {
    SILENT_EVENTS.replace(":n", &n.to_string())
}

#[tokio::test]
async fn everybody_who_may_see_a_change_sees_it_soon_on_every_page() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let key = ana.create_issue("It breaks").await;
    let (address, since) = (app.serve().await, head(&app).await);
    let mut tabs = vec![];
    for topic in ["main/issues", &format!("main/issues/{key}"), "main/insights"] {
        let mut tab = Tab::listen(address, &max, topic, since).await;
        assert_eq!(tab.caught_up().await, since);
        tabs.push(tab);
    }
    let begun = Instant::now();
    ana.set_status(&key, "TRIAGED").await.ok();
    let mut items = vec![];
    for tab in &mut tabs {
        items.extend(tab.hear_until(since, since + 1).await);
    }
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(positions(&items), [since + 1; 3]);
    let shown: Vec<Value> = items.iter().map(|item| serde_json::to_value(item).unwrap()).collect();
    assert_eq!(shown[0]["row"]["row"]["status"], "TRIAGED");
    assert_eq!(shown[1]["entry"]["entry"]["actor"]["name"], "Ana");
    assert_eq!(shown[1]["entry"]["head"]["viewer_can"]["triage"], true);
    assert_eq!(shown[2], serde_json::json!({ "counted": { "seq": since + 1 } }));

    ana.comment(&key, "**Look**").await.ok();
    let comment = &tabs[1].hear_until(since + 1, since + 2).await[0];
    let LiveItem::Entry { entry, head, .. } = comment else { panic!("{comment:?}") };
    assert!(entry.comment_html.as_ref().unwrap().contains("<strong>Look</strong>"));
    assert_eq!(head.row.comments, 1);
}

#[tokio::test]
async fn what_happened_while_away_is_told_unless_it_is_too_much() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let (address, since) = (app.serve().await, head(&app).await);
    for n in 0..3 {
        ana.comment(&key, &format!("comment {n}")).await.ok();
    }
    let mut tab = Tab::listen(address, &ana, "main/issues", since).await;
    assert_eq!(positions(&tab.hear_until(since, since + 3).await), [since + 1, since + 2, since + 3]);
    assert_eq!(tab.caught_up().await, since + 3);

    app.owner_sql(&silent_events(900)).await;
    let mut more = Tab::listen(address, &ana, "main/issues", since).await;
    assert_eq!(more.hear_until(since, since + 903).await.len(), 903);

    app.owner_sql(&silent_events(200)).await;
    for too_far in [since, since + 5_000, -7] {
        let mut tab = Tab::listen(address, &ana, "main/issues", too_far).await;
        let answer = tab.hear().await;
        assert!(matches!(answer, ServerMessage::Resync { .. }), "{too_far}: {answer:?}");
    }
}

#[tokio::test]
async fn no_event_is_lost_or_reordered_when_a_transaction_commits_late() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let (address, since) = (app.serve().await, head(&app).await);
    let mut tab = Tab::listen(address, &ana, "main/issues", since).await;
    tab.caught_up().await;

    let mut late = PgConnection::connect(app.database_url.reveal()).await.unwrap();
    for (end, delivered) in [("COMMIT", 2), ("ROLLBACK", 1)] {
        let before = head(&app).await;
        let begin = format!("BEGIN; {}", silent_events(1));
        sqlx::raw_sql(sqlx::AssertSqlSafe(begin)).execute(&mut late).await.unwrap();
        // Somebody else writes; their number comes after the open one, so they wait for it.
        let quick = ana.comment(&key, "quick");
        tokio::pin!(quick);
        assert!(
            tokio::time::timeout(Duration::from_millis(300), &mut quick).await.is_err(),
            "it did not wait"
        );
        assert_eq!(head(&app).await, before);
        sqlx::raw_sql(end).execute(&mut late).await.unwrap();
        quick.await.ok();
        let expected: Vec<i64> = (before + 1..=before + delivered).collect();
        assert_eq!(positions(&tab.hear_until(before, before + delivered).await), expected, "{end}");
        assert_eq!(head(&app).await, before + delivered);
    }
}

#[tokio::test]
async fn many_writers_at_once_leave_no_gap_and_every_listener_agrees() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let (address, since) = (app.serve().await, head(&app).await);
    let mut tabs = [
        Tab::listen(address, &ana, "main/issues", since).await,
        Tab::listen(address, &ana, &format!("main/issues/{key}"), since).await,
    ];
    let writes = (0..40).map(|n| {
        let (ana, key) = (&ana, &key);
        async move { ana.comment(key, &format!("comment {n}")).await.ok() }
    });
    futures::future::join_all(writes).await;
    for tab in &mut tabs {
        let heard = tab.hear_until(since, since + 40).await;
        assert_eq!(positions(&heard), (since + 1..=since + 40).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn another_process_is_heard_and_a_lost_ring_is_made_good() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    ana.create_issue("It breaks").await;
    let other = TestApp::on(app.database_url.clone()).await;
    let ear = app.live.bell.ear();
    let heard = async {
        // Its listening connection may not be there yet.
        loop {
            other.live.bell.ring(OrgId(1));
            if let Ok(orgs) = tokio::time::timeout(Duration::from_millis(200), ear.heard()).await {
                return orgs;
            }
        }
    };
    assert!(tokio::time::timeout(PATIENCE, heard).await.unwrap().contains(&OrgId(1)));

    let (address, since) = (app.serve().await, head(&app).await);
    let mut tab = Tab::listen(address, &ana, "main/issues", since).await;
    tab.caught_up().await;
    app.owner_sql(&silent_events(1)).await;
    assert_eq!(positions(&tab.hear_until(since, since + 1).await), [since + 1]);
}

#[tokio::test]
async fn after_a_restart_nothing_was_missed() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let (address, since) = (app.serve().await, head(&app).await);
    let mut tab = Tab::listen(address, &ana, "main/issues", since).await;
    tab.caught_up().await;
    let url = app.stop().await;
    assert_eq!(tab.close_code().await, 1001);

    let app = TestApp::on(url).await;
    let cookie = app.anon();
    cookie
        .call(
            "accounts/sign_in",
            json!({ "email": "ana@example.org", "password": server::testing::PASSWORD }),
        )
        .await
        .ok();
    cookie.comment(&key, "while you were away").await.ok();
    let address = app.serve().await;
    let mut tab = Tab::listen(address, &ana, "main/issues", since).await;
    assert_eq!(positions(&tab.hear_until(since, since + 1).await), [since + 1]);
}

#[tokio::test]
async fn what_the_store_reads_is_what_the_page_shows() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let body = json!({ "org": "main", "key": key, "tags": "ui, regression" });
    ana.call("issues/set_tags", body).await.ok();
    let db = Db::connect(&app.database_url, 4).await.unwrap();
    let events = LiveStore::new(db).events(OrgId(1), Seq(0), 500).await.unwrap();
    let row = &events.last().unwrap().issue.as_ref().unwrap().row;
    assert_eq!(
        (row.key.to_string(), row.tags.as_slice()),
        (key, &["regression".to_owned(), "ui".to_owned()][..])
    );
    assert_eq!(
        events.iter().map(|event| event.seq.0).collect::<Vec<_>>(),
        (1..=head(&app).await).collect::<Vec<_>>()
    );
}
