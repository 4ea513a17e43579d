//! The way out to a provider and back. These are links and redirects, not server functions: a browser is sent here from
//! elsewhere, and the content security policy lets no form lead to another site.
//!
//! What a provider wrote is never shown: whoever is stopped is sent to `/login/failed`, with a word that the page knows and
//! a reference under which the log has the rest. The code is gone from the address bar by that, too.

use axum::{
    extract::{Path, Query, Request, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use tracker_domain::{error::AppError, provider::ProviderTrouble, text::Secret};

use super::{
    Http,
    caller::{caller, cookie},
    cookies, pages,
};
use crate::{
    providers::Provider,
    services::journey::{self, Back, Stop},
    session::random_text,
};

/// What comes in the query; what is not text counts as not there.
#[derive(Deserialize)]
pub(super) struct Said {
    state: Option<String>,
    code: Option<Secret>,
    iss: Option<String>,
    error: Option<String>,
}

/// `/login/{provider}`: out to it.
pub(super) async fn set_out(
    State(http): State<Http>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let Some(provider) = http.app.providers.get(&name) else { return lost(&http, request).await };
    match journey::set_out(&http.app, provider).await {
        Ok((url, cookie)) => private(with_cookie(Redirect::to(&url), &cookie)),
        Err(stop) => stopped(provider, stop),
    }
}

/// `/login/{provider}/continue`: out to it with what a form began. A page that goes on by itself: a redirect would be the
/// end of a form, which may lead nowhere else.
pub(super) async fn go_on(
    State(http): State<Http>,
    Path(name): Path<String>,
    Query(said): Query<Said>,
    request: Request,
) -> Response {
    let Some(provider) = http.app.providers.get(&name) else { return lost(&http, request).await };
    let browser = browser(&http, request.headers());
    let state = said.state.unwrap_or_default();
    match journey::go_on(&http.app, provider, state, browser.as_ref()).await {
        Ok(url) => private(leaving(&url, &provider.settings.label)),
        Err(stop) => stopped(provider, stop),
    }
}

/// `/login/{provider}/callback`: back from it.
pub(super) async fn come_back(
    State(http): State<Http>,
    Path(name): Path<String>,
    Query(said): Query<Said>,
    request: Request,
) -> Response {
    let Some(provider) = http.app.providers.get(&name) else { return lost(&http, request).await };
    let caller = caller(&http.app.settings, &request);
    let browser = browser(&http, request.headers());
    let back = Back { state: said.state, code: said.code, issuer: said.iss, error: said.error };
    match journey::come_back(&http.app, &caller, provider, browser.as_ref(), back).await {
        Ok(page) => {
            let over = cookies::provider_over(&http.app.settings);
            let cookies = caller.reply.take().cookies.into_iter().chain([over]);
            private(
                cookies
                    .fold(Redirect::to(&page).into_response(), |answer, cookie| with_cookie(answer, &cookie)),
            )
        }
        Err(stop) => stopped(provider, stop),
    }
}

fn browser(http: &Http, headers: &HeaderMap) -> Option<Secret> {
    cookie(headers, cookies::provider_name(&http.app.settings))
}

async fn lost(http: &Http, request: Request) -> Response {
    pages::not_found(State(http.clone()), request).await
}

/// To the page that says why; the log has it under the same reference.
fn stopped(provider: &Provider, stop: Stop) -> Response {
    let name = &provider.settings.name;
    let (trouble, reference) = match stop {
        Stop::Trouble(failed) => {
            let (reference, trouble, why) = (random_text(6), failed.trouble, failed.why);
            tracing::warn!(reference, provider = name, %trouble, why, "a sign-in by a provider was stopped");
            (trouble, reference)
        }
        Stop::Fault(AppError::Internal { reference } | AppError::Unavailable { reference }) => {
            (ProviderTrouble::Fault, reference)
        }
        Stop::Fault(error) => {
            let reference = random_text(6);
            tracing::error!(reference, provider = name, %error, "a sign-in by a provider was refused");
            (ProviderTrouble::Fault, reference)
        }
    };
    private(Redirect::to(&format!("/login/failed?why={trouble}&reference={reference}")))
}

fn with_cookie(answer: impl IntoResponse, cookie: &str) -> Response {
    let mut answer = answer.into_response();
    answer
        .headers_mut()
        .extend(HeaderValue::from_str(cookie).ok().map(|cookie| (header::SET_COOKIE, cookie)));
    answer
}

/// Nobody learns the address that this was the answer to, and nobody keeps it.
fn private(answer: impl IntoResponse) -> Response {
    let headers = [(header::REFERRER_POLICY, "no-referrer"), (header::CACHE_CONTROL, "no-store")];
    (headers, answer).into_response()
}

fn leaving(url: &str, label: &str) -> Html<String> {
    let (url, label) = (ammonia::clean_text(url), ammonia::clean_text(label));
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <meta http-equiv=\"refresh\" content=\"0; url={url}\"><title>Continue to {label}</title></head>\
         <body><main><h1>Continue to {label}</h1><p><a href=\"{url}\">Continue</a></p></main></body></html>"
    ))
}
