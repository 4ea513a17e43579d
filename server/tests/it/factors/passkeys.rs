//! Passkeys, with a device in software.

use http::StatusCode;
use serde_json::{Value, json};
use server::testing::{Actor, Answer, PASSWORD, TestApp};

use super::{device::Device, give_password, view};

const HERE: &str = "http://localhost:3000";

async fn start() -> TestApp {
    TestApp::start().await.with_settings(|settings| settings.public_url = HERE.to_owned())
}

fn asked(answer: Answer) -> (String, String) {
    let asked: Value = answer.json();
    (asked["token"].as_str().unwrap().to_owned(), asked["options"].as_str().unwrap().to_owned())
}

async fn add(actor: &Actor, device: &mut Device) -> Answer {
    let begun = actor.call("factors/begin_passkey", json!({ "proof": PASSWORD })).await;
    let (token, options) = asked(begun);
    let body = json!({ "name": "Laptop", "token": token, "answer": device.create(&options) });
    actor.call("factors/add_passkey", body).await
}

async fn ask(browser: &Actor, email: &str) -> (String, String) {
    asked(browser.call("accounts/ask_passkey", json!({ "email": email })).await)
}

async fn give(browser: &Actor, token: &str, answer: &str) -> Answer {
    browser.call("accounts/give_passkey", json!({ "token": token, "answer": answer })).await
}

#[tokio::test]
async fn a_passkey_opens_in_the_place_of_the_password() {
    let app = start().await;
    let ana = app.sign_up("Ana").await;
    let mut device = Device::new(1, HERE);
    add(&ana, &mut device).await.ok();
    let shown = view(&ana).await;
    assert_eq!((&shown["passkeys"][0]["name"], &shown["codes_left"]), (&json!("Laptop"), &json!(10)));
    assert_eq!(shown["passkeys"][0]["last_used_at"], Value::Null);

    let browser = app.anon();
    let (token, options) = ask(&browser, " ANA@example.org ").await;
    let answer = give(&browser, &token, &device.get(&options)).await.ok();
    assert_eq!(answer.headers["location"], "/main");
    browser.get("/main/issues").await.ok();
    assert!(view(&browser).await["passkeys"][0]["last_used_at"].is_string());
    let told = "SELECT count(*) FROM audit WHERE action = 'SIGNED_IN' AND target = 'passkey'";
    assert_eq!(app.owner_count(told).await, 1);
}

#[tokio::test]
async fn a_passkey_is_a_second_step_after_the_password() {
    let app = start().await;
    let ana = app.sign_up("Ana").await;
    let mut device = Device::new(1, HERE);
    add(&ana, &mut device).await.ok();
    let browser = app.anon();
    assert_eq!(give_password(&browser).await.ok().headers["location"], "/login/second");
    browser.get("/login/second").await.ok().contains("Use a passkey");
    let (token, options) = ask(&browser, "").await;
    give(&browser, &token, &device.get(&options)).await.ok();
    browser.get("/main/issues").await.ok();
    assert!(!browser.cookie_header().contains("pending"), "{}", browser.cookie_header());
    let none = app.anon().call("accounts/ask_passkey", json!({ "email": "" })).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody waits in another browser");
}

