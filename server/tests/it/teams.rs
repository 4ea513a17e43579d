//! Teams: who makes them, who is in them, and what is theirs.

use serde_json::{Value, json};
use server::testing::{Actor, Answer, TestApp};
use tracker_domain::{
    error::AppError,
    org::{Framed, Role},
    query::Suggestion,
    team::TeamView,
};

use crate::members::id_of;

async fn call(actor: &Actor, verb: &str, rest: Value) -> Answer {
    let mut body = json!({ "org": "main" });
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    actor.call(verb, body).await
}

async fn teams(actor: &Actor) -> Vec<TeamView> {
    call(actor, "teams/view", json!({})).await.json::<Framed<Vec<TeamView>>>().view
}

async fn recorded(app: &TestApp, action: &str) -> i64 {
    app.owner_count(&format!("SELECT count(*) FROM audit WHERE action = '{action}'")).await
}

#[tokio::test]
async fn a_team_has_people_and_projects_until_it_is_deleted() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.sign_up("Ben").await;
    let made = call(&ana, "teams/create", json!({ "name": "Web & mobile" })).await.ok();
    assert_eq!(made.headers["location"], "/main/settings/teams?team=web-mobile");
    for person in ["BEN@example.org", "ana@example.org", "ana@example.org"] {
        call(&ana, "teams/add_person", json!({ "team": "web-mobile", "person": person })).await.ok();
    }
    call(&ana, "projects/edit", json!({ "key": "CORE", "name": "Core", "team": "web-mobile", "version": 1 }))
        .await
        .ok();
    let rename = json!({ "team": "web-mobile", "name": "Web", "slug": "web", "version": 1 });
    call(&ana, "teams/edit", rename).await.ok();
    let stale = json!({ "team": "web", "name": "Site", "slug": "web", "version": 1 });
    let present = vec![("name".to_owned(), "Web".to_owned()), ("slug".to_owned(), "web".to_owned())];
    let conflict = AppError::Conflict { current: present, version: 2 };
    assert_eq!(call(&ana, "teams/edit", stale).await.error(), conflict);
    let all = teams(&ana).await;
    let shown: Vec<_> = all[0].people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!((all[0].slug.as_str(), all[0].name.as_str(), shown), ("web", "Web", vec!["Ana", "Ben"]));
    assert_eq!(all[0].projects[0].key.as_str(), "CORE");
    ana.get("/main/settings/teams?team=web").await.ok().contains("ben@example.org").contains("Delete team");

    let ben = id_of(&app, "Ben").await;
    for _ in 0..2 {
        call(&ana, "teams/remove_person", json!({ "team": "web", "person": ben })).await.ok();
    }
    assert_eq!(teams(&ana).await[0].people.len(), 1);
    call(&ana, "teams/delete", json!({ "team": "web" })).await.ok();
    assert!(teams(&ana).await.is_empty());
    assert_eq!(app.owner_count("SELECT count(*) FROM projects WHERE team_id IS NULL").await, 1);
    let counts = [
        recorded(&app, "TEAM_CREATED").await,
        recorded(&app, "TEAM_CHANGED").await,
        recorded(&app, "TEAM_DELETED").await,
    ];
    assert_eq!(counts, [1, 5, 1], "each change that changed something");
}

