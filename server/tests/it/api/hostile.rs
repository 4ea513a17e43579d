//! Whatever is sent, it is refused with a reason and never answered by a fault.

use axum::body::Body;
use futures::stream;
use http::{Method, Request, header};
use serde_json::{Value, json};
use server::testing::{Answer, TestApp};
use std::{collections::BTreeSet, time::Duration};
use tracker_domain::error::AppError;

use super::{Log, fields, send};
use crate::refusals::{
    cast::cast,
    functions,
    table::{PAGES, calls},
};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// What can stand in a field, and should not.
fn nonsense() -> Vec<Value> {
    let long = "x".repeat(200_000);
    vec![
        json!(7),
        json!(-1),
        json!(i64::MAX),
        json!(1.5),
        json!(1e300),
        json!(null),
        json!([]),
        json!({}),
        json!([["deep", { "er": [1] }]]),
        json!(""),
        json!("\u{0}"),
        json!("a\u{0}b"),
        json!("\u{202e}\u{feff}\u{fffd}\u{1f600}"),
        json!("' OR 1 = 1; --"),
        json!("../../etc/passwd"),
        json!("9".repeat(40)),
        json!("n~9223372036854775807~999999999999999999999"),
        json!(long),
    ]
}

/// Whoever ends their session is nobody afterwards, and who demands a second factor has none: these come last.
fn in_order() -> Vec<&'static str> {
    let last = |name: &&str| name.contains("sign_out") || name.ends_with("/require");
    let (last, mut first): (Vec<_>, Vec<_>) = functions().into_iter().partition(last);
    first.extend(last);
    first
}

#[tokio::test]
async fn no_field_of_any_function_takes_what_it_should_not() {
    let (stage, cast) = cast().await;
    let words = stage.words().await;
    let admin = &cast[0].actor;
    for function in in_order() {
        let call = calls().find(|call| call.function == function).unwrap();
        let good = (call.bodies)(&words).swap_remove(0);
        for field in fields(admin, function).await {
            for wrong in nonsense() {
                let mut body = good.clone();
                body[&field] = wrong.clone();
                let answer = admin.call(function, body).await;
                let short: String = wrong.to_string().chars().take(40).collect();
                assert!(answer.status.as_u16() < 500, "{function} {field} {short}: {}", answer.body);
                if wrong.is_array() || wrong.is_object() || wrong.is_f64() {
                    let error = answer.error();
                    assert!(error.about(&field).is_some(), "{function} {field} {short}: {error:?}");
                } else if wrong.as_str().is_some_and(|text| text.contains('\0')) {
                    assert_eq!(answer.status, 422, "{function} {field} {short}");
                }
            }
        }
    }
}

