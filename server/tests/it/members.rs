//! Members: who changes whom, the last ADMIN, and how soon it holds.

use serde_json::{Value, json};
use server::testing::{Actor, Answer, TestApp};
use tracker_domain::{
    live::{ServerMessage, close},
    member::{MemberList, MemberState},
    org::{Framed, Role},
};

use crate::live::tab::Tab;

pub async fn id_of(app: &TestApp, name: &str) -> String {
    app.owner_count(&format!("SELECT id FROM users WHERE name = '{name}'")).await.to_string()
}

async fn set_role(actor: &Actor, member: &str, role: &str) -> Answer {
    actor.call("members/set_role", json!({ "org": "main", "member": member, "role": role })).await
}

async fn access(actor: &Actor, verb: &str, member: &str) -> Answer {
    actor.call(&format!("members/{verb}"), json!({ "org": "main", "member": member })).await
}

async fn list(actor: &Actor, rest: Value) -> MemberList {
    let mut body = json!({ "org": "main" });
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    actor.call("members/list", body).await.json::<Framed<MemberList>>().view
}

async fn head(app: &TestApp) -> i64 {
    app.owner_count("SELECT seq FROM org_heads").await
}

async fn told(app: &TestApp, kind: &str, action: &str) -> (i64, i64) {
    let events = app.owner_count(&format!("SELECT count(*) FROM events WHERE kind = '{kind}'")).await;
    (events, app.owner_count(&format!("SELECT count(*) FROM audit WHERE action = '{action}'")).await)
}

#[tokio::test]
async fn a_role_that_an_admin_sets_holds_from_the_next_request_on() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let (key, ben_id) = (ana.create_issue("Hers").await, id_of(&app, "Ben").await);
    assert_eq!(ben.set_status(&key, "TRIAGED").await.status, 404);
    set_role(&ana, &ben_id, "MAINTAINER").await.ok();
    ben.set_status(&key, "TRIAGED").await.ok();
    set_role(&ana, &ben_id, "MAINTAINER").await.ok();
    assert_eq!(
        told(&app, "role_changed", "ROLE_CHANGED").await,
        (1, 1),
        "the second time there was nothing to do"
    );
    set_role(&ana, &ben_id, "REPORTER").await.ok();
    assert_eq!(ben.set_status(&key, "DONE").await.status, 404);
    let details = "SELECT count(*) FROM audit a JOIN users u ON u.id = a.actor_id WHERE u.name = 'Ana'
        AND a.target = 'ben@example.org' AND a.details = '{\"from\": \"MAINTAINER\", \"to\": \"REPORTER\"}'";
    assert_eq!(app.owner_count(details).await, 1);
}

#[tokio::test]
async fn only_admins_change_members_and_a_refusal_changes_nothing() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let ben = app.sign_up("Ben").await;
    let before = head(&app).await;
    let ana_id = id_of(&app, "Ana").await;
    for actor in [&max, &ben] {
        for answer in [
            set_role(actor, &ana_id, "REPORTER").await,
            access(actor, "disable", &ana_id).await,
            access(actor, "enable", &ana_id).await,
            actor.call("members/list", json!({ "org": "main" })).await,
            actor.get("/main/settings/members").await,
        ] {
            assert_eq!(answer.status, 403);
            answer.contains("Only admins manage the organization.").lacks("ana@example.org");
        }
    }
    for bad in ["999999", "x", "", "-1"] {
        assert_eq!(set_role(&ana, bad, "ADMIN").await.status, 404, "{bad}");
    }
    assert!(set_role(&ana, &ana_id, "KING").await.error().about("role").unwrap().contains("MAINTAINER"));
    assert_eq!(head(&app).await, before);
    assert_eq!(app.owner_count("SELECT count(*) FROM memberships WHERE role = 'ADMIN'").await, 1);
    assert_eq!(
        app.owner_count("SELECT count(*) FROM audit WHERE action NOT IN ('SIGNED_UP', 'SIGNED_IN')").await,
        0
    );
}

