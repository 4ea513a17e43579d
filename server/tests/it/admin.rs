//! What the operator does on the server.

use serde_json::json;
use server::{
    storage::admin::{self, RoleChange},
    testing::{PASSWORD, TestApp},
};
use tracker_domain::{
    org::Role,
    text::{Email, OrgSlug},
};

fn main_and(email: &str) -> (OrgSlug, Email) {
    (OrgSlug::parse("main").unwrap(), Email::parse(email).unwrap())
}

#[tokio::test]
async fn a_role_holds_from_the_next_request_on_and_stands_in_the_log() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let key = ana.create_issue("It breaks").await;
    assert_eq!(ben.set_status(&key, "TRIAGED").await.status, 404);
    let mut owner = admin::connect(&app.database_url).await.unwrap();
    let (org, email) = main_and("ben@example.org");
    let now = app.app.clock.now();
    let change = admin::set_role(&mut owner, (&org, &email), Role::Maintainer, now).await.unwrap();
    assert_eq!(change, RoleChange::Done(Role::Reporter));
    assert_eq!(ben.set_status(&key, "TRIAGED").await.status, 200);
    let told = "SELECT count(*) FROM events e JOIN org_heads h USING (org_id) WHERE kind = 'role_changed' AND e.seq < h.seq";
    assert_eq!(app.owner_count(told).await, 1);
    let again = admin::set_role(&mut owner, (&org, &email), Role::Maintainer, now).await.unwrap();
    assert_eq!(again, RoleChange::Same);
    let (_, nobody) = main_and("nobody@example.org");
    assert_eq!(
        admin::set_role(&mut owner, (&org, &nobody), Role::Admin, now).await.unwrap(),
        RoleChange::NoMember
    );
    let members = admin::members(&mut owner, Some(&org)).await.unwrap();
    assert_eq!(members.iter().map(|m| m.role.as_str()).collect::<Vec<_>>(), ["ADMIN", "MAINTAINER"]);
}

#[tokio::test]
async fn the_last_admin_stays_even_when_two_demote_each_other() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    app.member("Ben", Role::Admin).await;
    let now = app.app.clock.now();
    let demote = async |email: &str| {
        let mut owner = admin::connect(&app.database_url).await.unwrap();
        let (org, email) = main_and(email);
        admin::set_role(&mut owner, (&org, &email), Role::Reporter, now).await.unwrap()
    };
    let (one, other) = tokio::join!(demote("ana@example.org"), demote("ben@example.org"));
    let mut both = [one, other];
    both.sort_by_key(|change| *change == RoleChange::LastAdmin);
    assert_eq!(both, [RoleChange::Done(Role::Admin), RoleChange::LastAdmin]);
    assert_eq!(app.owner_count("SELECT count(*) FROM memberships WHERE role = 'ADMIN'").await, 1);
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_of_that_person_only() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let mut owner = admin::connect(&app.database_url).await.unwrap();
    let (_, email) = main_and("ben@example.org");
    let (user, name) = admin::account(&mut owner, &email).await.unwrap().unwrap();
    assert_eq!(name, "Ben");
    let hash =
        app.app.passwords.hash(tracker_domain::text::Secret::new("another horse battery")).await.unwrap();
    assert_eq!(admin::set_password(&mut owner, user, &hash, app.app.clock.now()).await.unwrap(), 1);
    let list = json!({ "org": "main" });
    assert_eq!(ben.call("issues/list", list.clone()).await.status, 401);
    assert_eq!(ana.call("issues/list", list).await.status, 200);
    let sign_in = async |password: &str| {
        let body = json!({ "email": "ben@example.org", "password": password });
        app.anon().call("accounts/sign_in", body).await.status
    };
    assert_eq!(
        (sign_in(PASSWORD).await.as_u16(), sign_in("another horse battery").await.as_u16()),
        (422, 200)
    );
}