#[tokio::test]
async fn no_body_of_any_kind_is_a_fault() {
    let (_stage, cast) = cast().await;
    let admin = &cast[0].actor;
    let deep = "[".repeat(100_000);
    let texts: [(&str, &[u8], u16); 14] = [
        (JSON, b"", 400),
        (JSON, b"{", 400),
        (JSON, b"nonsense", 400),
        (JSON, b"{}{}", 400),
        (JSON, b"{\"org\":\"\xff\"}", 400),
        (JSON, b"{\"org\":\"\\ud800\"}", 400),
        (JSON, deep.as_bytes(), 422),
        (JSON, b"[]", 422),
        (JSON, b"7", 422),
        (JSON, b"{\"org\":\"a\",\"org\":\"b\"}", 422),
        (FORM, b"no_such_field=1", 422),
        (FORM, b"org[a][b][c][d]=1", 422),
        ("text/plain", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
    ];
    for function in in_order() {
        for (kind, body, status) in texts {
            let answer = send(admin, function, kind, body.to_vec()).await;
            let short = String::from_utf8_lossy(&body[..body.len().min(30)]);
            assert_eq!(answer.status.as_u16(), status, "{function} {kind} {short}: {}", answer.body);
            answer.error();
        }
        for form in ["org=%00", "org=%ff%fe", "=", "&&&", "org=a&org=b", "org[]=a", "%", "a]=1", "org=%ZZ"] {
            let answer = send(admin, function, FORM, form).await;
            // Whoever signed out is nobody from here on, and a function without fields takes an empty form.
            assert!(answer.status.as_u16() < 500, "{function} {form}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_all_of_it_came() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let large = format!("{{\"text\":\"{}\"}}", "x".repeat(1024 * 1024));
    let error = send(&ana, "texts/preview", JSON, large).await.error();
    assert_eq!(error, AppError::TooLarge { limit: 1024 * 1024 });
    // Without an end, and without saying how long it is.
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>("x".repeat(64 * 1024)));
    let error = send(&ana, "texts/preview", JSON, Body::from_stream(endless)).await.error();
    assert_eq!(error.status(), 413);
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let arriving = stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
    let (headers, short) = (http::HeaderMap::new(), Duration::from_millis(50));
    let body = server::http::received_body(&headers, Body::from_stream(arriving), short).await;
    assert_eq!(body, Err(AppError::Timeout));
}

#[tokio::test]
async fn every_refusal_of_a_program_is_a_problem_document_with_a_reference_that_the_log_has() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let log = Log::default();
    let _guard = log.listen();
    let request = |method: Method, path: &str| {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, JSON)
            .body(Body::from("{}"))
            .unwrap()
    };
    let asked = [
        (request(Method::POST, "/api/v1/issues/list"), 422, "invalid"),
        (request(Method::POST, "/api/v1/no/such"), 404, "not-found"),
        (request(Method::POST, "/api/v1/deeper/than/that"), 404, "not-found"),
        (request(Method::GET, "/api/v1/issues/list"), 405, "method"),
    ];
    for (request, status, kind) in asked {
        let answer: Answer = ana.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["type"], format!("/docs#error-{kind}"));
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        let id = answer.headers["x-request-id"].to_str().unwrap();
        assert_eq!(problem["instance"], format!("urn:uuid:{id}"));
        let written = log.text();
        let line = written.lines().find(|line| line.contains(id)).unwrap_or_default();
        assert!(line.contains("refused") && line.contains(&format!("status={status}")), "{id}: {written}");
        answer.error();
    }
    let post_only = ana.send(request(Method::GET, "/api/v1/issues/list")).await;
    assert_eq!(post_only.headers[header::ALLOW], "POST");
}

#[tokio::test]
async fn an_unknown_word_is_told_with_those_that_are_known() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let answer = ana.set_status(&key, "GONE").await;
    let known: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(known["errors"][0]["field"], "status");
    assert_eq!(known["errors"][0]["known"], json!(["OPEN", "TRIAGED", "IN_PROGRESS", "DONE"]));
    assert_eq!(answer.status, 422);
}

/// The fields that the forms of a page send, by the function that they send them to.
fn forms(page: &str) -> Vec<(String, BTreeSet<String>)> {
    let attribute = |text: &str, name: &str| {
        let rest = text.split(&format!(" {name}=\"")).nth(1)?;
        Some(rest.split('"').next()?.to_owned())
    };
    let form = |text: &str| {
        let inside = text.split("</form>").next()?;
        let to = attribute(inside.split('>').next()?, "action")?.strip_prefix("/api/v1/")?.to_owned();
        let tags = inside.split('<').skip(1).filter_map(|tag| tag.split('>').next());
        let names = tags.filter(|tag| !tag.starts_with("meta")).filter_map(|tag| attribute(tag, "name"));
        Some((to, names.collect()))
    };
    page.split("<form").skip(1).filter_map(form).collect()
}

/// What pages show when they are asked for it: each has another form.
const STATES: &[&str] = &[
    "/main/issues/CORE-1?edit=1",
    "/main/settings/teams?team=web",
    "/main/settings/projects?edit=CORE",
    "/main/settings/factors?do=totp",
    "/main/settings/factors?do=codes",
];

#[tokio::test]
async fn every_form_of_every_page_sends_only_what_its_function_knows() {
    let (stage, cast) = cast().await;
    let words = stage.words().await;
    let admin = &cast[0].actor;
    let pages = PAGES.iter().map(|page| page.addresses(&words).swap_remove(0));
    let addresses: Vec<String> = pages.chain(STATES.iter().map(|state| (*state).to_owned())).collect();
    let (anybody, mut seen) = (stage.app.anon(), BTreeSet::new());
    for (address, actor) in addresses.iter().flat_map(|address| [(address, admin), (address, &anybody)]) {
        for (function, mut names) in forms(&actor.get(address).await.body) {
            names.remove("idempotency_key");
            // What is uploaded never reaches the function: its files are named in `files`.
            let texts_go_to = match function.as_str() {
                "files/issue" => "issues/create",
                "files/comment" => "comments/add",
                _ => &function,
            };
            let uploads = function == "files/upload" || texts_go_to != function;
            assert!(!uploads || names.remove("upload"), "{address}: {function} has no files");
            let known = match function.as_str() {
                "files/upload" => vec!["org".to_owned(), "key".to_owned()],
                _ => fields(&anybody, texts_go_to).await,
            };
            for name in &names {
                assert!(known.contains(name), "{address}: {function} does not know {name}: {known:?}");
            }
            seen.insert(function);
        }
    }
    assert!(seen.len() > 20 && seen.contains("teams/edit") && seen.contains("issues/edit"), "{seen:?}");
}
