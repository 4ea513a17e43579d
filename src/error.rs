//! One vocabulary of refusal for every layer, and its form on the wire: an RFC 9457 problem document.
//!
//! A service answers with [`AppError`]; `app` encodes it as [`Problem`] and decodes it again in the browser; `server`
//! takes the HTTP status from [`AppError::status`]. To add a kind, add it here, give it a status and a `type` word, and
//! the property test holds that it survives the wire.

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
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum AppError {
    /// It does not exist, or the viewer may not know that it does.
    NotFound,
    /// The viewer may see it, but not do this to it.
    Forbidden {
        /// A plain sentence that says who may.
        message: String,
    },
    /// Nobody is signed in.
    Unauthenticated,
    /// The organization asks its members for a second factor, and the viewer has none.
    FactorNeeded,
    /// The input cannot be taken; nothing was changed.
    Invalid {
        /// What is wrong, field by field; never empty.
        errors: Vec<FieldError>,
    },
    /// Somebody else changed it since it was read; nothing was changed.
    Conflict {
        /// The present state, so that both can be shown: field name and text.
        current: Vec<(String, String)>,
        /// The version that is current now, to be sent with the next try.
        version: i64,
    },
    /// Too much was asked in too short a time.
    RateLimited {
        /// Seconds until it is worth trying again.
        retry_after: u32,
    },
    /// Something that is needed does not answer; trying again later may work.
    Unavailable {
        /// What to tell the operator; the log has it too.
        reference: String,
    },
    /// A fault of the program.
    Internal {
        /// What to tell the operator; the log has it too.
        reference: String,
    },
}

impl AppError {
    /// One wrong field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid { errors: vec![FieldError { field: field.to_owned(), message: message.into() }] }
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
            Self::Conflict { .. } => 409,
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
    /// The kind and its members.
    #[serde(flatten)]
    pub error: AppError,
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        Self { status: error.status(), title: error.title().to_owned(), detail: error.to_string(), error }
    }
}

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
            (AppError::RateLimited { retry_after: 7 }, 429),
            (AppError::Unavailable { reference: reference.clone() }, 503),
            (AppError::Internal { reference }, 500),
        ];
        for (error, status) in all {
            let text = serde_json::to_string(&Problem::from(error.clone())).unwrap();
            let back: Problem = serde_json::from_str(&text).unwrap();
            assert_eq!((back.error, back.status), (error, status), "{text}");
        }
    }
}
