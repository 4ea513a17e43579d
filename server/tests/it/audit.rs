//! The audit trail: what stands in it, who reads it, and that nobody changes it.

use serde_json::{Value, json};
use server::{
    storage::admin,
    testing::{Actor, TestApp},
};
use std::time::Duration;
use tracker_domain::{
    audit::AuditList,
    org::{Framed, Role},
    text::{Email, OrgSlug},
};

use crate::members::id_of;

async fn trail(actor: &Actor, rest: Value) -> AuditList {
    let mut body = json!({ "org": "main" });
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    actor.call("audit/view", body).await.json::<Framed<AuditList>>().view
}

async fn told(actor: &Actor, rest: Value) -> Vec<String> {
    let line = |e: &tracker_domain::audit::AuditEntry| format!("{} {} {}", e.who, e.what, e.target);
    trail(actor, rest).await.entries.iter().map(line).collect()
}

/// Ana has made Max a MAINTAINER an hour after they came, and shut Ben out a day later.
async fn lived() -> (TestApp, Actor, Actor, Actor) {
    let app = TestApp::start().await;
    let (ana, max, ben) = (app.sign_up("Ana").await, app.sign_up("Max").await, app.sign_up("Ben").await);
    app.clock.advance(Duration::from_secs(3_600));
    let role = json!({ "org": "main", "member": id_of(&app, "Max").await, "role": "MAINTAINER" });
    ana.call("members/set_role", role).await.ok();
    app.clock.advance(Duration::from_secs(86_400));
    ana.call("members/disable", json!({ "org": "main", "member": id_of(&app, "Ben").await })).await.ok();
    app.clock.advance(Duration::from_secs(60));
    (app, ana, max, ben)
}

