//! Passwords and addresses: what is refused, what is never betrayed, setting a password anew, proving and changing an
//! address, and the profile page.

use serde_json::{Value, json};
use server::testing::{Actor, Answer, PASSWORD, TestApp};
use std::time::Duration;
use tracker_domain::{error::AppError, org::Role};

const NEW: &str = "a quite different walrus";

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anon().call("accounts/sign_in", json!({ "email": email, "password": password })).await
}

async fn forgot(app: &TestApp, email: &str) -> Answer {
    app.anon().call("accounts/forgot", json!({ "email": email })).await
}

/// The token of the last mail to an address.
async fn token(app: &TestApp, email: &str) -> String {
    app.last_link(email).await.split_once("token=").unwrap().1.to_owned()
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    app.anon().call("accounts/reset_password", json!({ "token": token, "password": password })).await
}

async fn confirm(app: &TestApp, token: &str) -> Answer {
    app.anon().call("accounts/confirm", json!({ "token": token })).await
}

async fn is_inside(actor: &Actor) -> bool {
    actor.call("issues/list", json!({ "org": "main" })).await.status == 200
}

async fn profile(actor: &Actor) -> Value {
    actor.call("accounts/profile", json!({ "org": "main" })).await.json::<Value>()["view"].clone()
}

#[tokio::test]
async fn a_password_that_is_easily_guessed_is_refused_with_advice() {
    let app = TestApp::start().await;
    let try_it = async |password: &str| {
        let body = json!({ "name": "Ana Ribeiro", "email": "ana@example.org", "password": password });
        app.anon().call("accounts/sign_up", body).await
    };
    for password in [
        "password1234",
        "qwertyuiop12",
        "aaaaaaaaaaaab",
        "123456789012",
        "Ana Ribeiro1",
        "anaribeiroana",
        "example.org12",
    ] {
        let answer = try_it(password).await;
        assert_eq!(answer.status, 422, "{password}");
        let error = answer.error();
        let said = error.about("password").unwrap();
        let helps = said.contains("easily guessed") && said.contains("dd another word");
        assert!(helps, "{password}: {said}");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM users").await, 0);
    try_it(PASSWORD).await.ok();
}

#[tokio::test]
async fn known_and_unknown_addresses_cost_the_same_work() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let required =
        TestApp::on(app.database_url.clone()).await.with_settings(|settings| settings.verify = true);
    let work = async |app: &TestApp, function: &str, email: &str| {
        let before = app.app.passwords.hashings();
        let mut body = json!({ "email": email });
        if function != "accounts/forgot" {
            body["password"] = json!(NEW);
        }
        if function == "accounts/sign_up" {
            body["name"] = json!("Any");
        }
        let answer = app.anon().call(function, body).await;
        let mut said = answer.json_ref();
        said.as_object_mut().unwrap().remove("instance");
        (app.app.passwords.hashings() - before, answer.status, said)
    };
    for (app, function) in
        [(&app, "accounts/sign_in"), (&app, "accounts/forgot"), (&required, "accounts/sign_up")]
    {
        let known = work(app, function, "ana@example.org").await;
        let unknown = work(app, function, "nobody@example.org").await;
        assert_eq!(known, unknown, "{function}");
        assert_eq!(known.0, u64::from(function != "accounts/forgot"), "{function}");
    }
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_ends_every_session() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let sent = forgot(&app, " ANA@example.org ").await;
    assert_eq!((&sent.body, sent.status.as_u16()), (&forgot(&app, "nobody@example.org").await.body, 200));
    assert_eq!(app.mail("nobody@example.org").await.len(), 0);
    let link = app.last_link("ana@example.org").await;
    assert!(link.starts_with("/reset?token="), "{link}");
    // Looking changes nothing, and says nothing to other sites or caches.
    let page = app.anon().get(&link).await.ok().contains("ana@example.org").contains("Set password");
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    assert_eq!(page.headers["cache-control"], "no-store");
    let token = token(&app, "ana@example.org").await;
    let weak = reset(&app, &token, "password1234").await.error();
    assert!(weak.about("password").is_some() && is_inside(&ana).await);
    reset(&app, &token, NEW).await.ok();
    assert!(!is_inside(&ana).await && is_inside(&ben).await);
    assert_eq!(sign_in(&app, "ana@example.org", PASSWORD).await.status, 422);
    sign_in(&app, "ana@example.org", NEW).await.ok();
    let told = app.mail("ana@example.org").await;
    assert_eq!(told.last().unwrap().subject, "Your password was changed");

    let again = reset(&app, &token, "another quite different walrus").await.error();
    assert!(again.about("token").unwrap().contains("Ask for a new one"), "{again:?}");
    app.anon().get(&link).await.ok().contains("This link is over").contains("/forgot");
    let trail = "SELECT count(*) FROM audit WHERE action IN ('RESET_REQUESTED', 'PASSWORD_CHANGED')";
    assert_eq!(app.owner_count(trail).await, 3, "two were asked for, one was done");
    assert_eq!(app.owner_count("SELECT count(*) FROM users WHERE verified_at IS NOT NULL").await, 1);
}

