//! What a plain form without JavaScript gets: a redirect, to the page of what was done, or back to the form, whose page
//! finds what was typed and why it was refused under a short-lived id that only the same browser can read.

use app::ports::Caller;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};
use tracker_domain::{account::Flash, error::AppError, text::Secret};

use super::{
    Http,
    api::{Answer, with_cookies},
    cookies,
    problem::problem,
    received::form_pairs,
};
use crate::{
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

/// Whether a browser sent this by itself.
pub(super) fn is_plain_form(headers: &HeaderMap) -> bool {
    let has = |name, what| {
        headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).is_some_and(|v| v.contains(what))
    };
    has(header::CONTENT_TYPE, "application/x-www-form-urlencoded") && has(header::ACCEPT, "text/html")
}

/// The path of the page that the form was on, without what another form left behind; never another site.
pub(super) fn back_to(headers: &HeaderMap) -> String {
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
pub(super) async fn redirect(
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
    form_pairs(body).into_iter().filter(|(name, _)| !is_secret(name)).collect()
}

fn see_other(location: &str) -> Response {
    axum::response::Redirect::to(location).into_response()
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
