//! The log for programs: who gets what, that nothing is missed or told twice, and how it ends.

use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tracker_domain::{follow::LogPage, org::Role};

use crate::tokens::make;

/// Far more than anything here takes, for busy machines.
const LONG: Duration = Duration::from_secs(20);

async fn page(actor: &Actor, query: &str) -> LogPage {
    actor.get(&format!("/api/v1/events?org=main{query}")).await.json()
}

fn positions(page: &LogPage) -> Vec<i64> {
    page.events.iter().map(|event| event.seq.0).collect()
}

/// The positions of all events that somebody may see, read in parts of three.
async fn followed(actor: &Actor, mut after: i64) -> Vec<i64> {
    let mut all = Vec::new();
    loop {
        let page = page(actor, &format!("&after={after}&limit=3")).await;
        assert!(page.events.len() <= 3 && page.next.0 >= after);
        all.extend(positions(&page));
        if page.next == page.head {
            return all;
        }
        after = page.next.0;
    }
}

/// A stream of events on a real connection.
struct Listener {
    stream: TcpStream,
    heard: String,
}

impl Listener {
    async fn open(address: SocketAddr, token: &str, query: &str, more: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /api/v1/events?org=main{query} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\
             Connection: close\r\nAuthorization: Bearer {token}\r\n{more}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        Self { stream, heard: String::new() }
    }

    /// Reads until a text was heard, with the rest of its event.
    async fn hears(&mut self, text: &str) -> &str {
        let reading = async {
            while !self.heard.find(text).is_some_and(|at| self.heard[at..].contains("\n\n")) {
                let mut some = [0; 4096];
                let count = self.stream.read(&mut some).await.unwrap();
                assert!(count > 0, "it ended without “{text}”: {}", self.heard);
                self.heard += &String::from_utf8_lossy(&some[..count]);
            }
        };
        timeout(LONG, reading).await.unwrap_or_else(|_| panic!("no “{text}”"));
        &self.heard
    }

    /// Reads until it ends.
    async fn end(mut self) -> String {
        let mut rest = Vec::new();
        timeout(LONG, self.stream.read_to_end(&mut rest)).await.unwrap().unwrap();
        self.heard + &String::from_utf8_lossy(&rest)
    }

    /// The positions of the events that were heard.
    fn positions(&self) -> Vec<i64> {
        let data = self.heard.lines().filter_map(|line| line.strip_prefix("data: "));
        data.filter_map(|data| serde_json::from_str::<Value>(data).ok()?["seq"].as_i64()).collect()
    }
}

#[tokio::test]
async fn the_log_is_read_in_parts_without_a_gap_and_nothing_twice() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    for n in 0..7 {
        ana.comment(&key, &format!("comment **{n}**")).await.ok();
    }
    ana.set_status(&key, "TRIAGED").await.ok();
    let all = app.owner_count("SELECT count(*) FROM events WHERE issue_id IS NOT NULL").await;
    let head = app.owner_count("SELECT seq FROM org_heads").await;
    let followed = followed(&ana, 0).await;
    assert_eq!(followed.len() as i64, all);
    assert!(followed.is_sorted_by(|one, next| one < next));
    let last = page(&ana, &format!("&after={}", head - 1)).await;
    let event = serde_json::to_value(&last.events[0]).unwrap();
    assert_eq!(event["change"]["status_moved"], json!({ "from": "OPEN", "to": "TRIAGED" }));
    assert_eq!(
        (event["issue"]["key"].as_str(), event["actor"]["name"].as_str()),
        (Some("CORE-1"), Some("Ana"))
    );
    let comment = page(&ana, &format!("&after={}&limit=1", head - 2)).await;
    assert!(comment.events[0].comment_html.as_ref().unwrap().contains("<strong>6</strong>"));
    let now = page(&ana, "").await;
    assert_eq!((positions(&now), now.next.0, now.head.0), (vec![], head, head));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_said_at_its_field() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let wrong = [
        ("org=main&after=-1", "after"),
        ("org=main&after=99999", "after"),
        ("org=main&after=x", "after"),
        ("org=main&wait=26", "wait"),
        ("org=main&limit=0", "limit"),
        ("org=main&limit=201", "limit"),
        ("org=main&since=1", "since"),
        ("after=0", "org"),
        ("org=%00", "body"),
    ];
    for (query, field) in wrong {
        let error = ana.get(&format!("/api/v1/events?{query}")).await.error();
        assert!(error.about(field).is_some(), "{query}: {error:?}");
    }
    assert_eq!(ana.get("/api/v1/events?org=elsewhere").await.status, 404);
    assert_eq!(app.anon().get("/api/v1/events?org=main").await.status, 401);
    let in_address = ana.get("/api/v1/events?org=main&token=trk_pat_0123456789").await;
    assert_eq!(in_address.status, 422);
}

#[tokio::test]
async fn an_answer_waits_for_the_next_event() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let head = page(&ana, "").await.head;
    let waiting = page(&ana, "&wait=20");
    tokio::pin!(waiting);
    assert!(timeout(Duration::from_millis(300), &mut waiting).await.is_err(), "it did not wait");
    ana.create_issue("At last").await;
    let heard = timeout(LONG, waiting).await.unwrap();
    assert_eq!(positions(&heard), [head.0 + 1]);
    let nothing = page(&ana, "&wait=1").await;
    assert_eq!((positions(&nothing), nothing.next), (vec![], nothing.head));
}

