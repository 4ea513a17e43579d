//! Access tokens that are not ours, not for us, or not good any more.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use serde_json::{Value, json};
use server::{access, testing::TestApp};
use sha2::Sha256;
use std::sync::Arc;
use tracker_domain::{id::UserId, session::Session};

use super::{A_QUARTER, list};

/// What a part of a token says.
fn read(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn write(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A part with something else in it.
fn with(part: &str, key: &str, value: Value) -> String {
    let mut all = read(part);
    all[key] = value;
    write(&all)
}

fn hmac(key: &[u8], message: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Whether a token alone, without anything to exchange, lets somebody in.
async fn lets_in(app: &TestApp, token: &str) -> bool {
    let browser = app.anon();
    browser.put_cookie("access", token);
    match list(&browser).await {
        StatusCode::OK => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_token_says_who_and_nothing_that_can_change() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let token = ana.cookie("access").unwrap();
    let [header, claims, _] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let (header, claims) = (read(header), read(claims));
    assert_eq!((header["alg"].as_str(), header["typ"].as_str()), (Some("EdDSA"), Some("JWT")));
    assert!(header["kid"].as_str().is_some_and(|kid| !kid.is_empty()));
    assert_eq!(
        (claims["iss"].as_str(), claims["aud"].as_str()),
        (Some("http://tracker.test"), Some("http://tracker.test"))
    );
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    let mut named: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
    named.sort();
    assert_eq!(named, ["aud", "exp", "iat", "iss", "sid", "sub"]);
}

#[tokio::test]
async fn what_we_did_not_sign_lets_nobody_in() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let token = ana.cookie("access").unwrap();
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    assert!(lets_in(&app, &token).await);

    let none = with(header, "alg", json!("none"));
    let hs256 = with(header, "alg", json!("HS256"));
    let by_kid = hmac(read(header)["kid"].as_str().unwrap().as_bytes(), &format!("{hs256}.{claims}"));
    let by_nothing = hmac(b"", &format!("{hs256}.{claims}"));
    let bens = app.session(&ben).await;
    let other_user = with(claims, "sub", json!(bens.user.to_string()));
    let other_session = with(claims, "sid", json!(bens.id));
    let later = with(claims, "exp", json!(4_000_000_000_i64));
    let nobodys_key = with(header, "kid", json!("AAAAAAAAAAAAAAAA"));
    let mut no_kid = read(header);
    no_kid.as_object_mut().unwrap().remove("kid");
    let mut bent = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bent[0] ^= 1;
    for (what, forged) in [
        ("no algorithm", format!("{none}.{claims}.")),
        ("no algorithm, with the signature", format!("{none}.{claims}.{signature}")),
        ("a secret for a public key", format!("{hs256}.{claims}.{by_kid}")),
        ("no secret", format!("{hs256}.{claims}.{by_nothing}")),
        ("the signature of another algorithm", format!("{hs256}.{claims}.{signature}")),
        ("another person", format!("{header}.{other_user}.{signature}")),
        ("another session", format!("{header}.{other_session}.{signature}")),
        ("a longer life", format!("{header}.{later}.{signature}")),
        ("a key that nobody knows", format!("{nobodys_key}.{claims}.{signature}")),
        ("no key", format!("{}.{claims}.{signature}", write(&no_kid))),
        ("a bent signature", format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(bent))),
        ("no signature", format!("{header}.{claims}.")),
        ("two parts", format!("{header}.{claims}")),
        ("nonsense", "nonsense".to_owned()),
        ("the other token", ana.cookie("session").unwrap()),
    ] {
        assert!(!lets_in(&app, &forged).await, "{what}");
    }
}

#[tokio::test]
async fn what_we_signed_for_others_or_too_long_ago_lets_nobody_in() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let (own, bens) = (app.session(&ana).await, app.session(&ben).await);

    let mut elsewhere = app.app.clone();
    let mut settings = (*elsewhere.settings).clone();
    settings.public_url = "http://staging.test".to_owned();
    elsewhere.settings = Arc::new(settings);
    let foreign = access::issue(&elsewhere, own).await.unwrap();
    assert!(!lets_in(&app, foreign.reveal()).await, "made by and for another address");

    for (what, session) in [
        ("a session that never was", Session { id: tracker_domain::id::SessionId(999), ..own }),
        ("a session of somebody else", Session { user: bens.user, ..own }),
        ("nobody's", Session { user: UserId(0), ..own }),
    ] {
        let token = access::issue(&app.app, session).await.unwrap();
        assert!(!lets_in(&app, token.reveal()).await, "{what}");
    }

    let token = access::issue(&app.app, own).await.unwrap();
    app.clock.advance(A_QUARTER - std::time::Duration::from_secs(2));
    assert!(lets_in(&app, token.reveal()).await);
    app.clock.advance(std::time::Duration::from_secs(1));
    assert!(!lets_in(&app, token.reveal()).await, "its time is over");
}
