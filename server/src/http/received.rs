//! What arrived at a server function: its body, within a size and a time, of a kind that we read, and with the name that
//! a program gave to it in `Idempotency-Key`.

use axum::body::{Body, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;
use tracker_domain::{account::IdempotencyKey, error::AppError};

use super::MAX_BODY_BYTES;
use crate::services::once::Sender;

/// Within this a body has arrived.
pub(super) const ARRIVES_WITHIN: Duration = Duration::from_secs(20);
/// What a program calls a write that it may have to send again.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The same as a field, for forms.
const KEY_FIELD: &str = "idempotency_key";

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Reads the whole body, which has to arrive in this time.
pub async fn body(headers: &HeaderMap, body: Body, within: Duration) -> Result<Bytes, AppError> {
    let too_large = || AppError::TooLarge { limit: MAX_BODY_BYTES as u64 };
    let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if said.is_some_and(|length: usize| length > MAX_BODY_BYTES) {
        return Err(too_large());
    }
    let arriving = timeout(within, Limited::new(body, MAX_BODY_BYTES).collect());
    match arriving.await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(AppError::Unreadable { message: "The body was cut off.".to_owned() }),
        Err(_) => Err(AppError::Timeout),
    }
}

/// Of which kind it is, said in one way only from here on; nothing at all is an empty form.
pub(super) fn settle_kind(headers: &mut HeaderMap, body: &[u8]) -> Result<(), AppError> {
    let said = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or("?"));
    let kind = said.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let kind = match kind.as_str() {
        JSON => JSON,
        FORM => FORM,
        "" if body.is_empty() => FORM,
        _ => return Err(AppError::MediaType),
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(())
}

/// How long it waits for its twin: a program names a request in its head, a form in a field.
pub(super) fn sender(headers: &HeaderMap) -> Sender {
    if headers.contains_key(IDEMPOTENCY_KEY) { Sender::Program } else { Sender::Form }
}

/// The body with the name from the header in it, where the functions look for it. Both may stand there if they agree.
pub(super) fn with_key(headers: &HeaderMap, body: Bytes) -> Result<Bytes, AppError> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = keys.next() else { return Ok(body) };
    if keys.next().is_some() {
        return Err(AppError::invalid(KEY_FIELD, "Send one Idempotency-Key."));
    }
    // The draft writes it as a string of a structured field, in quotes.
    let key = IdempotencyKey::parse(key.to_str().unwrap_or_default().trim_matches('"'))?;
    let json = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == JSON);
    if json { into_json(&key, body) } else { into_form(&key, &body) }
}

fn into_json(key: &IdempotencyKey, body: Bytes) -> Result<Bytes, AppError> {
    // What is no object is refused where it is read.
    let Ok(Value::Object(mut sent)) = serde_json::from_slice(&body) else { return Ok(body) };
    agree(key, sent.get(KEY_FIELD).map(|sent| sent.as_str().unwrap_or_default()))?;
    if sent.insert(KEY_FIELD.to_owned(), key.as_str().into()).is_some() {
        return Ok(body);
    }
    let open = body.iter().position(|byte| *byte == b'{').unwrap_or_default() + 1;
    let comma = if sent.len() > 1 { "," } else { "" };
    let member = format!("\"{KEY_FIELD}\":{}{comma}", Value::from(key.as_str()));
    Ok([&body[..open], member.as_bytes(), &body[open..]].concat().into())
}

fn into_form(key: &IdempotencyKey, body: &Bytes) -> Result<Bytes, AppError> {
    let pairs: Vec<(String, String)> = form_pairs(body);
    let sent = pairs.iter().find(|(name, _)| name == KEY_FIELD);
    agree(key, sent.map(|(_, sent)| sent.as_str()))?;
    if sent.is_some() {
        return Ok(body.clone());
    }
    let added = serde_qs::to_string(
        &[(KEY_FIELD, key.as_str())].into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    );
    let added = added.map_err(|error| crate::fault::fault(&error))?;
    let and = if body.is_empty() { "" } else { "&" };
    Ok([body.as_ref(), and.as_bytes(), added.as_bytes()].concat().into())
}

/// The fields of a form that is flat; none of one that is not.
pub(super) fn form_pairs(body: &[u8]) -> Vec<(String, String)> {
    serde_qs::from_bytes(body)
        .map(|map: std::collections::BTreeMap<_, _>| map.into_iter().collect())
        .unwrap_or_default()
}

fn agree(key: &IdempotencyKey, sent: Option<&str>) -> Result<(), AppError> {
    match sent {
        Some(sent) if sent != key.as_str() => Err(AppError::invalid(
            KEY_FIELD,
            "The header Idempotency-Key and this field differ. Send one of them.",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(kind: &'static str, body: &'static str) -> Result<String, AppError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_static("\"key-0001\""));
        with_key(&headers, Bytes::from_static(body.as_bytes()))
            .map(|body| String::from_utf8_lossy(&body).into_owned())
    }

    #[test]
    fn the_header_means_the_same_as_the_field() {
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(keyed(JSON, "{}"), ok(r#"{"idempotency_key":"key-0001"}"#));
        assert_eq!(keyed(JSON, r#" {"a":1}"#), ok(r#" {"idempotency_key":"key-0001","a":1}"#));
        assert_eq!(keyed(JSON, r#"{"idempotency_key":"key-0001"}"#), ok(r#"{"idempotency_key":"key-0001"}"#));
        assert!(keyed(JSON, r#"{"idempotency_key":"key-0002"}"#).unwrap_err().about(KEY_FIELD).is_some());
        assert_eq!(keyed(JSON, "[]"), ok("[]"), "that is refused where it is read");
        assert_eq!(keyed(FORM, ""), ok("idempotency_key=key-0001"));
        assert_eq!(keyed(FORM, "a=1"), ok("a=1&idempotency_key=key-0001"));
        assert!(keyed(FORM, "idempotency_key=key-0002").is_err());
    }

    #[test]
    fn only_two_kinds_of_bodies_are_read() {
        let settled = |said: Option<&'static str>, body: &str| {
            let mut headers = HeaderMap::new();
            headers.extend(said.map(|said| (header::CONTENT_TYPE, HeaderValue::from_static(said))));
            settle_kind(&mut headers, body.as_bytes()).map(|()| headers[header::CONTENT_TYPE].clone())
        };
        assert_eq!(settled(Some("Application/JSON; charset=utf-8"), "{}").unwrap(), JSON);
        assert_eq!(settled(Some(FORM), "a=1").unwrap(), FORM);
        assert_eq!(settled(None, "").unwrap(), FORM);
        for other in
            ["text/plain", "application/jsonp", "multipart/form-data; boundary=x", "application/json-seq"]
        {
            assert_eq!(settled(Some(other), "{}"), Err(AppError::MediaType), "{other}");
        }
        assert_eq!(settled(None, "{}"), Err(AppError::MediaType));
    }
}
