//! Around the server functions: what arrived is settled, floods and scopes are looked at, the function runs, and the
//! answer leaves as whoever asked reads it.
//!
//! A program and the browser's own code get JSON or a [problem document](super::problem). A plain form gets a redirect,
//! see [`super::plain`].

use app::ports::{Caller, ReplyParts};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header, request::Parts};
use leptos::prelude::provide_context;
use tracker_domain::error::{AppError, Problem};

pub(crate) use super::problem::problem;
use super::{
    Http,
    caller::program,
    gate::{self, Asked},
    plain, received,
};
use crate::{fault::fault, limits, services::once::Sender};

/// Calls the server function of the path.
pub(super) async fn call(State(http): State<Http>, request: Request) -> Response {
    let caller = program(&http.app.settings, &request);
    let plain = plain::is_plain_form(request.headers()) && caller.token.is_none();
    let back = plain::back_to(request.headers());
    let (mut parts, body) = request.into_parts();
    let body = match arrived(&mut parts, body).await {
        Ok(body) => body,
        Err(error) => return problem(error),
    };
    let sender = received::sender(&parts.headers);
    let path = parts.uri.path().to_owned();
    let asked = Asked { uri: &parts.uri, headers: &parts.headers, body: &body };
    let mut left = Vec::new();
    let answer = match gate::pass(&http, &caller, &asked, &mut left).await {
        // What was typed is kept for whoever was too quick, not for a flood.
        Err(error) if plain && http.limits.stray(&caller.client.address).is_err() => Err(error),
        Err(error) => Ok(Answer { location: None, outcome: Err(error) }),
        Ok(()) => {
            // The framework answers a browser by putting the error into the URL, where it loses what was typed.
            parts.headers.remove(header::ACCEPT);
            ask(&http, &caller, &parts, &body, sender).await
        }
    };
    let reply = caller.reply.take();
    let mut response = match answer {
        Ok(answer) if plain => plain::redirect(&http, &caller, &path, back, &body, answer).await,
        Ok(answer) => answer.into_json(),
        Err(error) => problem(error),
    };
    limits::tell(&mut response, &left);
    with_cookies(response, &reply)
}

/// The body, once all of the request is there and of a kind that is read.
async fn arrived(parts: &mut Parts, body: Body) -> Result<Bytes, AppError> {
    let body = received::body(&parts.headers, body, received::ARRIVES_WITHIN).await?;
    received::settle_kind(&mut parts.headers, &body)?;
    received::with_key(&parts.headers, body)
}

/// Runs the function, and again while another request does the same thing, as patiently as it wants.
async fn ask(
    http: &Http,
    caller: &Caller,
    parts: &Parts,
    body: &Bytes,
    sender: Sender,
) -> Result<Answer, AppError> {
    let attempt = || async {
        let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
        match Answer::read(run(http, caller, request).await).await? {
            Answer { outcome: Err(AppError::InProgress), .. } => Err(AppError::InProgress),
            answer => Ok(answer),
        }
    };
    match sender.wait_for_twin(attempt).await {
        Err(error @ AppError::InProgress) => Ok(Answer { location: None, outcome: Err(error) }),
        outcome => outcome,
    }
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
pub(super) struct Answer {
    /// The page of what was done.
    pub(super) location: Option<String>,
    /// Its output as JSON.
    pub(super) outcome: Result<Vec<u8>, AppError>,
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
    pub(super) fn into_json(self) -> Response {
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

pub(super) fn with_cookies(mut response: Response, reply: &ReplyParts) -> Response {
    for cookie in reply.cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