/// What is wrong with an answer, and how it is made.
type Wrong = (&'static str, fn(&mut Device, &str) -> String);

#[tokio::test]
async fn an_answer_that_does_not_hold_opens_nothing() {
    let app = start().await;
    let ana = app.sign_up("Ana").await;
    let mut device = Device::new(1, HERE);
    add(&ana, &mut device).await.ok();
    let before = app.owner_count("SELECT count(*) FROM sessions").await;
    let wrong: [Wrong; 6] = [
        ("another origin", |device, options| {
            device.origin = "https://evil.example".to_owned();
            device.get(options)
        }),
        ("an owner who was not verified", |device, options| {
            device.verified = false;
            device.get(options)
        }),
        ("another challenge", |device, options| {
            let mut options: Value = serde_json::from_str(options).unwrap();
            options["publicKey"]["challenge"] = json!("bm90IHdoYXQgd2FzIGFza2Vk");
            device.get(&options.to_string())
        }),
        ("another place", |device, options| {
            let mut options: Value = serde_json::from_str(options).unwrap();
            options["publicKey"]["rpId"] = json!("evil.example");
            device.get(&options.to_string())
        }),
        ("another key", |_, options| Device::new(2, HERE).get(options)),
        ("nonsense", |_, _| "{}".to_owned()),
    ];
    for (what, make) in wrong {
        let browser = app.anon();
        let (token, options) = ask(&browser, "ana@example.org").await;
        let answer = give(&browser, &token, &make(&mut device.clone(), &options)).await;
        assert!(answer.error().about("answer").is_some(), "{what}");
        let right = give(&browser, &token, &device.get(&options)).await;
        assert!(right.error().about("answer").is_some(), "{what}: the challenge is over");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM sessions").await, before);
    assert_eq!(app.owner_count("SELECT count(*) FROM audit WHERE action = 'SIGN_IN_FAILED'").await, 6);
}

#[tokio::test]
async fn an_answer_counts_once_and_a_copy_of_a_key_is_noticed() {
    let app = start().await;
    let ana = app.sign_up("Ana").await;
    let mut device = Device::new(1, HERE);
    add(&ana, &mut device).await.ok();
    let mut copy = device.clone();
    let browser = app.anon();
    let (token, options) = ask(&browser, "ana@example.org").await;
    let answer = device.get(&options);
    give(&browser, &token, &answer).await.ok();
    assert!(give(&app.anon(), &token, &answer).await.error().about("answer").is_some(), "a replay");
    let (token, options) = ask(&app.anon(), "ana@example.org").await;
    assert!(give(&app.anon(), &token, &copy.get(&options)).await.error().about("answer").is_some(), "a copy");
    // Two challenges at once: the library compares with the counter of the time of asking, the table with the present.
    let (first, second) =
        (ask(&app.anon(), "ana@example.org").await, ask(&app.anon(), "ana@example.org").await);
    let mut copy = device.clone();
    give(&app.anon(), &first.0, &device.get(&first.1)).await.ok();
    let late = give(&app.anon(), &second.0, &copy.get(&second.1)).await;
    assert!(late.error().about("answer").is_some(), "a copy that was asked before");
}

#[tokio::test]
async fn a_key_belongs_to_one_account_and_a_challenge_to_whom_it_was_given() {
    let app = start().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    let mut device = Device::new(1, HERE);
    add(&ana, &mut device).await.ok();
    assert!(add(&ben, &mut device).await.error().about("answer").is_some(), "a key of Ana");
    let (token, options) = asked(ana.call("factors/begin_passkey", json!({ "proof": PASSWORD })).await);
    let body = json!({ "name": "Phone", "token": token, "answer": Device::new(2, HERE).create(&options) });
    assert!(ben.call("factors/add_passkey", body.clone()).await.error().about("answer").is_some());
    assert_eq!(
        ben.call("factors/view", json!({ "org": "main" })).await.json::<Value>()["view"]["passkeys"],
        json!([])
    );
    let (token, options) = ask(&app.anon(), "ben@example.org").await;
    assert!(give(&app.anon(), &token, &device.get(&options)).await.error().about("answer").is_some());
    // The challenge of Ana is hers still, and one to add a key opens nothing.
    ana.call("factors/add_passkey", body).await.ok();
    let (token, options) = asked(ana.call("factors/begin_passkey", json!({ "proof": PASSWORD })).await);
    let added = Device::new(3, HERE).create(&options);
    assert!(give(&app.anon(), &token, &added).await.error().about("answer").is_some());

    let id = view(&ana).await["passkeys"][0]["id"].clone();
    let rename = json!({ "passkey": id, "name": "Mine now" });
    assert_eq!(ben.call("factors/rename_passkey", rename.clone()).await.status, StatusCode::NOT_FOUND);
    ben.call("factors/remove_passkey", json!({ "passkey": id, "proof": PASSWORD })).await.ok();
    assert_eq!(view(&ana).await["passkeys"].as_array().unwrap().len(), 2, "Ben removed nothing");
    ana.call("factors/rename_passkey", rename).await.ok();
    assert_eq!(view(&ana).await["passkeys"][0]["name"], "Mine now");
    let refused = ana.call("factors/remove_passkey", json!({ "passkey": id, "proof": "no" })).await.error();
    assert!(refused.about("proof").is_some());
    for _ in 0..2 {
        ana.call("factors/remove_passkey", json!({ "passkey": id, "proof": PASSWORD })).await.ok();
    }
    let removed = "SELECT count(*) FROM audit WHERE action = 'FACTOR_REMOVED' AND target = 'Mine now'";
    assert_eq!(app.owner_count(removed).await, 1);
    let (token, options) = ask(&app.anon(), "ana@example.org").await;
    assert!(
        give(&app.anon(), &token, &device.get(&options)).await.error().about("answer").is_some(),
        "removed"
    );
}

#[tokio::test]
async fn an_address_without_passkey_or_account_is_asked_like_any_other() {
    let app = start().await;
    let ana = app.sign_up("Ana").await;
    let mut device = Device::new(1, HERE);
    add(&ana, &mut device).await.ok();
    app.sign_up("Ben").await;
    let form = |options: &str| -> Vec<String> {
        let options: Value = serde_json::from_str(options).unwrap();
        let options = options["publicKey"].as_object().unwrap();
        assert!(!options["allowCredentials"].as_array().unwrap().is_empty());
        options.keys().cloned().collect()
    };
    let real = form(&ask(&app.anon(), "ana@example.org").await.1);
    for email in ["ben@example.org", "nobody@example.org"] {
        let (token, options) = ask(&app.anon(), email).await;
        assert_eq!(form(&options), real, "{email}");
        let error = give(&app.anon(), &token, &device.get(&options)).await.error();
        assert!(error.about("answer").is_some(), "{email}");
    }
    let nonsense = app.anon().call("accounts/ask_passkey", json!({ "email": "nonsense" })).await.error();
    assert!(nonsense.about("email").is_some());
}

#[tokio::test]
async fn where_browsers_have_no_passkeys_the_page_says_so() {
    let app = TestApp::start()
        .await
        .with_settings(|settings| settings.public_url = "http://127.0.0.1:3000".to_owned());
    let ana = app.sign_up("Ana").await;
    let why = view(&ana).await["no_passkeys"].as_str().unwrap().to_owned();
    assert!(why.contains("localhost") && why.contains("http://127.0.0.1:3000"), "{why}");
    ana.get("/main/settings/factors").await.ok().contains("on localhost only").lacks("Add a passkey");
    let refused = ana.call("factors/begin_passkey", json!({ "proof": PASSWORD })).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
