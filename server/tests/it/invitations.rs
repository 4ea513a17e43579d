//! Invitations: who may make them, who may accept them, and people of an import who take their history over.

use http::StatusCode;
use serde_json::{Value, json};
use server::{
    session::new_token,
    storage::admin_invite::{self, Invited, OperatorInvites},
    testing::{Actor, Answer, PASSWORD, TestApp},
};
use std::time::Duration;
use tracker_domain::{
    org::Role,
    text::{Email, OrgSlug},
    time::Timestamp,
};

async fn invite(actor: &Actor, email: &str, role: &str, member: &str) -> Answer {
    let body = json!({ "org": "main", "email": email, "role": role, "member": member });
    actor.call("members/invite", body).await
}

async fn open(actor: &Actor) -> Vec<Value> {
    let view: Value = actor.call("members/invitations", json!({ "org": "main" })).await.json();
    view["view"]["open"].as_array().unwrap().clone()
}

async fn token(app: &TestApp, email: &str) -> String {
    app.last_link(email).await.split_once("token=").unwrap().1.to_owned()
}

async fn accept(actor: &Actor, token: &str, name: &str) -> Answer {
    let body = json!({ "token": token, "name": name, "password": PASSWORD });
    actor.call("accounts/accept_invitation", body).await
}

async fn role_of(actor: &Actor) -> String {
    let list: Value = actor.call("issues/list", json!({ "org": "main" })).await.json();
    list["frame"]["viewer"]["role"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn somebody_new_joins_in_the_role_of_the_invitation_though_sign_up_is_closed() {
    let app = TestApp::start().await.with_settings(|settings| settings.signup_open = false);
    let ana = app.sign_up("Ana").await;
    let made = invite(&ana, " Mei@Example.org ", "MAINTAINER", "").await.ok();
    assert_eq!(made.headers["location"], "/main/settings/invitations");
    let page = ana.get("/main/settings/invitations").await.ok();
    page.contains("mei@example.org").contains("2026-11-28").contains("Revoke");
    let letter = app.mail("mei@example.org").await.pop().unwrap();
    assert!(letter.text.contains("Ana invites you to Main as maintainer."), "{}", letter.text);

    let mei = app.anon();
    let link = letter.link();
    mei.get(&link).await.ok().contains("Join Main").contains("mei@example.org").contains("Accept");
    let weak = json!({ "token": letter.token(), "name": " ", "password": "password1234" });
    let error = mei.call("accounts/accept_invitation", weak).await.error();
    assert!(error.about("name").is_some() && error.about("password").unwrap().contains("easily guessed"));
    let fields = [("token", letter.token()), ("name", "Mei".to_owned()), ("password", PASSWORD.to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(mei.form(&link, "accounts/accept_invitation", &fields).await.location(), "/main");
    assert_eq!(role_of(&mei).await, "MAINTAINER");
    assert_eq!(
        app.owner_count(
            "SELECT count(*) FROM users WHERE email = 'mei@example.org' AND verified_at IS NOT NULL"
        )
        .await,
        1
    );
    assert_eq!(
        app.owner_count(
            "SELECT count(*) FROM events WHERE kind = 'member_joined' AND payload::text LIKE '%MAINTAINER%'"
        )
        .await,
        1
    );
    assert_eq!(
        app.owner_count("SELECT count(*) FROM audit WHERE action IN ('MEMBER_INVITED', 'MEMBER_JOINED')")
            .await,
        2
    );
    assert!(open(&ana).await.is_empty());

    assert_eq!(accept(&app.anon(), &letter.token(), "Eve").await.status, 422, "it works once");
    app.anon().get(&link).await.ok().contains("This invitation is over");
    let again = invite(&ana, "mei@example.org", "ADMIN", "").await.error();
    assert!(again.about("email").unwrap().contains("a member already"));
}

#[tokio::test]
async fn of_many_who_accept_at_the_same_moment_one_does() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    invite(&ana, "mei@example.org", "REPORTER", "").await.ok();
    let token = token(&app, "mei@example.org").await;
    let names: Vec<String> = (0..5).map(|n| format!("Mei{n}")).collect();
    let tries = names.iter().map(async |name| accept(&app.anon(), &token, name).await.status);
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|status| **status == StatusCode::OK).count(), 1, "{answers:?}");
    assert_eq!(app.owner_count("SELECT count(*) FROM users").await, 2);
}

#[tokio::test]
async fn an_account_that_exists_must_be_the_one_that_accepts() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let (mei, ben) = (app.sign_up("Mei").await, app.sign_up("Ben").await);
    app.owner_sql("DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE name = 'Mei')").await;
    invite(&ana, "mei@example.org", "ADMIN", "").await.ok();
    let link = app.last_link("mei@example.org").await;
    let token = token(&app, "mei@example.org").await;
    app.anon().get(&link).await.ok().contains("has an account. Sign in with it");
    ben.get(&link).await.ok().contains("You are signed in as ").contains("Sign out");
    for stranger in [&app.anon(), &ben] {
        assert_eq!(accept(stranger, &token, "Eve").await.status, 403);
    }
    mei.get(&link).await.ok().contains("Accept");
    let accepted = mei.call("accounts/accept_invitation", json!({ "token": token })).await.ok();
    assert_eq!(accepted.headers["location"], "/main");
    assert_eq!(role_of(&mei).await, "ADMIN");
    let old = json!({ "email": "mei@example.org", "password": PASSWORD });
    app.anon().call("accounts/sign_in", old).await.ok();
}

