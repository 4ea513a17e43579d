//! Problem documents (RFC 9457): how a refusal leaves the program. Every one says which request it was, by the id that
//! the log has.

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tracker_domain::error::{AppError, Problem};

use super::{MAX_BODY_BYTES, caller::request_id};
use crate::fault::unavailable;

/// What an answer says, for the layer that knows the request's id.
#[derive(Clone)]
struct Said(Problem);

/// A problem document as an answer.
pub(crate) fn problem(error: AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let also = also(&error);
    let problem = Problem::from(error);
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    let mut response = (status, kind, written(&problem)).into_response();
    response.headers_mut().extend(also);
    response.extensions_mut().insert(Said(problem));
    response
}

/// The header that goes with an error.
fn also(error: &AppError) -> Option<(HeaderName, HeaderValue)> {
    let fixed = HeaderValue::from_static;
    match error {
        AppError::RateLimited { retry_after } => Some((header::RETRY_AFTER, HeaderValue::from(*retry_after))),
        AppError::InProgress | AppError::Unavailable { .. } => Some((header::RETRY_AFTER, fixed("1"))),
        AppError::Unauthenticated => Some((header::WWW_AUTHENTICATE, fixed("Bearer"))),
        AppError::MediaType => {
            Some((header::ACCEPT, fixed("application/json, application/x-www-form-urlencoded")))
        }
        AppError::Timeout => Some((header::CONNECTION, fixed("close"))),
        _ => None,
    }
}

fn written(problem: &Problem) -> Vec<u8> {
    serde_json::to_vec(problem).unwrap_or_default()
}

/// Writes the request's id into every problem document, and a line into the log. What a library refused on a path for
/// programs, without a word, becomes one.
pub(super) async fn tell(request: Request, next: Next) -> Response {
    let id = request_id(request.headers()).to_owned();
    let program = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if program && response.extensions().get::<Said>().is_none() {
        response = worded(response);
    }
    let Some(Said(mut problem)) = response.extensions_mut().remove() else { return response };
    let fields = fields(&problem.error);
    // Not the sentence: what was typed can be part of it.
    tracing::info!(status = problem.status, problem = problem.title, fields, "refused");
    problem.instance = Some(format!("urn:uuid:{id}"));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(written(&problem));
    response
}

fn fields(error: &AppError) -> String {
    let AppError::Invalid { errors } = error else { return String::new() };
    // Names that the program does not have were typed by somebody.
    let ours = errors.iter().filter(|error| error.known.is_empty());
    ours.map(|error| error.field.as_str()).collect::<Vec<_>>().join(" ")
}

/// The problem document of a refusal that has none.
fn worded(response: Response) -> Response {
    let error = match response.status() {
        StatusCode::NOT_FOUND => AppError::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => AppError::Method,
        StatusCode::REQUEST_TIMEOUT => AppError::Timeout,
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge { limit: MAX_BODY_BYTES as u64 },
        StatusCode::SERVICE_UNAVAILABLE => unavailable(&"a request took too long"),
        _ => return response,
    };
    let mut worded = problem(error);
    let allow = response.headers().get(header::ALLOW).cloned();
    worded.headers_mut().extend(allow.map(|methods| (header::ALLOW, methods)));
    worded
}
