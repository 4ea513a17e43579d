//! Generated queries on generated issues: PostgreSQL accepts the SQL of each, and finds, as each role, what the
//! evaluator in memory admits.

use proptest::{strategy::Strategy, strategy::ValueTree, test_runner::TestRunner};
use serde_json::json;
use server::testing::{Actor, TestApp};
use std::collections::BTreeSet;
use tracker_domain::{
    self as domain,
    issue::{IssueList, PAGE_ROWS},
    org::{Framed, Role},
    query::{MAX_QUERY_CHARS, Query},
};

#[path = "../../../../src/query/any.rs"]
mod any;

/// Fewer issues than a page has rows, of four people, with tags, in all states, around the clock of the tests; many at
/// the edges of days, months and years.
const ISSUES: &str = "
    INSERT INTO projects (org_id, key, name, created_at) SELECT o.id, 'WEB', 'Web', now() FROM organizations o;
    INSERT INTO teams (org_id, slug, name, created_at) SELECT o.id, team, team, now() FROM organizations o, unnest(ARRAY['web', 'idle', 'none']) team;
    UPDATE projects SET team_id = (SELECT id FROM teams WHERE slug = 'web') WHERE key = 'WEB';
    INSERT INTO tags (org_id, name)
    SELECT o.id, tag FROM organizations o, unnest(ARRAY['ui', 'api', 'slow', 'a(b)', '\"quoted\"']) tag;
    WITH people AS (SELECT array_agg(id ORDER BY id) AS ids FROM users),
    drawn AS (
        SELECT p.org_id, p.id AS project_id, n AS number, people.ids,
            abs(hashint8(p.id * 1000 + n)) AS h,
            CASE n % 4
                WHEN 0 THEN date_trunc('month', timestamptz '2026-11-01 00:00+00' - n * interval '17 days')
                WHEN 1 THEN timestamptz '2026-11-21 12:00+00' - n * interval '1 day'
                WHEN 2 THEN timestamptz '2026-11-21 12:00+00' - n * interval '25 hours 1 microsecond'
                ELSE date_trunc('year', timestamptz '2026-11-21 12:00+00' - n * interval '30 days')
            END AS at
        FROM projects p, generate_series(1, 24) n, people
    )
    INSERT INTO issues (org_id, project_id, number, title, description, description_html, status, severity,
        reporter_id, assignee_id, created_at, updated_at, closed_at)
    SELECT d.org_id, d.project_id, d.number, 'Issue ' || d.number || CASE WHEN d.h % 5 = 0 THEN ' crash' ELSE '' END, '', '',
        (ARRAY['OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE'])[1 + d.h % 4],
        (ARRAY['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'])[1 + d.h / 7 % 4],
        d.ids[1 + d.h / 31 % 4],
        CASE WHEN d.h / 131 % 3 > 0 THEN d.ids[1 + d.h / 531 % 4] END,
        d.at - d.number * interval '9 days', d.at, CASE WHEN d.h % 4 = 3 THEN d.at - interval '1 day' END
    FROM drawn d;
    INSERT INTO issue_tags (org_id, issue_id, tag_id)
    SELECT i.org_id, i.id, t.id FROM issues i JOIN tags t ON t.org_id = i.org_id
    WHERE abs(hashint8(i.id * 100 + t.id)) % 3 = 0;";

async fn page(actor: &Actor, q: &str) -> IssueList {
    let answer = actor.call("issues/list", json!({ "org": "main", "q": q })).await;
    assert!(answer.status.is_success(), "{q}: {}", answer.body);
    answer.json::<Framed<IssueList>>().view
}

/// How many answers were sure, and how many not.
async fn compare(who: &str, actor: &Actor, all: &IssueList, query: &Query) -> (usize, usize) {
    let found = page(actor, &query.to_string()).await;
    assert_eq!(found.query, query.clone().sorted(query.order()));
    let shown: BTreeSet<_> = found.rows.iter().map(|row| row.key.to_string()).collect();
    let (mut sure, mut unsure) = (0, 0);
    for row in &all.rows {
        match query.admits(row, &found.facts) {
            Some(admitted) => {
                sure += 1;
                assert_eq!(
                    shown.contains(&row.key.to_string()),
                    admitted,
                    "{} as {who}: {query}\n{row:?}",
                    row.key
                );
            }
            None => unsure += 1,
        }
    }
    (sure, unsure)
}

#[tokio::test]
async fn memory_and_sql_agree_on_every_query_as_every_role() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let cleo = app.member("Cleo", Role::Maintainer).await;
    app.sign_up("Max").await;
    app.owner_sql("UPDATE users SET name = 'Cleo Ruiz' WHERE name = 'Cleo'").await;
    app.owner_sql(ISSUES).await;
    let cast = [("ADMIN", &ana), ("MAINTAINER", &cleo), ("REPORTER", &ben)];
    let mut seen = Vec::new();
    for (_, actor) in cast {
        let all = page(actor, "").await;
        assert!((5..=usize::from(PAGE_ROWS)).contains(&all.rows.len()) && all.next.is_none());
        seen.push(all);
    }
    let mut runner = TestRunner::deterministic();
    let (mut sure, mut unsure, mut cases) = (0, 0, 0);
    while cases < 200 {
        let query = any::query(cases % 4 == 0).new_tree(&mut runner).unwrap().current();
        if query.to_string().chars().count() > MAX_QUERY_CHARS {
            continue;
        }
        cases += 1;
        let compared = cast.iter().zip(&seen).map(|((who, actor), all)| compare(who, actor, all, &query));
        for (yes_or_no, only_the_database) in futures::future::join_all(compared).await {
            sure += yes_or_no;
            unsure += only_the_database;
        }
    }
    assert!(sure > 2 * unsure, "only {sure} answers were sure, {unsure} were not");
}
