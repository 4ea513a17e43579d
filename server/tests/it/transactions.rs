//! Transactions and positions: nothing is lost, reordered, left open or asked for twice.

use server::{
    storage::{Credential, Identity},
    testing::TestApp,
};
use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Duration,
};
use tracing::{Event, Subscriber, field::Field};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};
use tracker_domain::{text::OrgSlug, time::Clock};

async fn settle() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn a_cancelled_request_leaves_no_connection_in_a_transaction() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let (org, now) = (OrgSlug::parse("main").unwrap(), app.clock.now());
    let identity = Identity { credential: Credential::Nobody, org, now };
    for n in 0..1000_u64 {
        let (db, identity) = (app.app.db.clone(), identity.clone());
        let request = tokio::spawn(async move {
            let mut tx = db.write(&identity).await.unwrap();
            let _ = tx.member().await;
        });
        tokio::time::sleep(Duration::from_micros(n % 700)).await;
        request.abort();
    }
    for _ in 0..40 {
        settle().await;
        if app.owner_count(IDLE_IN_TRANSACTION).await == 0 {
            break;
        }
    }
    assert_eq!(app.owner_count(IDLE_IN_TRANSACTION).await, 0);
    ana.get("/main/issues").await.ok();
}

const IDLE_IN_TRANSACTION: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";

/// A transaction that takes its position and then does not end must hold up those after it: if they could end first,
/// a reader that has seen their higher numbers would never look for the lower one again.
#[tokio::test]
async fn a_transaction_that_commits_late_is_neither_lost_nor_overtaken() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let before = app.owner_count("SELECT seq FROM org_heads").await;
    let pool = sqlx::PgPool::connect(app.database_url.reveal()).await.unwrap();
    let mut late = pool.begin().await.unwrap();
    sqlx::query("UPDATE org_heads SET seq = seq + 1").execute(&mut *late).await.unwrap();
    let other = tokio::spawn(async move { (ana.create_issue("Overtakes").await, ana) });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!other.is_finished(), "a later position was given away before the earlier one was committed");
    assert_eq!(app.owner_count("SELECT seq FROM org_heads").await, before);
    sqlx::query(
        "INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, kind, version, payload)
         SELECT h.org_id, h.seq, now(), now(), u.id, 'PERSON', 'late_event', 1, '{}' FROM org_heads h, users u",
    )
    .execute(&mut *late)
    .await
    .unwrap();
    late.commit().await.unwrap();
    other.await.unwrap();
    let gaps = app
        .owner_count("SELECT count(*) FROM org_heads h WHERE h.seq <> (SELECT count(*) FROM events) OR h.seq <> (SELECT max(seq) FROM events)")
        .await;
    assert_eq!(gaps, 0);
    assert_eq!(app.owner_count("SELECT seq FROM events WHERE kind = 'late_event'").await, before + 1);
}

#[tokio::test]
async fn many_writers_at_once_leave_no_gap_and_no_number_twice() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    futures::future::join_all((0..60).map(|_| ana.create_issue("Any"))).await;
    let wrong = app
        .owner_count("SELECT count(*) FROM org_heads h WHERE h.seq <> (SELECT count(*) FROM events) OR h.seq <> (SELECT max(seq) FROM events)")
        .await;
    assert_eq!(wrong, 0);
    assert_eq!(app.owner_count("SELECT count(DISTINCT number) FROM issues").await, 60);
}

/// Writes down the statements that are sent. Nobody listens and no worker runs, so they are those of the request;
/// nobody waits for a rollback, nor for what the bell still tells other processes. A connection that the pool opens because
/// the last one is still being rolled back is not the page's.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut text = String::new();
            event.record(&mut |field: &Field, value: &dyn Debug| {
                if field.name() == "summary" {
                    text = format!("{value:?}");
                }
            });
            if !["ROLLBACK", "pg_notify", "SET ROLE"].iter().any(|aside| text.contains(aside)) {
                self.0.lock().unwrap().push(text);
            }
        }
    }
}

/// Beginning, which says who asks, and the page's one statement; a read ends by drop, which nobody waits for.
#[tokio::test]
async fn a_page_costs_two_round_trips() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let statements = Statements::default();
    let subscriber = tracing_subscriber::registry().with(statements.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    for path in [
        "/main/issues",
        "/main/issues?q=breaks%20status:OPEN%20sort:title",
        "/main/issues?q=reporter:ana,@me%20-(tag:ui%20or%20closed:%3C7d)%20project:core",
        &format!("/main/issues/{key}"),
        "/main/issues/new",
        "/main/issues?q=team:web",
        "/main/settings/members?q=a&role=ADMIN",
        "/main/settings/teams",
        "/main/settings/projects",
        "/main/settings/audit?person=ana",
        "/main/settings/tokens",
        "/main/settings/services",
        "/main/settings/profile",
        "/main/settings/invitations",
        "/reset?token=none",
        "/verify?token=none",
        "/invitation?token=none",
        "/forgot",
        "/main/settings/factors",
        "/main/settings/sign-in",
        "/second-factor",
        "/login",
    ] {
        ana.get(path).await;
        let sent = std::mem::take(&mut *statements.0.lock().unwrap());
        assert_eq!(sent.len(), 2, "{path}: {sent:#?}");
    }
    // What the insights begin with says what the rest is asked for.
    for (path, trips) in [("/main/insights", 3), ("/main/insights?range=1y&q=project:CORE&compare=before", 3)]
    {
        ana.get(path).await;
        let sent = std::mem::take(&mut *statements.0.lock().unwrap());
        assert_eq!(sent.len(), trips, "{path}: {sent:#?}");
    }
}
