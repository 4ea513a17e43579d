//! Files going out: `GET /{org}/files/{file}` and the small picture beside it.
//!
//! The policy is asked each time, also when a browser has the file already. What browsers may show are pictures that we have
//! cleaned; all else is saved, and nothing of a file can run, whatever it is.

use app::ports::Caller;
use axum::{
    body::Body,
    extract::{Path, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::ops::Range;
use tracker_domain::error::AppError;

use super::{Http, api, caller::program, gate};
use crate::{
    fault::fault,
    files::Kind,
    services::files::{self, away, small},
    storage::attachments::Stored,
};

/// Nothing of a file is a page: whatever is in it, nothing of it runs, loads, sends or stands in another page.
const POLICY: &str = "default-src 'none'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; sandbox";

/// Kept by the browser, and asked about each time.
const CACHING: &str = "private, no-cache";

/// The file itself.
pub(super) async fn whole(
    State(http): State<Http>,
    Path((org, file)): Path<(String, String)>,
    request: Request,
) -> Response {
    let asked = Asked::of(&http, request, false);
    answered(give(&http, &org, &file, &asked).await, &asked.headers)
}

/// A small picture of it.
pub(super) async fn thumbnail(
    State(http): State<Http>,
    Path((org, file)): Path<(String, String)>,
    request: Request,
) -> Response {
    let asked = Asked::of(&http, request, true);
    answered(give(&http, &org, &file, &asked).await, &asked.headers)
}

fn answered(given: Result<Response, AppError>, headers: &HeaderMap) -> Response {
    match given {
        Ok(response) => response,
        Err(AppError::Unauthenticated) if api::accepts_pages(headers) => {
            Redirect::to("/login").into_response()
        }
        Err(error) => api::problem(error),
    }
}

/// What of a request matters here.
struct Asked {
    caller: Caller,
    headers: HeaderMap,
    small: bool,
}

impl Asked {
    fn of(http: &Http, request: Request, small: bool) -> Self {
        let caller = program(&http.app.settings, &request);
        Self { caller, headers: request.into_parts().0.headers, small }
    }
}

async fn give(http: &Http, org: &str, file: &str, asked: &Asked) -> Result<Response, AppError> {
    gate::token(http, &asked.caller, "files/fetch").await?;
    let stored = files::fetch(&http.app, &asked.caller, org, file).await?;
    if asked.small {
        return if stored.file.thumbnail {
            picture(http, &stored, &asked.headers).await
        } else {
            Err(AppError::NotFound)
        };
    }
    let disposition = disposition(&stored);
    let media_type = media_type(&stored.file.media_type);
    let link = http.app.files.store.link(&stored.object, media_type, &disposition).await.map_err(away)?;
    if let Some(link) = link {
        return Ok(([(header::CACHE_CONTROL, "no-store")], Redirect::temporary(&link)).into_response());
    }
    let size = u64::try_from(stored.file.size).map_err(|error| fault(&error))?;
    let etag = etag(&stored, "");
    let mut response = match wanted(&asked.headers, &etag, size) {
        Wanted::Nothing => StatusCode::NOT_MODIFIED.into_response(),
        Wanted::Impossible => {
            (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, format!("bytes */{size}"))])
                .into_response()
        }
        Wanted::Part(part) => {
            let range = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            let length = (part.end - part.start).to_string();
            let head = [(header::CONTENT_RANGE, range), (header::CONTENT_LENGTH, length)];
            (StatusCode::PARTIAL_CONTENT, head, body(http, &stored.object, Some(part)).await?).into_response()
        }
        Wanted::All => {
            ([(header::CONTENT_LENGTH, size.to_string())], body(http, &stored.object, None).await?)
                .into_response()
        }
    };
    put(
        &mut response,
        &[
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_DISPOSITION, &disposition),
            (header::ETAG, &etag),
        ],
    );
    put(&mut response, &[(header::ACCEPT_RANGES, "bytes")]);
    Ok(response)
}

