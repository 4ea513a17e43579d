//! From a request's headers to the [`Caller`] that the ports get.

use app::ports::{Caller, Client, Reply};
use axum::{
    extract::{ConnectInfo, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue, header};
use std::net::SocketAddr;
use tracker_domain::text::Secret;

use super::cookies;
use crate::Settings;

const REQUEST_ID: &str = "x-request-id";
/// Where the address of the client stands inside the program; what was sent under this name is dropped.
const CLIENT_ADDRESS: &str = "x-tracker-client";

/// Who sent a request, as far as the transport knows.
pub fn caller(settings: &Settings, headers: &HeaderMap) -> Caller {
    Caller {
        session: cookie(headers, cookies::session_name(settings)),
        visitor: cookie(headers, cookies::visitor_name(settings)),
        pending: cookie(headers, cookies::pending_name(settings)),
        request_id: request_id(headers).to_owned(),
        client: client(headers),
        reply: Reply::default(),
    }
}

fn client(headers: &HeaderMap) -> Client {
    let text =
        |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    Client { address: text(CLIENT_ADDRESS).to_owned(), agent: text(header::USER_AGENT.as_str()).to_owned() }
}

/// The request's id in the log.
pub(super) fn request_id(headers: &HeaderMap) -> &str {
    headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The id and the client's address are found by us: those that were sent along could imitate somebody else's in the log.
pub(super) async fn put_our_own(mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let headers = request.headers_mut();
    headers.remove(REQUEST_ID);
    headers.remove(CLIENT_ADDRESS);
    if let Some(address) = peer.and_then(|ip| HeaderValue::from_str(&ip.to_string()).ok()) {
        headers.insert(CLIENT_ADDRESS, address);
    }
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
