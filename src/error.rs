//! One vocabulary of refusal for every layer, and its form on the wire: an RFC 9457 problem document.
//!
//! A service answers with [`AppError`]; `app` encodes it as [`Problem`] and decodes it again in the browser; `server`
//! takes the HTTP status from [`AppError::status`]. To add a kind, add it here, give it a status, a `type` (its name as
//! an anchor of the API's documentation) and a sentence in [`KINDS`]; a test holds that it survives the wire and is told.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is wrong with one field of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// The field's name in the form and in the API.
    pub field: String,
    /// A plain sentence that says what to change.
    pub message: String,
    /// What could have stood there, when that is a short list: the words of an enumeration, the fields of a function.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type")]
pub enum AppError {
    /// It does not exist, or the viewer may not know that it does.
    #[serde(rename = "/docs#error-not-found", alias = "not-found")]
    NotFound,
    /// The viewer may see it, but not do this to it.
    #[serde(rename = "/docs#error-forbidden", alias = "forbidden")]
    Forbidden {
        /// A plain sentence that says who may.
        message: String,
    },
    /// Nobody is signed in.
    #[serde(rename = "/docs#error-unauthenticated", alias = "unauthenticated")]
    Unauthenticated,
    /// The organization asks its members for a second factor, and the viewer has none.
    #[serde(rename = "/docs#error-factor-needed", alias = "factor-needed")]
    FactorNeeded,
    /// The input cannot be taken; nothing was changed.
    #[serde(rename = "/docs#error-invalid", alias = "invalid")]
    Invalid {
        /// What is wrong, field by field; never empty.
        errors: Vec<FieldError>,
    },
    /// Somebody else changed it since it was read; nothing was changed.
    #[serde(rename = "/docs#error-conflict", alias = "conflict")]
    Conflict {
        /// The present state, so that both can be shown: field name and text.
        current: Vec<(String, String)>,
        /// The version that is current now, to be sent with the next try.
        version: i64,
    },
    /// The body is no JSON, or not what its `Content-Type` says.
    #[serde(rename = "/docs#error-unreadable")]
    Unreadable {
        /// A plain sentence that says where.
        message: String,
    },
    /// This path is asked by another method.
    #[serde(rename = "/docs#error-method")]
    Method,
    /// The request did not come to its end in time.
    #[serde(rename = "/docs#error-timeout")]
    Timeout,
    /// The same write, by the same idempotency key, is being done at this moment.
    #[serde(rename = "/docs#error-in-progress")]
    InProgress,
    /// The body has more bytes than are taken.
    #[serde(rename = "/docs#error-too-large")]
    TooLarge {
        /// The most.
        limit: u64,
    },
    /// The body is of a kind that is not taken.
    #[serde(rename = "/docs#error-media-type")]
    MediaType,
    /// Too much was asked in too short a time.
    #[serde(rename = "/docs#error-rate-limited", alias = "rate-limited")]
    RateLimited {
        /// Seconds until it is worth trying again.
        retry_after: u32,
    },
    /// Something that is needed does not answer; trying again later may work.
    #[serde(rename = "/docs#error-unavailable", alias = "unavailable")]
    Unavailable {
        /// What to tell the operator; the log has it too.
        reference: String,
    },
    /// A fault of the program.
    #[serde(rename = "/docs#error-internal", alias = "internal")]
    Internal {
        /// What to tell the operator; the log has it too.
        reference: String,
    },
}