async fn picture(http: &Http, stored: &Stored, headers: &HeaderMap) -> Result<Response, AppError> {
    let etag = etag(stored, "-small");
    let mut response = if has(headers, header::IF_NONE_MATCH, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body(http, &small(&stored.object), None).await?.into_response()
    };
    put(
        &mut response,
        &[
            (header::CONTENT_TYPE, "image/jpeg"),
            (header::CONTENT_DISPOSITION, "inline"),
            (header::ETAG, &etag),
        ],
    );
    Ok(response)
}

/// The headers of every file, and some more.
fn put(response: &mut Response, more: &[(header::HeaderName, &str)]) {
    let every = [(header::CACHE_CONTROL, CACHING), (header::CONTENT_SECURITY_POLICY, POLICY)];
    for (name, value) in every.iter().chain(more) {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
}

async fn body(http: &Http, object: &str, part: Option<Range<u64>>) -> Result<Body, AppError> {
    let given = http.app.files.store.get(object, part).await.map_err(away)?;
    given.map(Body::from_stream).ok_or_else(|| fault(&format!("the store does not have {object}")))
}

fn etag(stored: &Stored, of: &str) -> String {
    let hash: String = stored.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hash}{of}\"")
}

fn has(headers: &HeaderMap, name: header::HeaderName, etag: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| {
        matches!(one.trim().trim_start_matches("W/"), "*") || one.trim().trim_start_matches("W/") == etag
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Part(Range<u64>),
    Impossible,
    Nothing,
}

/// What of the file is asked for. Several parts at once are given as the whole, which is allowed and simpler.
fn wanted(headers: &HeaderMap, etag: &str, size: u64) -> Wanted {
    if has(headers, header::IF_NONE_MATCH, etag) {
        return Wanted::Nothing;
    }
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(range) =
        text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(|known| known == etag))
    else {
        return Wanted::All;
    };
    let Ok(parsed) = http_range_header::parse_range_header(range) else { return Wanted::All };
    match parsed.validate(size).as_deref() {
        Ok([one]) => Wanted::Part(*one.start()..*one.end() + 1),
        Ok(_) => Wanted::All,
        Err(_) => Wanted::Impossible,
    }
}

fn media_type(kept: &str) -> &str {
    if kept == "text/plain" { "text/plain; charset=utf-8" } else { kept }
}

/// RFC 6266: a plain name for old programs, the real one as RFC 8187 writes it.
fn disposition(stored: &Stored) -> String {
    let how = if Kind::is_shown(&stored.file.media_type) { "inline" } else { "attachment" };
    let name = stored.file.name.as_str();
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' })
        .filter(|c| !matches!(c, '"' | '\\'))
        .collect();
    let mut coded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            coded.push(char::from(byte));
        } else {
            coded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{coded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(header::HeaderName, &'static str)]) -> Wanted {
        let headers =
            pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        wanted(&headers, "\"abc\"", 100)
    }

    #[test]
    fn a_part_is_given_when_one_is_asked_for_and_the_file_is_still_the_same() {
        let range = header::RANGE;
        assert_eq!(asked(&[]), Wanted::All);
        assert_eq!(asked(&[(range.clone(), "bytes=10-19")]), Wanted::Part(10..20));
        assert_eq!(asked(&[(range.clone(), "bytes=90-")]), Wanted::Part(90..100));
        assert_eq!(asked(&[(range.clone(), "bytes=-10")]), Wanted::Part(90..100));
        assert_eq!(asked(&[(range.clone(), "bytes=100-")]), Wanted::Impossible);
        assert_eq!(asked(&[(range.clone(), "bytes=0-1,5-6")]), Wanted::All);
        assert_eq!(asked(&[(range.clone(), "lines=1-2")]), Wanted::All);
        assert_eq!(asked(&[(range.clone(), "bytes=0-1"), (header::IF_RANGE, "\"old\"")]), Wanted::All);
        assert_eq!(asked(&[(range, "bytes=0-1"), (header::IF_RANGE, "\"abc\"")]), Wanted::Part(0..2));
        assert_eq!(asked(&[(header::IF_NONE_MATCH, "\"x\", W/\"abc\"")]), Wanted::Nothing);
    }
}
