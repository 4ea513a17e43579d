//! The plans of the queries that people wait for, at 30,000 issues: each reads an index, and never a table or an order of
//! everything. And the search, whose plan is inside a function: how many rows it reads.

use serde_json::Value;
use server::{
    storage::{
        Credential, Identity,
        explain::{HOT, Sample, explain},
    },
    testing::{Actor, TestApp},
};
use sqlx::{PgConnection, Row};
use tracker_domain::{
    org::Role,
    session::Session,
    text::OrgSlug,
    time::{Clock, Day, Timestamp},
};

const FILL: &str = "
    INSERT INTO issues (org_id, project_id, number, title, description, description_html, status, severity, reporter_id,
                        created_at, updated_at, closed_at)
    SELECT p.org_id, p.id, 10 + n, CASE WHEN n % 2 = 0 THEN 'printer ' ELSE 'scanner ' END || n,
           CASE WHEN n % 3000 = 7 THEN 'zeppelin' ELSE 'text' END, '', CASE WHEN n % 9 = 0 THEN 'OPEN' ELSE 'DONE' END,
           (ARRAY['LOW', 'MEDIUM', 'MEDIUM', 'MEDIUM', 'HIGH', 'CRITICAL'])[1 + n % 6],
           CASE WHEN n % 100 = 0 THEN r.max ELSE r.min END, '2026-01-01'::timestamptz + n * interval '1 minute',
           '2026-01-01'::timestamptz + n * interval '1 minute',
           CASE WHEN n % 9 <> 0 THEN '2026-02-01'::timestamptz END
    FROM projects p, (SELECT min(user_id), max(user_id) FROM memberships) r, generate_series(1, 30000) n;
    UPDATE projects SET next_number = 40000;
    INSERT INTO comments (org_id, issue_id, author_id, body, body_html, created_at)
    SELECT i.org_id, i.id, i.reporter_id, 'the printer again', '', i.created_at FROM issues i WHERE i.number % 3 = 0;
    INSERT INTO tags (org_id, name) SELECT id, 'tag' || n FROM organizations, generate_series(1, 200) n;
    INSERT INTO issue_tags SELECT i.org_id, i.id, t.id FROM issues i
        JOIN LATERAL (SELECT id FROM tags t WHERE t.org_id = i.org_id ORDER BY id OFFSET i.id % 200 LIMIT 1) t ON i.id % 4 = 0;
    UPDATE org_heads SET seq = 100000;
    INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, issue_id, kind, version, payload)
    SELECT i.org_id, 1000 + 2 * i.number + k, i.created_at, i.created_at, i.reporter_id, 'PERSON', i.id,
           'description_changed', 1, '{\"data\": {}}' FROM issues i, generate_series(0, 1) k WHERE i.number > 10;
    INSERT INTO daily_stats (org_id, day, project_id, reporter_id, severity, status, delta, opened)
    SELECT p.org_id, '2020-01-01'::date + n / 12, p.id, m.user_id,
           (ARRAY['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'])[1 + n % 4], (ARRAY['OPEN', 'TRIAGED', 'DONE'])[1 + n / 4 % 3], 1, 1
    FROM projects p, memberships m, generate_series(0, 29999) n;
    INSERT INTO spells (org_id, issue_id, number, began, at, seq, until, until_seq, project_id, reporter_id, severity, status, tags,
                        created_at, status_at)
    SELECT i.org_id, i.id, k, CASE k WHEN 1 THEN 'REPORTED' ELSE 'MOVED' END, i.created_at, 1000 + 2 * i.number + k,
           CASE k WHEN 1 THEN i.created_at END, CASE k WHEN 1 THEN 1001 + 2 * i.number + k END, i.project_id, i.reporter_id, i.severity,
           i.status, '{}', i.created_at, i.created_at FROM issues i, generate_series(1, 2) k WHERE i.number > 10;
    INSERT INTO cells (org_id, kind, name, layer, day, body)
    SELECT o.id, k, CASE k WHEN 'ALL' THEN '' ELSE (n % 9)::text END, 'DAY', '2020-01-01'::date + n / 9, '\\x00'
    FROM organizations o, generate_series(0, 29999) n, unnest(ARRAY['ALL', 'PROJECT', 'REPORTER', 'TAG']) k ON CONFLICT DO NOTHING;
    ANALYZE";

const LARGE: &[&str] =
    &["issues", "comments", "events", "issue_tags", "search_texts", "daily_stats", "spells", "cells"];

