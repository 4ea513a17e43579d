//! Signing in by a provider: who is let in, as whom, and who is not.

mod elsewhere;
mod forgeries;
mod linking;

use elsewhere::{Elsewhere, Out};
use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use std::{collections::BTreeMap, time::Duration};
use tracker_domain::org::Role;

/// A tracker with one provider, `corp`.
async fn with_corp() -> (TestApp, Elsewhere) {
    let corp = Elsewhere::start().await;
    let app = TestApp::start().await.with_providers(&[corp.settings("corp")]);
    (app, corp)
}

/// Sends a browser out to the provider.
async fn out(actor: &Actor, provider: &str) -> Out {
    Out::new(provider, &actor.get(&format!("/login/{provider}")).await.location())
}

/// Out and back: where the browser ends.
async fn sign_in(app: &TestApp, corp: &Elsewhere, actor: &Actor, person: &Value) -> String {
    let out = out(actor, "corp").await;
    actor.get(&corp.agree(app, &out, person)).await.location()
}

/// Holds that somebody was stopped, for this reason, and that the page says so.
async fn assert_stopped(actor: &Actor, location: &str, why: &str) {
    assert!(location.starts_with(&format!("/login/failed?why={why}&reference=")), "{why}: {location}");
    let reference = location.rsplit('=').next().unwrap();
    let trouble: tracker_domain::provider::ProviderTrouble = why.parse().unwrap();
    actor.get(location).await.ok().contains(trouble.label()).contains(reference).contains("Back to sign-in");
}

fn zoe() -> Value {
    json!({ "sub": "zoe-1", "email": "Zoe@example.org", "email_verified": true, "name": "Zoe Hill" })
}

async fn count(app: &TestApp, sql: &str) -> i64 {
    app.owner_count(&format!("SELECT count(*) FROM {sql}")).await
}

#[tokio::test]
async fn somebody_new_gets_an_account_and_has_the_same_one_next_time() {
    let (app, corp) = with_corp().await;
    app.sign_up("Ana").await;
    let zoe_there = app.anon();
    assert_eq!(sign_in(&app, &corp, &zoe_there, &zoe()).await, "/main");
    let list: Value = zoe_there.call("issues/list", json!({ "org": "main" })).await.json();
    assert_eq!(
        (&list["frame"]["viewer"]["name"], &list["frame"]["viewer"]["role"]),
        (&json!("Zoe Hill"), &json!("REPORTER"))
    );
    let verified = "users WHERE email = 'zoe@example.org' AND verified_at IS NOT NULL";
    assert_eq!(count(&app, verified).await, 1);
    assert_eq!(count(&app, "credentials").await, 1, "she has no password");
    assert_eq!(count(&app, "events WHERE kind = 'member_joined'").await, 2);

    // Whatever is called otherwise there by now: she is who she was.
    let renamed = json!({ "sub": "zoe-1", "email": "other@example.org", "email_verified": false });
    assert_eq!(sign_in(&app, &corp, &app.anon(), &renamed).await, "/main");
    assert_eq!(count(&app, "users").await, 2);
    for (action, times) in [("SIGNED_UP", 2), ("SIGNED_IN", 2)] {
        assert_eq!(count(&app, &format!("audit WHERE action = '{action}'")).await, times, "{action}");
    }
}