#[tokio::test]
async fn a_member_who_was_shut_out_can_be_invited_back() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let mei = app.member("Mei", Role::Admin).await;
    app.owner_sql("UPDATE memberships SET disabled_at = now() WHERE user_id = (SELECT id FROM users WHERE name = 'Mei')").await;
    invite(&ana, "mei@example.org", "REPORTER", "").await.ok();
    let token = token(&app, "mei@example.org").await;
    mei.call("accounts/accept_invitation", json!({ "token": token })).await.ok();
    assert_eq!(role_of(&mei).await, "REPORTER", "in the role of the invitation, not in the old one");
}

#[tokio::test]
async fn an_invitation_ends_by_time_by_being_taken_back_and_by_a_newer_one() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    invite(&ana, "mei@example.org", "MAINTAINER", "").await.ok();
    let first = token(&app, "mei@example.org").await;
    invite(&ana, "mei@example.org", "REPORTER", "").await.ok();
    let second = token(&app, "mei@example.org").await;
    let rows = open(&ana).await;
    assert_eq!((rows.len(), &rows[0]["role"]), (1, &json!("REPORTER")));
    assert_eq!(accept(&app.anon(), &first, "Mei").await.status, 422);

    let body = json!({ "org": "main", "id": rows[0]["id"] });
    ana.call("members/resend_invitation", body.clone()).await.ok();
    let third = token(&app, "mei@example.org").await;
    assert_eq!(accept(&app.anon(), &second, "Mei").await.status, 422);
    app.clock.advance(Duration::from_secs(7 * 24 * 3600));
    assert_eq!(accept(&app.anon(), &third, "Mei").await.status, 422, "seven days have passed");
    ana.get("/main/settings/invitations").await.ok().contains("expired on");

    ana.call("members/resend_invitation", body.clone()).await.ok();
    let fourth = token(&app, "mei@example.org").await;
    ana.call("members/revoke_invitation", body.clone()).await.ok();
    assert_eq!(accept(&app.anon(), &fourth, "Mei").await.status, 422);
    app.anon().get(&format!("/invitation?token={fourth}")).await.ok().contains("This invitation is over");
    for verb in ["members/revoke_invitation", "members/resend_invitation"] {
        assert_eq!(ana.call(verb, body.clone()).await.status, 404, "{verb}");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn an_invitation_that_is_sent_twice_is_one_and_what_is_wrong_is_said() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let body = json!({ "org": "main", "email": "mei@example.org", "role": "ADMIN", "idempotency_key": "k-00000001" });
    for _ in 0..2 {
        ana.call("members/invite", body.clone()).await.ok();
        app.work().await;
    }
    assert_eq!(app.mailed.to("mei@example.org").len(), 1);
    let error = invite(&ana, "nonsense", "BOSS", "x").await.error();
    for field in ["email", "role", "member"] {
        assert!(error.about(field).is_some(), "{field}: {error:?}");
    }
    let nobody = invite(&ana, "ida@main.imported.invalid", "REPORTER", "").await.error();
    assert!(nobody.about("email").unwrap().contains("No mail reaches"));
    assert!(invite(&ana, "ida@example.org", "REPORTER", "999999").await.error().about("member").is_some());
}