#[tokio::test]
async fn of_two_who_use_a_link_at_the_same_moment_one_does() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    forgot(&app, "ana@example.org").await.ok();
    let token = token(&app, "ana@example.org").await;
    let tries = ["one quite different walrus", "two quite different walrus", "six quite different walrus"];
    let answers = futures::future::join_all(tries.map(|password| reset(&app, &token, password))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn a_link_is_old_after_an_hour_and_when_there_is_a_newer_one() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    forgot(&app, "ana@example.org").await.ok();
    let first = token(&app, "ana@example.org").await;
    forgot(&app, "ana@example.org").await.ok();
    let second = token(&app, "ana@example.org").await;
    assert_eq!(reset(&app, &first, NEW).await.status, 422);
    app.clock.advance(Duration::from_secs(3600));
    assert_eq!(reset(&app, &second, NEW).await.status, 422);
    sign_in(&app, "ana@example.org", PASSWORD).await.ok();
    // Nor is one that was sent before the password was changed, or one for another thing.
    forgot(&app, "ana@example.org").await.ok();
    let before = token(&app, "ana@example.org").await;
    app.clock.advance(Duration::from_secs(1));
    let ana = app.anon();
    ana.call("accounts/sign_in", json!({ "email": "ana@example.org", "password": PASSWORD })).await.ok();
    let body =
        json!({ "org": "main", "current_password": PASSWORD, "new_password": "one quite different walrus" });
    ana.call("accounts/change_password", body).await.ok();
    assert_eq!(reset(&app, &before, NEW).await.status, 422);
    forgot(&app, "ana@example.org").await.ok();
    let third = token(&app, "ana@example.org").await;
    assert_eq!(confirm(&app, &third).await.status, 422);
    reset(&app, &third, NEW).await.ok();
}

#[tokio::test]
async fn who_came_with_an_import_gets_no_link_to_set_a_password() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    app.owner_sql("INSERT INTO users (email, name, created_at) VALUES ('ida@example.org', 'Ida', now())")
        .await;
    forgot(&app, "ida@example.org").await.ok();
    assert!(app.mail("ida@example.org").await.is_empty());
}

#[tokio::test]
async fn an_address_is_confirmed_by_the_button_behind_its_link() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    assert_eq!(profile(&ana).await["verified"], false);
    ana.get("/main/settings/profile").await.ok().contains("Not confirmed yet").contains("Send again");
    let link = app.last_link("ana@example.org").await;
    app.anon().get(&link).await.ok().contains("Confirm your address");
    assert_eq!(profile(&ana).await["verified"], false, "opening a link changes nothing");
    let fields = [("token", link.split_once("token=").unwrap().1)];
    let done = app.anon().form(&link, "accounts/confirm", &fields).await.location();
    assert_eq!(done, "/verify?done=VERIFIED");
    app.anon().get(&done).await.ok().contains("Your address is confirmed");
    assert_eq!(profile(&ana).await["verified"], true);
    assert_eq!(
        app.anon().form(&link, "accounts/confirm", &fields).await.location().split("flash=").count(),
        2
    );

    let ben = app.sign_up("Ben").await;
    let first = token(&app, "ben@example.org").await;
    ben.call("accounts/send_verification", json!({ "org": "main" })).await.ok();
    let second = token(&app, "ben@example.org").await;
    assert_eq!(confirm(&app, &first).await.status, 422);
    app.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(confirm(&app, &second).await.status, 422, "a day has passed");
    let error = ana.call("accounts/send_verification", json!({ "org": "main" })).await.error();
    assert!(error.about("email").unwrap().contains("confirmed already"));
}

