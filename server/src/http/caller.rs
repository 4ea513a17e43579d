//! From a request's headers to the [`Caller`] that the ports get.

use app::ports::{Caller, Reply};
use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, header};
use tracker_domain::text::Secret;

use super::cookies;
use crate::Settings;

const REQUEST_ID: &str = "x-request-id";

/// Who sent a request, as far as the transport knows.
pub fn caller(settings: &Settings, headers: &HeaderMap) -> Caller {
    Caller {
        session: cookie(headers, cookies::session_name(settings)),
        visitor: cookie(headers, cookies::visitor_name(settings)),
        request_id: request_id(headers).to_owned(),
        reply: Reply::default(),
    }
}

/// The request's id in the log.
pub(super) fn request_id(headers: &HeaderMap) -> &str {
    headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// An id is given by us: one that was sent along could imitate another request in the log.
pub(super) async fn drop_foreign_request_id(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(REQUEST_ID);
    next.run(request).await
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<Secret> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| Secret::new(value))
}
