//! Second factors: codes, recovery codes, what asks for them, and what they are worth. Passkeys and what an organization
//! requires are in the files below.

mod device;
mod passkeys;
mod required;

use http::StatusCode;
use serde_json::{Value, json};
use server::{
    storage::{admin, factors::remove_all},
    testing::{Actor, Answer, PASSWORD, TestApp},
};
use std::time::Duration;
use totp_rs::{Builder, Secret};
use tracker_domain::{error::AppError, text::Email, time::Clock};

const SESSIONS: &str = "SELECT count(*) FROM sessions";

/// What the page of one's factors shows.
pub async fn view(actor: &Actor) -> Value {
    let page: Value = actor.call("factors/view", json!({ "org": "main" })).await.json();
    page["view"].clone()
}

/// The code that an authenticator shows, so many steps from now.
pub fn code(app: &TestApp, secret: &str, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = Builder::new().with_secret(secret).with_account_name("any").build().unwrap();
    let now = app.clock.now().0.unix_timestamp() + steps * 30;
    totp.generate(u64::try_from(now).unwrap()).to_string()
}

/// Turns an authenticator on; gives its key. The code of the present step is spent.
pub async fn turn_on(app: &TestApp, actor: &Actor) -> String {
    actor.call("factors/begin_totp", json!({ "proof": PASSWORD })).await.ok();
    let secret = view(actor).await["setup"]["secret"].as_str().unwrap().to_owned();
    actor.call("factors/confirm_totp", json!({ "code": code(app, &secret, 0) })).await.ok();
    secret
}

