//! The web server: pages, the server functions, files, and what stands around all of them.
//!
//! A route belongs here only if it is not a server function; those come in by themselves under `/api/v1`. Every route
//! is added through [`Routes`] and needs a row in the refusal test, which fails when one has none.

mod api;
mod assets;
mod audit_csv;
mod caller;
mod client;
pub mod cookies;
mod docs;
mod gate;
mod headers;
mod origin;
mod pages;
mod providers;
mod routes;
mod scopes;
mod session;

pub use api::is_secret;
use app::ports::Ports;
pub use assets::Site;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};
pub use caller::caller;
pub use origin::same_origin;
pub use pages::paths as page_paths;
pub use routes::Routes;
pub use scopes::{Need, need};
pub use session::{Known, know};
use std::sync::Arc;
use std::time::Duration;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing::Level;

use crate::{App, fault::fault, limits::Limits, services};

/// The largest form: a description of 256 KiB can triple when its bytes are percent-encoded.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Nobody waits longer for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What a handler needs.
#[derive(Clone)]
pub(crate) struct Http {
    pub app: App,
    pub ports: Ports,
    pub site: Site,
    pub limits: Arc<Limits>,
}

/// The pages, the server functions and the files.
pub fn routes(app: &App, site: &Site) -> Routes {
    routes_on(app, services::ports(app), site)
}

/// The same on other ports, for instance on some that answer without a database.
pub fn routes_on(app: &App, ports: Ports, site: &Site) -> Routes {
    let limits = Arc::new(Limits::new(&app.settings.limits, app.clock.clone()));
    let http = Http { app: app.clone(), ports, site: site.clone(), limits };
    let mut routes = docs::routes()
        .route("/", get(pages::home))
        .route("/settings/security", get(pages::own_security))
        .route("/{org}/settings/audit.csv", get(audit_csv::table))
        .route("/login/{provider}", get(providers::set_out))
        .route("/login/{provider}/continue", get(providers::go_on))
        .route("/login/{provider}/callback", get(providers::come_back))
        .route("/api/v1/{noun}/{verb}", post(api::call).layer(DefaultBodyLimit::max(MAX_BODY_BYTES)));
    for path in pages::paths() {
        routes = routes.route(&path, get(pages::page));
    }
    let routes = routes.fallback(pages::not_found).with_state(http);
    // Files are everybody's, and kept by whoever is between: no cookie is set on one.
    routes.layer(from_fn_with_state(app.clone(), know)).merge(assets::routes(site))
}

/// Puts around every route what all of them need; the first named is the innermost.
pub fn surround(router: Router, app: &App) -> Router {
    router
        .layer(from_fn_with_state(app.clone(), origin::check))
        .layer(TimeoutLayer::with_status_code(http::StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(CatchPanicLayer::custom(|_| api::problem(fault(&"a handler panicked"))))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|request: &axum::extract::Request| {
                    // The path only: a query can hold what somebody searches for.
                    let id = caller::request_id(request.headers());
                    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
                })
                .on_response(DefaultOnResponse::new().level(Level::DEBUG)),
        )
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(from_fn_with_state(app.clone(), caller::put_our_own))
}
