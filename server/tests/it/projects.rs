//! Projects, as an ADMIN keeps them.

use serde_json::{Value, json};
use server::testing::{Actor, Answer, TestApp};
use tracker_domain::{
    error::AppError,
    org::{Framed, Role},
    project::ProjectList,
};

async fn call(actor: &Actor, verb: &str, rest: Value) -> Answer {
    let mut body = json!({ "org": "main" });
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    actor.call(verb, body).await
}

async fn projects(actor: &Actor) -> ProjectList {
    call(actor, "projects/view", json!({})).await.json::<Framed<ProjectList>>().view
}

#[tokio::test]
async fn a_project_is_made_renamed_and_given_to_a_team() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    call(&ana, "teams/create", json!({ "name": "Web" })).await.ok();
    call(&ana, "projects/create", json!({ "key": "site", "name": "The site", "team": "web" })).await.ok();
    let issue = json!({ "project": "SITE", "title": "It is slow", "severity": "LOW" });
    assert_eq!(call(&ben, "issues/create", issue).await.json::<Value>()["key"], "SITE-1");
    ben.get("/main/issues").await.ok().contains("SITE").contains("The site");
    for version in [1, 2] {
        let edit = json!({ "key": "SITE", "name": "The shop", "team": "", "version": version });
        call(&ana, "projects/edit", edit).await.ok();
    }
    let stale = json!({ "key": "SITE", "name": "The market", "version": 1 });
    let present = vec![("name".to_owned(), "The shop".to_owned()), ("team".to_owned(), String::new())];
    let conflict = AppError::Conflict { current: present, version: 2 };
    assert_eq!(call(&ana, "projects/edit", stale).await.error(), conflict);
    let all = projects(&ana).await;
    let site = all.projects.iter().find(|project| project.key.as_str() == "SITE").unwrap();
    assert_eq!((site.name.as_str(), &site.team, site.issues), ("The shop", &None, 1));
    ben.get("/main/issues").await.ok().contains("The shop").lacks("The site");
    for (kind, count) in [("PROJECT_CREATED", 1), ("PROJECT_CHANGED", 1)] {
        let sql = format!("SELECT count(*) FROM audit WHERE action = '{kind}' AND target = 'SITE'");
        assert_eq!(app.owner_count(&sql).await, count, "{kind}");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM events WHERE kind = 'project_created'").await, 2);
}

#[tokio::test]
async fn what_a_project_cannot_be_is_said_at_the_field_and_by_whom_it_cannot_be_made() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let wrong =
        call(&ana, "projects/create", json!({ "key": "1", "name": "", "team": "none" })).await.error();
    assert!(["key", "name", "team"].iter().all(|field| wrong.about(field).is_some()), "{wrong:?}");
    let taken = call(&ana, "projects/create", json!({ "key": "CORE", "name": "Core" })).await.error();
    assert!(taken.about("key").unwrap().contains("a project CORE already"));
    for key in ["NONE", "x", ""] {
        assert_eq!(
            call(&ana, "projects/edit", json!({ "key": key, "name": "Core", "version": 1 })).await.status,
            404,
            "{key}"
        );
    }
    for (verb, body) in [
        ("projects/view", json!({})),
        ("projects/create", json!({ "key": "NEW", "name": "New" })),
        ("projects/edit", json!({ "key": "CORE", "name": "New", "version": 1 })),
    ] {
        assert_eq!(call(&max, verb, body).await.status, 403, "{verb}");
    }
    assert_eq!(projects(&ana).await.projects.len(), 1);
}

#[tokio::test]
async fn the_page_works_without_scripts() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let page = "/main/settings/projects";
    let fields = [("org", "main"), ("key", "WEB"), ("name", ""), ("idempotency_key", "key-of-this")];
    let refused = ana.form(page, "projects/create", &fields).await;
    ana.get(&refused.location()).await.ok().contains("The name is missing").contains("value=\"WEB\"");
    let fields = [("org", "main"), ("key", "WEB"), ("name", "The site"), ("idempotency_key", "key-of-that")];
    for _ in 0..2 {
        let made = ana.form(page, "projects/create", &fields).await;
        ana.get(&made.location()).await.ok().contains("Project created").contains("The site");
    }
    ana.get(&format!("{page}?edit=WEB")).await.ok().contains("Save changes").contains("value=\"The site\"");
    assert_eq!(projects(&ana).await.projects.len(), 2);
}
