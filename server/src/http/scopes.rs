//! What a token needs for each server function: one table. A function that is not in it is hidden from every token, and
//! `server/tests/it/tokens.rs` fails until it has its row.

use tracker_domain::{error::AppError, token::TokenScope};

/// What a function asks of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// This scope, or one that includes it.
    Scope(TokenScope),
    /// A person: it is about an account, or makes other ways in.
    Person,
}

const READ: Need = Need::Scope(TokenScope::Read);
const WRITE: Need = Need::Scope(TokenScope::Write);

/// Every function by its endpoint.
const NEEDS: &[(&str, Need)] = &[
    ("accounts/door", Need::Person),
    ("accounts/sign_in", Need::Person),
    ("accounts/sign_out", Need::Person),
    ("accounts/sign_up", Need::Person),
    ("comments/add", WRITE),
    ("insights/view", READ),
    ("issues/blank", READ),
    ("issues/complete", READ),
    ("issues/create", WRITE),
    ("issues/edit", WRITE),
    ("issues/list", READ),
    ("issues/set_assignee", WRITE),
    ("issues/set_severity", WRITE),
    ("issues/set_status", WRITE),
    ("issues/set_tags", WRITE),
    ("issues/view", READ),
    ("services/create", Need::Person),
    ("services/create_token", Need::Person),
    ("services/remove", Need::Person),
    ("services/view", Need::Person),
    ("texts/preview", READ),
    ("tokens/create", Need::Person),
    ("tokens/revoke", Need::Person),
    ("tokens/view", Need::Person),
];

/// What a function asks of a token; `None` when nobody has said.
pub fn need(endpoint: &str) -> Option<Need> {
    NEEDS.iter().find(|(known, _)| *known == endpoint).map(|(_, need)| *need)
}

/// Whether a token with these scopes may call a function.
pub(super) fn require(endpoint: &str, has: &[TokenScope]) -> Result<(), AppError> {
    match need(endpoint) {
        Some(Need::Scope(scope)) if has.iter().any(|has| *has >= scope) => Ok(()),
        Some(Need::Scope(scope)) => {
            Err(AppError::forbidden(format!("This needs a token with the scope {scope}.")))
        }
        Some(Need::Person) => {
            Err(AppError::forbidden("No token may do this: a person does, signed in by a browser."))
        }
        None => Err(AppError::NotFound),
    }
}