/// Ana with an authenticator, an hour ago; its key, and her recovery codes.
async fn ana_with_totp(app: &TestApp) -> (Actor, String, Vec<String>) {
    let ana = app.sign_up("Ana").await;
    let secret = turn_on(app, &ana).await;
    let codes = view(&ana).await["new_codes"].as_array().unwrap().clone();
    app.clock.advance(Duration::from_secs(3600));
    (ana, secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn give_password(actor: &Actor) -> Answer {
    actor.call("accounts/sign_in", json!({ "email": "ana@example.org", "password": PASSWORD })).await
}

async fn give_code(actor: &Actor, code: &str) -> Answer {
    actor.call("accounts/give_code", json!({ "code": code })).await
}

#[tokio::test]
async fn an_authenticator_is_asked_for_once_its_first_code_was_right() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    ana.call("factors/begin_totp", json!({ "proof": PASSWORD })).await.ok();
    let setup = view(&ana).await["setup"].clone();
    assert!(setup["qr"].as_str().unwrap().starts_with('M'));
    let secret = setup["secret"].as_str().unwrap();
    assert_eq!(give_password(&app.anon()).await.json::<Value>()["org"], "main", "nothing is confirmed yet");
    let wrong = ana.call("factors/confirm_totp", json!({ "code": code(&app, secret, 5) })).await.error();
    assert!(wrong.about("code").is_some());
    ana.call("factors/confirm_totp", json!({ "code": code(&app, secret, 0) })).await.ok();
    let shown = view(&ana).await;
    assert_eq!((shown["setup"].clone(), shown["codes_left"].clone()), (Value::Null, json!(10)));
    assert!(shown["totp_since"].is_string());

    let browser = app.anon();
    let answer = give_password(&browser).await.ok();
    assert_eq!(answer.headers["location"], "/login/second");
    assert_eq!(answer.json::<Value>(), json!({ "org": "", "second_step": true }));
    assert_eq!(browser.get("/main/issues").await.location(), "/login", "a password alone opens nothing");
    browser.get("/login/second").await.ok().contains("Verify");
    app.clock.advance(Duration::from_secs(30));
    let answer = give_code(&browser, &code(&app, secret, 0)).await.ok();
    assert_eq!(answer.headers["location"], "/main");
    browser.get("/main/issues").await.ok();
    assert_eq!(browser.get("/login/second").await.location(), "/login", "the step is done");
    let signed_in = "SELECT count(*) FROM audit WHERE action = 'SIGNED_IN' AND target = 'password and code'";
    assert_eq!(app.owner_count(signed_in).await, 1);
    assert_eq!(app.owner_count("SELECT count(*) FROM audit WHERE action = 'FACTOR_ADDED'").await, 1);
}

#[tokio::test]
async fn a_code_is_taken_once_and_only_around_its_time() {
    let app = TestApp::start().await;
    let (_, secret, _) = ana_with_totp(&app).await;
    let enter = async |steps| {
        let browser = app.anon();
        give_password(&browser).await.ok();
        give_code(&browser, &code(&app, &secret, steps)).await.status
    };
    assert_eq!(enter(-2).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(enter(2).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(enter(0).await, StatusCode::OK);
    assert_eq!(enter(0).await, StatusCode::UNPROCESSABLE_ENTITY, "again");
    assert_eq!(enter(-1).await, StatusCode::UNPROCESSABLE_ENTITY, "an older one");
    assert_eq!(enter(1).await, StatusCode::OK, "a clock that is fast");
    let before = app.owner_count(SESSIONS).await;
    app.clock.advance(Duration::from_secs(300));
    let both = code(&app, &secret, 0);
    let (one, two) = (app.anon(), app.anon());
    give_password(&one).await.ok();
    give_password(&two).await.ok();
    let _ = tokio::join!(give_code(&one, &both), give_code(&two, &both));
    assert_eq!(app.owner_count(SESSIONS).await, before + 1, "two at the same moment");
}

#[tokio::test]
async fn a_recovery_code_opens_once_however_it_is_typed() {
    let app = TestApp::start().await;
    let (ana, _, codes) = ana_with_totp(&app).await;
    assert_eq!(codes.len(), 10);
    let browser = app.anon();
    give_password(&browser).await.ok();
    let typed = format!(" {} ", codes[0].to_uppercase().replace('-', " "));
    give_code(&browser, &typed).await.ok();
    let again = app.anon();
    give_password(&again).await.ok();
    assert!(give_code(&again, &codes[0]).await.error().about("code").is_some());
    let shown = view(&ana).await;
    assert_eq!(
        (shown["codes_left"].clone(), shown["new_codes"].clone()),
        (json!(9), json!([])),
        "an hour later"
    );

    ana.call("factors/renew_codes", json!({ "proof": PASSWORD })).await.ok();
    let new = view(&ana).await;
    assert_eq!(new["new_codes"].as_array().unwrap().len(), 10);
    assert!(give_code(&again, &codes[1]).await.error().about("code").is_some(), "an old one");
    give_code(&again, new["new_codes"][0].as_str().unwrap()).await.ok();
    ana.call("factors/keep_codes", json!({})).await.ok();
    assert_eq!(view(&ana).await["new_codes"], json!([]), "kept");
}

#[tokio::test]
async fn wrong_codes_make_wait_and_ten_end_the_sign_in() {
    let app = TestApp::start().await;
    let (_, secret, _) = ana_with_totp(&app).await;
    let thief = app.anon();
    give_password(&thief).await.ok();
    for _ in 0..5 {
        assert!(give_code(&thief, "000000").await.error().about("code").is_some());
    }
    let error = give_code(&thief, &code(&app, &secret, 0)).await.error();
    assert_eq!(error, AppError::RateLimited { retry_after: 1 }, "not even the right one is looked at");
    let again = app.anon();
    give_password(&again).await.ok();
    assert!(
        matches!(give_code(&again, "000000").await.error(), AppError::RateLimited { .. }),
        "a new sign-in"
    );
    for _ in 0..5 {
        app.clock.advance(Duration::from_secs(60));
        assert!(give_code(&thief, "000000").await.error().about("code").is_some());
    }
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(give_code(&thief, &code(&app, &secret, 0)).await.error(), AppError::Unauthenticated, "ten");
    give_code(&again, &code(&app, &secret, 0)).await.ok();
    let failed = "SELECT count(*) FROM audit WHERE action = 'SIGN_IN_FAILED' AND target = 'ana@example.org'";
    assert_eq!(app.owner_count(failed).await, 10);
}

#[tokio::test]
async fn a_sign_in_waits_ten_minutes_in_one_browser() {
    let app = TestApp::start().await;
    let (_, secret, _) = ana_with_totp(&app).await;
    let browser = app.anon();
    give_password(&browser).await.ok();
    let other = give_code(&app.anon(), &code(&app, &secret, 0)).await.error();
    assert_eq!(other, AppError::Unauthenticated, "somebody else's browser");
    app.clock.advance(Duration::from_secs(601));
    assert_eq!(browser.get("/login/second").await.location(), "/login");
    assert_eq!(give_code(&browser, &code(&app, &secret, 0)).await.error(), AppError::Unauthenticated);
}

#[tokio::test]
async fn what_is_secret_lies_sealed_or_hashed() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let secret = turn_on(&app, &ana).await;
    let code = view(&ana).await["new_codes"][0].as_str().unwrap().to_owned();
    let bytes = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let hex: String = bytes.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let plain = secret.replace(' ', "");
    for found in [
        format!("SELECT count(*) FROM totp WHERE position('\\x{hex}'::bytea IN secret) > 0"),
        format!("SELECT count(*) FROM totp t WHERE t::text ILIKE '%{plain}%'"),
        format!("SELECT count(*) FROM recovery_sheets WHERE position('{code}'::bytea IN codes) > 0"),
        format!("SELECT count(*) FROM recovery_codes WHERE position('{code}'::bytea IN code_hash) > 0"),
        format!("SELECT count(*) FROM audit a WHERE a::text LIKE '%{code}%' OR a::text ILIKE '%{plain}%'"),
    ] {
        assert_eq!(app.owner_count(&found).await, 0, "{found}");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM totp").await, 1);
    assert_eq!(app.owner_count("SELECT count(*) FROM recovery_codes").await, 10);
}

#[tokio::test]
async fn every_change_asks_who_it_is_and_stands_in_the_trail() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for (function, proof) in
        [("factors/begin_totp", json!("wrong horse battery")), ("factors/begin_totp", json!(null))]
    {
        let error = ana.call(function, json!({ "proof": proof })).await.error();
        assert!(error.about("proof").is_some(), "{function} {proof}");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM totp").await, 0);
    let error = ana.call("factors/renew_codes", json!({ "proof": PASSWORD })).await;
    assert_eq!(error.status, StatusCode::FORBIDDEN, "there is nothing to recover");

    let secret = turn_on(&app, &ana).await;
    let again = ana.call("factors/begin_totp", json!({ "proof": PASSWORD })).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "it is on");
    for function in ["factors/end_totp", "factors/renew_codes"] {
        let error = ana.call(function, json!({ "proof": "000000" })).await.error();
        assert!(error.about("proof").is_some(), "{function}");
    }
    assert_eq!(view(&ana).await["codes_left"], 10);
    app.clock.advance(Duration::from_secs(30));
    ana.call("factors/end_totp", json!({ "proof": code(&app, &secret, 0) })).await.ok();
    ana.call("factors/end_totp", json!({ "proof": PASSWORD })).await.ok();
    let rows = "SELECT (SELECT count(*) FROM totp) + (SELECT count(*) FROM recovery_codes)";
    assert_eq!(app.owner_count(rows).await, 0, "the last factor takes the recovery codes along");
    let told =
        "SELECT count(*) FROM audit WHERE actor_id IS NOT NULL AND target = 'authenticator' AND action = ";
    assert_eq!(app.owner_count(&format!("{told} 'FACTOR_ADDED'")).await, 1);
    assert_eq!(app.owner_count(&format!("{told} 'FACTOR_REMOVED'")).await, 1);
    give_password(&app.anon()).await.ok().contains("\"org\":\"main\"");
}

#[tokio::test]
async fn all_of_it_works_without_javascript() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let page = "/main/settings/factors";
    ana.get(&format!("{page}?do=totp")).await.ok().contains("name=\"proof\"");
    let fields = [("org", "main"), ("proof", "wrong horse battery")];
    let back = ana.form(&format!("{page}?do=totp"), "factors/begin_totp", &fields).await.location();
    assert!(back.starts_with("/main/settings/factors?do=totp&flash="), "{back}");
    ana.get(&back).await.ok().contains("This is not right").lacks("wrong horse");
    let fields = [("org", "main"), ("proof", PASSWORD)];
    let on = ana.form(&format!("{page}?do=totp"), "factors/begin_totp", &fields).await.location();
    ana.get(&on).await.ok().contains("class=\"qr\"").contains("Turn on");
    let secret = view(&ana).await["setup"]["secret"].as_str().unwrap().to_owned();
    let first = code(&app, &secret, 0);
    let on = ana.form(page, "factors/confirm_totp", &[("org", "main"), ("code", &first)]).await.location();
    ana.get(&on).await.ok().contains("Authenticator turned on").contains("Keep these recovery codes");

    let browser = app.anon();
    let fields = [("email", "ana@example.org"), ("password", PASSWORD)];
    assert_eq!(browser.form("/login", "accounts/sign_in", &fields).await.location(), "/login/second");
    let back = browser.form("/login/second", "accounts/give_code", &[("code", "123456")]).await.location();
    assert!(back.starts_with("/login/second?flash="), "{back}");
    browser.get(&back).await.ok().contains("This code is not right").lacks("123456");
    app.clock.advance(Duration::from_secs(30));
    let next = code(&app, &secret, 0);
    let to = browser.form("/login/second", "accounts/give_code", &[("code", &next)]).await.location();
    assert_eq!(to, "/main");
    browser.get("/main/issues").await.ok();
}

#[tokio::test]
async fn the_operator_can_remove_all_of_somebodys_factors() {
    let app = TestApp::start().await;
    let (_, _, _) = ana_with_totp(&app).await;
    let mut owner = admin::connect(&app.database_url).await.unwrap();
    let email = Email::parse("ana@example.org").unwrap();
    let (user, _) = admin::account(&mut owner, &email).await.unwrap().unwrap();
    let now = app.app.clock.now();
    assert_eq!(remove_all(&mut owner, (user, &email), now).await.unwrap(), 1);
    assert_eq!(remove_all(&mut owner, (user, &email), now).await.unwrap(), 0);
    give_password(&app.anon()).await.ok().contains("\"org\":\"main\"");
    let told = "SELECT count(*) FROM audit WHERE action = 'FACTOR_REMOVED' AND agent = 'tracker admin'";
    assert_eq!(app.owner_count(told).await, 1);
}