/// A member who came with an import, with an issue of theirs; gives the account's id.
async fn imported(app: &TestApp) -> String {
    app.owner_sql(
        "INSERT INTO users (email, name, created_at) VALUES ('ida.r@main.imported.invalid', 'Ida Roth', now());
         INSERT INTO memberships (org_id, user_id, role, created_at)
         SELECT o.id, u.id, 'REPORTER', now() FROM organizations o, users u WHERE u.name = 'Ida Roth';
         INSERT INTO issues (org_id, project_id, number, title, description, description_html, status, severity,
                             reporter_id, created_at, updated_at)
         SELECT p.org_id, p.id, 900, 'Long ago', '', '', 'OPEN', 'LOW', u.id, now(), now()
         FROM projects p, users u WHERE u.name = 'Ida Roth'",
    )
    .await;
    app.owner_count("SELECT id FROM users WHERE name = 'Ida Roth'").await.to_string()
}

#[tokio::test]
async fn who_came_with_an_import_claims_their_history() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ida_id = imported(&app).await;
    ana.get("/main/settings/invitations").await.ok().contains("Ida Roth").contains("Takes over");
    invite(&ana, "ida@example.org", "MAINTAINER", &ida_id).await.ok();
    assert_eq!(open(&ana).await[0]["claims"], "Ida Roth");
    let link = app.last_link("ida@example.org").await;
    let ida = app.anon();
    ida.get(&link).await.ok().contains("You take over what ").contains("Ida Roth");
    accept(&ida, link.split_once("token=").unwrap().1, "").await.ok();
    let list: Value = ida.call("issues/list", json!({ "org": "main", "q": "reporter:@me" })).await.json();
    assert_eq!(list["view"]["rows"][0]["title"], "Long ago");
    let viewer = &list["frame"]["viewer"];
    assert_eq!((&viewer["name"], &viewer["role"]), (&json!("Ida Roth"), &json!("MAINTAINER")));
    let sign_in = json!({ "email": "ida@example.org", "password": PASSWORD });
    app.anon().call("accounts/sign_in", sign_in).await.ok();

    // What is in use cannot be claimed, and an account of one's own cannot become another one.
    let used = invite(&ana, "eve@example.org", "ADMIN", &ida_id).await.error();
    assert!(used.about("member").is_some());
}

#[tokio::test]
async fn of_two_who_may_claim_a_member_the_first_one_does() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ida = imported(&app).await;
    invite(&ana, "ida@example.org", "REPORTER", &ida).await.ok();
    invite(&ana, "eve@example.org", "REPORTER", &ida).await.ok();
    let (of_ida, of_eve) = (token(&app, "ida@example.org").await, token(&app, "eve@example.org").await);
    accept(&app.anon(), &of_ida, "").await.ok();
    assert_eq!(accept(&app.anon(), &of_eve, "").await.status, 422);
    assert_eq!(app.owner_count("SELECT count(*) FROM users WHERE email = 'ida@example.org'").await, 1);
}

#[tokio::test]
async fn an_address_with_an_account_cannot_claim_another_one() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ida = imported(&app).await;
    invite(&ana, "mei@example.org", "REPORTER", &ida).await.ok();
    let link = app.last_link("mei@example.org").await;
    let token = token(&app, "mei@example.org").await;
    app.sign_up("Mei").await;
    app.anon().get(&link).await.ok().contains("cannot take over ").contains("Ida Roth");
    assert_eq!(accept(&app.anon(), &token, "").await.status, 403);
}

