//! Numbers for Prometheus, at `/metrics`.
//!
//! | name | what |
//! |---|---|
//! | `tracker_http_requests_total`, `tracker_http_requests_duration_seconds`, `…_pending` | by method, route and status |
//! | `tracker_pool_connections` | by pool (`app`, `system`) and state (`in_use`, `idle`) |
//! | `tracker_pool_waiting` | requests that wait for a connection of the `app` pool |
//! | `tracker_jobs_total` | by job and outcome (`done`, `failed`: tried again later, `given_up`) |
//! | `tracker_task_failures_total` | by task, see `worker::Tasks` |
//! | `tracker_reader_behind_events`, `tracker_reader_behind_seconds` | by reader of the log |
//! | `tracker_live_connections`, `tracker_live_lag_seconds` | open connections; from commit to send |
//!
//! To add one, use the macros of `metrics` where it happens and list it here.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
    routing::get,
};
use axum_prometheus::{
    EndpointLabel, PrometheusMetricLayer, PrometheusMetricLayerBuilder,
    metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle},
};
use metrics::gauge;
use sha2::{Digest, Sha256};
use std::{
    future::Future,
    sync::{
        LazyLock, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tracker_domain::text::Secret;

use crate::{
    config::Metrics,
    http::Routes,
    storage::{Db, health},
    worker::INSIGHTS,
};

/// Seconds, for everything that is measured in them: from a fast page to the longest that a request may take.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// How often samples are put into their buckets when nobody asks.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// The recorder of this process, which is one however many servers a test starts.
fn recorder() -> Option<PrometheusHandle> {
    let install = || {
        let builder =
            PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS);
        builder
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(|error| tracing::error!(%error, "no metrics"))
            .ok()
    };
    RECORDER.get_or_init(install).clone()
}

/// Its prefix can be set only once in a process.
static LAYER: LazyLock<PrometheusMetricLayer<'static>> = LazyLock::new(|| {
    PrometheusMetricLayerBuilder::new()
        .with_prefix("tracker")
        .with_endpoint_label_type(EndpointLabel::MatchedPathWithFallbackFn(|_| "other".to_owned()))
        .build()
});

/// Counts and times requests, by the route that they matched.
pub fn layer() -> PrometheusMetricLayer<'static> {
    recorder();
    LAYER.clone()
}

/// Waits for a connection, and counts those who do.
pub async fn waiting<T>(acquire: impl Future<Output = T>) -> T {
    struct Seat;
    impl Drop for Seat {
        fn drop(&mut self) {
            WAITING.fetch_sub(1, Ordering::Relaxed);
        }
    }
    WAITING.fetch_add(1, Ordering::Relaxed);
    let _seat = Seat;
    acquire.await
}

/// How many wait for a connection now.
pub fn waiting_now() -> usize {
    WAITING.load(Ordering::Relaxed)
}

#[derive(Clone)]
struct Page {
    db: Db,
    token: Option<[u8; 32]>,
    recorder: PrometheusHandle,
}

/// `/metrics`, when it is wanted.
pub fn routes(settings: &Metrics, db: &Db) -> Routes {
    let Some(recorder) = recorder().filter(|_| settings.enabled) else {
        return Routes::new();
    };
    tokio::spawn(upkeep(recorder.clone()));
    let token = settings.token.as_ref().map(fingerprint);
    Routes::new().route("/metrics", get(page)).with_state(Page { db: db.clone(), token, recorder })
}

async fn upkeep(recorder: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP_EVERY).await;
        recorder.run_upkeep();
    }
}

async fn page(State(page): State<Page>, headers: HeaderMap) -> Response {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if page.token.is_some() && sent.map(|sent| fingerprint(&Secret::new(sent))) != page.token {
        return (StatusCode::UNAUTHORIZED, [("www-authenticate", "Bearer")], "").into_response();
    }
    measure(&page.db).await;
    ([("content-type", "text/plain; version=0.0.4")], page.recorder.render()).into_response()
}

/// Compared instead of the token itself, so that the time it takes tells nothing about it.
fn fingerprint(token: &Secret) -> [u8; 32] {
    Sha256::digest(token.reveal().as_bytes()).into()
}

/// What is read when somebody asks.
async fn measure(db: &Db) {
    for (name, pool) in [("app", &db.app), ("system", &db.system)] {
        let idle = pool.num_idle();
        let in_use = (pool.size() as usize).saturating_sub(idle);
        gauge!("tracker_pool_connections", "pool" => name, "state" => "idle").set(idle as f64);
        gauge!("tracker_pool_connections", "pool" => name, "state" => "in_use").set(in_use as f64);
    }
    gauge!("tracker_pool_waiting").set(waiting_now() as f64);
    match health::lag(&db.system, INSIGHTS).await {
        Ok(lag) => {
            gauge!("tracker_reader_behind_events", "reader" => INSIGHTS).set(lag.events as f64);
            gauge!("tracker_reader_behind_seconds", "reader" => INSIGHTS).set(lag.seconds);
        }
        Err(error) => tracing::warn!(%error, "the lag of the readers cannot be measured"),
    }
}
