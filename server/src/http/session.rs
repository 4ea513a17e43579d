//! Before a page, a server function or the WebSocket: which session the request is from.
//!
//! The access token says it. When that is not there or not good any more, the refresh token is exchanged in this very
//! request, and the answer carries the new pair; whoever asked notices nothing, neither in the middle of a form nor in
//! several tabs at once. Whether the session has ended meanwhile is found out with membership and role, when the
//! transaction begins.

use app::ports::Client;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, header};
use tracker_domain::{error::AppError, session::Session};

use super::{
    api,
    caller::{bearer, cookie, machine},
    cookies,
};
use crate::{App, access, services::sessions};

/// The session that a request is from, among its extensions.
#[derive(Debug, Clone, Copy)]
pub struct Known(pub Option<Session>);

/// Finds it, and puts the new cookies on the answer.
pub async fn know(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match recognise(&app, request.headers()).await {
        Ok((session, cookies)) => {
            request.extensions_mut().insert(Known(session));
            with_cookies(next.run(request).await, &cookies)
        }
        // The database is away: a page finds that out too, and says it to people.
        Err(_) if is_page(&request) => {
            request.extensions_mut().insert(Known(None));
            next.run(request).await
        }
        Err(error) => api::problem(error),
    }
}

fn is_page(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    request.method() == Method::GET && accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

/// The session, and the cookies to set.
async fn recognise(app: &App, headers: &HeaderMap) -> Result<(Option<Session>, Vec<String>), AppError> {
    let settings = &app.settings;
    if bearer(headers).is_some() {
        return Ok((None, Vec::new()));
    }
    if let Some(token) = cookie(headers, cookies::access_name(settings))
        && let Some(session) = access::verify(app, &token).await?
    {
        return Ok((Some(session), Vec::new()));
    }
    let Some(token) = cookie(headers, cookies::refresh_name(settings)) else { return Ok((None, Vec::new())) };
    let client: Client = machine(headers);
    match sessions::refresh(app, &client, &token).await? {
        Some((session, next)) => {
            let access = access::issue(app, session).await?;
            Ok((Some(session), cookies::session(settings, &access, &next).to_vec()))
        }
        None => Ok((None, cookies::session_over(settings).to_vec())),
    }
}

/// What the handler says about a cookie is newer: it may have ended the session, or begun another.
fn with_cookies(mut response: Response, cookies: &[String]) -> Response {
    let name = |cookie: &str| cookie.split('=').next().unwrap_or_default().to_owned();
    let set = response.headers().get_all(header::SET_COOKIE).iter();
    let set: Vec<String> = set.filter_map(|value| value.to_str().ok()).map(name).collect();
    for cookie in cookies.iter().filter(|cookie| !set.contains(&name(cookie))) {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
