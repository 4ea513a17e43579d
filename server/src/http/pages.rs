//! Pages: rendered complete, so that they work without JavaScript, and taken over by the browser afterwards.

use app::{
    App as Pages,
    ports::{Caller, Reply},
    shell,
};
use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, StatusCode, header};
use leptos::{nonce::Nonce, prelude::provide_context};
use tracker_domain::account::Door;

use super::{Http, api, caller::caller, headers::ScriptNonce};

/// The paths that the router of `app` knows, in axum's notation.
pub fn paths() -> Vec<String> {
    leptos_axum::generate_route_list(Pages)
        .iter()
        .map(|route| route.path().to_owned())
        .filter(|path| path != "/")
        .collect()
}

/// A page that `app` knows.
pub(super) async fn page(State(http): State<Http>, request: Request) -> Response {
    render(http, request, StatusCode::OK).await
}

/// Any other address.
pub(super) async fn not_found(State(http): State<Http>, request: Request) -> Response {
    if request.method() != http::Method::GET || request.uri().path().starts_with("/api/") {
        return api::problem(tracker_domain::error::AppError::NotFound);
    }
    render(http, request, StatusCode::NOT_FOUND).await
}

/// To where the person belongs.
pub(super) async fn home(State(http): State<Http>, request: Request) -> Response {
    let caller = caller(&http.app.settings, &request);
    match http.ports.accounts.door(&caller, "").await {
        Ok(Door { home: Some(org), .. }) => Redirect::to(&format!("/{org}")).into_response(),
        Ok(Door { first: true, .. }) => Redirect::to("/signup").into_response(),
        Ok(_) => Redirect::to("/login").into_response(),
        Err(error) => api::problem(error),
    }
}

/// The settings of whoever asks, in the organization where they belong.
pub(super) async fn own_security(State(http): State<Http>, request: Request) -> Response {
    let caller = caller(&http.app.settings, &request);
    match http.ports.accounts.door(&caller, "").await {
        Ok(Door { home: Some(org), .. }) => {
            Redirect::to(&format!("/{org}/settings/security")).into_response()
        }
        Ok(_) => Redirect::to("/login").into_response(),
        Err(error) => api::problem(error),
    }
}

async fn render(http: Http, request: Request, status: StatusCode) -> Response {
    let caller = caller(&http.app.settings, &request);
    let nonce = request.extensions().get::<ScriptNonce>().map(|nonce| Nonce::from_value(nonce.0.as_str()));
    let (reply, options) = (caller.reply.clone(), http.site.options.clone());
    let context = move || provide(&http, &caller, nonce.clone());
    let render = leptos_axum::render_app_async_with_context(context, move || shell(options.clone()));
    let response = render(request).await;
    finish(response, &reply, status)
}

fn provide(http: &Http, caller: &Caller, nonce: Option<Nonce>) {
    provide_context(http.ports.clone());
    provide_context(caller.clone());
    if let Some(nonce) = nonce {
        provide_context(nonce);
    }
}

/// What the ports wanted to tell the browser beside the page.
fn finish(mut response: Response<Body>, reply: &Reply, status: StatusCode) -> Response {
    let parts = reply.take();
    if let Some(location) = parts.location {
        return Redirect::to(&location).into_response();
    }
    // The page knows a better address for itself.
    if response.status().is_redirection() {
        *response.status_mut() = StatusCode::SEE_OTHER;
        return response;
    }
    *response.status_mut() =
        parts.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(status);
    for cookie in parts.cookies {
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}
