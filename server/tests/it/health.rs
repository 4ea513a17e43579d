//! What machines ask: is it alive, ready, well, and how much of everything.

use axum::{Router, body::Body};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use server::{
    config::Metrics,
    health::{self, Health},
    metrics,
    testing::TestApp,
    worker::Tasks,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tracker_domain::text::Secret;

async fn ask(router: &Router, path: &str, token: &str) -> (StatusCode, String) {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn states(body: &str) -> Vec<(String, String)> {
    let body: Value = serde_json::from_str(body).unwrap();
    let parts = body["parts"].as_object().unwrap();
    parts.iter().map(|(name, part)| (name.clone(), part["state"].as_str().unwrap().to_owned())).collect()
}

#[tokio::test]
async fn each_part_says_how_it_is_and_one_that_fails_fails_the_whole() {
    let app = TestApp::start().await;
    let (tasks, stop) = (Tasks::default(), CancellationToken::new());
    let router = health::routes(Health::new(&app.app, &tasks, &stop)).into_router();
    let (status, body) = ask(&router, "/health", "").await;
    assert_eq!(status, 200, "{body}");
    let names = ["database", "migrations", "pool", "worker"];
    assert_eq!(states(&body), names.map(|name| (name.to_owned(), "ok".to_owned())));
    assert_eq!(ask(&router, "/health/ready", "").await.0, 200);

    app.owner_sql("DELETE FROM _sqlx_migrations WHERE version = 1").await;
    let (status, body) = ask(&router, "/health", "").await;
    assert_eq!(status, 503);
    assert!(states(&body).contains(&("migrations".to_owned(), "failed".to_owned())), "{body}");
    assert_eq!(ask(&router, "/health/ready", "").await.0, 503);
    assert_eq!(ask(&router, "/health/live", "").await.0, 200);
}

#[tokio::test]
async fn a_reader_that_does_not_read_and_a_task_that_fails_are_seen() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let (tasks, stop) = (Tasks::default(), CancellationToken::new());
    let router = health::routes(Health::new(&app.app, &tasks, &stop)).into_router();
    assert_eq!(ask(&router, "/health", "").await.0, 200, "a little behind is normal");
    app.owner_sql("UPDATE events SET recorded_at = now() - interval '1 minute'").await;
    let (status, body) = ask(&router, "/health", "").await;
    assert_eq!(status, 503, "{body}");
    assert!(states(&body).contains(&("worker".to_owned(), "failed".to_owned())), "{body}");
    assert_eq!(ask(&router, "/health/ready", "").await.0, 200, "people can be served all the same");

    app.owner_sql("UPDATE events SET recorded_at = now()").await;
    tasks.supervise("broken", &stop, |_| async { Err("it does not work") });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(ask(&router, "/health", "").await.0, 503);
    stop.cancel();
}

#[tokio::test]
async fn who_is_about_to_stop_is_not_ready() {
    let app = TestApp::start().await;
    let stop = CancellationToken::new();
    let router = health::routes(Health::new(&app.app, &Tasks::default(), &stop)).into_router();
    stop.cancel();
    assert_eq!(ask(&router, "/health/ready", "").await.0, 503);
    assert_eq!(ask(&router, "/health/live", "").await.0, 200);
}

#[tokio::test]
async fn no_answer_tells_strangers_anything_about_the_database() {
    let app = TestApp::start().await;
    let router =
        health::routes(Health::new(&app.app, &Tasks::default(), &CancellationToken::new())).into_router();
    app.app.db.close().await;
    let (status, body) = ask(&router, "/health", "").await;
    assert_eq!(status, 503);
    for word in ["sqlx", "postgres", "closed", "error", "tracker_app"] {
        assert!(!body.to_lowercase().contains(word), "{word}: {body}");
    }
}

#[tokio::test]
async fn metrics_are_there_when_wanted_and_for_those_with_the_token() {
    let app = TestApp::start().await;
    let settings = |enabled, token: Option<&str>| Metrics { enabled, token: token.map(Secret::new) };
    let off = metrics::routes(&settings(false, None), &app.app.db).into_router();
    assert_eq!(ask(&off, "/metrics", "").await.0, 404);
    let open = metrics::routes(&settings(true, None), &app.app.db).layer(metrics::layer()).into_router();
    ask(&open, "/metrics", "").await;
    let (status, body) = ask(&open, "/metrics", "").await;
    assert_eq!(status, 200);
    for name in
        ["tracker_http_requests_duration_seconds_bucket", "tracker_pool_connections", "tracker_pool_waiting"]
    {
        assert!(body.contains(name), "{name}: {body}");
    }
    let closed = metrics::routes(&settings(true, Some("a long enough token")), &app.app.db).into_router();
    assert_eq!(ask(&closed, "/metrics", "another token").await.0, 401);
    assert_eq!(ask(&closed, "/metrics", "a long enough token").await.0, 200);
}