impl AppError {
    /// One wrong field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid {
            errors: vec![FieldError { field: field.to_owned(), message: message.into(), known: Vec::new() }],
        }
    }

    /// A field that holds none of the words that are known there.
    pub fn unknown_word(field: &str, text: &str, known: &[&str]) -> Self {
        let message = format!("\u{201c}{text}\u{201d} is not known. Known are: {}.", known.join(", "));
        let known = known.iter().map(|word| (*word).to_owned()).collect();
        Self::Invalid { errors: vec![FieldError { field: field.to_owned(), message, known }] }
    }

    /// All wrong fields at once; an error of another kind comes first.
    pub fn all(errors: impl IntoIterator<Item = Option<Self>>) -> Self {
        let mut wrong = Vec::new();
        for error in errors.into_iter().flatten() {
            match error {
                Self::Invalid { errors } => wrong.extend(errors),
                other => return other,
            }
        }
        Self::Invalid { errors: wrong }
    }

    /// A refusal that says who may.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::Forbidden { message: message.into() }
    }

    /// The HTTP status (RFC 9110) that this answers with.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Forbidden { .. } | Self::FactorNeeded => 403,
            Self::Unauthenticated => 401,
            Self::Invalid { .. } => 422,
            Self::Conflict { .. } | Self::InProgress => 409,
            Self::Unreadable { .. } => 400,
            Self::Method => 405,
            Self::Timeout => 408,
            Self::TooLarge { .. } => 413,
            Self::MediaType => 415,
            Self::RateLimited { .. } => 429,
            Self::Unavailable { .. } => 503,
            Self::Internal { .. } => 500,
        }
    }

    /// The sentence about one field, if that field is wrong.
    pub fn about(&self, field: &str) -> Option<&str> {
        match self {
            Self::Invalid { errors } => errors.iter().find(|e| e.field == field).map(|e| e.message.as_str()),
            _ => None,
        }
    }

    /// A short name of the kind, the same for every occurrence (RFC 9457 `title`).
    pub const fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "Not found",
            Self::Forbidden { .. } => "Not allowed",
            Self::Unauthenticated => "Sign in first",
            Self::FactorNeeded => "A second factor is needed",
            Self::Invalid { .. } => "Something needs to be changed",
            Self::Conflict { .. } => "Changed by somebody else",
            Self::Unreadable { .. } => "The request cannot be read",
            Self::Method => "Another method is needed",
            Self::Timeout => "The request took too long",
            Self::InProgress => "Still being done",
            Self::TooLarge { .. } => "Too large",
            Self::MediaType => "A kind of body that is not taken",
            Self::RateLimited { .. } => "Too many requests",
            Self::Unavailable { .. } => "Not available right now",
            Self::Internal { .. } => "Something went wrong",
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("There is nothing here, or nothing that you may see."),
            Self::Forbidden { message } => f.write_str(message),
            Self::Unauthenticated => f.write_str("Sign in to go on."),
            Self::FactorNeeded => {
                f.write_str("This organization asks for a second factor. Add one to your account to go on.")
            }
            Self::Invalid { errors } => {
                let messages: Vec<_> = errors.iter().map(|e| e.message.as_str()).collect();
                f.write_str(&messages.join(" "))
            }
            Self::Conflict { .. } => {
                f.write_str("Somebody else changed this while you were editing. Nothing was saved yet.")
            }
            Self::Unreadable { message } => f.write_str(message),
            Self::Method => f.write_str("This path does not take this method."),
            Self::Timeout => f.write_str("The request did not arrive in time. Nothing was changed."),
            Self::InProgress => {
                f.write_str("The same request is being done at this moment. Send it again for its answer.")
            }
            Self::TooLarge { limit } => {
                write!(f, "The request is larger than {limit} bytes.")
            }
            Self::MediaType => f.write_str("Send application/json or application/x-www-form-urlencoded."),
            Self::RateLimited { retry_after } => {
                write!(f, "That was too often. Try again in {}.", waiting(*retry_after))
            }
            Self::Unavailable { reference } => {
                write!(f, "This does not work right now. Try again in a moment. Reference: {reference}")
            }
            Self::Internal { reference } => {
                write!(f, "Something went wrong on our side, and nothing was changed. Reference: {reference}")
            }
        }
    }
}

impl std::error::Error for AppError {}

/// A time to wait, as people say it; never shorter than it is.
fn waiting(seconds: u32) -> String {
    let (many, what) = if seconds < 120 { (seconds, "second") } else { (seconds.div_ceil(60), "minute") };
    let plural = if many == 1 { "" } else { "s" };
    format!("{many} {what}{plural}")
}

/// [`AppError`] as it travels: `application/problem+json` (RFC 9457). The members of the error's own kind stand beside
/// the standard ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The short name of the kind.
    pub title: String,
    /// The sentence for this occurrence.
    pub detail: String,
    /// This occurrence: `urn:uuid:` and the id of the request, which the log has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The kind and its members.
    #[serde(flatten)]
    pub error: AppError,
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let (title, detail) = (error.title().to_owned(), error.to_string());
        Self { status: error.status(), title, detail, instance: None, error }
    }
}