#[tokio::test]
async fn where_addresses_must_be_confirmed_nobody_comes_in_before() {
    let app = TestApp::start().await.with_settings(|settings| settings.verify = true);
    let ana = app.sign_up("Ana").await;
    assert!(is_inside(&ana).await, "the first one runs the place");
    let sign_up = |name: &str, email: &str, key: &str| json!({ "name": name, "email": email, "password": PASSWORD, "idempotency_key": key });
    let ben = app.anon();
    let answer = ben.call("accounts/sign_up", sign_up("Ben", "ben@example.org", "k-00000001")).await.ok();
    assert_eq!(answer.headers["location"], "/verify?done=CONFIRM_FIRST");
    assert!(!is_inside(&ben).await);
    let again = ben.call("accounts/sign_up", sign_up("Ben", "ben@example.org", "k-00000001")).await.ok();
    assert_eq!(again.body, answer.body);
    // Whoever tries with the address of somebody else gets the same answer, and its owner a mail.
    let other =
        app.anon().call("accounts/sign_up", sign_up("Eve", "ana@example.org", "k-00000002")).await.ok();
    assert_eq!(other.body, answer.body);
    assert_eq!(app.mail("ana@example.org").await.last().unwrap().subject, "You have an account already");

    let refused = sign_in(&app, "ben@example.org", PASSWORD).await.error();
    assert!(
        matches!(&refused, AppError::Forbidden { message } if message.contains("Confirm your address")),
        "{refused:?}"
    );
    assert_eq!(app.mail("ben@example.org").await.len(), 2, "and a link is sent again");
    confirm(&app, &token(&app, "ben@example.org").await).await.ok();
    sign_in(&app, "ben@example.org", PASSWORD).await.ok();
    assert_eq!(sign_in(&app, "ben@example.org", "wrong horse battery").await.status, 422);
}

async fn ask(actor: &Actor, email: &str, password: &str) -> Answer {
    let body = json!({ "org": "main", "email": email, "password": password });
    actor.call("accounts/change_address", body).await
}

/// Somebody whose address is confirmed.
async fn confirmed(app: &TestApp, name: &str) -> Actor {
    let actor = app.sign_up(name).await;
    let email = format!("{}@example.org", name.to_lowercase());
    confirm(app, &token(app, &email).await).await.ok();
    actor
}

#[tokio::test]
async fn an_address_changes_when_both_ends_have_agreed() {
    for order in [["ana@example.org", "ana@new.example"], ["ana@new.example", "ana@example.org"]] {
        let app = TestApp::start().await;
        let ana = confirmed(&app, "Ana").await;
        let wrong = ask(&ana, "ana@new.example", "wrong horse battery").await.error();
        assert_eq!(wrong.about("password"), Some("This is not your password."));
        ask(&ana, "ana@new.example", PASSWORD).await.ok();
        ana.get("/main/settings/profile").await.ok().contains("ana@new.example");
        let one = confirm(&app, &token(&app, order[0]).await).await.ok();
        assert_eq!(one.headers["location"], "/verify?done=HALF");
        assert_eq!(profile(&ana).await["email"], "ana@example.org", "one end is not enough");
        sign_in(&app, "ana@example.org", PASSWORD).await.ok();
        let other = confirm(&app, &token(&app, order[1]).await).await.ok();
        assert_eq!(other.headers["location"], "/verify?done=ADDRESS_CHANGED");
        sign_in(&app, "ana@new.example", PASSWORD).await.ok();
        assert_eq!(sign_in(&app, "ana@example.org", PASSWORD).await.status, 422);
        let view = profile(&ana).await;
        assert_eq!((&view["verified"], &view["changing"]), (&json!(true), &Value::Null));
        let told = app.mail("ana@example.org").await;
        assert!(told.last().unwrap().text.contains("ana@new.example now"), "{told:?}");
    }
}

