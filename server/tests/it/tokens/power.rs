//! What a token may do: its scope, its person's role and its projects, each a wall of its own.

use serde_json::{Value, json};
use server::{
    http::{Need, need},
    testing::{Actor, TestApp},
};
use sqlx::{PgConnection, Row};
use std::{collections::BTreeSet, fmt::Write};
use tracker_domain::{org::Role, text::Secret, token::TokenScope};

use super::{by, make};
use crate::refusals::{body, functions};

#[test]
fn every_function_says_what_it_needs_of_a_token() {
    let unsaid: BTreeSet<_> = functions().into_iter().filter(|function| need(function).is_none()).collect();
    assert_eq!(unsaid, BTreeSet::new(), "give them a row in server/src/http/scopes.rs");
}

/// Four persons and an issue of Ben's.
async fn cast() -> (TestApp, Vec<(&'static str, Actor)>, String) {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let (ben, cleo) = (app.sign_up("Ben").await, app.sign_up("Cleo").await);
    let max = app.member("Max", Role::Maintainer).await;
    let key = ben.create_issue("Of Ben").await;
    (app, vec![("reporter", cleo), ("its reporter", ben), ("maintainer", max), ("admin", ana)], key)
}

/// An edit names the version that it saw.
async fn unedited(app: &TestApp, function: &str) {
    if function == "issues/edit" {
        app.owner_sql("UPDATE issues SET version = 1").await;
    }
}

#[tokio::test]
async fn the_whole_table_of_scopes_and_roles() {
    let (app, cast, key) = cast().await;
    let mut table = String::new();
    let scopes = [
        ("READ", json!({ "read": true })),
        ("WRITE", json!({ "write": true })),
        ("ADMIN", json!({ "admin": true })),
    ];
    let mut tokens = Vec::new();
    for (who, actor) in &cast {
        for (scope, more) in scopes.iter().filter(|(scope, _)| *scope != "ADMIN" || *who == "admin") {
            tokens.push((*who, *scope, actor, make(actor, more.clone()).await));
        }
    }
    let titles: Vec<_> = tokens.iter().map(|(who, scope, ..)| format!("{who}: {scope}")).collect();
    writeln!(table, "{:22} {}", "", titles.join(" | ")).unwrap();
    for function in functions() {
        let mut row = Vec::new();
        for ((who, scope, actor, token), title) in tokens.iter().zip(&titles) {
            let sent = body(function, "main", &key);
            unedited(&app, function).await;
            let status = by(&app, token, function, sent.clone()).await.status.as_u16();
            row.push(format!("{status:<width$}", width = title.len()));
            match need(function) {
                Some(Need::Scope(needed)) if scope.parse::<TokenScope>().unwrap() >= needed => {
                    unedited(&app, function).await;
                    let person = actor.call(function, sent).await.status.as_u16();
                    // What can be done once only was done by the token.
                    let gone = status == 200 && matches!(person, 404 | 409 | 422);
                    assert!(
                        status == person || gone,
                        "{function} by the {scope} token of the {who}: {status}, {person}"
                    );
                }
                _ => assert_eq!(status, 403, "{function} by the {scope} token of the {who}"),
            }
        }
        writeln!(table, "{function:22} {}", row.join(" | ").trim_end()).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn what_a_token_did_says_that_a_program_did_it() {
    let (app, cast, _) = cast().await;
    let token = make(&cast[3].1, json!({ "write": true })).await;
    let issue = json!({ "org": "main", "project": "CORE", "title": "By a program", "severity": "LOW" });
    by(&app, &token, "issues/create", issue).await.ok();
    let of =
        |origin| format!("SELECT count(*) FROM events WHERE kind = 'issue_created' AND origin = '{origin}'");
    assert_eq!(app.owner_count(&of("API")).await, 1);
    assert_eq!(app.owner_count(&of("PERSON")).await, 1);
}

/// Begins a transaction that speaks for a token, as the program's role.
async fn speak(app: &TestApp, token: &str) -> PgConnection {
    let mut connection = app.app.db.app.acquire().await.unwrap().detach();
    let hash = app.app.key.session(&Secret::new(token)).hex();
    let identify = format!("BEGIN; SELECT tracker_identify_token('\\x{hash}', 'main', '2026-11-21 12:00Z')");
    sqlx::raw_sql(sqlx::AssertSqlSafe(identify)).execute(&mut connection).await.unwrap();
    connection
}

async fn text(connection: &mut PgConnection, sql: &str) -> String {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(connection).await.unwrap().get(0)
}

#[tokio::test]
async fn the_database_holds_a_scope_when_the_program_forgets() {
    let (app, cast, _) = cast().await;
    let admin = &cast[3].1;
    let (read, write) =
        (make(admin, json!({ "read": true })).await, make(admin, json!({ "write": true })).await);
    let mut connection = speak(&app, &read).await;
    let error = sqlx::query("UPDATE issues SET title = 'Other'").execute(&mut connection).await.unwrap_err();
    assert!(error.to_string().contains("read-only transaction"), "{error}");
    let mut connection = speak(&app, &write).await;
    assert_eq!(text(&mut connection, "SELECT current_setting('tracker.role')").await, "MAINTAINER");
    assert_eq!(text(&mut connection, "SELECT count(*)::text FROM audit").await, "0");
    assert_eq!(
        text(&mut connection, "SELECT count(id)::text FROM tokens").await,
        "0",
        "tokens make no tokens"
    );
    assert_eq!(
        text(&mut connection, "SELECT coalesce(tracker_make_service('x', 'ADMIN', now())::text, 'none')")
            .await,
        "none"
    );
    sqlx::query("UPDATE issues SET title = 'Other'").execute(&mut connection).await.unwrap();
    for hidden in
        ["SELECT hash FROM tokens", "SELECT * FROM attempts", "SELECT tracker_hits(1, NULL, 'x', 1)"]
    {
        let error = sqlx::query(sqlx::AssertSqlSafe(hidden)).execute(&app.app.db.app).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{hidden}: {error}");
    }
}

/// Two projects with an issue, a comment, a tag and a number each; gives the tokens of WEB alone that read and write.
async fn two_projects(app: &TestApp, ana: &Actor) -> (String, String) {
    app.owner_sql("INSERT INTO projects (org_id, key, name, created_at) SELECT id, 'WEB', 'Web', now() FROM organizations").await;
    for project in ["CORE", "WEB"] {
        let title = format!("Printer of {project}");
        let issue = json!({ "org": "main", "project": project, "title": title, "severity": "HIGH" });
        ana.call("issues/create", issue).await.ok();
        let key = format!("{project}-1");
        ana.comment(&key, "The printer burns").await.ok();
        let tags = json!({ "org": "main", "key": key, "tags": "hot" });
        ana.call("issues/set_tags", tags).await.ok();
    }
    app.count_all().await;
    let limited = |scope: &str| json!({ scope: true, "projects": "WEB" });
    (make(ana, limited("read")).await, make(ana, limited("write")).await)
}

#[tokio::test]
async fn nothing_of_other_projects_exists_for_a_limited_token() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let (read, write) = two_projects(&app, &ana).await;
    for body in [
        json!({ "org": "main" }),
        json!({ "org": "main", "q": "printer" }),
        json!({ "org": "main", "q": "tag:hot sort:title" }),
        json!({ "org": "main", "q": "burns" }),
    ] {
        let all = ana.call("issues/list", body.clone()).await.ok();
        all.contains("Printer of CORE").contains("Printer of WEB");
        let page = by(&app, &read, "issues/list", body).await.ok();
        let open = page.json_ref()["view"]["open"].clone();
        assert_eq!(open, 1);
        page.contains("Printer of WEB").lacks("Printer of CORE").lacks("CORE-1").lacks("\"CORE\"");
    }
    let one = |key: &str| json!({ "org": "main", "key": key });
    by(&app, &read, "issues/view", one("WEB-1")).await.ok().contains("The printer burns");
    assert_eq!(by(&app, &read, "issues/view", one("CORE-1")).await.status, 404);
    let complete = json!({ "org": "main", "field": "project", "prefix": "" });
    by(&app, &read, "issues/complete", complete).await.ok().contains("WEB").lacks("CORE");
    let numbers: Value = by(&app, &read, "insights/view", json!({ "org": "main" })).await.json();
    let of_all: Value = ana.call("insights/view", json!({ "org": "main" })).await.json();
    let total = |numbers: &Value| numbers["view"]["report"]["totals"]["open"].as_i64().unwrap();
    let opened = |numbers: &Value| numbers["view"]["report"]["totals"]["opened"].as_i64().unwrap();
    assert_eq!((total(&numbers), total(&of_all)), (1, 2), "{numbers}");
    assert_eq!((opened(&numbers), opened(&of_all)), (1, 2), "{numbers}");

    let status = |key: &str| json!({ "org": "main", "key": key, "status": "TRIAGED" });
    by(&app, &write, "issues/set_status", status("WEB-1")).await.ok();
    assert_eq!(by(&app, &write, "issues/set_status", status("CORE-1")).await.status, 404);
    let comment = |key: &str| json!({ "org": "main", "key": key, "body": "Text" });
    by(&app, &write, "comments/add", comment("WEB-1")).await.ok();
    assert_eq!(by(&app, &write, "comments/add", comment("CORE-1")).await.status, 404);
    let issue =
        |project: &str| json!({ "org": "main", "project": project, "title": "New", "severity": "LOW" });
    by(&app, &write, "issues/create", issue("WEB")).await.ok();
    let error = by(&app, &write, "issues/create", issue("CORE")).await.error();
    assert!(error.about("project").is_some(), "{error:?}");
}

#[tokio::test]
async fn the_database_holds_the_projects_by_itself() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let (read, _) = two_projects(&app, &ana).await;
    let all = make(&ana, json!({ "read": true })).await;
    let (mut limited, mut free) = (speak(&app, &read).await, speak(&app, &all).await);
    for table in ["issues", "projects", "comments", "issue_tags", "spells"] {
        let sql = format!("SELECT count(*)::text FROM {table}");
        let (some, every) = (text(&mut limited, &sql).await, text(&mut free, &sql).await);
        assert_eq!(
            (some.parse::<i64>().unwrap() * 2, every.parse::<i64>().unwrap() > 0),
            (every.parse().unwrap(), true),
            "{table}"
        );
    }
    let sums = "SELECT string_agg(DISTINCT kind, ',')::text FROM cells";
    assert_eq!(text(&mut limited, sums).await, "PROJECT", "the others are of all projects");
    let others = "SELECT count(*)::text FROM events WHERE payload::text LIKE '%CORE%' OR issue_id IS NULL";
    assert_eq!(text(&mut limited, others).await, "0");
    assert_eq!(text(&mut limited, "SELECT count(*)::text FROM tracker_search('printer')").await, "1");
}