#[tokio::test]
async fn the_way_out_and_back_leaves_nothing_behind() {
    let (app, corp) = with_corp().await;
    let actor = app.anon();
    let answer = actor.get("/login/corp").await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly; SameSite=Lax; Max-Age=600"), "{cookie}");
    let out = Out::new("corp", &answer.location());
    assert!(out.url.starts_with(&format!("{}/authorize?", corp.url)), "{}", out.url);
    assert_eq!(
        (out.part("code_challenge_method").as_str(), out.part("response_type").as_str()),
        ("S256", "code")
    );
    assert_eq!(out.part("redirect_uri"), "http%3A%2F%2Ftracker.test%2Flogin%2Fcorp%2Fcallback");
    assert!(out.part("scope").contains("openid") && out.part("code_challenge").len() == 43);
    let token = cookie.split(['=', ';']).nth(1).unwrap();
    assert!(!out.url.contains(token), "the browser's token stays in the browser");

    let back = actor.get(&corp.agree(&app, &out, &zoe())).await;
    assert_eq!(back.location(), "/main");
    assert_eq!(back.headers["referrer-policy"], "no-referrer");
    assert_eq!(back.headers["cache-control"], "no-store");
    assert!(!actor.cookie_header().contains("provider="), "{}", actor.cookie_header());
    assert_eq!(count(&app, "provider_logins").await, 0);
}

#[tokio::test]
async fn the_door_offers_each_provider_and_unknown_ones_are_not_there() {
    let (app, _corp) = with_corp().await;
    app.anon().get("/login").await.ok().contains("href=\"/login/corp\"").contains("Continue with CORP");
    for path in ["/login/other", "/login/other/callback", "/login/other/continue"] {
        assert_eq!(app.anon().get(path).await.status, 404, "{path}");
    }
    TestApp::start().await.anon().get("/login").await.ok().lacks("Continue with");
}

#[tokio::test]
async fn a_journey_is_of_one_browser_once_and_for_ten_minutes() {
    let (app, corp) = with_corp().await;
    app.sign_up("Ana").await;
    let (one, two) = (app.anon(), app.anon());
    let journey = out(&one, "corp").await;
    let back = corp.agree(&app, &journey, &zoe());
    for stranger in [&two, &app.anon()] {
        assert_stopped(stranger, &stranger.get(&back).await.location(), "EXPIRED").await;
    }
    out(&two, "corp").await;
    assert_stopped(&two, &two.get(&back).await.location(), "EXPIRED").await;
    let forged = back.replace("&state=", "&state=x");
    assert_stopped(&one, &one.get(&forged).await.location(), "EXPIRED").await;
    assert_stopped(&one, &one.get("/login/corp/callback").await.location(), "EXPIRED").await;
    assert_eq!(one.get(&back).await.location(), "/main", "nobody has used it up");

    let again = app.anon();
    let back = corp.agree(&app, &out(&again, "corp").await, &zoe());
    let kept = again.cookie_header();
    assert_eq!(again.get(&back).await.location(), "/main");
    let replay =
        http::Request::get(&back).header("cookie", kept.as_str()).body(axum::body::Body::empty()).unwrap();
    assert_stopped(&two, &app.anon().send(replay).await.location(), "EXPIRED").await;

    let late = app.anon();
    let back = corp.agree(&app, &out(&late, "corp").await, &zoe());
    app.clock.advance(Duration::from_secs(601));
    assert_stopped(&late, &late.get(&back).await.location(), "EXPIRED").await;
}

#[tokio::test]
async fn a_way_back_is_of_the_provider_that_it_was_begun_with() {
    let (corp, other) = (Elsewhere::start().await, Elsewhere::start().await);
    let app = TestApp::start().await.with_providers(&[corp.settings("corp"), other.settings("other")]);
    let actor = app.anon();
    let back = corp.agree(&app, &out(&actor, "corp").await, &zoe());
    let crossed = back.replace("/login/corp/", "/login/other/");
    assert_stopped(&actor, &actor.get(&crossed).await.location(), "EXPIRED").await;
}

#[tokio::test]
async fn an_address_counts_only_when_it_is_verified() {
    let (app, corp) = with_corp().await;
    app.sign_up("Ana").await;
    for unsure in [
        json!({ "sub": "z", "email": "z@example.org", "email_verified": false }),
        json!({ "sub": "z", "email": "z@example.org" }),
        json!({ "sub": "z", "email_verified": true }),
        json!({ "sub": "z", "email": "nonsense", "email_verified": true }),
    ] {
        let actor = app.anon();
        let location = sign_in(&app, &corp, &actor, &unsure).await;
        assert_stopped(&actor, &location, "UNVERIFIED").await;
        assert!(!actor.cookie_header().contains("session="), "{unsure}");
    }
    assert_eq!(count(&app, "users").await, 1);
    assert_eq!(
        count(&app, "audit WHERE action = 'SIGN_IN_FAILED' AND details->>'provider' = 'corp'").await,
        4
    );
}

