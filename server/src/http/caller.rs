//! From a request to the [`Caller`] that the ports get.

use app::ports::{Caller, Client, Reply};
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue, header};
use std::net::SocketAddr;
use tracker_domain::text::Secret;

use super::{client, cookies, session::Known};
use crate::{App, Settings};

const REQUEST_ID: &str = "x-request-id";
/// Where the address of the client stands inside the program; what was sent under this name is dropped.
const CLIENT_ADDRESS: &str = "x-tracker-client";

/// Who sent a request, as far as the transport knows. A token is of no use here, and the cookies beside it are nobody's.
pub fn caller<B>(settings: &Settings, request: &http::Request<B>) -> Caller {
    let headers = request.headers();
    let ambient = bearer(headers).is_none();
    Caller {
        token: None,
        session: request.extensions().get::<Known>().and_then(|known| known.0).filter(|_| ambient),
        visitor: cookie(headers, cookies::visitor_name(settings)).filter(|_| ambient),
        pending: cookie(headers, cookies::pending_name(settings)).filter(|_| ambient),
        request_id: request_id(headers).to_owned(),
        client: machine(headers),
        reply: Reply::default(),
    }
}

/// The same where programs come in.
pub(super) fn program<B>(settings: &Settings, request: &http::Request<B>) -> Caller {
    Caller { token: bearer(request.headers()), ..caller(settings, request) }
}

/// What stands behind `Authorization: Bearer`, and may be anything.
pub(super) fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or("Bearer ?");
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
}

/// The machine that a request came from.
pub(super) fn machine(headers: &HeaderMap) -> Client {
    let text =
        |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    Client { address: text(CLIENT_ADDRESS).to_owned(), agent: text(header::USER_AGENT.as_str()).to_owned() }
}

/// The request's id in the log.
pub(super) fn request_id(headers: &HeaderMap) -> &str {
    headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The id and the client's address are found by us: those that were sent along could imitate somebody else's in the log.
pub(super) async fn put_our_own(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let proxies = &app.settings.limits.proxies;
    let client = peer.map(|peer| client::address(peer, request.headers(), proxies));
    let headers = request.headers_mut();
    headers.remove(REQUEST_ID);
    headers.remove(CLIENT_ADDRESS);
    if let Some(address) = client.and_then(|ip| HeaderValue::from_str(&ip.to_string()).ok()) {
        headers.insert(CLIENT_ADDRESS, address);
    }
    next.run(request).await
}

/// One cookie of a request.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<Secret> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| Secret::new(value))
}
