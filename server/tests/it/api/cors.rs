//! Pages of other sites: none calls the functions unless the operator named it, and then with a token only.

use axum::body::Body;
use http::{HeaderMap, Method, Request, header};
use serde_json::json;
use server::testing::{Actor, Answer, TestApp};

use super::Log;
use crate::tokens::make;

const BOARD: &str = "https://board.example.org";

fn request(method: Method, origin: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri("/api/v1/issues/list")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, origin)
        .header("sec-fetch-site", "cross-site")
}

async fn preflight(actor: &Actor, origin: &str) -> Answer {
    let request = request(Method::OPTIONS, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization, content-type, idempotency-key");
    actor.send_as_is(request.body(Body::empty()).unwrap()).await
}

async fn call(actor: &Actor, origin: &str) -> Answer {
    actor.send(request(Method::POST, origin).body(Body::from("{\"org\":\"main\"}")).unwrap()).await
}

fn allowed(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|origin| origin.to_str().unwrap())
}

#[tokio::test]
async fn nobody_else_is_let_in_unless_they_are_named() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true })).await;
    let asked = preflight(&app.anon(), BOARD).await;
    assert_eq!((asked.status.as_u16(), allowed(&asked.headers)), (405, None));
    let answer = call(&app.anon().showing(&token), BOARD).await;
    assert_eq!(allowed(&answer.headers), None, "no browser hands this to the page");
}

#[tokio::test]
async fn a_named_origin_comes_in_with_a_token_and_never_with_a_cookie() {
    let app =
        TestApp::start().await.with_settings(|settings| settings.limits.origins = vec![BOARD.to_owned()]);
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true })).await;
    let asked = preflight(&app.anon(), BOARD).await;
    assert_eq!((asked.status.as_u16(), allowed(&asked.headers)), (200, Some(BOARD)));
    let headers = asked.headers[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap().to_lowercase();
    assert!(headers.contains("authorization") && headers.contains("idempotency-key"), "{headers}");
    let answer = call(&app.anon().showing(&token), BOARD).await.ok();
    assert_eq!(allowed(&answer.headers), Some(BOARD));
    let told = answer.headers[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().unwrap();
    assert!(told.contains("ratelimit") && told.contains("retry-after"), "{told}");
    let vary =
        answer.headers.get_all(header::VARY).iter().any(|names| names.to_str().unwrap().contains("origin"));
    assert!(vary, "nobody between hands one page the answer of another");

    let by_cookie = call(&ana, BOARD).await;
    assert_eq!(by_cookie.status, 403, "{}", by_cookie.body);
    let request = Request::get("/api/v1/events?org=main&after=0")
        .header(header::ORIGIN, BOARD)
        .header("sec-fetch-site", "cross-site");
    assert_eq!(ana.send(request.body(Body::empty()).unwrap()).await.status, 403, "nor does it read along");
    for answer in [&asked, &answer, &by_cookie] {
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        assert_ne!(allowed(&answer.headers), Some("*"));
    }
}

#[tokio::test]
async fn a_wrong_origin_is_named_in_the_log_with_the_setting_to_change() {
    let app =
        TestApp::start().await.with_settings(|settings| settings.limits.origins = vec![BOARD.to_owned()]);
    let log = Log::default();
    let _guard = log.listen();
    for wrong in
        ["https://evil.example", "https://board.example.org.evil.example", "null", "http://board.example.org"]
    {
        let asked = preflight(&app.anon(), wrong).await;
        assert_eq!(allowed(&asked.headers), None, "{wrong}");
        let text = log.text();
        let line = text.lines().find(|line| line.contains(&format!("\"{wrong}\""))).unwrap_or_default();
        assert!(line.contains("WARN") && line.contains("TRACKER_CORS_ORIGINS"), "{wrong}: {text}");
    }
    let before = log.text().matches("TRACKER_CORS_ORIGINS").count();
    preflight(&app.anon(), BOARD).await;
    assert_eq!(log.text().matches("TRACKER_CORS_ORIGINS").count(), before, "what is right is not mentioned");
}