#[tokio::test]
async fn the_last_admin_stays_admin_and_comes_in() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let (max, ana_id) = (app.member("Max", Role::Admin).await, id_of(&app, "Ana").await);
    let max_id = id_of(&app, "Max").await;
    access(&max, "disable", &max_id).await.ok();
    assert!(
        set_role(&ana, &ana_id, "MAINTAINER").await.error().about("role").unwrap().contains("last admin")
    );
    assert!(access(&ana, "disable", &ana_id).await.error().about("member").unwrap().contains("last admin"));
    ana.get("/main/settings/members").await.ok();
    access(&ana, "enable", &max_id).await.ok();
    set_role(&ana, &ana_id, "MAINTAINER").await.ok();
    assert_eq!(ana.get("/main/settings/members").await.status, 403);
}

#[tokio::test]
async fn of_two_admins_who_end_each_other_at_once_one_is_left() {
    for (verb, more) in [("set_role", json!({ "role": "REPORTER" })), ("disable", json!({}))] {
        let app = TestApp::start().await;
        let ana = app.sign_up("Ana").await;
        let max = app.member("Max", Role::Admin).await;
        let (ana_id, max_id) = (id_of(&app, "Ana").await, id_of(&app, "Max").await);
        let end = async |actor: &Actor, whom: &str| {
            let mut body = json!({ "org": "main", "member": whom });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            actor.call(&format!("members/{verb}"), body).await.status.as_u16()
        };
        let (one, other) = tokio::join!(end(&ana, &max_id), end(&max, &ana_id));
        let mut both = [one, other];
        both.sort_unstable();
        assert_eq!(both[0], 200, "{verb}");
        // Who was too late is no ADMIN any more, or no member, when it is their turn.
        assert!(matches!(both[1], 403 | 404 | 422), "{verb}: {both:?}");
        let left = "SELECT count(*) FROM memberships WHERE role = 'ADMIN' AND disabled_at IS NULL";
        assert_eq!(app.owner_count(left).await, 1, "{verb}");
    }
}

#[tokio::test]
async fn an_open_page_learns_of_the_new_role_at_once() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let (secret, max_id) = (ana.create_issue("Ana's secret").await, id_of(&app, "Max").await);
    let (address, since) = (app.serve().await, head(&app).await);
    let mut tab = Tab::listen(address, &max, "main/issues", since).await;
    tab.caught_up().await;
    set_role(&ana, &max_id, "REPORTER").await.ok();
    let heard = tab.hear().await;
    assert!(matches!(heard, ServerMessage::Resync { .. }), "{heard:?}");
    let since = head(&app).await;
    tab.ask("main/issues", since).await;
    tab.caught_up().await;
    ana.comment(&secret, "not for Max any more").await.ok();
    let own = max.create_issue("His").await;
    let heard = tab.hear_until(since, head(&app).await).await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(serde_json::to_string(&heard).unwrap().contains(&own));
}

#[tokio::test]
async fn whoever_is_shut_out_is_out_at_once_and_comes_back_when_let_in() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let (key, max_id) = (max.create_issue("His").await, id_of(&app, "Max").await);
    let address = app.serve().await;
    let mut tab = Tab::listen(address, &max, "main/issues", head(&app).await).await;
    tab.caught_up().await;
    access(&ana, "disable", &max_id).await.ok();
    assert_eq!(tab.close_code().await, close::FORBIDDEN);
    assert_eq!(max.get("/main/issues").await.status, 404);
    assert_eq!(max.comment(&key, "still here").await.status, 404);
    let mut late = Tab::listen(address, &max, "main/issues", 0).await;
    assert_eq!(late.close_code().await, close::FORBIDDEN);
    ana.get(&format!("/main/issues/{key}")).await.ok().contains("His");

    access(&ana, "enable", &max_id).await.ok();
    max.comment(&key, "back again").await.ok();
    assert_eq!(told(&app, "member_disabled", "MEMBER_DISABLED").await, (1, 1));
    assert_eq!(told(&app, "member_enabled", "MEMBER_ENABLED").await, (1, 1));
    let mut tab = Tab::listen(address, &max, "main/issues", head(&app).await).await;
    tab.caught_up().await;
}