#[tokio::test]
async fn an_imported_account_with_a_real_address_is_claimed_by_its_invitation() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ida = imported(&app).await;
    app.owner_sql(&format!("UPDATE users SET email = 'ida@example.org' WHERE id = {ida}")).await;
    invite(&ana, "ida@example.org", "ADMIN", "").await.ok();
    let token = token(&app, "ida@example.org").await;
    let actor = app.anon();
    accept(&actor, &token, "Somebody Else").await.ok();
    let list: Value = actor.call("issues/list", json!({ "org": "main" })).await.json();
    assert_eq!(list["frame"]["viewer"]["name"], "Ida Roth");
    assert_eq!(list["frame"]["viewer"]["role"], "ADMIN");
}

#[tokio::test]
async fn only_an_admin_knows_of_invitations() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    invite(&ana, "mei@example.org", "REPORTER", "").await.ok();
    let id = open(&ana).await[0]["id"].clone();
    let (max, ben) = (app.member("Max", Role::Maintainer).await, app.sign_up("Ben").await);
    for actor in [&max, &ben] {
        let one = json!({ "org": "main", "id": id });
        for (verb, body) in [
            ("invitations", json!({ "org": "main" })),
            ("invite", json!({ "org": "main", "email": "eve@example.org", "role": "ADMIN" })),
            ("resend_invitation", one.clone()),
            ("revoke_invitation", one.clone()),
        ] {
            let refused = actor.call(&format!("members/{verb}"), body).await;
            assert_eq!(refused.status, 403, "{verb}");
            assert!(!refused.body.contains("mei@"));
        }
        let page = actor.get("/main/settings/invitations").await;
        assert_eq!(page.status, 403);
        page.lacks("mei@example.org");
    }
    assert_eq!(open(&ana).await.len(), 1);
    // The wall under it.
    let org = app.owner_count("SELECT id FROM organizations").await.to_string();
    let mut connection = app.app.db.app.acquire().await.unwrap();
    for (role, count) in [("MAINTAINER", 0), ("ADMIN", 1)] {
        for (name, value) in [("tracker.org", org.as_str()), ("tracker.role", role)] {
            let set = sqlx::query("SELECT set_config($1, $2, false)").bind(name).bind(value);
            set.execute(&mut *connection).await.unwrap();
        }
        let seen: i64 =
            sqlx::query_scalar("SELECT count(*) FROM invitations").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(seen, count, "{role}");
    }
    for table in ["mail_tokens", "invitations"] {
        let sql = format!("SELECT token_hash FROM {table}");
        let error = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{table}: {error}");
    }
    connection.close_on_drop();
}

#[tokio::test]
async fn the_operator_invites_without_mail() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    imported(&app).await;
    let (org, email) = (OrgSlug::parse("main").unwrap(), Email::parse("ida@example.org").unwrap());
    let claim = Email::parse("ida.r@main.imported.invalid").unwrap();
    let (link, now) = (new_token(), app.app.clock.now());
    let mut owner = server::storage::admin::connect(&app.database_url).await.unwrap();
    let mut new = OperatorInvites {
        org: &org,
        email: &email,
        role: Role::Admin,
        claim: Some(&claim),
        token: app.app.key.session(&link),
        until: Timestamp(now.0 + time::Duration::days(7)),
    };
    assert_eq!(admin_invite::invite(&mut owner, &new, now).await.unwrap(), Invited::Done);
    let ida = app.anon();
    ida.get(&format!("/invitation?token={}", link.reveal())).await.ok().contains("You are invited as Admin.");
    accept(&ida, link.reveal(), "").await.ok();
    assert_eq!(role_of(&ida).await, "ADMIN");
    assert_eq!(admin_invite::invite(&mut owner, &new, now).await.unwrap(), Invited::IsMember);
    let other = Email::parse("eve@example.org").unwrap();
    new.email = &other;
    assert_eq!(admin_invite::invite(&mut owner, &new, now).await.unwrap(), Invited::NotClaimable);
    assert_eq!(
        app.owner_count(
            "SELECT count(*) FROM audit WHERE action = 'MEMBER_INVITED' AND agent = 'tracker admin'"
        )
        .await,
        1
    );
}
