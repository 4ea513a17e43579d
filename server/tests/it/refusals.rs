//! What every route answers to everybody: one table, printed. A route that is not in it fails the test.

use http::StatusCode;
use serde_json::{Value, json};
use server::testing::{Actor, PASSWORD, TestApp};
use std::{collections::BTreeSet, fmt::Write};
use tracker_domain::org::Role;

/// The functions that anybody may call, signed in or not.
const OPEN: &[&str] = &[
    "accounts/accept_invitation",
    "accounts/confirm",
    "accounts/door",
    "accounts/forgot",
    "accounts/invitation",
    "accounts/link",
    "accounts/reset_password",
    "accounts/ask_passkey",
    "accounts/give_code",
    "accounts/give_passkey",
    "accounts/second_step",
    "accounts/sign_in",
    "accounts/sign_out",
    "accounts/sign_up",
];

/// Those that are about one's own account: whoever is signed in may call them, wherever they belong.
const OWN: &[&str] = &[
    "factors/add_passkey",
    "factors/begin_passkey",
    "factors/begin_totp",
    "factors/confirm_totp",
    "factors/door",
    "factors/end_totp",
    "factors/keep_codes",
    "factors/remove_passkey",
    "factors/rename_passkey",
    "factors/renew_codes",
    "sessions/end_others",
    "texts/preview",
];

/// Who calls these is not signed in any more.
const LEAVE: &[&str] = &["accounts/sign_out_everywhere"];

pub fn body(function: &str, org: &str, key: &str) -> Value {
    match function {
        "accounts/door" | "accounts/sign_out" | "accounts/sign_out_everywhere" => json!({}),
        "accounts/security" => json!({ "org": org }),
        "accounts/accept_invitation" | "accounts/reset_password" => {
            json!({ "token": "none", "password": PASSWORD })
        }
        "accounts/change_address" => json!({ "org": org, "email": "new@example.org", "password": PASSWORD }),
        "accounts/change_password" => {
            json!({ "org": org, "current_password": "not the right one", "new_password": "a quite different walrus" })
        }
        "accounts/confirm" | "accounts/invitation" | "accounts/link" => json!({ "token": "none" }),
        "accounts/forgot" => json!({ "email": "ana@example.org" }),
        "accounts/profile" | "accounts/send_verification" | "members/invitations" => json!({ "org": org }),
        "accounts/set_name" => json!({ "org": org, "name": "Somebody" }),
        "members/invite" => json!({ "org": org, "email": "zoe@example.org", "role": "ADMIN" }),
        "members/resend_invitation" | "members/revoke_invitation" => json!({ "org": org, "id": 1 }),
        "accounts/ask_passkey" => json!({ "email": "ana@example.org" }),
        "accounts/give_code" => json!({ "code": "123456" }),
        "accounts/give_passkey" => json!({ "token": "none", "answer": "{}" }),
        "accounts/second_step" => json!({}),
        "factors/add_passkey" => json!({ "name": "Laptop", "token": "none", "answer": "{}" }),
        "factors/begin_passkey" | "factors/begin_totp" | "factors/door" | "factors/keep_codes" => json!({}),
        "factors/confirm_totp" => json!({ "code": "123456" }),
        "factors/end_totp" | "factors/renew_codes" => json!({ "proof": "wrong" }),
        "factors/remove_passkey" => json!({ "passkey": 1, "proof": "wrong" }),
        "factors/rename_passkey" => json!({ "passkey": 1, "name": "Laptop" }),
        "factors/require" => json!({ "org": org, "required": false }),
        "factors/rules" | "factors/view" => json!({ "org": org }),
        "accounts/sign_in" => json!({ "email": "ana@example.org", "password": PASSWORD }),
        "accounts/sign_up" => json!({ "name": "Zoe", "email": "ana@example.org", "password": PASSWORD }),
        "audit/view" | "members/list" | "projects/view" | "teams/view" => json!({ "org": org }),
        "comments/add" => json!({ "org": org, "key": key, "body": "Text" }),
        "insights/view" | "issues/blank" | "issues/list" => json!({ "org": org }),
        "issues/complete" => json!({ "org": org, "field": "reporter", "prefix": "" }),
        "issues/create" => json!({ "org": org, "project": "CORE", "title": "Title", "severity": "LOW" }),
        "issues/edit" => json!({ "org": org, "key": key, "title": "Title", "version": 1 }),
        "issues/set_assignee" => json!({ "org": org, "key": key, "assignee": "" }),
        "issues/set_severity" => json!({ "org": org, "key": key, "severity": "HIGH" }),
        "issues/set_status" => json!({ "org": org, "key": key, "status": "TRIAGED" }),
        "issues/set_tags" => json!({ "org": org, "key": key, "tags": "ui" }),
        "issues/view" => json!({ "org": org, "key": key }),
        "sessions/end" => json!({ "id": 0 }),
        "sessions/end_others" => json!({}),
        "members/disable" | "members/enable" => json!({ "org": org, "member": "999999" }),
        "members/set_role" => json!({ "org": org, "member": "999999", "role": "ADMIN" }),
        "members/switch" => json!({ "org": org }),
        "projects/create" => json!({ "org": org, "key": "NEW", "name": "New" }),
        "projects/edit" => json!({ "org": org, "key": "CORE", "name": "New name" }),
        "teams/add_person" => json!({ "org": org, "team": "web", "person": "max@example.org" }),
        "teams/create" => json!({ "org": org, "name": "New" }),
        "teams/delete" => json!({ "org": org, "team": "web" }),
        "teams/edit" => json!({ "org": org, "team": "web", "name": "Web" }),
        "teams/remove_person" => json!({ "org": org, "team": "web", "person": "999999" }),
        "services/create" => json!({ "org": org, "called": "CI", "role": "REPORTER" }),
        "services/create_token" => json!({ "org": org, "service": 0, "name": "CI", "read": true }),
        "services/remove" => json!({ "org": org, "service": 0 }),
        "services/view" | "tokens/view" => json!({ "org": org }),
        "providers/view" => json!({ "org": org }),
        "providers/link" | "providers/unlink" => json!({ "org": org, "provider": "corp" }),
        "texts/preview" => json!({ "text": "Text" }),
        "tokens/create" => json!({ "org": org, "name": "CI", "read": true }),
        "tokens/revoke" => json!({ "org": org, "id": 0 }),
        other => panic!(
            "{other} has no row in the refusal test: say what it is called with, and look at the snapshot"
        ),
    }
}

