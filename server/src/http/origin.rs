//! No other site may change anything in somebody's name (CSRF): whatever is not a read must come from our own pages,
//! or from a program, which sends no `Origin` and no `Sec-Fetch-Site`. A token is nothing that a browser sends by itself,
//! so a request that has one may come from anywhere; its cookies do not count.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, Method, header};
use tracker_domain::error::AppError;

use super::{api, caller::bearer};
use crate::{App, Settings};

/// Whether a request that a browser marked comes from our own pages. Also asked before a WebSocket opens.
pub fn same_origin(settings: &Settings, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site"))
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = text(header::HOST);
    let same_host = origin.split_once("://").map(|(_, rest)| rest).is_some_and(|from| Some(from) == host);
    origin == settings.public_url || same_host
}

/// Refuses every change that another site sends.
pub(super) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && bearer(request.headers()).is_none() && !same_origin(&app.settings, request.headers()) {
        tracing::warn!(origin = ?request.headers().get(header::ORIGIN), "a change was sent by another site; if it is yours, set TRACKER_PUBLIC_URL");
        return api::problem(AppError::forbidden(
            "This was sent from another site. Open the tracker and try again there.",
        ));
    }
    next.run(request).await
}
