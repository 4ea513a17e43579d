//! The live path, through a real socket: who hears what, how soon, and that nothing is lost or told twice.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use server::{
    storage::{Db, live::LiveStore},
    testing::{Actor, TestApp},
};
use sqlx::{Connection, PgConnection};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use tracker_domain::{
    error::AppError,
    id::{OrgId, Seq},
    live::{ClientMessage, LiveItem, ServerMessage, VERSION},
    org::Role,
};

/// Far more than anything here takes, for busy machines.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a browser's tab does on the wire.
struct Tab(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Tab {
    async fn connect(address: SocketAddr, actor: &Actor, origin: &str) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/live").into_client_request().unwrap();
        request
            .headers_mut()
            .insert("cookie", actor.cookie_header().parse().unwrap());
        request.headers_mut().insert("origin", origin.parse().unwrap());
        connect_async(request).await.map(|(socket, _)| Self(socket))
    }

    async fn open(address: SocketAddr, actor: &Actor) -> Self {
        let mut tab = Self::connect(address, actor, &format!("http://{address}"))
            .await
            .unwrap();
        tab.say(&ClientMessage::Hello { version: VERSION }).await;
        assert!(matches!(
            tab.hear().await,
            ServerMessage::Welcome { version: VERSION, .. }
        ));
        tab
    }

    async fn say(&mut self, message: &ClientMessage) {
        self.0
            .send(Message::text(serde_json::to_string(message).unwrap()))
            .await
            .unwrap();
    }

    async fn ask(&mut self, topic: &str, since: i64) {
        self.say(&ClientMessage::Subscribe {
            topic: topic.parse().unwrap(),
            since: Seq(since),
        })
        .await;
    }

    async fn listen(address: SocketAddr, actor: &Actor, topic: &str, since: i64) -> Self {
        let mut tab = Self::open(address, actor).await;
        tab.ask(topic, since).await;
        tab
    }

    async fn frame(&mut self) -> Message {
        tokio::time::timeout(PATIENCE, self.0.next())
            .await
            .expect("nothing was said")
            .unwrap()
            .unwrap()
    }

    async fn hear(&mut self) -> ServerMessage {
        match self.frame().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Reads up to `seq` and gives what was shown; holds that the ranges follow each other from `since`.
    async fn hear_until(&mut self, since: i64, seq: i64) -> Vec<LiveItem> {
        let (mut at, mut all) = (since, vec![]);
        while at < seq {
            if let ServerMessage::Events { from, to, items, .. } = self.hear().await {
                assert_eq!(from.0, at + 1, "a gap, or something twice");
                all.extend(items);
                at = to.0;
            }
        }
        all
    }

    async fn caught_up(&mut self) -> i64 {
        loop {
            if let ServerMessage::CaughtUp { seq, .. } = self.hear().await {
                return seq.0;
            }
        }
    }

    async fn close_code(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.unwrap().code.into();
            }
        }
    }
}

