//! People who belong to several organizations: another role in each, and nothing of the one in the other.

use serde_json::{Value, json};
use server::{
    storage::admin::{self, Founded},
    testing::{Actor, TestApp},
};
use std::time::Duration;
use tracker_domain::{
    issue::IssueList,
    org::Framed,
    text::{DisplayName, Email, OrgSlug},
};

async fn found(app: &TestApp, slug: &str, address: &str) -> Founded {
    let mut owner = admin::connect(&app.database_url).await.unwrap();
    let (slug, name) = (OrgSlug::parse(slug).unwrap(), DisplayName::parse("Other place").unwrap());
    let address = Email::parse(address).unwrap();
    let project = ("CORE".parse().unwrap(), "Core");
    admin::create_org(&mut owner, (&slug, &name), &address, (&project.0, project.1), app.app.clock.now())
        .await
        .unwrap()
}

/// Ana runs `main`, Ben reports there and runs `other`, Cleo reports in both.
async fn cast() -> (TestApp, Actor, Actor, Actor) {
    let app = TestApp::start().await;
    let (ana, ben, cleo) = (app.sign_up("Ana").await, app.sign_up("Ben").await, app.sign_up("Cleo").await);
    assert_eq!(found(&app, "other", "ben@example.org").await, Founded::Done);
    app.owner_sql(
        "INSERT INTO memberships (org_id, user_id, role, created_at)
         SELECT o.id, u.id, 'REPORTER', now() FROM organizations o, users u WHERE o.slug = 'other' AND u.name = 'Cleo'",
    )
    .await;
    (app, ana, ben, cleo)
}

async fn create(actor: &Actor, org: &str, title: &str) {
    let body = json!({ "org": org, "project": "CORE", "title": title, "severity": "LOW" });
    actor.call("issues/create", body).await.ok();
}

async fn titles(actor: &Actor, org: &str) -> Vec<String> {
    let page =
        actor.call("issues/list", json!({ "org": org, "sort": "title" })).await.json::<Framed<IssueList>>();
    page.view.rows.into_iter().map(|row| row.title).collect()
}

#[tokio::test]
async fn each_organization_shows_what_the_role_in_it_may_see() {
    let (_app, ana, ben, cleo) = cast().await;
    for (actor, org, title) in [
        (&ana, "main", "Of Ana in main"),
        (&ben, "main", "Of Ben in main"),
        (&ben, "other", "Of Ben in other"),
        (&cleo, "main", "Of Cleo in main"),
        (&cleo, "other", "Of Cleo in other"),
    ] {
        create(actor, org, title).await;
    }
    assert_eq!(titles(&ben, "main").await, ["Of Ben in main"]);
    assert_eq!(titles(&ben, "other").await, ["Of Ben in other", "Of Cleo in other"]);
    assert_eq!(titles(&cleo, "other").await, ["Of Cleo in other"]);
    assert_eq!(titles(&ana, "main").await.len(), 3);
    assert_eq!(ana.get("/other/issues").await.status, 404);
    ben.get("/other/settings/members").await.ok().contains("cleo@example.org").lacks("ana@example.org");
    assert_eq!(ben.get("/main/settings/members").await.status, 403);
    ben.get("/other/issues").await.ok().contains("Of Cleo in other").lacks("in main");
    for page in ["members", "audit", "teams", "projects"] {
        ben.get(&format!("/other/settings/{page}")).await.ok().lacks("in main").lacks("ana@example.org");
    }
    let people = json!({ "org": "other", "field": "assignee", "prefix": "" });
    let people = ben.call("issues/complete", people).await.ok();
    assert!(people.body.contains("Cleo") && !people.body.contains("Ana"), "{}", people.body);
}

#[tokio::test]
async fn whoever_has_several_switches_and_is_taken_to_the_last() {
    let (app, ana, ben, _cleo) = cast().await;
    ana.get("/main/issues").await.ok().lacks("<details class=\"orgs\"");
    ben.get("/main/issues").await.ok().contains("<details class=\"orgs\"").contains("Other place");
    assert_eq!(ben.get("/").await.location(), "/main");
    let switch =
        async |actor: &Actor, org: &str| actor.form("/main/issues", "members/switch", &[("org", org)]).await;
    let gone = switch(&ben, "other").await;
    assert!(gone.location().starts_with("/other"), "{}", gone.location());
    assert_eq!(ben.get("/").await.location(), "/other");
    app.clock.advance(Duration::from_secs(1));
    switch(&ben, "main").await;
    assert_eq!(ben.get("/").await.location(), "/main");
    switch(&ana, "other").await;
    assert_eq!(ana.get("/").await.location(), "/main", "not hers");
    assert_eq!(ana.call("members/switch", json!({ "org": "other" })).await.status, 404);

    app.clock.advance(Duration::from_secs(1));
    switch(&ben, "other").await;
    let again = app.anon();
    let body = json!({ "email": "ben@example.org", "password": server::testing::PASSWORD });
    assert_eq!(again.call("accounts/sign_in", body).await.json::<Value>()["org"], "other");
    app.owner_sql(
        "UPDATE memberships SET disabled_at = now() WHERE org_id = (SELECT id FROM organizations WHERE slug = 'other')",
    )
    .await;
    assert_eq!(ben.get("/").await.location(), "/main", "nobody is taken to where they are shut out");
    ben.get("/main/issues").await.ok().lacks("Other place");
}

#[tokio::test]
async fn an_organization_is_founded_once_and_by_somebody_who_is_there() {
    let (app, ..) = cast().await;
    assert_eq!(found(&app, "other", "ana@example.org").await, Founded::Exists);
    assert_eq!(found(&app, "third", "nobody@example.org").await, Founded::NoAccount);
    assert_eq!(app.owner_count("SELECT count(*) FROM organizations").await, 2);
    let told = "SELECT count(*) FROM events e JOIN organizations o ON o.id = e.org_id JOIN org_heads h ON h.org_id = o.id
        WHERE o.slug = 'other' AND h.seq = 2";
    assert_eq!(app.owner_count(told).await, 2);
}
