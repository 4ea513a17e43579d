//! What does not stand up to a check, and who does not answer.

use serde_json::{Value, json};
use server::{
    config::{Config, Source},
    doctor::examine,
    testing::TestApp,
};
use std::{path::Path, time::Duration};

use super::{
    assert_stopped, count,
    elsewhere::{CLIENT, Elsewhere, Out, Signer},
    out, sign_in, with_corp, zoe,
};

/// The way back with a token whose claims differ in this.
fn with_claims(app: &TestApp, corp: &Elsewhere, out: &Out, other: Value) -> String {
    let mut person = zoe();
    for (name, value) in other.as_object().unwrap() {
        person[name] = value.clone();
    }
    corp.agree(app, out, &person)
}

/// The same claims under another signature.
fn signed_by(app: &TestApp, corp: &Elsewhere, out: &Out, signer: &Signer, kid: &str) -> String {
    corp.agree_with(out, &signer.token(kid, &corp.claims(app, out, &zoe())))
}

/// Makes the way back with a forged answer.
type Forge = fn(&TestApp, &Elsewhere, &Out) -> String;

/// The signature of one token under the claims of another.
fn swapped(app: &TestApp, corp: &Elsewhere, out: &Out) -> String {
    let mallory = json!({ "sub": "mallory", "email": "mallory@example.org", "email_verified": true });
    let (a, b) = (corp.claims(app, out, &mallory), corp.claims(app, out, &zoe()));
    let (a, b) = (corp.signer.token("first", &a), corp.signer.token("first", &b));
    let (head, signature) = (b.rsplit_once('.').unwrap().0, a.rsplit_once('.').unwrap().1);
    corp.agree_with(out, &format!("{head}.{signature}"))
}

#[tokio::test]
async fn no_forged_answer_lets_anybody_in() {
    let (app, corp) = with_corp().await;
    app.sign_up("Ana").await;
    let now = tracker_domain::time::Clock::now(&*app.clock).0.unix_timestamp();
    let wrong_claims = [
        ("another issuer", json!({ "iss": "https://id.example.org" })),
        ("another issuer by a slash", json!({ "iss": format!("{}/", corp.url) })),
        ("another audience", json!({ "aud": "another-client" })),
        ("one audience more", json!({ "aud": [CLIENT.0, "another-client"] })),
        ("another party", json!({ "azp": "another-client" })),
        ("expired", json!({ "exp": now - 1 })),
        ("issued long ago", json!({ "iat": now - 3600, "exp": now + 300 })),
        ("issued in the future", json!({ "iat": now + 3600, "exp": now + 7200 })),
        ("another nonce", json!({ "nonce": "of another sign-in" })),
        ("no nonce", json!({ "nonce": null })),
        ("no subject", json!({ "sub": "" })),
    ];
    for (what, other) in wrong_claims {
        let actor = app.anon();
        let journey = out(&actor, "corp").await;
        let location = actor.get(&with_claims(&app, &corp, &journey, other)).await.location();
        assert!(location.contains("why=REFUSED"), "{what}: {location}");
        assert!(!actor.cookie_header().contains("session="), "{what}");
        assert_stopped(&actor, &location, "REFUSED").await;
    }
    let signatures: [(&str, Forge); 7] = [
        ("a signature of other claims", swapped),
        ("nobody's signature", |app, corp, out| signed_by(app, corp, out, &Signer::Nobody, "first")),
        ("the client's secret", |app, corp, out| {
            signed_by(app, corp, out, &Signer::Shared(CLIENT.1), "first")
        }),
        ("a stranger's key under a known name", |app, corp, out| {
            signed_by(app, corp, out, &Signer::ed(), "first")
        }),
        ("a stranger's key of its own", |app, corp, out| signed_by(app, corp, out, &Signer::es(), "strange")),
        ("no token at all", |_, corp, out| corp.agree_with(out, "")),
        ("a code of nobody", |app, corp, out| {
            corp.agree(app, out, &zoe()).replace("code=code-", "code=other-")
        }),
    ];
    for (what, forge) in signatures {
        let actor = app.anon();
        let journey = out(&actor, "corp").await;
        let location = actor.get(&forge(&app, &corp, &journey)).await.location();
        assert!(location.contains("why=REFUSED"), "{what}: {location}");
        assert!(!actor.cookie_header().contains("session="), "{what}");
    }
    assert_eq!((count(&app, "users").await, count(&app, "provider_accounts").await), (1, 0));
    assert_eq!(sign_in(&app, &corp, &app.anon(), &zoe()).await, "/main", "and what is not forged does");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_not_redeemed_by_this_ones_verifier() {
    let (app, corp) = with_corp().await;
    let (victim, thief) = (app.anon(), app.anon());
    let stolen = corp.agree(&app, &out(&victim, "corp").await, &zoe());
    let own = out(&thief, "corp").await;
    let code = stolen.split(['=', '&']).nth(1).unwrap();
    let injected = format!("/login/corp/callback?code={code}&state={}", own.part("state"));
    assert_stopped(&thief, &thief.get(&injected).await.location(), "REFUSED").await;
}

#[tokio::test]
async fn an_answer_that_names_another_issuer_is_refused_and_one_that_names_none_is_not() {
    let (app, corp) = with_corp().await;
    let actor = app.anon();
    let back = corp.agree(&app, &out(&actor, "corp").await, &zoe());
    let mixed_up = back.replace("&iss=http://", "&iss=http://other.");
    assert_stopped(&actor, &actor.get(&mixed_up).await.location(), "REFUSED").await;
    let back = corp.agree(&app, &out(&actor, "corp").await, &zoe());
    assert_eq!(actor.get(back.split("&iss=").next().unwrap()).await.location(), "/main");
}

#[tokio::test]
async fn new_keys_of_the_provider_are_read_when_they_are_needed_and_not_at_everybodys_wish() {
    let (app, mut corp) = with_corp().await;
    assert_eq!(sign_in(&app, &corp, &app.anon(), &zoe()).await, "/main");
    assert_eq!(sign_in(&app, &corp, &app.anon(), &zoe()).await, "/main");
    assert_eq!(corp.keys_read(), 1);

    corp.signer = Signer::es();
    corp.publish(vec![corp.signer.jwk("second")]);
    app.clock.advance(Duration::from_secs(61));
    let come = async |kid: &'static str| {
        let actor = app.anon();
        let journey = out(&actor, "corp").await;
        actor.get(&signed_by(&app, &corp, &journey, &corp.signer, kid)).await.location()
    };
    assert_eq!(come("second").await, "/main");
    assert_eq!(corp.keys_read(), 2);
    for _ in 0..5 {
        assert!(come("unheard-of").await.contains("why=REFUSED"));
    }
    assert_eq!(corp.keys_read(), 2, "at most once a minute");

    corp.publish(Vec::new());
    app.clock.advance(Duration::from_secs(3601));
    assert!(
        come("second").await.contains("why=REFUSED"),
        "a key that was withdrawn is worth nothing an hour later"
    );
}

