//! Around the server functions: the status of an error, cookies, and what a plain form without JavaScript gets.
//!
//! A program and the browser's own code get JSON or a problem document. A plain form gets a redirect: to the page of
//! what was done, or back to the form, whose page finds what was typed and why it was refused under a short-lived id
//! that only the same browser can read.

use app::ports::{Caller, ReplyParts};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::prelude::provide_context;
use tracker_domain::{
    account::Flash,
    error::{AppError, Problem},
    text::Secret,
};

use super::{
    Http, MAX_BODY_BYTES,
    caller::program,
    cookies,
    gate::{self, Asked},
};
use crate::{
    fault::fault,
    session::{new_token, random_text},
    storage::flash,
};

/// Fields with these words in their names are never kept or shown again.
const SECRET_WORDS: &[&str] = &["password", "token", "secret", "code", "idempotency", "proof", "answer"];

/// Whether a form's field holds what must not come back in a page, by its name.
pub fn is_secret(field: &str) -> bool {
    SECRET_WORDS.iter().any(|word| field.contains(word))
}

/// Functions at the door: where they lead says that they were done.
const AT_THE_DOOR: &[&str] = &[
    "sign_in",
    "sign_up",
    "sign_out",
    "sign_out_everywhere",
    "forgot",
    "confirm",
    "reset_password",
    "accept_invitation",
    "give_code",
    "give_passkey",
];

/// A problem document as an answer.
pub(crate) fn problem(error: AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let also = match &error {
        AppError::RateLimited { retry_after } => Some((header::RETRY_AFTER, HeaderValue::from(*retry_after))),
        AppError::Unauthenticated => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
        _ => None,
    };
    let body = serde_json::to_vec(&Problem::from(error)).unwrap_or_default();
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    let mut response = (status, kind, body).into_response();
    response.headers_mut().extend(also);
    response
}

/// Calls the server function of the path.
pub(super) async fn call(State(http): State<Http>, request: Request) -> Response {
    let caller = program(&http.app.settings, &request);
    let plain = is_plain_form(request.headers()) && caller.token.is_none();
    let back = back_to(request.headers());
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return problem(AppError::invalid(
            "body",
            format!("The request is larger than {} KiB.", MAX_BODY_BYTES / 1024),
        ));
    };
    let path = parts.uri.path().to_owned();
    let asked = Asked { uri: &parts.uri, headers: &parts.headers, body: &body };
    let answer = match gate::pass(&http, &caller, &asked).await {
        // What was typed is kept for whoever was too quick, not for a flood.
        Err(error) if plain && http.limits.stray(&caller.client.address).is_err() => return problem(error),
        Err(error) => Ok(Answer { location: None, outcome: Err(error) }),
        Ok(()) => {
            // The framework answers a browser by putting the error into the URL, where it loses what was typed.
            parts.headers.remove(header::ACCEPT);
            Answer::read(run(&http, &caller, Request::from_parts(parts, Body::from(body.clone()))).await)
                .await
        }
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return problem(error),
    };
    let reply = caller.reply.take();
    let response =
        if plain { redirect(&http, &caller, &path, back, &body, answer).await } else { answer.into_json() };
    with_cookies(response, &reply)
}

async fn run(http: &Http, caller: &Caller, request: Request) -> Response {
    if leptos::server_fn::axum::get_server_fn_service(request.uri().path(), request.method().clone())
        .is_none()
    {
        return problem(AppError::NotFound);
    }
    let (ports, caller) = (http.ports.clone(), caller.clone());
    let context = move || {
        provide_context(ports.clone());
        provide_context(caller.clone());
    };
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

/// What a server function said.
struct Answer {
    location: Option<String>,
    outcome: Result<Vec<u8>, AppError>,
}

impl Answer {
    async fn read(response: Response) -> Result<Self, AppError> {
        let failed = response.status().is_client_error() || response.status().is_server_error();
        let location =
            response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = to_bytes(response.into_body(), usize::MAX).await.map_err(|error| fault(&error))?.to_vec();
        if !failed {
            return Ok(Self { location, outcome: Ok(body) });
        }
        let problem: Problem = serde_json::from_slice(&body).map_err(|error| fault(&error))?;
        Ok(Self { location: None, outcome: Err(problem.error) })
    }

    /// JSON, and in `Location` the page of what was done.
    fn into_json(self) -> Response {
        let location = self.location.as_deref().and_then(|page| HeaderValue::from_str(page).ok());
        match self.outcome {
            Ok(body) => {
                let mut response = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
                response.headers_mut().extend(location.map(|page| (header::LOCATION, page)));
                response
            }
            Err(error) => problem(error),
        }
    }
}

/// A browser that sends a form without JavaScript gets a page; it says which one the form was on.
pub(super) struct Plain(Option<String>);

impl Plain {
    /// Of a request that is no function's.
    pub(super) fn of(request: &Request, caller: &Caller) -> Self {
        let plain = accepts_pages(request.headers()) && caller.token.is_none();
        Self(plain.then(|| back_to(request.headers())))
    }
}

/// Answers what is called like a function and takes something else than a function does: with the path that the form is
/// known by, the fields that it had, and the page of what was done.
pub(super) async fn answer(
    http: &Http,
    caller: &Caller,
    (path, plain): (&str, Plain),
    (fields, location): (Vec<(String, String)>, Option<String>),
    outcome: Result<Vec<u8>, AppError>,
) -> Response {
    let answer = Answer { location, outcome };
    let response = match plain.0 {
        Some(back) => redirect(http, caller, path, back, &written(&fields), answer).await,
        None => answer.into_json(),
    };
    with_cookies(response, &caller.reply.take())
}

/// Fields as a form without files sends them.
pub(super) fn written(fields: &[(String, String)]) -> Vec<u8> {
    let fields: std::collections::BTreeMap<_, _> = fields.iter().cloned().collect();
    serde_qs::to_string(&fields).unwrap_or_default().into_bytes()
}

/// Whether the sender is a browser that shows what it gets.
pub(super) fn accepts_pages(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

fn is_plain_form(headers: &HeaderMap) -> bool {
    let has = |name, what| {
        headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).is_some_and(|v| v.contains(what))
    };
    has(header::CONTENT_TYPE, "application/x-www-form-urlencoded") && has(header::ACCEPT, "text/html")
}

/// The path of the page that the form was on, without what another form left behind; never another site.
fn back_to(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or("/");
    let Ok(uri) = referer.parse::<http::Uri>() else { return "/".to_owned() };
    let query: Vec<_> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|p| !p.is_empty() && !p.starts_with("flash="))
        .collect();
    let path = if uri.path().starts_with("//") { "/" } else { uri.path() };
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

fn with_flash(location: &str, id: &str) -> String {
    let (page, fragment) = location.split_once('#').map_or((location, None), |(page, f)| (page, Some(f)));
    let join = if page.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|f| format!("#{f}")).unwrap_or_default();
    format!("{page}{join}flash={id}{fragment}")
}

