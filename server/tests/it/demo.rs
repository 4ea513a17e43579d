//! The team that never was: as a whole, coherent, the same for the same seed, and a start to go on from.

use serde_json::{Value, json};
use server::{
    demo::{FillError, Filled, Order, SEARCH_WORDS, Wish, fill},
    insights::reconcile,
    testing::{Actor, PASSWORD, TestApp},
};
use time::macros::datetime;
use tracker_domain::{
    insight::InsightsView,
    org::{Framed, Role},
    text::{OrgSlug, Secret},
    time::Timestamp,
};

pub(crate) fn order(issues: u64) -> Order {
    let end = Timestamp(datetime!(2026-11-20 17:00 UTC));
    Order {
        wish: Wish { issues, seed: 7, years: 1, end },
        org: OrgSlug::parse("main").unwrap(),
        password: Some(Secret::new(PASSWORD)),
        bulk: false,
    }
}

pub(crate) async fn filled(app: &TestApp, order: &Order) -> Filled {
    fill(&app.database_url, order, &app.app.passwords, |_| {}).await.unwrap()
}

async fn sign_in(app: &TestApp, email: &str) -> Actor {
    let actor = app.anon();
    actor.call("accounts/sign_in", json!({ "email": email, "password": PASSWORD })).await.ok();
    actor
}

/// Everything that is not made by a clock, as one number.
async fn fingerprint(app: &TestApp) -> i64 {
    app.owner_count(
        "SELECT hashtextextended(
             (SELECT string_agg(to_jsonb(i)::text, '' ORDER BY id) FROM issues i)
          || (SELECT string_agg(to_jsonb(c)::text, '' ORDER BY id) FROM comments c)
          || (SELECT string_agg((to_jsonb(e) - 'recorded_at')::text, '' ORDER BY seq) FROM events e)
          || (SELECT string_agg(to_jsonb(u)::text, '' ORDER BY id) FROM users u), 0)",
    )
    .await
}

#[tokio::test]
async fn the_same_seed_makes_the_same_and_what_there_is_fits_together() {
    let (one, other) = (TestApp::start().await, TestApp::start().await);
    let made = filled(&one, &order(800)).await;
    let in_bulk = Order { bulk: true, ..order(800) };
    let parts = "SELECT hashtextextended(string_agg(part, ';' ORDER BY part), 0) FROM (
                     SELECT pg_get_indexdef(indexrelid) AS part FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                     WHERE c.relnamespace = 'public'::regnamespace
                     UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint) parts";
    let before = other.owner_count(parts).await;
    filled(&other, &in_bulk).await;
    assert_eq!(other.owner_count(parts).await, before, "indexes and keys are as before");
    assert_eq!(fingerprint(&one).await, fingerprint(&other).await);
    assert_eq!((made.people, made.projects, made.issues, made.logins.len()), (12, 3, 800, 12));
    for (sql, expected) in [
        ("SELECT count(*) FROM issues", made.issues),
        ("SELECT count(*) FROM comments", made.comments),
        ("SELECT count(*) FROM events", made.events),
        ("SELECT max(seq) FROM events", made.events),
        ("SELECT seq FROM org_heads", made.events),
        ("SELECT count(*) FROM events WHERE origin <> 'JOB'", 0),
        (
            "SELECT count(*) FROM (SELECT at < lag(at) OVER (ORDER BY seq) AS back FROM events) e WHERE back",
            0,
        ),
        (
            "SELECT count(*) FROM events e JOIN issues i ON i.id = e.issue_id WHERE e.at > i.updated_at OR e.at < i.created_at",
            0,
        ),
        (
            "SELECT count(*) FROM events e JOIN memberships m ON m.user_id = e.actor_id WHERE e.at < m.created_at",
            0,
        ),
    ] {
        assert_eq!(one.owner_count(sql).await, expected, "{sql}");
    }
    let (common, rare) = SEARCH_WORDS;
    let having = |word: &str| format!("SELECT count(*) FROM issues WHERE description ILIKE '%{word}%'");
    assert!((320..480).contains(&one.owner_count(&having(common)).await));
    assert_eq!(one.owner_count(&having(rare)).await, 10);
    assert!(one.owner_count("SELECT count(DISTINCT title) FROM issues").await > 740);
}

