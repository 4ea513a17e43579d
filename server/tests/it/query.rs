//! The query language on a database: what it finds, and that memory and SQL say the same.

mod agreement;

use http::StatusCode;
use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use std::time::Duration;
use tracker_domain::{issue::IssueList, org::Framed, org::Role, query::Suggestion};

/// A page of the list, asked by a program.
async fn list(actor: &Actor, q: &str) -> IssueList {
    actor.call("issues/list", json!({ "org": "main", "q": q })).await.json::<Framed<IssueList>>().view
}

async fn keys(actor: &Actor, q: &str) -> Vec<String> {
    list(actor, q).await.rows.iter().map(|row| row.key.to_string()).collect()
}

async fn set(actor: &Actor, function: &str, key: &str, field: &str, value: &str) {
    actor.call(function, json!({ "org": "main", "key": key, field: value })).await.ok();
}

/// Ana is ADMIN, Max MAINTAINER, Ben REPORTER; CORE-1 is Ana's, CORE-2 Ben's and given to Max, CORE-3 Max' and done.
async fn cast() -> (TestApp, Actor, Actor, Actor) {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let ben = app.sign_up("Ben").await;
    ana.create_issue("The first one crashes at start").await;
    ben.create_issue("Naïve sorting of 50% \"wrong\"").await;
    max.create_issue("A third, see http://x").await;
    let max_id = app.owner_count("SELECT id FROM users WHERE name = 'Max'").await.to_string();
    set(&ana, "issues/set_assignee", "CORE-2", "assignee", &max_id).await;
    set(&ana, "issues/set_tags", "CORE-1", "tags", "secret ui").await;
    set(&ana, "issues/set_tags", "CORE-2", "tags", "ui sorting").await;
    set(&ana, "issues/set_severity", "CORE-2", "severity", "CRITICAL").await;
    set(&ana, "issues/set_status", "CORE-3", "status", "DONE").await;
    (app, ana, max, ben)
}

/// CORE belongs to the team web; the team idle has nothing.
async fn make_teams(ana: &Actor) {
    for name in ["Web", "Idle"] {
        ana.call("teams/create", json!({ "org": "main", "name": name })).await.ok();
    }
    let owned = json!({ "org": "main", "key": "CORE", "name": "Core", "team": "web", "version": 1 });
    ana.call("projects/edit", owned).await.ok();
}

#[tokio::test]
async fn every_field_finds_what_it_names() {
    let (app, ana, max, ben) = cast().await;
    make_teams(&ana).await;
    for (q, expected) in [
        ("team:web,idle sort:key", vec!["CORE-1", "CORE-2", "CORE-3"]),
        ("-team:web", vec![]),
        ("team:idle", vec![]),
        ("team:no-such", vec![]),
        ("is:open sort:key", vec!["CORE-1", "CORE-2"]),
        ("is:closed", vec!["CORE-3"]),
        ("severity:>=HIGH", vec!["CORE-2"]),
        ("assignee:none sort:key", vec!["CORE-1", "CORE-3"]),
        ("-assignee:max sort:key", vec!["CORE-1", "CORE-3"]),
        ("reporter:@me", vec!["CORE-1"]),
        ("reporter:ben@example.org", vec!["CORE-2"]),
        ("reporter:BEN,max sort:-key", vec!["CORE-3", "CORE-2"]),
        ("reporter:nobody-at-all", vec![]),
        ("tag:ui -tag:secret", vec!["CORE-2"]),
        ("tag:secret,sorting sort:key", vec!["CORE-1", "CORE-2"]),
        ("project:core key:core-2", vec!["CORE-2"]),
        ("project:none", vec![]),
        ("created:2026-11-21 closed:2026-Q4", vec!["CORE-3"]),
        ("updated:>1d", vec![]),
        ("-closed:>=2026 sort:key", vec!["CORE-1", "CORE-2"]),
        ("(tag:secret or is:closed) sort:key", vec!["CORE-1", "CORE-3"]),
        ("-(tag:secret or is:closed)", vec!["CORE-2"]),
    ] {
        assert_eq!(keys(&ana, q).await, expected, "{q}");
    }
    assert_eq!(keys(&max, "assignee:@me").await, ["CORE-2"]);
    assert_eq!(keys(&ben, "sort:key").await, ["CORE-2"]);
    app.clock.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(keys(&ana, "updated:>1d").await.len(), 3, "ages are measured from the clock");
}

