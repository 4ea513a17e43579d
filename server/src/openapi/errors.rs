//! The errors of the API: one response a status, with a real problem document as its example.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};
use tracker_domain::error::{AppError, Problem};

/// An error that functions answer with.
pub(super) struct Refusal {
    /// Its name among the components.
    pub(super) name: &'static str,
    about: &'static str,
    examples: fn() -> Vec<AppError>,
}

pub(super) const UNAUTHENTICATED: Refusal = Refusal {
    name: "NotSignedIn",
    about: "No token or session, or one that is not valid any more.",
    examples: || vec![AppError::Unauthenticated],
};
pub(super) const FORBIDDEN: Refusal = Refusal {
    name: "NotAllowed",
    about: "The role or the token's scope is too small; the sentence says what is needed.",
    examples: || {
        vec![AppError::forbidden("This needs a token with the scope WRITE."), AppError::FactorNeeded]
    },
};
pub(super) const NOT_FOUND: Refusal = Refusal {
    name: "NotFound",
    about: "It does not exist, or not for whoever asks.",
    examples: || vec![AppError::NotFound],
};
pub(super) const CONFLICT: Refusal = Refusal {
    name: "Conflict",
    about: "Somebody else changed it since it was read: the answer has the present state and its version. Or the same write is \
            being done at this moment.",
    examples: || {
        let current = vec![("title".to_owned(), "Checkout fails on Safari".to_owned())];
        vec![AppError::Conflict { current, version: 3 }, AppError::InProgress]
    },
};
pub(super) const INVALID: Refusal = Refusal {
    name: "Invalid",
    about: "The input cannot be taken: each wrong field with a sentence that says what to change. Nothing was changed.",
    examples: || vec![AppError::invalid("title", "The title is missing.")],
};
pub(super) const TOO_MANY: Refusal = Refusal {
    name: "TooMany",
    about: "Too much in too short a time.",
    examples: || vec![AppError::RateLimited { retry_after: 7 }],
};
pub(super) const UNREADABLE: Refusal = Refusal {
    name: "Unreadable",
    about: "The body is no JSON, or not in UTF-8.",
    examples: || vec![AppError::Unreadable { message: "The body is no JSON.".to_owned() }],
};
pub(super) const TIMEOUT: Refusal = Refusal {
    name: "TooSlow",
    about: "The request did not arrive in time.",
    examples: || vec![AppError::Timeout],
};
pub(super) const TOO_LARGE: Refusal = Refusal {
    name: "TooLarge",
    about: "The body has more bytes than are taken.",
    examples: || vec![AppError::TooLarge { limit: 1024 * 1024 }],
};
pub(super) const MEDIA_TYPE: Refusal = Refusal {
    name: "OtherKind",
    about: "The body is of a kind that is not taken.",
    examples: || vec![AppError::MediaType],
};
pub(super) const INTERNAL: Refusal = Refusal {
    name: "Fault",
    about: "A fault of the program. The log has the reference.",
    examples: || vec![AppError::Internal { reference: "2f0c".to_owned() }],
};
pub(super) const UNAVAILABLE: Refusal = Refusal {
    name: "Unavailable",
    about: "Something that is needed does not answer; trying again later may work.",
    examples: || vec![AppError::Unavailable { reference: "2f0c".to_owned() }],
};

/// All of them.
pub(super) const ALL: &[Refusal] = &[
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    CONFLICT,
    INVALID,
    TOO_MANY,
    UNREADABLE,
    TIMEOUT,
    TOO_LARGE,
    MEDIA_TYPE,
    INTERNAL,
    UNAVAILABLE,
];

impl Refusal {
    /// The HTTP status.
    pub(super) fn status(&self) -> String {
        (self.examples)().first().map_or(500, AppError::status).to_string()
    }

    /// What an operation says of it.
    pub(super) fn reference(&self) -> Value {
        json!({ "$ref": format!("#/components/responses/{}", self.name) })
    }

    /// The component.
    pub(super) fn response(&self, generator: &mut SchemaGenerator) -> Value {
        let problems: Vec<_> = (self.examples)().into_iter().map(Problem::from).collect();
        let documents: Vec<_> = problems.iter().map(|problem| json!(problem)).collect();
        let kinds: Vec<_> = documents.iter().filter_map(|document| document.get("type").cloned()).collect();
        let statuses: Vec<_> = problems.first().map(|problem| problem.status).into_iter().collect();
        let own = json!({ "properties": { "type": { "enum": kinds }, "status": { "enum": statuses } } });
        let schema = json!({ "allOf": [generator.subschema_for::<Problem>(), own] });
        let examples: Map<String, Value> = documents
            .into_iter()
            .enumerate()
            .map(|(n, value)| (format!("e{}", n + 1), json!({ "value": value })))
            .collect();
        let content = json!({ "application/problem+json": { "schema": schema, "examples": examples } });
        json!({ "description": self.about, "headers": self.headers(), "content": content })
    }

    fn headers(&self) -> Value {
        match self.name {
            "NotSignedIn" => headers(&["WWW-Authenticate"]),
            "TooMany" => headers(&["Retry-After", "RateLimit", "RateLimit-Policy"]),
            "Conflict" | "Unavailable" => headers(&["Retry-After"]),
            _ => json!({}),
        }
    }
}

/// Headers of an answer, by their names among the components.
pub(super) fn headers(names: &[&str]) -> Value {
    let each = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") })));
    Value::Object(each.collect())
}
