//! Which pages of other sites may call the functions: none, unless the operator names them. They come with a token, which
//! their script has and no browser sends by itself; cookies are never accepted from them (see [`super::origin`]), and no
//! answer says that they would be.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::CorsLayer;

use super::{Routes, origin::same_origin};
use crate::{App, limits};

/// How long a browser remembers that it may.
const REMEMBER: Duration = Duration::from_secs(600);

/// Opens routes to the pages of the origins that the operator named.
pub(super) fn open<S: Clone + Send + Sync + 'static>(routes: Routes<S>, app: &App) -> Routes<S> {
    let origins = &app.settings.limits.origins;
    if origins.is_empty() {
        return routes;
    }
    let known: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let key = HeaderName::from_static("idempotency-key");
    let last = HeaderName::from_static("last-event-id");
    let told = [
        limits::POLICY,
        limits::STATE,
        header::RETRY_AFTER,
        header::LOCATION,
        HeaderName::from_static("x-request-id"),
    ];
    let layer = CorsLayer::new()
        .allow_origin(known)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, key, last])
        .expose_headers(told)
        .max_age(REMEMBER);
    routes.layer(layer)
}

/// Names an origin that is not known in the log: the browser says nothing useful to whoever wonders why.
pub(super) async fn mention(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let known =
        |origin: &HeaderValue| app.settings.limits.origins.iter().any(|known| known.as_str() == origin);
    if let Some(origin) = headers.get(header::ORIGIN).filter(|origin| !known(origin))
        && !same_origin(&app.settings, headers)
    {
        tracing::warn!(
            ?origin,
            "a page of another site called the API; if it may, add it to TRACKER_CORS_ORIGINS"
        );
    }
    next.run(request).await
}