/// All nodes of a plan.
fn nodes<'a>(plan: &'a Value, found: &mut Vec<&'a Value>) {
    match plan {
        Value::Object(members) => {
            if members.contains_key("Node Type") {
                found.push(plan);
            }
            members.values().for_each(|value| nodes(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| nodes(value, found)),
        _ => {}
    }
}

/// What is wrong with a plan: it reads a large table from end to end, or puts more than a few pages of rows into order.
fn faults(plan: &Value) -> Vec<String> {
    let mut all = Vec::new();
    nodes(plan, &mut all);
    let large = |node: &&&Value| LARGE.contains(&node["Relation Name"].as_str().unwrap_or_default());
    let scans = all.iter().filter(|node| node["Node Type"] == "Seq Scan").filter(large);
    let sorts = all.iter().filter(|node| {
        node["Node Type"] == "Sort" && node["Plan Rows"].as_f64().unwrap_or_default() > 1_000.0
    });
    scans.chain(sorts).map(ToString::to_string).collect()
}

async fn filled() -> (TestApp, Actor, Actor) {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.member("Ben", Role::Reporter).await;
    ana.create_issue("It breaks").await;
    app.owner_sql(FILL).await;
    (app, ana, ben)
}

async fn identity(app: &TestApp, actor: &Actor) -> Identity {
    let credential = Credential::Session(app.session(actor).await);
    Identity { credential, org: OrgSlug::parse("main").unwrap(), now: app.clock.now() }
}

fn sample() -> Sample {
    Sample {
        issue: "CORE-17".parse().unwrap(),
        deep: Timestamp(time::macros::datetime!(2026-01-10 00:00 UTC)),
        common: "printer".into(),
        rare: "zeppelin".into(),
        since: Day(time::macros::date!(2026 - 10 - 22)),
    }
}

#[tokio::test]
async fn the_plans_of_the_hot_queries_are_held_to_indexes() {
    let (app, ana, ben) = filled().await;
    for (who, actor) in [("admin", &ana), ("reporter", &ben)] {
        for (name, hot) in HOT {
            let mut tx = app.app.db.read(&identity(&app, actor).await).await.unwrap();
            let plan = explain(&mut tx, *hot, &sample(), "FORMAT JSON").await.unwrap();
            let plan: Value = serde_json::from_str(&plan).unwrap();
            assert_eq!(faults(&plan), Vec::<String>::new(), "{name} as {who}");
        }
    }
    // A plan that is bad is seen to be.
    let mut connection = app.app.db.system.acquire().await.unwrap();
    let bad = "EXPLAIN (FORMAT JSON) SELECT * FROM issues ORDER BY description";
    let bad: Value = sqlx::query(bad).fetch_one(&mut *connection).await.unwrap().get(0);
    assert_eq!(faults(&bad).len(), 2, "{bad}");
}

/// The most texts that a search may read, however common its words: those that are looked at first, and those that are
/// ranked, with some to spare.
const MOST_READ: i64 = 6_000;

/// How many texts this connection has read, and how often all of them.
async fn read(connection: &mut PgConnection) -> (i64, i64) {
    let sql = "SELECT coalesce(sum(idx_tup_fetch), 0)::bigint, coalesce(sum(seq_scan), 0)::bigint
               FROM pg_stat_xact_user_tables WHERE relname = 'search_texts'";
    let row = sqlx::query(sql).fetch_one(connection).await.unwrap();
    (row.get(0), row.get(1))
}

/// Searches, and holds what that reads to `most`.
async fn bounded(app: &TestApp, actor: &Actor, text: &str, most: i64) {
    let mut connection = app.app.db.app.acquire().await.unwrap();
    sqlx::raw_sql("BEGIN").execute(&mut *connection).await.unwrap();
    let Session { id, user } = app.session(actor).await;
    let identify = format!("SELECT tracker_identify_session({id}, {user}, 'main', '2026-11-21 12:00Z')");
    sqlx::raw_sql(sqlx::AssertSqlSafe(identify)).execute(&mut *connection).await.unwrap();
    let before = read(&mut connection).await;
    let hits: i64 = sqlx::query_scalar("SELECT count(*) FROM tracker_search($1)")
        .bind(text)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    let after = read(&mut connection).await;
    let (fetched, scans) = (after.0 - before.0, after.1 - before.1);
    connection.close_on_drop();
    assert!(hits > 0 && fetched > 0 && fetched <= most && scans == 0, "{text}: {hits} {fetched} {scans}");
}

#[tokio::test]
async fn a_search_reads_a_bounded_number_of_texts() {
    let (app, ana, ben) = filled().await;
    for (actor, text, most) in [
        (&ana, "printer", MOST_READ),
        (&ana, "zeppelin", MOST_READ),
        (&ana, "printer again", MOST_READ),
        (&ben, "printer", 2_000),
    ] {
        bounded(&app, actor, text, most).await;
    }
}

#[tokio::test]
async fn a_search_reads_no_more_after_many_texts_without_its_words() {
    let (app, ana, ben) = filled().await;
    app.owner_sql(
        "INSERT INTO comments (org_id, issue_id, author_id, body, body_html, created_at)
         SELECT i.org_id, i.id, i.reporter_id, 'Something else ' || n, '', now()
         FROM (SELECT * FROM issues WHERE reporter_id = (SELECT id FROM users WHERE name = 'Ben') ORDER BY id LIMIT 1) i,
              generate_series(1, 3000) n",
    )
    .await;
    bounded(&app, &ana, "printer", MOST_READ).await;
    bounded(&app, &ben, "printer", MOST_READ).await;
    bounded(&app, &ana, "zeppelin", MOST_READ).await;
}