#[tokio::test]
async fn an_end_that_says_nothing_within_a_day_keeps_the_address() {
    let app = TestApp::start().await;
    let ana = confirmed(&app, "Ana").await;
    ask(&ana, "ana@new.example", PASSWORD).await.ok();
    let (old, new) = (token(&app, "ana@example.org").await, token(&app, "ana@new.example").await);
    confirm(&app, &new).await.ok();
    app.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(confirm(&app, &old).await.status, 422);
    assert_eq!(profile(&ana).await["email"], "ana@example.org");
    assert_eq!(profile(&ana).await["changing"], Value::Null);
}

#[tokio::test]
async fn an_address_that_was_never_confirmed_is_not_asked() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    ask(&ana, "ana@new.example", PASSWORD).await.ok();
    let done = confirm(&app, &token(&app, "ana@new.example").await).await.ok();
    assert_eq!(done.headers["location"], "/verify?done=ADDRESS_CHANGED");
    assert_eq!(profile(&ana).await["verified"], true);
}

#[tokio::test]
async fn an_address_of_somebody_else_is_not_taken_and_not_betrayed() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.sign_up("Ben").await;
    let free = ask(&ana, "free@example.org", PASSWORD).await.ok();
    let taken = ask(&ana, "ben@example.org", PASSWORD).await.ok();
    assert_eq!(free.body, taken.body);
    assert_eq!(app.mail("ben@example.org").await.last().unwrap().subject, "You have an account already");
    // Free when it was asked for, taken when it is confirmed.
    ask(&ana, "cleo@example.org", PASSWORD).await.ok();
    let link = token(&app, "cleo@example.org").await;
    app.sign_up("Cleo").await;
    let error = confirm(&app, &link).await.error();
    assert!(error.about("token").unwrap().contains("another account"), "{error:?}");
    assert_eq!(profile(&ana).await["email"], "ana@example.org");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_only() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let phone = app.anon();
    phone.call("accounts/sign_in", json!({ "email": "ana@example.org", "password": PASSWORD })).await.ok();
    let change = async |current: &str, new: &str| {
        let body = json!({ "org": "main", "current_password": current, "new_password": new, "idempotency_key": "k-00000001" });
        ana.call("accounts/change_password", body).await
    };
    let wrong = change("wrong horse battery", NEW).await.error();
    assert_eq!(wrong.about("current_password"), Some("This is not your password."));
    let weak = change(PASSWORD, "password1234").await.error();
    assert!(weak.about("new_password").unwrap().contains("easily guessed"));
    assert!(is_inside(&phone).await);
    change(PASSWORD, NEW).await.ok();
    change(PASSWORD, NEW).await.ok();
    assert!(is_inside(&ana).await && !is_inside(&phone).await);
    sign_in(&app, "ana@example.org", NEW).await.ok();
    assert_eq!(app.mail("ana@example.org").await.last().unwrap().subject, "Your password was changed");
    assert_eq!(app.owner_count("SELECT count(*) FROM audit WHERE action = 'PASSWORD_CHANGED'").await, 1);
}

#[tokio::test]
async fn a_name_changes_everywhere_and_is_ones_own() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let key = ana.create_issue("It breaks").await;
    let fields = [("org", "main"), ("name", "Ana Ribeiro")];
    let page = ana.form("/main/settings/profile", "accounts/set_name", &fields).await.location();
    ana.get(&page).await.ok().contains("Name saved").contains("value=\"Ana Ribeiro\"");
    max.get(&format!("/main/issues/{key}")).await.ok().contains("Ana Ribeiro");
    let error = ana.call("accounts/set_name", json!({ "org": "main", "name": " " })).await.error();
    assert!(error.about("name").is_some());
    // The wall: a colleague can be read, and not be changed.
    let max_id = app.owner_count("SELECT id FROM users WHERE name = 'Max'").await;
    let org = app.owner_count("SELECT id FROM organizations").await;
    let mut connection = app.app.db.app.acquire().await.unwrap();
    for (name, value) in [("tracker.org", org), ("tracker.user", max_id)] {
        let set = sqlx::query("SELECT set_config($1, $2, false)").bind(name).bind(value.to_string());
        set.execute(&mut *connection).await.unwrap();
    }
    let all = sqlx::query("UPDATE users SET name = 'Renamed'").execute(&mut *connection).await.unwrap();
    assert_eq!(all.rows_affected(), 1);
    connection.close_on_drop();
}