#[tokio::test]
async fn what_a_team_cannot_be_called_is_said_at_the_field() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    for name in ["Web", "Api"] {
        call(&ana, "teams/create", json!({ "name": name })).await.ok();
    }
    let about = async |verb: &str, rest: Value, field: &str| {
        call(&ana, verb, rest).await.error().about(field).unwrap_or_default().to_owned()
    };
    assert!(about("teams/create", json!({ "name": " " }), "name").await.contains("missing"));
    assert!(about("teams/create", json!({ "name": "\u{1f980}" }), "slug").await.contains("2 to 40"));
    assert!(
        about("teams/create", json!({ "name": "Other", "slug": "web" }), "slug")
            .await
            .contains("a team web already")
    );
    let rename = json!({ "team": "api", "name": "Api", "slug": "web", "version": 1 });
    assert!(about("teams/edit", rename, "slug").await.contains("a team web already"));
    let add = |person: &str| json!({ "team": "web", "person": person });
    assert!(about("teams/add_person", add("nobody@example.org"), "person").await.contains("Nobody"));
    assert!(about("teams/add_person", add("Ben"), "person").await.contains("address"));
    call(&ana, "members/disable", json!({ "member": id_of(&app, "Ben").await })).await.ok();
    assert!(about("teams/add_person", add("ben@example.org"), "person").await.contains("Nobody"));
    for (verb, more) in [
        ("teams/edit", json!({ "name": "x", "version": 1 })),
        ("teams/delete", json!({})),
        ("teams/add_person", json!({ "person": "1" })),
        ("teams/remove_person", json!({ "person": "1" })),
    ] {
        let mut body = json!({ "team": "none" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = call(&ana, verb, body).await;
        assert_eq!(answer.status, 404, "{verb}");
    }
    assert_eq!(ben.get("/main/settings/teams").await.status, 404, "shut out");
    assert_eq!(teams(&ana).await.len(), 2);
}

#[tokio::test]
async fn only_admins_make_teams_and_the_database_says_so_too() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    call(&ana, "teams/create", json!({ "name": "Web" })).await.ok();
    for (verb, rest) in [
        ("teams/view", json!({})),
        ("teams/create", json!({ "name": "Mine" })),
        ("teams/edit", json!({ "team": "web", "name": "Mine", "version": 1 })),
        ("teams/add_person", json!({ "team": "web", "person": "max@example.org" })),
        ("teams/remove_person", json!({ "team": "web", "person": "1" })),
        ("teams/delete", json!({ "team": "web" })),
    ] {
        assert_eq!(call(&max, verb, rest).await.status, 403, "{verb}");
    }
    let (org, max) = (app.owner_count("SELECT id FROM organizations").await, id_of(&app, "Max").await);
    let mut connection = app.app.db.app.acquire().await.unwrap();
    let speak = format!(
        "SELECT set_config('tracker.org', '{org}', false), set_config('tracker.user', '{max}', false),
                set_config('tracker.role', 'MAINTAINER', false)"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(speak)).execute(&mut *connection).await.unwrap();
    let changed = async |connection: &mut sqlx::PgConnection, sql: &str| {
        sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
            .execute(connection)
            .await
            .map(|done| done.rows_affected())
    };
    let insert =
        "INSERT INTO teams (org_id, slug, name, created_at) VALUES (tracker_org(), 'mine', 'Mine', now())";
    assert!(changed(&mut connection, insert).await.unwrap_err().to_string().contains("row-level security"));
    assert_eq!(changed(&mut connection, "UPDATE teams SET name = 'Mine'").await.unwrap(), 0);
    assert_eq!(changed(&mut connection, "DELETE FROM teams").await.unwrap(), 0);
    connection.close_on_drop();
}

#[tokio::test]
async fn a_team_that_is_sent_twice_is_made_once() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let fields = [("org", "main"), ("name", "Web"), ("idempotency_key", "key-of-this")];
    for _ in 0..2 {
        let sent = ana.form("/main/settings/teams", "teams/create", &fields).await;
        ana.get(&sent.location()).await.ok().contains("Team created").contains("Add person");
    }
    assert_eq!(teams(&ana).await.len(), 1);
}

#[tokio::test]
async fn everybody_gets_teams_offered_in_the_search() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    for name in ["Web", "Platform"] {
        call(&ana, "teams/create", json!({ "name": name })).await.ok();
    }
    for actor in [&ana, &ben] {
        let offered = call(actor, "issues/complete", json!({ "field": "team", "prefix": "pl" })).await;
        let offered = offered.json::<Vec<Suggestion>>();
        assert_eq!(offered, [Suggestion::new("platform", "Platform")]);
    }
}