pub fn functions() -> BTreeSet<&'static str> {
    leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.strip_prefix("/api/v1/").unwrap())
        .collect()
}

/// An organization with an issue of the reporter Ben, and people of every kind around it.
async fn cast() -> (TestApp, Vec<(&'static str, Actor)>, String) {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let cleo = app.sign_up("Cleo").await;
    let max = app.member("Max", Role::Maintainer).await;
    let dan = app.sign_up("Dan").await;
    let eve = app.sign_up("Eve").await;
    let key = ben.create_issue("Of Ben").await;
    app.owner_sql(
        "UPDATE memberships SET disabled_at = now() WHERE user_id = (SELECT id FROM users WHERE name = 'Dan');
         INSERT INTO organizations (slug, name, created_at) VALUES ('other', 'Other', now());
         INSERT INTO org_heads (org_id) SELECT id FROM organizations WHERE slug = 'other';
         INSERT INTO teams (org_id, slug, name, created_at) SELECT id, 'web', 'Web', now() FROM organizations WHERE slug = 'main';
         UPDATE memberships SET org_id = (SELECT id FROM organizations WHERE slug = 'other'), role = 'ADMIN'
         WHERE user_id = (SELECT id FROM users WHERE name = 'Eve');",
    )
    .await;
    let pia = app.sign_up("Pia").await;
    app.owner_sql(
        "INSERT INTO totp (user_id, secret, created_at, confirmed_at)
         SELECT id, 'sealed', now(), now() FROM users WHERE name = 'Pia'",
    )
    .await;
    pia.call("accounts/sign_out", json!({})).await.ok();
    pia.call("accounts/sign_in", json!({ "email": "pia@example.org", "password": PASSWORD })).await.ok();
    let anon = app.anon();
    let cast = vec![
        ("nobody", anon),
        // The password was right; the second step is not done.
        ("waiting", pia),
        ("admin of another", eve),
        ("disabled", dan),
        ("reporter", cleo),
        ("its reporter", ben),
        ("maintainer", max),
        ("admin", ana),
    ];
    (app, cast, key)
}

#[tokio::test]
async fn the_whole_table_of_functions() {
    let (_app, cast, key) = cast().await;
    let mut table = String::new();
    for function in functions() {
        for (who, actor) in &cast {
            let open = OPEN.contains(&function) || LEAVE.contains(&function);
            if open && !matches!(*who, "nobody" | "waiting") {
                continue;
            }
            let status = actor.call(function, body(function, "main", &key)).await.status.as_u16();
            writeln!(table, "{function:26} {who:17} {status}").unwrap();
            let outsider = matches!(*who, "nobody" | "waiting" | "admin of another" | "disabled");
            let signed_in = matches!(*who, "admin of another" | "disabled");
            let public = open || (OWN.contains(&function) && signed_in);
            assert!(
                public || !outsider || matches!(status, 401 | 404),
                "{function} answers {status} to {who}"
            );
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn the_whole_table_of_pages() {
    let (_app, cast, key) = cast().await;
    let mut table = String::new();
    let known = [
        "/signup",
        "/login",
        "/forgot",
        "/reset",
        "/verify",
        "/invitation",
        "/login/failed",
        "/login/second",
        "/second-factor",
        "/{org}",
        "/{org}/issues",
        "/{org}/issues/new",
        "/{org}/issues/{key}",
        "/{org}/insights",
        "/{org}/settings/security",
        "/{org}/settings/audit",
        "/{org}/settings/members",
        "/{org}/settings/projects",
        "/{org}/settings/teams",
        "/{org}/settings/tokens",
        "/{org}/settings/services",
        "/{org}/settings/profile",
        "/{org}/settings/invitations",
        "/{org}/settings/providers",
        "/{org}/settings/factors",
        "/{org}/settings/sign-in",
    ];
    let routes = server::http::page_paths();
    assert_eq!(
        routes.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        known.into(),
        "a page has no row in this test"
    );
    for path in known {
        let path = path.replace("{org}", "main").replace("{key}", &key);
        for (who, actor) in &cast {
            let answer = actor.get(&path).await;
            let to = answer.headers.get("location").map(|to| to.to_str().unwrap()).unwrap_or_default();
            writeln!(table, "{path:26} {who:17} {} {to}", answer.status.as_u16()).unwrap();
            if matches!(*who, "nobody" | "waiting" | "admin of another" | "disabled" | "reporter") {
                assert!(!answer.body.contains("Of Ben"), "{path} shows an issue to {who}");
            }
        }
    }
    insta::assert_snapshot!(table);
}

/// What an ADMIN takes out; `structure` holds that these are all.
pub const DOWNLOADS: &[&str] = &["/{org}/settings/audit.csv"];

#[tokio::test]
async fn the_whole_table_of_downloads() {
    let (_app, cast, _) = cast().await;
    let mut table = String::new();
    for path in DOWNLOADS {
        let path = path.replace("{org}", "main");
        for (who, actor) in &cast {
            let answer = actor.get(&path).await;
            let to = answer.headers.get("location").map(|to| to.to_str().unwrap()).unwrap_or_default();
            writeln!(table, "{path:22} {who:17} {} {to}", answer.status.as_u16()).unwrap();
            assert!(*who == "admin" || !answer.body.contains("ben@example.org"), "{path} to {who}");
        }
    }
    insta::assert_snapshot!(table);
}

/// The routes that are neither pages nor functions; `structure` holds that these are all.
pub const MACHINE_ROUTES: &[(&str, u16)] = &[
    ("/", 303),
    ("/favicon.svg", 404),
    ("/fonts/none.woff2", 404),
    ("/health", 200),
    ("/health/live", 200),
    ("/health/ready", 200),
    // Not an upgrade; what the socket refuses is tested with it.
    ("/live", 400),
    // A provider that there is none of.
    ("/login/{provider}", 404),
    ("/login/{provider}/callback", 404),
    ("/login/{provider}/continue", 404),
    ("/metrics", 401),
    ("/passkeys.js", 404),
    ("/pkg/none.js", 404),
    ("/settings/security", 303),
];

#[tokio::test]
async fn the_whole_table_of_routes_for_machines() {
    let (_app, cast, _) = cast().await;
    for (path, status) in MACHINE_ROUTES {
        for (who, actor) in &cast {
            let answer = actor.get(path).await;
            assert_eq!(answer.status.as_u16(), *status, "{path} to {who}");
            assert!(!answer.body.contains("Of Ben"), "{path} shows an issue to {who}");
        }
    }
}

#[tokio::test]
async fn no_function_answers_500_to_nonsense() {
    let (_app, cast, _) = cast().await;
    let admin = &cast.last().unwrap().1;
    for function in functions() {
        for nonsense in [json!({}), json!([]), json!(7), json!({ "org": 7, "key": [], "title": null })] {
            let status = admin.call(function, nonsense).await.status;
            assert!(status.is_client_error() || status == StatusCode::OK, "{function}: {status}");
        }
        let broken =
            http::Request::post(format!("/api/v1/{function}")).header("content-type", "application/json");
        let status = admin.send(broken.body("{".into()).unwrap()).await.status;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{function}");
    }
    assert_eq!(admin.call("no/such", json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.get("/api/v1/issues/list").await.status, StatusCode::METHOD_NOT_ALLOWED);
}