/// Every kind of error by its name, with what whoever meets it can do: for the documentation of the API. The `type` of
/// a problem is [`TYPE`] and the name.
pub const KINDS: &[(&str, &str)] = &[
    (
        "not-found",
        "There is no such thing, or you may not know that there is. Look at the path and the keys.",
    ),
    ("forbidden", "You may see it, but not do this to it, or the token lacks the scope that `detail` names."),
    ("unauthenticated", "There is no session, or the token is not valid (any more). Send another one."),
    ("factor-needed", "The organization asks for a second factor. Its owner adds one in a browser."),
    (
        "invalid",
        "Look at `errors`: each has the `field`, a `message`, and `known` when only certain words can stand there. Nothing was changed.",
    ),
    (
        "conflict",
        "Somebody else changed it since you read it. `current` has the present texts, `version` what to send with the next try.",
    ),
    ("unreadable", "The body is no JSON, or not in UTF-8. `detail` says where. Nothing was changed."),
    ("method", "The path exists, but for another method; `Allow` says which."),
    ("timeout", "The request did not arrive in time. Nothing was changed; send it again."),
    (
        "in-progress",
        "A request with the same `Idempotency-Key` is being done at this moment. Send it again for its answer.",
    ),
    ("too-large", "The body has more than `limit` bytes."),
    (
        "media-type",
        "Send `application/json` or `application/x-www-form-urlencoded`, and say so in `Content-Type`.",
    ),
    ("rate-limited", "Too many requests. Wait for as many seconds as `Retry-After` says."),
    (
        "unavailable",
        "Something that is needed does not answer. Try again later; the log has it under `reference`.",
    ),
    ("internal", "A fault of the program. The log has it under `reference`."),
];

/// What the `type` of every problem begins with: a place in the documentation.
pub const TYPE: &str = "/docs#error-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_seconds_or_minutes() {
        let said = |retry_after| AppError::RateLimited { retry_after }.to_string();
        assert_eq!(said(1), "That was too often. Try again in 1 second.");
        assert_eq!(said(119), "That was too often. Try again in 119 seconds.");
        assert_eq!(said(121), "That was too often. Try again in 3 minutes.");
    }

    #[test]
    fn every_kind_survives_the_wire_with_its_status() {
        let reference = "r-1".to_owned();
        let all = [
            (AppError::NotFound, 404),
            (AppError::forbidden("Only an ADMIN may."), 403),
            (AppError::Unauthenticated, 401),
            (AppError::FactorNeeded, 403),
            (AppError::invalid("title", "Write a title."), 422),
            (AppError::Conflict { current: vec![("title".into(), "Theirs".into())], version: 3 }, 409),
            (AppError::unknown_word("status", "GONE", &["OPEN", "DONE"]), 422),
            (AppError::Unreadable { message: "This is no JSON.".to_owned() }, 400),
            (AppError::Method, 405),
            (AppError::Timeout, 408),
            (AppError::InProgress, 409),
            (AppError::TooLarge { limit: 7 }, 413),
            (AppError::MediaType, 415),
            (AppError::RateLimited { retry_after: 7 }, 429),
            (AppError::Unavailable { reference: reference.clone() }, 503),
            (AppError::Internal { reference }, 500),
        ];
        let mut told = std::collections::BTreeSet::new();
        for (error, status) in all {
            let text = serde_json::to_string(&Problem::from(error.clone())).unwrap();
            let back: Problem = serde_json::from_str(&text).unwrap();
            assert_eq!((back.error, back.status), (error, status), "{text}");
            let kind: serde_json::Value = serde_json::from_str(&text).unwrap();
            let kind = kind["type"].as_str().unwrap().strip_prefix(TYPE).unwrap().to_owned();
            assert!(KINDS.iter().any(|(name, _)| *name == kind), "{kind} is not told");
            told.insert(kind);
        }
        assert_eq!(told.len(), KINDS.len(), "{told:?}");
    }

    #[test]
    fn what_an_earlier_version_kept_is_still_read() {
        let kept: AppError = serde_json::from_str(r#"{"type":"rate-limited","retry_after":3}"#).unwrap();
        assert_eq!(kept, AppError::RateLimited { retry_after: 3 });
        let kept = r#"{"type":"invalid","errors":[{"field":"title","message":"Write a title."}]}"#;
        assert_eq!(
            serde_json::from_str::<AppError>(kept).unwrap(),
            AppError::invalid("title", "Write a title.")
        );
    }
}
