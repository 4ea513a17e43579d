//! What every answer tells the browser, whatever the path: the headers that Mozilla's Observatory gives its best grade for
//! (`scripts/observatory.mjs` asks it), the cookies, and who may send a change.

use http::{HeaderMap, Request, StatusCode, header};
use serde_json::json;
use server::testing::{Actor, Answer, PASSWORD, TestApp};

use crate::{
    live::tab::Tab,
    refusals::{
        cast::{Asker, cast},
        table::{DOWNLOADS, MACHINES, PAGES, calls},
    },
};

/// Every header that each answer carries.
const ALWAYS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[track_caller]
fn hardened(path: &str, answer: &Answer) {
    let headers = &answer.headers;
    for (name, value) in ALWAYS {
        // A page may say less of where it came from, never more.
        let stricter = *name == "referrer-policy" && text(headers, name) == "no-referrer";
        assert!(stricter || text(headers, name) == *value, "{path}: {name} is {}", text(headers, name));
    }
    let policy = text(headers, "content-security-policy");
    for part in [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "img-src 'self'",
    ] {
        assert!(policy.contains(part), "{path}: no {part} in {policy}");
    }
    for part in ["unsafe-inline", "'unsafe-eval'", "http:", "https:", "*", "data:"] {
        assert!(!policy.contains(part), "{path}: {part} in {policy}");
    }
    assert!(!headers.contains_key("access-control-allow-origin"), "{path} lets other sites read it");
    assert!(
        !headers.contains_key("server") && !headers.contains_key("x-powered-by"),
        "{path} says what it runs on"
    );
    assert!(headers.contains_key(header::CACHE_CONTROL), "{path}");
}

#[tokio::test]
async fn every_answer_is_hardened_whatever_the_path_and_the_status() {
    let (stage, cast) = cast().await;
    let words = stage.words().await;
    let functions: Vec<_> = calls().filter(|call| !call.function.ends_with("sign_out")).collect();
    for Asker { actor, .. } in &cast {
        for page in PAGES.iter().chain(DOWNLOADS) {
            let path = page.addresses(&words).swap_remove(0);
            let answer = actor.get(&path).await;
            hardened(&path, &answer);
            // A file is kept, and asked about each time.
            let file = page.programs.is_some() && answer.status == StatusCode::OK;
            let caching = if file { "private, no-cache" } else { "no-store" };
            assert_eq!(text(&answer.headers, "cache-control"), caching, "{path} is somebody's");
        }
        for (_, path, _) in MACHINES {
            hardened(path, &actor.get(path).await);
        }
        for call in &functions {
            let answer = actor.call(call.function, (call.bodies)(&words).swap_remove(0)).await;
            hardened(call.function, &answer);
            assert_eq!(text(&answer.headers, "cache-control"), "no-store", "{}", call.function);
        }
        for path in ["/no/such/page", "/api/v1/no/such", "/api/v1/issues/list"] {
            hardened(path, &actor.get(path).await);
        }
    }
}

#[tokio::test]
async fn over_tls_the_browser_is_held_to_it_and_cookies_are_this_hosts_alone() {
    let app = TestApp::start().await;
    assert!(!app.anon().get("/login").await.headers.contains_key("strict-transport-security"));
    let app = app.with_settings(|settings| settings.public_url = "https://tracker.test".to_owned());
    let page = app.anon().get("/login").await;
    assert!(text(&page.headers, "strict-transport-security").starts_with("max-age=31536000"));

    let (ana, eve) = (app.anon(), app.anon());
    let person = json!({ "name": "Ana", "email": "ana@example.org", "password": PASSWORD });
    let given = [
        ana.call("accounts/sign_up", person).await.ok(),
        ana.call("accounts/sign_out", json!({})).await.ok(),
        ana.call("accounts/sign_in", json!({ "email": "ana@example.org", "password": PASSWORD })).await.ok(),
        form(&eve, "https://tracker.test", &[("email", "nobody@example.org"), ("password", "wrong")]).await,
    ];
    let mut cookies = 0;
    for cookie in given.iter().flat_map(|answer| answer.headers.get_all(header::SET_COOKIE)) {
        let cookie = cookie.to_str().unwrap();
        cookies += 1;
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for part in ["; Path=/;", "; HttpOnly;", "; SameSite=Lax;", "; Secure"] {
            assert!(cookie.contains(part), "no {part} in {cookie}");
        }
        assert!(!cookie.to_lowercase().contains("domain="), "{cookie}");
    }
    assert!(cookies >= 4, "each of them gives or takes a cookie");
    // What another program of the same host left there under the plain name is nobody's session.
    let plain = ana.cookie_header().replace("__Host-", "");
    let plain = Request::get("/main").header(header::COOKIE, plain).body("".into()).unwrap();
    assert_eq!(app.anon().send_as_is(plain).await.status, StatusCode::SEE_OTHER);
}

async fn form(actor: &Actor, origin: &str, fields: &[(&str, &str)]) -> Answer {
    let body = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let request = Request::post("/api/v1/accounts/sign_in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "text/html")
        .header(header::ORIGIN, origin);
    actor.send(request.body(body.into()).unwrap()).await
}

/// What a browser says of a page of somebody else, in each way that it can say it.
const FOREIGN: &[(&str, &str)] = &[
    ("origin", "https://evil.example"),
    ("origin", "null"),
    ("origin", "http://tracker.test:8080"),
    ("origin", "http://tracker.test.evil.example"),
    ("origin", "http://sub.tracker.test"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
];

#[tokio::test]
async fn no_function_takes_anything_from_another_site() {
    let (stage, cast) = cast().await;
    let words = stage.words().await;
    let admin = &cast[0].actor;
    let before =
        stage.app.owner_count("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM sessions)").await;
    for call in calls() {
        let body = (call.bodies)(&words).swap_remove(0).to_string();
        for (name, value) in FOREIGN {
            for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
                let request = Request::post(format!("/api/v1/{}", call.function))
                    .header(header::CONTENT_TYPE, kind)
                    .header(*name, *value);
                let answer = admin.send(request.body(body.clone().into()).unwrap()).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} with {name}: {value}", call.function);
            }
        }
    }
    let after =
        stage.app.owner_count("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM sessions)").await;
    assert_eq!(before, after);
}

#[tokio::test]
async fn no_socket_opens_for_a_page_of_another_site() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let address = app.serve().await;
    let port = address.port();
    for origin in [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        format!("http://localhost:{port}"),
        format!("http://127.0.0.1:{}", port ^ 1),
        format!("http://[::1]:{port}"),
        "http://127.0.0.1".to_owned(),
        format!("http://127.0.0.1:{port}.evil.example"),
    ] {
        let refused = Tab::connect(address, &ana, &origin).await.err();
        assert!(refused.is_some_and(|error| error.to_string().contains("403")), "{origin}");
    }
    Tab::open(address, &ana).await;
}