#[tokio::test]
async fn what_a_provider_writes_is_never_shown() {
    let (app, _corp) = with_corp().await;
    let cases =
        [("access_denied", "CANCELLED"), ("server_error", "UNREACHABLE"), ("<b>call 555</b>", "REFUSED")];
    for (error, why) in cases {
        let actor = app.anon();
        let state = out(&actor, "corp").await.part("state");
        let said = error.replace('<', "%3C").replace('>', "%3E").replace(' ', "%20");
        let path = format!("/login/corp/callback?error={said}&error_description=call+555&state={state}");
        let location = actor.get(&path).await.location();
        assert!(!location.contains("555") && !location.contains(&state), "{location}");
        assert_stopped(&actor, &location, why).await;
    }
    let page = app.anon().get("/login/failed?why=%3Cb%3E&reference=call%20555").await.ok();
    page.lacks("555").lacks("<b>").contains("This sign-in is over");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_said_so() {
    let corp = Elsewhere::start().await;
    let mut settings = corp.settings("corp");
    settings.issuer = "http://127.0.0.1:1".to_owned();
    let app = TestApp::start().await.with_providers(&[settings]);
    let actor = app.anon();
    assert_stopped(&actor, &actor.get("/login/corp").await.location(), "UNREACHABLE").await;

    let mut settings = corp.settings("corp");
    settings.issuer += "/tenant";
    let actor = app.with_providers(&[settings]).anon();
    assert_stopped(&actor, &actor.get("/login/corp").await.location(), "UNREACHABLE").await;
}

#[tokio::test]
async fn the_doctor_asks_each_provider_whether_it_answers() {
    let (app, corp) = with_corp().await;
    let variable =
        |name: &str, field: &str, value: &str| (format!("TRACKER_PROVIDER_{name}_{field}"), value.to_owned());
    let told = async |issuer: &str| {
        let url = ("DATABASE_URL".to_owned(), app.database_url.reveal().to_owned());
        let fields = [("ISSUER", issuer), ("CLIENT_ID", "tracker"), ("CLIENT_SECRET", "s")];
        let all = ["CORP", "GITHUB"]
            .into_iter()
            .flat_map(|name| fields.map(|(field, value)| variable(name, field, value)));
        let config = Config::read(Source::new(all.chain([url]), Path::new("none.toml"))).unwrap();
        let report = examine(&config, &*app.clock, |error| error.to_string()).await;
        assert!(report.checks.contains(&"providers"));
        let found = report.findings.into_iter().filter(|finding| finding.check == "providers");
        found.map(|finding| finding.what).collect::<Vec<_>>()
    };
    assert_eq!(told(&corp.url).await, [""; 0]);
    let away = told("http://127.0.0.1:1").await;
    assert!(away.len() == 2 && away[0].starts_with("the provider corp does not answer"), "{away:?}");
}