/// The answer to a plain form.
async fn redirect(
    http: &Http,
    caller: &Caller,
    path: &str,
    back: String,
    body: &[u8],
    answer: Answer,
) -> Response {
    let at_the_door = path.strip_prefix("/api/v1/accounts/").is_some_and(|verb| AT_THE_DOOR.contains(&verb));
    let (target, flash) = match answer.outcome {
        Ok(_) => {
            let done = Flash { action: path.to_owned(), error: None, values: Vec::new() };
            (answer.location.unwrap_or(back), (!at_the_door).then_some(done))
        }
        Err(error) => {
            let flash = Flash { action: path.to_owned(), error: Some(error), values: typed(body) };
            (back, Some(flash))
        }
    };
    let Some(flash) = flash else { return see_other(&target) };
    match keep(http, caller, &flash).await {
        Ok((id, cookie)) => {
            let mut response = see_other(&with_flash(&target, &id));
            if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => problem(error),
    }
}

/// Keeps what came of the form; somebody without a session gets a token that ties it to their browser.
async fn keep(http: &Http, caller: &Caller, kept: &Flash) -> Result<(String, Option<String>), AppError> {
    let app = &http.app;
    let mut cookie = None;
    let owner = app.flash_owner(caller).unwrap_or_else(|| {
        let token: Secret = new_token();
        cookie = Some(cookies::visitor(&app.settings, &token));
        app.key.session(&token)
    });
    let id = random_text(12);
    flash::keep(&app.db, &id, owner, kept, app.clock.now()).await?;
    Ok((id, cookie))
}

fn typed(body: &[u8]) -> Vec<(String, String)> {
    let pairs: Vec<(String, String)> = serde_qs::from_bytes(body)
        .map(|map: std::collections::BTreeMap<_, _>| map.into_iter().collect())
        .unwrap_or_default();
    pairs.into_iter().filter(|(name, _)| !is_secret(name)).collect()
}

fn see_other(location: &str) -> Response {
    axum::response::Redirect::to(location).into_response()
}

fn with_cookies(mut response: Response, reply: &ReplyParts) -> Response {
    for cookie in reply.cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn referer(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::REFERER, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn one_goes_back_to_the_form_and_nowhere_else() {
        assert_eq!(back_to(&referer("http://a.example/main/issues?q=x&flash=1")), "/main/issues?q=x");
        assert_eq!(back_to(&referer("http://a.example//evil.example/")), "/");
        assert_eq!(back_to(&referer("nonsense nonsense")), "/");
        assert_eq!(back_to(&HeaderMap::new()), "/");
        assert_eq!(
            with_flash("/main/issues/CORE-1#comment-2", "abc"),
            "/main/issues/CORE-1?flash=abc#comment-2"
        );
        assert_eq!(with_flash("/main/issues?q=x", "abc"), "/main/issues?q=x&flash=abc");
    }

    #[test]
    fn secrets_are_not_kept() {
        let kept = typed(b"email=a%40b.example&password=hunter2&idempotency_key=12345678&name=A+B");
        assert_eq!(
            kept,
            [("email".to_owned(), "a@b.example".to_owned()), ("name".to_owned(), "A B".to_owned())]
        );
    }
}