#[tokio::test]
async fn everything_is_counted_and_agrees_with_the_log() {
    let app = TestApp::start().await;
    filled(&app, &Order { bulk: true, ..order(600) }).await;
    let (seq, head) =
        ("SELECT seq FROM reader_cursors WHERE reader = 'insights'", "SELECT seq FROM org_heads");
    assert_eq!(app.owner_count(seq).await, app.owner_count(head).await);
    let open = "SELECT count(*) FROM spells WHERE until IS NULL AND status <> 'DONE'";
    let issues = "SELECT count(*) FROM issues WHERE status <> 'DONE'";
    assert_eq!(app.owner_count(open).await, app.owner_count(issues).await);
    let mut connection = app.app.db.system.acquire().await.unwrap();
    assert_eq!(
        reconcile::differences(&mut connection, reconcile::THOROUGH).await.unwrap(),
        Vec::<String>::new()
    );
    assert!(app.owner_count("SELECT count(*) FROM spells WHERE began = 'REOPENED'").await > 5);
}

#[tokio::test]
async fn its_people_sign_in_see_what_they_may_and_go_on_working() {
    let app = TestApp::start().await;
    let made = filled(&app, &order(200)).await;
    let email = |role: Role| made.logins.iter().find(|login| login.role == role).unwrap().email.clone();
    let worker = sign_in(&app, &email(Role::Maintainer)).await;
    let page: Framed<InsightsView> = worker.call("insights/view", json!({ "org": "main" })).await.json();
    let points = page.view.report.points;
    assert_eq!(points.last().unwrap().by_status.iter().sum::<i64>(), 200);
    assert!(points.iter().any(|day| day.opened > 0));
    let next = app
        .owner_count(
            "SELECT max(number) + 1 FROM issues i JOIN projects p ON p.id = i.project_id WHERE p.key = 'WEB'",
        )
        .await;
    let new = json!({ "org": "main", "project": "WEB", "title": "It breaks", "severity": "LOW" });
    let key = worker.call("issues/create", new).await.json::<Value>()["key"].as_str().unwrap().to_owned();
    assert_eq!(key, format!("WEB-{next}"));
    worker.comment(&key, "Text").await.ok();
    worker.get(&format!("/main/issues/{key}")).await.ok().contains("It breaks");
    assert_eq!(app.owner_count("SELECT count(*) - max(seq) FROM events").await, 0);
    let reporter = sign_in(&app, &email(Role::Reporter)).await;
    let own: Value = reporter.call("issues/list", json!({ "org": "main" })).await.json();
    let rows = own["view"]["rows"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["reporter"]["name"] == "Hanne Dahl"), "{rows:?}");
    assert_eq!(reporter.get(&format!("/main/issues/{key}")).await.status, 404);
}

#[tokio::test]
async fn it_goes_beside_people_who_are_there_and_never_onto_issues() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    filled(&app, &order(50)).await;
    let list: Value = ana.call("issues/list", json!({ "org": "main" })).await.json();
    assert_eq!(list["view"]["rows"].as_array().unwrap().len(), 50);
    assert_eq!(app.owner_count("SELECT count(*) - max(seq) FROM events").await, 0);
    assert_eq!(app.owner_count("SELECT count(*) FROM projects").await, 4, "CORE was there");
    let before = app.owner_count("SELECT seq FROM org_heads").await;
    let again = fill(&app.database_url, &order(50), &app.app.passwords, |_| {}).await;
    assert!(matches!(again, Err(FillError::Occupied)), "{again:?}");
    assert_eq!(app.owner_count("SELECT seq FROM org_heads").await, before);
    let elsewhere = Order { org: OrgSlug::parse("second").unwrap(), password: None, ..order(50) };
    let made = filled(&app, &elsewhere).await;
    assert!(made.logins.iter().all(|login| login.email.ends_with("@second.example")));
    let passwords: std::collections::BTreeSet<_> =
        made.logins.iter().map(|login| login.password.reveal()).collect();
    assert_eq!(passwords.len(), 12, "each has one of their own");
    assert_eq!(app.owner_count("SELECT count(*) FROM issues").await, 100);
}