fn position(item: &LiveItem) -> i64 {
    match item {
        LiveItem::Row { seq, .. } | LiveItem::Entry { seq, .. } | LiveItem::Stats { seq, .. } => seq.0,
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
    let shown: Vec<Value> = items
        .iter()
        .map(|item| serde_json::to_value(item).unwrap())
        .collect();
    assert_eq!(shown[0]["row"]["status"], "TRIAGED");
    assert_eq!(shown[1]["entry"]["actor"]["name"], "Ana");
    assert_eq!(shown[1]["head"]["viewer_can"]["triage"], true);
    assert_eq!(shown[2]["effects"][1]["status"], "TRIAGED");

    ana.comment(&key, "**Look**").await.ok();
    let comment = &tabs[1].hear_until(since + 1, since + 2).await[0];
    let LiveItem::Entry { entry, head, .. } = comment else {
        panic!("{comment:?}")
    };
    assert!(
        entry
            .comment_html
            .as_ref()
            .unwrap()
            .contains("<strong>Look</strong>")
    );
    assert_eq!(head.row.comments, 1);
}

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
        matches!(
            refusal,
            ServerMessage::Error {
                error: AppError::NotFound,
                topic: Some(_)
            }
        ),
        "{refusal:?}"
    );
    tab.ask("main/issues/CORE-999", since).await;
    assert!(matches!(
        tab.hear().await,
        ServerMessage::Error {
            error: AppError::NotFound,
            ..
        }
    ));

    for topic in ["main/issues", "main/insights"] {
        let mut tab = Tab::listen(address, &rea, topic, since).await;
        tab.caught_up().await;
        let before = head(&app).await;
        ana.comment(&foreign, "nothing for Rea").await.ok();
        ana.set_status(&foreign, "TRIAGED").await;
        let status = if topic == "main/issues" {
            "TRIAGED"
        } else {
            "IN_PROGRESS"
        };
        ana.set_status(&own, status).await.ok();
        let end = head(&app).await;
        assert_eq!(positions(&tab.hear_until(before, end).await), [end], "{topic}");
    }
    // What was missed is held to the same rule.
    let end = head(&app).await;
    let mut late = Tab::listen(address, &rea, "main/issues", 0).await;
    let heard = late.hear_until(0, end).await;
    assert!(!heard.is_empty());
    assert!(
        heard
            .iter()
            .all(|item| matches!(item, LiveItem::Row { row, .. } if row.reporter.name == "Rea"))
    );
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
    assert_eq!(
        positions(&tab.hear_until(since, since + 3).await),
        [since + 1, since + 2, since + 3]
    );
    assert_eq!(tab.caught_up().await, since + 3);

    app.owner_sql(&silent_events(900)).await;
    let mut more = Tab::listen(address, &ana, "main/issues", since).await;
    assert_eq!(more.hear_until(since, since + 903).await.len(), 903);

    app.owner_sql(&silent_events(200)).await;
    for too_far in [since, since + 5_000, -7] {
        let mut tab = Tab::listen(address, &ana, "main/issues", too_far).await;
        let answer = tab.hear().await;
        assert!(
            matches!(answer, ServerMessage::Resync { .. }),
            "{too_far}: {answer:?}"
        );
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
        sqlx::raw_sql(sqlx::AssertSqlSafe(begin))
            .execute(&mut late)
            .await
            .unwrap();
        // Somebody else writes; their number comes after the open one, so they wait for it.
        let quick = ana.comment(&key, "quick");
        tokio::pin!(quick);
        assert!(
            tokio::time::timeout(Duration::from_millis(300), &mut quick)
                .await
                .is_err(),
            "it did not wait"
        );
        assert_eq!(head(&app).await, before);
        sqlx::raw_sql(end).execute(&mut late).await.unwrap();
        quick.await.ok();
        let expected: Vec<i64> = (before + 1..=before + delivered).collect();
        assert_eq!(
            positions(&tab.hear_until(before, before + delivered).await),
            expected,
            "{end}"
        );
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
    assert!(
        tokio::time::timeout(PATIENCE, heard)
            .await
            .unwrap()
            .contains(&OrgId(1))
    );

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
async fn only_our_own_pages_and_those_who_are_signed_in_come_in() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let address = app.serve().await;
    let refused = Tab::connect(address, &ana, "https://evil.example").await.err();
    assert!(
        matches!(&refused, Some(Error::Http(answer)) if answer.status() == 403),
        "{refused:?}"
    );

    let mut nobody = Tab::connect(address, &app.anon(), &format!("http://{address}"))
        .await
        .unwrap();
    assert_eq!(nobody.close_code().await, 4401);

    for first in [ClientMessage::Hello { version: VERSION + 1 }, ClientMessage::Pong] {
        let mut old = Tab::connect(address, &ana, &format!("http://{address}"))
            .await
            .unwrap();
        old.say(&first).await;
        assert_eq!(old.close_code().await, 4426);
    }

    let mut stranger = Tab::listen(address, &ana, "elsewhere/issues", 0).await;
    assert_eq!(stranger.close_code().await, 4403);

    let mut odd = Tab::open(address, &ana).await;
    odd.0
        .send(Message::text(
            r#"{"type":"subscribe","topic":"main/board","since":0}"#,
        ))
        .await
        .unwrap();
    assert!(matches!(
        odd.hear().await,
        ServerMessage::Error { topic: None, .. }
    ));
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