/// The database looks up a tag of few issues, and looks for one of many along the list.
#[tokio::test]
async fn a_tag_of_many_issues_is_found_like_one_of_few() {
    let (app, ana, _max, ben) = cast().await;
    app.owner_sql(
        "INSERT INTO tags (org_id, name) SELECT id, 'many' FROM organizations;
         INSERT INTO issues (org_id, project_id, number, title, description, description_html, status, severity,
             reporter_id, created_at, updated_at)
         SELECT i.org_id, i.project_id, 100 + n, 'One of many', '', '', 'OPEN', 'LOW', i.reporter_id, i.created_at, i.created_at
         FROM issues i, generate_series(1, 2100) n WHERE i.number = 2;
         INSERT INTO issue_tags (org_id, issue_id, tag_id)
         SELECT i.org_id, i.id, t.id FROM issues i JOIN tags t ON t.name = 'many' WHERE i.number > 100;",
    )
    .await;
    assert_eq!(keys(&ana, "-tag:many sort:key").await, ["CORE-1", "CORE-2", "CORE-3"]);
    assert_eq!(keys(&ben, "-tag:many,none").await, ["CORE-2"]);
    assert_eq!(keys(&ben, "tag:many sort:key").await[..2], ["CORE-101", "CORE-102"]);
    assert_eq!(keys(&ana, "tag:many,ui sort:key").await[..3], ["CORE-1", "CORE-2", "CORE-101"]);
    assert_eq!(keys(&ana, "tag:many tag:ui").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_text_is_found_as_it_is_written() {
    let (_app, ana, _max, ben) = cast().await;
    for (q, expected) in [
        ("crashes", vec!["CORE-1"]),
        ("start crashes", vec!["CORE-1"]),
        ("\"first one\"", vec!["CORE-1"]),
        ("\"one first\"", vec![]),
        ("-crashes -third", vec!["CORE-2"]),
        ("naïve", vec!["CORE-2"]),
        ("\"http://x\"", vec!["CORE-3"]),
        ("core-3", vec!["CORE-3"]),
        ("(crashes or third) is:open", vec!["CORE-1"]),
    ] {
        assert_eq!(keys(&ana, q).await, expected, "{q}");
    }
    assert_eq!(keys(&ben, "crashes").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_an_error_at_its_field() {
    let (_app, ana, ..) = cast().await;
    let answer = ana.call("issues/list", json!({ "org": "main", "q": "ui stauts:OPEN" })).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let error = answer.error();
    let message = error.about("q").unwrap();
    assert!(message.starts_with("At character 4:") && message.contains("“status”"), "{message}");
    let page = ana.get("/main/issues?q=stauts:OPEN").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.lacks("The first one crashes");
}

#[tokio::test]
async fn what_plain_forms_send_becomes_part_of_the_query() {
    let (_app, ana, ..) = cast().await;
    let asked = |mut body: Value| {
        body["org"] = json!("main");
        let answer = ana.call("issues/list", body);
        async { answer.await.json::<Framed<IssueList>>().view }
    };
    let page =
        asked(json!({ "q": "ui status:OPEN sort:title", "status": "OPEN,DONE", "severity": "CRITICAL" }))
            .await;
    assert_eq!(page.query.to_string(), "ui status:OPEN,DONE severity:CRITICAL sort:title");
    assert_eq!(page.sort.to_string(), "title");
    let page = asked(json!({ "q": "sort:title", "sort": "-key" })).await;
    assert_eq!(page.query.to_string(), "sort:-key");
    assert_eq!(page.rows[0].key.to_string(), "CORE-3");
}

#[tokio::test]
async fn a_page_says_whom_its_words_mean_as_far_as_the_viewer_knows_them() {
    let (_app, ana, _max, ben) = cast().await;
    let names = |page: IssueList| {
        page.facts.people.into_iter().map(|(word, ids)| (word, ids.len())).collect::<Vec<_>>()
    };
    let q = "reporter:Max,ana@example.org assignee:ben,zoe";
    let words = |words: &[&str]| words.iter().map(|word| ((*word).to_owned(), 1)).collect::<Vec<_>>();
    assert_eq!(names(list(&ana, q).await), words(&["ana@example.org", "ben", "max"]));
    assert_eq!(names(list(&ben, q).await), words(&["ben", "max"]), "Max works on Ben's issue, Ana does not");
}

async fn completed(actor: &Actor, field: &str, prefix: &str) -> Vec<String> {
    let body = json!({ "org": "main", "field": field, "prefix": prefix });
    let found = actor.call("issues/complete", body).await.json::<Vec<Suggestion>>();
    found.into_iter().map(|suggestion| suggestion.value).collect()
}

#[tokio::test]
async fn completion_offers_what_the_viewer_may_know() {
    let (app, ana, _max, ben) = cast().await;
    app.sign_up("Cleo").await;
    app.owner_sql("UPDATE users SET name = 'Cleo Max' WHERE name = 'Cleo'").await;
    assert_eq!(completed(&ana, "reporter", "").await, ["Ana", "Ben", "\"Cleo Max\"", "Max"]);
    assert_eq!(completed(&ana, "assignee", "mA").await, ["Max", "\"Cleo Max\""]);
    assert_eq!(completed(&ana, "tag", "S").await, ["secret", "sorting"]);
    assert_eq!(completed(&ana, "project", "co").await, ["CORE"]);
    assert_eq!(completed(&ben, "reporter", "").await, ["Ben", "Max"]);
    assert_eq!(completed(&ben, "tag", "").await, ["sorting", "ui"]);
    assert_eq!(completed(&ana, "tag", "%").await, Vec::<String>::new());
    let nul = json!({ "org": "main", "field": "tag", "prefix": "\0" });
    assert!(ana.call("issues/complete", nul).await.error().about("prefix").is_some());
    app.owner_sql("UPDATE users SET name = 'max' WHERE name = 'Ana'").await;
    assert_eq!(
        completed(&ana, "reporter", "max").await,
        ["ana@example.org", "max@example.org", "\"Cleo Max\""]
    );
    let wrong = ana.call("issues/complete", json!({ "org": "main", "field": "status" })).await;
    assert!(wrong.error().about("field").is_some());
}

#[tokio::test]
async fn completion_offers_ten_at_most() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.owner_sql("INSERT INTO tags (org_id, name) SELECT o.id, 'tag' || n FROM organizations o, generate_series(1, 30) n").await;
    assert_eq!(completed(&ana, "tag", "tag").await.len(), 10);
}
