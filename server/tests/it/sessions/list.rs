//! The page with one's sessions, and the ends of them.

use http::StatusCode;
use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use std::time::Duration;

use super::{A_QUARTER, list, sign_in_by};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn sessions(actor: &Actor) -> Vec<Value> {
    let view: Value = actor.call("accounts/security", json!({ "org": "main" })).await.json();
    view["view"]["sessions"].as_array().unwrap().clone()
}

async fn recorded(app: &TestApp, target: &str) -> i64 {
    let sql = "SELECT count(*) FROM audit WHERE action = 'SESSIONS_ENDED' AND target = ";
    app.owner_count(&format!("{sql}'{target}'")).await
}

#[tokio::test]
async fn a_person_sees_their_own_sessions_and_no_others() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.sign_up("Ben").await;
    app.clock.advance(A_QUARTER);
    let desk = sign_in_by(&app, "ana@example.org", FIREFOX).await;
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(list(&ana).await, StatusCode::OK);

    let told =
        |of: &Value| format!("{} {} {} {}", of["device"], of["current"], of["created_at"], of["used_at"]);
    assert_eq!(
        sessions(&desk).await.iter().map(told).collect::<Vec<_>>(),
        [
            r#""Firefox on Linux" true "2026-11-21T12:15:01Z" "2026-11-21T12:15:01Z""#,
            r#""Unknown device" false "2026-11-21T12:00:00Z" "2026-11-21T12:16:01Z""#,
        ]
    );
    let current = sessions(&ana).await.iter().map(|one| one["device"].clone()).next();
    assert_eq!(current.unwrap(), "Unknown device", "the one that asks comes first");
    desk.get("/main/settings/security")
        .await
        .ok()
        .contains("This session")
        .contains("End all other sessions");
}

#[tokio::test]
async fn one_session_is_ended_or_all_others_or_all() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let desk = sign_in_by(&app, "ana@example.org", FIREFOX).await;
    let phone = sign_in_by(&app, "ana@example.org", "curl/8.5.0").await;
    ana.get("/main/settings/security").await.ok().contains("Firefox on Linux").contains("curl");

    let all = sessions(&ana).await;
    let named = |device: &str| all.iter().find(|one| one["device"] == device).unwrap()["id"].clone();
    let fields = [("id", named("Firefox on Linux").to_string())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let back = ana.form("/main/settings/security", "sessions/end", &fields).await.location();
    ana.get(&back).await.ok().contains("Session ended").lacks("Firefox on Linux");
    assert_eq!(list(&desk).await, StatusCode::UNAUTHORIZED);
    assert_eq!(list(&phone).await, StatusCode::OK);
    assert_eq!(recorded(&app, "Firefox on Linux").await, 1);

    let gone = ana.call("sessions/end", json!({ "id": named("Firefox on Linux") })).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);

    let others: Value = phone.call("sessions/end_others", json!({})).await.json();
    assert_eq!(others["ended"], 1);
    assert_eq!((list(&ana).await, list(&phone).await), (StatusCode::UNAUTHORIZED, StatusCode::OK));
    assert_eq!(recorded(&app, "all others").await, 1);

    sign_in_by(&app, "ana@example.org", FIREFOX).await;
    let out = phone.form("/main/settings/security", "accounts/sign_out_everywhere", &[]).await;
    assert_eq!((out.location().as_str(), phone.cookie_header().as_str()), ("/login", ""));
    assert_eq!(app.owner_count("SELECT count(*) FROM sessions").await, 0);
    assert_eq!(recorded(&app, "all").await, 1);
}

#[tokio::test]
async fn nobody_ends_a_session_of_somebody_else() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let id = app.session(&ana).await.id;
    assert_eq!(ben.call("sessions/end", json!({ "id": id })).await.status, StatusCode::NOT_FOUND);
    ben.call("sessions/end_others", json!({})).await.ok();
    ben.call("accounts/sign_out_everywhere", json!({})).await.ok();
    assert_eq!(list(&ana).await, StatusCode::OK);
    for function in ["sessions/end_others", "accounts/sign_out_everywhere"] {
        assert_eq!(app.anon().call(function, json!({})).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(ben.call(function, json!({})).await.status, StatusCode::UNAUTHORIZED);
    }
    let own = ana.call("sessions/end", json!({ "id": id })).await.ok();
    assert_eq!(own.headers.get_all("set-cookie").iter().count(), 2, "ending one's own is signing out");
    assert_eq!(ana.cookie_header(), "");
}

#[tokio::test]
async fn an_address_without_an_organization_leads_to_ones_own() {
    let app = TestApp::start().await;
    assert_eq!(app.anon().get("/settings/security").await.location(), "/login");
    let ana = app.sign_up("Ana").await;
    assert_eq!(ana.get("/settings/security").await.location(), "/main/settings/security");
    let page = ana.get("/main/issues").await.ok();
    assert!(page.body.contains("href=\"/main/settings/security\""), "the account menu leads there");
}