#[tokio::test]
async fn an_account_is_found_by_its_address_if_both_sides_have_verified_it() {
    let (app, corp) = with_corp().await;
    app.sign_up("Zoe").await;
    let actor = app.anon();
    assert_stopped(&actor, &sign_in(&app, &corp, &actor, &zoe()).await, "LINK_FIRST").await;

    app.owner_sql("UPDATE users SET verified_at = now()").await;
    assert_eq!(sign_in(&app, &corp, &actor, &zoe()).await, "/main");
    assert_eq!((count(&app, "users").await, count(&app, "provider_accounts").await), (1, 1));
    assert_eq!(count(&app, "audit WHERE action = 'PROVIDER_LINKED' AND target = 'corp'").await, 1);

    // The address was given to somebody else there.
    let namesake = json!({ "sub": "zoe-2", "email": "zoe@example.org", "email_verified": true });
    let stranger = app.anon();
    assert_stopped(&stranger, &sign_in(&app, &corp, &stranger, &namesake).await, "ANOTHER").await;
}

#[tokio::test]
async fn a_provider_at_another_address_knows_nobody() {
    let (app, corp) = with_corp().await;
    assert_eq!(sign_in(&app, &corp, &app.anon(), &zoe()).await, "/main");
    let impostor = Elsewhere::start().await;
    let app = app.with_providers(&[impostor.settings("corp")]);
    let unsure = json!({ "sub": "zoe-1" });
    let actor = app.anon();
    assert_stopped(&actor, &sign_in(&app, &impostor, &actor, &unsure).await, "UNVERIFIED").await;
}

#[tokio::test]
async fn sign_up_is_for_whom_it_is_meant() {
    let corp = Elsewhere::start().await;
    let mut settings = corp.settings("corp");
    settings.domains = vec!["example.org".to_owned()];
    let app = TestApp::start().await.with_providers(&[settings.clone()]);
    let outside = json!({ "sub": "x", "email": "x@example.org.evil.test", "email_verified": true });
    let actor = app.anon();
    assert_stopped(&actor, &sign_in(&app, &corp, &actor, &outside).await, "DOMAIN").await;

    settings.signup = false;
    let app = app.with_providers(&[settings]);
    assert_eq!(sign_in(&app, &corp, &actor, &zoe()).await, "/main", "the first one runs the place");
    assert_eq!(count(&app, "memberships WHERE role = 'ADMIN'").await, 1);
    assert_eq!(count(&app, "projects").await, 1);
    let next = json!({ "sub": "y", "email": "y@example.org", "email_verified": true });
    let actor = app.anon();
    assert_stopped(&actor, &sign_in(&app, &corp, &actor, &next).await, "CLOSED").await;
    assert_eq!(sign_in(&app, &corp, &app.anon(), &zoe()).await, "/main");
}