#[tokio::test]
async fn a_change_that_is_sent_twice_is_made_once() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.sign_up("Ben").await;
    let body = json!({ "org": "main", "member": id_of(&app, "Ben").await, "role": "ADMIN", "idempotency_key": "key-of-this" });
    for _ in 0..2 {
        ana.call("members/set_role", body.clone()).await.ok();
    }
    assert_eq!(told(&app, "role_changed", "ROLE_CHANGED").await, (1, 1));
}

#[tokio::test]
async fn members_are_listed_by_name_and_found_by_a_part_of_it() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.member("Max", Role::Maintainer).await;
    app.sign_up("Ben").await;
    let ben_id = id_of(&app, "Ben").await;
    access(&ana, "disable", &ben_id).await.ok();
    app.owner_sql(
        "INSERT INTO users (email, name, created_at) SELECT 'p' || n || '@far.example', 'Person ' || to_char(n, 'FM000'), now()
         FROM generate_series(1, 110) n;
         INSERT INTO memberships (org_id, user_id, role, created_at)
         SELECT o.id, u.id, 'REPORTER', now() FROM organizations o, users u WHERE u.email LIKE '%@far.example'",
    )
    .await;
    let first = list(&ana, json!({})).await;
    let said: Vec<_> = first.members.iter().take(4).map(|m| (m.name.as_str(), m.role, m.state)).collect();
    assert_eq!(
        said,
        [
            ("Ana", Role::Admin, MemberState::Active),
            ("Ben", Role::Reporter, MemberState::Disabled),
            ("Max", Role::Maintainer, MemberState::Active),
            ("Person 001", Role::Reporter, MemberState::New),
        ]
    );
    assert!(first.members.len() == 50 && first.previous.is_none());
    let after =
        |cursor: Option<tracker_domain::page::Cursor>| json!({ "after": cursor.unwrap().to_string() });
    let second = list(&ana, after(first.next.clone())).await;
    let third = list(&ana, after(second.next.clone())).await;
    assert_eq!((third.members.len(), third.next), (13, None));
    let back = list(&ana, after(third.previous)).await;
    assert_eq!((&back.members, back.previous.is_some()), (&second.members, true));
    assert_eq!(list(&ana, after(back.previous)).await.members, first.members);

    let names =
        async |rest: Value| list(&ana, rest).await.members.iter().map(|m| m.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(json!({ "q": "SON 04" })).await.len(), 10);
    assert_eq!(names(json!({ "q": "p7@far" })).await, ["Person 007"]);
    assert_eq!(names(json!({ "role": "MAINTAINER" })).await, ["Max"]);
    assert!(names(json!({ "q": "%" })).await.is_empty());
    let wrong = ana.call("members/list", json!({ "org": "main", "role": "KING" })).await;
    assert!(wrong.error().about("role").is_some());
    ana.get("/main/settings/members?q=person")
        .await
        .ok()
        .contains("Next page")
        .contains("Never signed in")
        .lacks("Max");
}

#[tokio::test]
async fn the_page_works_without_scripts_and_says_what_is_wrong_at_the_member() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.sign_up("Ben").await;
    let page = "/main/settings/members";
    let (ana_id, ben_id) = (id_of(&app, "Ana").await, id_of(&app, "Ben").await);
    let sent = ana
        .form(page, "members/set_role", &[("org", "main"), ("member", &ben_id), ("role", "MAINTAINER")])
        .await;
    ana.get(&sent.location()).await.ok().contains("Role set");
    let refused = ana
        .form(page, "members/set_role", &[("org", "main"), ("member", &ana_id), ("role", "REPORTER")])
        .await;
    let shown = ana.get(&refused.location()).await.ok();
    assert_eq!(shown.body.matches("role=\"alert\"").count(), 1, "the row of Ana, and no other");
    let sent = ana.form(page, "members/disable", &[("org", "main"), ("member", &ben_id)]).await;
    assert!(sent.location().starts_with(page));
    ana.get(page).await.ok().contains("Let in");
}
