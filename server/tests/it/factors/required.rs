//! Organizations that ask their members for a second factor.

use http::StatusCode;
use serde_json::{Value, json};
use server::{
    storage::live::LiveStore,
    testing::{Actor, Answer, TestApp},
};
use tracker_domain::{
    error::AppError,
    id::{OrgId, UserId},
    org::Role,
};

use super::{turn_on, view};

async fn require(actor: &Actor, required: bool) -> Answer {
    actor.call("factors/require", json!({ "org": "main", "required": required })).await
}

async fn list(actor: &Actor) -> Answer {
    actor.call("issues/list", json!({ "org": "main" })).await
}

#[tokio::test]
async fn who_has_no_factor_gets_to_add_one_and_nothing_else() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    let key = ben.create_issue("Of Ben").await;
    assert!(require(&ana, true).await.error().about("required").is_some(), "not before oneself");
    turn_on(&app, &ana).await;
    let rules: Value = ana.call("factors/rules", json!({ "org": "main" })).await.json();
    assert_eq!(rules["view"]["without_factor"], 1);
    require(&ana, true).await.ok();
    require(&ana, true).await.ok();
    let told = "SELECT count(*) FROM audit WHERE action = 'SETTINGS_CHANGED' AND target = 'second factor'";
    assert_eq!(app.owner_count(told).await, 1, "asked twice, changed once");

    assert_eq!(list(&ben).await.error(), AppError::FactorNeeded);
    assert_eq!(ben.comment(&key, "Text").await.error(), AppError::FactorNeeded);
    for path in
        ["/main", "/main/issues", &format!("/main/issues/{key}"), "/main/insights", "/main/settings/factors"]
    {
        let answer = ben.get(path).await;
        assert_eq!(answer.location(), "/second-factor", "{path}");
        assert!(!answer.body.contains("Of Ben"), "{path}");
    }
    ben.get("/second-factor").await.ok().contains("Set up authenticator").lacks("Of Ben");
    list(&ana).await.ok();
    ana.get("/second-factor").await.ok().contains("Go on");

    ben.call("factors/begin_totp", json!({ "proof": server::testing::PASSWORD })).await.ok();
    let door: Value = ben.call("factors/door", json!({})).await.json();
    let secret = door["view"]["setup"]["secret"].as_str().unwrap();
    assert_eq!(list(&ben).await.status, StatusCode::FORBIDDEN, "the first code is not given yet");
    let code = super::code(&app, secret, 0);
    let fields = [("org", ""), ("code", code.as_str())];
    let on = ben.form("/second-factor", "factors/confirm_totp", &fields).await.location();
    assert!(on.starts_with("/second-factor?flash="), "{on}");
    ben.get(&on).await.ok().contains("Keep these recovery codes").contains("href=\"/main\"");
    list(&ben).await.ok();
    assert_eq!(view(&ben).await["codes_left"], 10);
}

#[tokio::test]
async fn a_stranger_stays_a_stranger_and_signing_out_always_works() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    turn_on(&app, &ana).await;
    require(&ana, true).await.ok();
    app.owner_sql("UPDATE memberships SET disabled_at = now() WHERE user_id = (SELECT id FROM users WHERE name = 'Ben')").await;
    assert_eq!(list(&ben).await.error(), AppError::NotFound, "shut out is shut out");
    app.owner_sql("UPDATE memberships SET disabled_at = NULL").await;
    assert_eq!(ben.call("issues/list", json!({ "org": "none" })).await.error(), AppError::NotFound);
    ben.call("accounts/sign_out", json!({})).await.ok();
    assert_eq!(ben.get("/second-factor").await.location(), "/login");
}

#[tokio::test]
async fn the_live_path_asks_the_same() {
    let app = TestApp::start().await;
    let (ana, _ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    let org = OrgId(app.owner_count("SELECT id FROM organizations").await);
    let ben = UserId(app.owner_count("SELECT id FROM users WHERE name = 'Ben'").await);
    let store = LiveStore::new(app.app.db.clone());
    assert!(store.actor(ben, "main").await.unwrap().is_some());
    assert_eq!(store.roles(&[(org, ben)]).await.unwrap().len(), 1);
    turn_on(&app, &ana).await;
    require(&ana, true).await.ok();
    assert!(store.actor(ben, "main").await.unwrap().is_none(), "does not come in");
    assert!(store.roles(&[(org, ben)]).await.unwrap().is_empty(), "is put out");
}

#[tokio::test]
async fn only_admins_say_so_and_for_their_own_organization() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    turn_on(&app, &max).await;
    assert_eq!(require(&max, true).await.status, StatusCode::FORBIDDEN);
    assert_eq!(max.get("/main/settings/sign-in").await.status, StatusCode::FORBIDDEN);
    // The second wall holds it too.
    let mut tx = app.app.db.app.begin().await.unwrap();
    for (name, value) in [("tracker.org", "1"), ("tracker.user", "2"), ("tracker.role", "MAINTAINER")] {
        sqlx::query("SELECT set_config($1, $2, true)")
            .bind(name)
            .bind(value)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    let changed =
        sqlx::query("UPDATE organizations SET require_factor = true").execute(&mut *tx).await.unwrap();
    assert_eq!(changed.rows_affected(), 0);
}

#[tokio::test]
async fn without_a_password_there_is_nothing_to_add_to() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    turn_on(&app, &ana).await;
    app.owner_sql("DELETE FROM credentials WHERE user_id = (SELECT id FROM users WHERE name = 'Ben')").await;
    require(&ana, true).await.ok();
    list(&ben).await.ok();
    // Whoever has neither password nor factor proves the first one by the session alone, and the next by a code.
    ben.call("factors/begin_totp", json!({})).await.ok();
    let secret = view(&ben).await["setup"]["secret"].as_str().unwrap().to_owned();
    ben.call("factors/confirm_totp", json!({ "code": super::code(&app, &secret, 0) })).await.ok();
    let recovery = view(&ben).await["new_codes"][0].clone();
    assert!(ben.call("factors/end_totp", json!({})).await.error().about("proof").is_some());
    ben.call("factors/end_totp", json!({ "proof": recovery })).await.ok();
}