#[tokio::test]
async fn groups_give_and_take_roles_but_never_the_last_admin() {
    let corp = Elsewhere::start().await;
    let mut settings = corp.settings("corp");
    settings.roles =
        BTreeMap::from([("admins".to_owned(), Role::Admin), ("devs".to_owned(), Role::Maintainer)]);
    let app = TestApp::start().await.with_providers(&[settings]);
    let role = async |groups: Value| {
        let mut person = zoe();
        person["groups"] = groups;
        assert_eq!(sign_in(&app, &corp, &app.anon(), &person).await, "/main");
        let admins =
            "memberships m JOIN users u ON u.id = m.user_id WHERE u.email = 'zoe@example.org' AND m.role";
        for role in Role::ALL {
            if count(&app, &format!("{admins} = '{role}'")).await == 1 {
                return *role;
            }
        }
        panic!("she has no role");
    };
    assert_eq!(role(json!(["devs"])).await, Role::Admin, "the first account runs the place");
    assert_eq!(role(json!(["devs"])).await, Role::Admin, "the last admin stays");
    assert_eq!(count(&app, "events WHERE kind = 'role_changed'").await, 0);
    app.member("Ana", Role::Admin).await;
    assert_eq!(role(json!(["devs", "others"])).await, Role::Maintainer);
    assert_eq!(role(json!("admins")).await, Role::Admin);
    assert_eq!(role(json!(["others"])).await, Role::Reporter);
    assert_eq!(role(json!(null)).await, Role::Reporter);
    assert_eq!(count(&app, "events WHERE kind = 'role_changed'").await, 3);
    assert_eq!(count(&app, "audit WHERE action = 'ROLE_CHANGED' AND details->>'provider' = 'corp'").await, 3);

    let mut max = json!({ "sub": "max", "email": "max@example.org", "email_verified": true, "name": "Max" });
    max["groups"] = json!(["devs"]);
    assert_eq!(sign_in(&app, &corp, &app.anon(), &max).await, "/main");
    assert_eq!(
        count(&app, "memberships WHERE role = 'MAINTAINER'").await,
        1,
        "new accounts have theirs at once"
    );
}

#[tokio::test]
async fn whoever_is_shut_out_here_stays_out() {
    let (app, corp) = with_corp().await;
    app.sign_up("Ana").await;
    assert_eq!(sign_in(&app, &corp, &app.anon(), &zoe()).await, "/main");
    app.owner_sql("UPDATE memberships SET disabled_at = now() WHERE role = 'REPORTER'").await;
    let actor = app.anon();
    assert_stopped(&actor, &sign_in(&app, &corp, &actor, &zoe()).await, "SHUT_OUT").await;
    assert!(!actor.cookie_header().contains("session="));
}

#[tokio::test]
async fn what_the_token_leaves_out_is_asked_for() {
    let (app, corp) = with_corp().await;
    corp.tell(zoe(), json!([]));
    let actor = app.anon();
    assert_eq!(sign_in(&app, &corp, &actor, &json!({ "sub": "zoe-1" })).await, "/main");
    assert_eq!(count(&app, "users WHERE email = 'zoe@example.org' AND name = 'Zoe Hill'").await, 1);
    let somebody_else = app.anon();
    let location = sign_in(&app, &corp, &somebody_else, &json!({ "sub": "mallory" })).await;
    assert_stopped(&somebody_else, &location, "REFUSED").await;
}

#[tokio::test]
async fn github_tells_who_somebody_is_in_its_own_way() {
    let hub = Elsewhere::start().await;
    let app = TestApp::start().await.with_providers(&[hub.settings("github")]);
    let user = json!({ "id": 42, "login": "zoe", "name": "Zoe Hill" });
    let address = |verified| {
        json!([
            { "email": "old@example.org", "primary": false, "verified": true },
            { "email": "zoe@example.org", "primary": true, "verified": verified },
        ])
    };
    let come = async |verified| {
        hub.tell(user.clone(), address(verified));
        let actor = app.anon();
        let out = out(&actor, "github").await;
        assert!(out.url.starts_with(&format!("{}/login/oauth/authorize?", hub.url)), "{}", out.url);
        assert_eq!(out.part("code_challenge_method"), "S256");
        (actor.get(&hub.agree_with(&out, "")).await.location(), actor)
    };
    let (location, actor) = come(false).await;
    assert_stopped(&actor, &location, "UNVERIFIED").await;
    assert_eq!(come(true).await.0, "/main");
    assert_eq!(count(&app, "provider_accounts WHERE subject = '42'").await, 1);
    assert_eq!(come(false).await.0, "/main", "she is known by her number from then on");
}
