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
const ADMIN: Need = Need::Scope(TokenScope::Admin);

/// Every function by its endpoint.
const NEEDS: &[(&str, Need)] = &[
    ("accounts/accept_invitation", Need::Person),
    ("accounts/ask_passkey", Need::Person),
    ("accounts/change_address", Need::Person),
    ("accounts/change_password", Need::Person),
    ("accounts/confirm", Need::Person),
    ("accounts/door", Need::Person),
    ("accounts/forgot", Need::Person),
    ("accounts/give_code", Need::Person),
    ("accounts/give_passkey", Need::Person),
    ("accounts/invitation", Need::Person),
    ("accounts/link", Need::Person),
    ("accounts/profile", Need::Person),
    ("accounts/reset_password", Need::Person),
    ("accounts/second_step", Need::Person),
    ("accounts/security", Need::Person),
    ("accounts/send_verification", Need::Person),
    ("accounts/set_name", Need::Person),
    ("accounts/set_zone", Need::Person),
    ("accounts/sign_in", Need::Person),
    ("accounts/sign_out", Need::Person),
    ("accounts/sign_out_everywhere", Need::Person),
    ("accounts/sign_up", Need::Person),
    ("audit/view", ADMIN),
    ("comments/add", WRITE),
    ("events", READ),
    ("factors/add_passkey", Need::Person),
    ("factors/begin_passkey", Need::Person),
    ("factors/begin_totp", Need::Person),
    ("factors/confirm_totp", Need::Person),
    ("factors/door", Need::Person),
    ("factors/end_totp", Need::Person),
    ("factors/keep_codes", Need::Person),
    ("factors/remove_passkey", Need::Person),
    ("factors/rename_passkey", Need::Person),
    ("factors/renew_codes", Need::Person),
    ("factors/require", Need::Person),
    ("factors/rules", Need::Person),
    ("factors/view", Need::Person),
    ("files/fetch", READ),
    ("files/hide", WRITE),
    ("files/remove", WRITE),
    ("files/upload", WRITE),
    ("insights/rows", READ),
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
    ("members/disable", ADMIN),
    ("members/enable", ADMIN),
    ("members/invitations", ADMIN),
    ("members/invite", ADMIN),
    ("members/list", ADMIN),
    ("members/resend_invitation", ADMIN),
    ("members/revoke_invitation", ADMIN),
    ("members/set_role", ADMIN),
    ("members/switch", Need::Person),
    ("projects/create", ADMIN),
    ("projects/edit", ADMIN),
    ("projects/view", ADMIN),
    ("providers/link", Need::Person),
    ("providers/unlink", Need::Person),
    ("providers/view", Need::Person),
    ("services/create", Need::Person),
    ("services/create_token", Need::Person),
    ("services/remove", Need::Person),
    ("services/view", Need::Person),
    ("sessions/end", Need::Person),
    ("sessions/end_others", Need::Person),
    ("teams/add_person", ADMIN),
    ("teams/create", ADMIN),
    ("teams/delete", ADMIN),
    ("teams/edit", ADMIN),
    ("teams/remove_person", ADMIN),
    ("teams/view", ADMIN),
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
