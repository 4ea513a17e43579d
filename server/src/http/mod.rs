//! The web server: pages, the server functions, files, and what stands around all of them.
//!
//! A route belongs here only if it is not a server function; those come in by themselves under `/api/v1`. Every route
//! is added through [`Routes`] and needs a row in the refusal test, which fails when one has none.

mod api;
mod assets;
mod audit_csv;
mod caller;
mod charts;
mod client;
mod connections;
pub mod cookies;
mod cors;
mod docs;
mod events;
mod files;
mod gate;
mod headers;
mod origin;
mod pages;
mod plain;
mod problem;
mod providers;
mod received;
mod routes;
mod scopes;
mod session;
mod upload;

use app::ports::Ports;
pub use assets::Site;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
pub use caller::caller;
pub use connections::{Patience, serve};
pub use origin::same_origin;
pub use pages::paths as page_paths;
pub use plain::is_secret;
pub use received::body as received_body;
pub use routes::Routes;
pub use scopes::{Need, need};
pub use session::{Known, know};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing::Level;

use crate::{
    App,
    fault::fault,
    limits::{Limits, Open},
    services,
};

/// The largest form: a description of 256 KiB can triple when its bytes are percent-encoded.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Nobody waits longer for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A file may take longer to come in, as long as something of it comes.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// What a handler needs.
#[derive(Clone)]
pub(crate) struct Http {
    pub app: App,
    pub ports: Ports,
    pub site: Site,
    pub limits: Arc<Limits>,
    pub open: Open,
}

/// The pages, the server functions and the files.
pub fn routes(app: &App, site: &Site) -> Routes {
    routes_on(app, services::ports(app), site)
}

/// The same on other ports, for instance on some that answer without a database.
pub fn routes_on(app: &App, ports: Ports, site: &Site) -> Routes {
    let limits = Arc::new(Limits::new(&app.settings.limits, app.clock.clone()));
    let http = Http { app: app.clone(), ports, site: site.clone(), limits, open: Open::default() };
    let mut routes = docs::routes()
        .route("/", get(pages::home))
        .route("/settings/security", get(pages::own_security))
        .route("/{org}/settings/audit.csv", get(audit_csv::table))
        .route("/{org}/insights/{chart}", get(charts::chart))
        .route("/{org}/files/{file}", get(files::whole))
        .route("/{org}/files/{file}/small", get(files::thumbnail))
        .route("/login/{provider}", get(providers::set_out))
        .route("/login/{provider}/continue", get(providers::go_on))
        .route("/login/{provider}/callback", get(providers::come_back));
    for path in pages::paths() {
        routes = routes.route(&path, get(pages::page));
    }
    let programs = Routes::new()
        .route("/api/v1/{noun}/{verb}", post(api::call))
        .route("/api/v1/events", get(events::follow))
        // What they take is counted while it comes in.
        .route("/api/v1/files/upload", post(upload::files).layer(DefaultBodyLimit::disable()))
        .route("/api/v1/files/issue", post(upload::issue).layer(DefaultBodyLimit::disable()))
        .route("/api/v1/files/comment", post(upload::comment).layer(DefaultBodyLimit::disable()));
    let programs = cors::open(programs, app).layer(from_fn_with_state(app.clone(), cors::mention));
    let routes = routes.merge(programs).fallback(pages::not_found).with_state(http);
    // Files are everybody's, and kept by whoever is between: no cookie is set on one.
    routes.layer(from_fn_with_state(app.clone(), know)).merge(assets::routes(site))
}

/// Gives up what takes too long.
async fn in_time(request: Request, next: Next) -> Response {
    let uploads = request.uri().path().starts_with("/api/v1/files/");
    let patience = if uploads { UPLOAD_TIMEOUT } else { TIMEOUT };
    let late = |_| http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    tokio::time::timeout(patience, next.run(request)).await.unwrap_or_else(late)
}

/// A file is sent as it is: a part of what was packed is a part of nothing.
fn is_no_file(
    _: http::StatusCode,
    _: http::Version,
    headers: &http::HeaderMap,
    _: &http::Extensions,
) -> bool {
    !(headers.contains_key(http::header::ETAG) && headers.contains_key(http::header::CONTENT_DISPOSITION))
}

/// Puts around every route what all of them need; the first named is the outermost.
///
/// It stands around the router and not, by `Router::layer`, around each of its routes: there each part would make a copy
/// of all the parts within it for each request, a tenth of what a search in the box takes.
pub fn surround(router: Router, app: &App) -> Router {
    let around = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), caller::put_our_own))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|request: &axum::extract::Request| {
                    // The path only: a query can hold what somebody searches for.
                    let id = caller::request_id(request.headers());
                    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
                })
                .on_response(DefaultOnResponse::new().level(Level::DEBUG)),
        )
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(DefaultPredicate::new().and(is_no_file)),
        )
        .layer(from_fn(problem::tell))
        .layer(CatchPanicLayer::custom(|_| api::problem(fault(&"a handler panicked"))))
        .layer(from_fn(in_time))
        .layer(from_fn_with_state(app.clone(), origin::check));
    routes::alone(around.service(router))
}