#[tokio::test]
async fn the_newest_comes_first_and_each_filter_narrows_it_down() {
    let (_app, ana, ..) = lived().await;
    let (shut, role) = ("Ana shut out ben@example.org", "Ana changed the role of max@example.org");
    let all = told(&ana, json!({})).await;
    assert_eq!((all.len(), all[0].as_str(), all[1].as_str()), (5, shut, role));
    let newest = trail(&ana, json!({})).await.entries.swap_remove(1);
    assert_eq!(
        (newest.who_address.as_str(), newest.note.as_str()),
        ("ana@example.org", "from: REPORTER, to: MAINTAINER")
    );
    for (filter, expected) in [
        (json!({ "action": "ROLE_CHANGED" }), vec![role]),
        (json!({ "person": "BEN" }), vec![shut, "Ben created an account ben@example.org"]),
        (json!({ "person": "ben@example.org", "action": "MEMBER_DISABLED" }), vec![shut]),
        (json!({ "from": "2026-11-22" }), vec![shut]),
        (json!({ "to": "2026-11-21", "action": "ROLE_CHANGED" }), vec![role]),
        (json!({ "from": "2026-11-23" }), vec![]),
        (json!({ "person": "nobody-at-all" }), vec![]),
    ] {
        assert_eq!(told(&ana, filter.clone()).await, expected, "{filter}");
    }
    let wrong =
        ana.call("audit/view", json!({ "org": "main", "action": "FLEW", "from": "soon" })).await.error();
    assert!(wrong.about("action").is_some() && wrong.about("from").is_some());
    assert_eq!(ana.call("audit/view", json!({ "org": "main", "after": "n~1~x" })).await.status, 422);
    ana.get("/main/settings/audit?action=ROLE_CHANGED")
        .await
        .ok()
        .contains("max@example.org")
        .lacks("ben@example.org");
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.owner_sql(
        "INSERT INTO audit (org_id, at, action, target, address, agent)
         SELECT o.id, timestamptz '2026-11-01' + (n / 3) * interval '1 hour', 'SIGN_IN_FAILED', 'n' || n, '', ''
         FROM organizations o, generate_series(1, 120) n",
    )
    .await;
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = trail(&ana, json!({ "after": after })).await;
        seen.extend(page.entries.iter().map(|entry| entry.target.clone()));
        let Some(next) = page.next else { break };
        after = next.to_string();
    }
    assert_eq!(seen.len(), 121);
    let expected: Vec<_> = (1..=120).rev().map(|n| format!("n{n}")).collect();
    assert_eq!(seen[1..], expected);
    let page = trail(&ana, json!({ "after": after })).await;
    let back = trail(&ana, json!({ "after": page.previous.unwrap().to_string() })).await;
    assert_eq!(
        back.entries.iter().map(|entry| &entry.target).collect::<Vec<_>>(),
        seen[50..100].iter().collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn nobody_but_an_admin_of_the_organization_reads_it() {
    let (app, ana, max, ben) = lived().await;
    let cleo = app.sign_up("Cleo").await;
    let body = json!({ "org": "main" });
    for (actor, status) in [(&max, 403), (&cleo, 403), (&ben, 404), (&app.anon(), 401)] {
        let answer = actor.call("audit/view", body.clone()).await;
        assert_eq!(answer.status, status);
        answer.lacks("max@example.org");
    }
    ana.call("audit/view", body).await.ok();
    // And behind the policy stands the database.
    let org = app.owner_count("SELECT id FROM organizations").await.to_string();
    let mut connection = app.app.db.app.acquire().await.unwrap();
    for (org, role, sees) in [
        (org.as_str(), "ADMIN", true),
        (&org, "MAINTAINER", false),
        (&org, "REPORTER", false),
        ("999999", "ADMIN", false),
        ("", "ADMIN", false),
    ] {
        let speak = format!(
            "SELECT set_config('tracker.org', '{org}', false), set_config('tracker.role', '{role}', false)"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(speak)).execute(&mut *connection).await.unwrap();
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM audit").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(count > 0, sees, "{role} of {org}");
    }
    connection.close_on_drop();
}

#[tokio::test]
async fn the_program_can_neither_write_nor_change_nor_delete_an_entry_by_itself() {
    let (app, ..) = lived().await;
    for pool in [&app.app.db.app, &app.app.db.system] {
        for sql in [
            "INSERT INTO audit (org_id, at, action, target, address, agent) VALUES (1, now(), 'EXPORTED', '', '', '')",
            "UPDATE audit SET target = 'nobody'",
            "DELETE FROM audit",
            "TRUNCATE audit",
        ] {
            let error = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap_err();
            assert!(error.to_string().contains("permission denied"), "{sql}: {error}");
        }
    }
    for sql in [
        "SELECT * FROM tracker_change_member(1, 1, NULL, 'ADMIN', NULL, now())",
        "UPDATE memberships SET used_at = now()",
    ] {
        let error = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&app.app.db.app).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn what_is_taken_out_is_a_table_without_formulas_and_is_recorded() {
    let (app, ana, max, _ben) = lived().await;
    app.owner_sql("UPDATE users SET name = '=HYPERLINK(\"http://x\")' WHERE name = 'Max'").await;
    app.owner_sql(
        "INSERT INTO audit (org_id, at, action, target, address, agent)
         SELECT o.id, timestamptz '2026-11-01' + n * interval '1 minute', 'SIGN_IN_FAILED', 'n' || n, '', ''
         FROM organizations o, generate_series(1, 2500) n",
    )
    .await;
    let answer = ana.get("/main/settings/audit.csv").await.ok();
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"audit-main.csv\"");
    let mut table = csv::Reader::from_reader(answer.body.as_bytes());
    let head: Vec<_> = table.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(head, ["when", "who", "address", "action", "target", "details", "machine", "program"]);
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2_505, "all pages of it");
    assert_eq!((&rows[0][3], &rows[0][4]), ("MEMBER_DISABLED", "ben@example.org"));
    assert!(rows.iter().any(|row| &row[1] == "'=HYPERLINK(\"http://x\")"));
    assert_eq!(&rows[1][5], "from: REPORTER, to: MAINTAINER");

    app.clock.advance(Duration::from_secs(1));
    let part = ana.get("/main/settings/audit.csv?action=ROLE_CHANGED&from=2026-11-20").await.ok();
    assert_eq!(part.body.lines().count(), 2, "{}", part.body);
    assert_eq!(ana.get("/main/settings/audit.csv?action=FLEW").await.status, 422);
    assert_eq!(max.get("/main/settings/audit.csv").await.status, 403);
    app.clock.advance(Duration::from_secs(1));
    let taken = trail(&ana, json!({ "action": "EXPORTED" })).await.entries;
    assert_eq!(
        taken.iter().map(|entry| entry.note.as_str()).collect::<Vec<_>>(),
        ["action: ROLE_CHANGED, from: 2026-11-20", ""]
    );
}

#[tokio::test]
async fn what_the_operator_does_is_recorded_as_theirs() {
    let (app, ana, ..) = lived().await;
    let mut owner = admin::connect(&app.database_url).await.unwrap();
    let (org, max) = (OrgSlug::parse("main").unwrap(), Email::parse("max@example.org").unwrap());
    let now = app.app.clock.now();
    admin::set_role(&mut owner, (&org, &max), Role::Admin, now).await.unwrap();
    admin::set_access(&mut owner, (&org, &max), true, now).await.unwrap();
    admin::set_access(&mut owner, (&org, &max), true, now).await.unwrap();
    admin::set_access(&mut owner, (&org, &max), false, now).await.unwrap();
    let expected = [
        "The operator let in again max@example.org",
        "The operator shut out max@example.org",
        "The operator changed the role of max@example.org",
    ];
    assert_eq!(told(&ana, json!({})).await[..3], expected);
    let kinds =
        "SELECT count(*) FROM events WHERE kind IN ('member_disabled', 'member_enabled') AND origin = 'JOB'";
    assert_eq!(app.owner_count(kinds).await, 2);
}