#[tokio::test]
async fn a_reporter_follows_their_own_issues_and_a_token_its_projects() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    ana.call("projects/create", json!({ "org": "main", "key": "WEB", "name": "Web" })).await.ok();
    let web = json!({ "org": "main", "project": "WEB", "title": "Of the web", "severity": "LOW" });
    ana.create_issue("Of Ana").await;
    ana.call("issues/create", web).await.ok();
    ben.create_issue("Of Ben").await;
    let titles = async |actor: &Actor| -> Vec<String> {
        let page = page(actor, "&after=0").await;
        assert_eq!(page.next, page.head);
        page.events.into_iter().map(|event| event.issue.title).collect()
    };
    assert_eq!(titles(&ana).await, ["Of Ana", "Of the web", "Of Ben"]);
    assert_eq!(titles(&ben).await, ["Of Ben"]);
    let limited = make(&ana, json!({ "read": true, "projects": "WEB" })).await;
    assert_eq!(titles(&app.anon().showing(&limited)).await, ["Of the web"]);
    let own = make(&ben, json!({ "read": true })).await;
    assert_eq!(titles(&app.anon().showing(&own)).await, ["Of Ben"]);
    assert_eq!(followed(&ben, 0).await.len(), 1);
}

#[tokio::test]
async fn a_stream_goes_on_where_it_was_broken_off_also_at_another_process() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true })).await;
    let key = ana.create_issue("It breaks").await;
    let mut first = Listener::open(app.serve().await, &token, "&after=0", "").await;
    let head = page(&ana, "").await.head.0;
    let begun = first.hears(&format!("\nid: {head}\n")).await;
    assert!(
        begun.contains("content-type: text/event-stream") && begun.contains("x-accel-buffering: no"),
        "{begun}"
    );
    ana.comment(&key, "while it listens").await.ok();
    first.hears("while it listens").await;
    let last = *first.positions().last().unwrap();
    assert_eq!(last, head + 1);
    drop(first);

    ana.comment(&key, "while it is away").await.ok();
    let other = TestApp::on(app.database_url.clone()).await;
    let more = format!("Last-Event-ID: {last}\r\n");
    let mut second = Listener::open(other.serve().await, &token, "&after=0", &more).await;
    second.hears("while it is away").await;
    // Written by the first process, heard at the second.
    ana.comment(&key, "elsewhere").await.ok();
    second.hears("elsewhere").await;
    assert_eq!(second.positions(), [last + 1, last + 2]);
}

#[tokio::test]
async fn many_writers_at_once_are_followed_without_a_gap() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true })).await;
    let key = ana.create_issue("It breaks").await;
    let head = page(&ana, "").await.head.0;
    let mut listener = Listener::open(app.serve().await, &token, &format!("&after={head}&limit=7"), "").await;
    let writes = (0..40).map(|n| {
        let (ana, key) = (&ana, &key);
        async move { ana.comment(key, &format!("comment {n}")).await.ok() }
    });
    futures::future::join_all(writes).await;
    listener.hears(&format!("\nid: {}\n", head + 40)).await;
    assert_eq!(listener.positions(), (head + 1..=head + 40).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_loses_the_right_to_listen_stops_hearing() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let address = app.serve().await;
    let mut listeners = Vec::new();
    for name in ["Max", "Leo", "Rea"] {
        let actor = app.member(name, Role::Maintainer).await;
        let token = make(&actor, json!({ "read": true })).await;
        let mut listener = Listener::open(address, &token, "", "").await;
        listener.hears("retry: ").await;
        listeners.push(listener);
    }
    app.owner_sql(
        "UPDATE memberships SET role = 'REPORTER' WHERE user_id = (SELECT id FROM users WHERE name = 'Max');
         UPDATE memberships SET disabled_at = now() WHERE user_id = (SELECT id FROM users WHERE name = 'Leo');
         UPDATE tokens SET revoked_at = now() WHERE user_id = (SELECT id FROM users WHERE name = 'Rea')",
    )
    .await;
    let mut ended = Vec::new();
    for listener in listeners {
        ended.push(listener.end().await);
    }
    for (heard, kind) in ended.iter().zip(["forbidden", "not-found", "unauthenticated"]) {
        assert!(heard.contains("event: end") && heard.contains(&format!("/docs#error-{kind}")), "{heard}");
    }
    ana.create_issue("Not for them").await;
    assert!(ended.iter().all(|heard| !heard.contains("Not for them")));
}

#[tokio::test]
async fn a_stream_ends_with_the_program_and_nobody_has_too_many() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true })).await;
    let address = app.serve().await;
    let mut open = Vec::new();
    for _ in 0..server::limits::MOST_OPEN {
        let mut listener = Listener::open(address, &token, "", "").await;
        listener.hears("retry: ").await;
        open.push(listener);
    }
    let one_more = app.anon().showing(&token).get("/api/v1/events?org=main&wait=1").await;
    assert_eq!(one_more.status, 429);
    drop(open.pop());
    let mut again = 0;
    while app.anon().showing(&token).get("/api/v1/events?org=main").await.status != 200 {
        again += 1;
        assert!(again < 200, "the place of whoever left is not free");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let last = open.pop().unwrap();
    drop(open);
    app.stop().await;
    assert!(!last.end().await.contains("event: end"), "it may come back");
}
