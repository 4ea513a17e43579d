//! The cookies. Over TLS they carry the `__Host-` prefix, so that no sibling domain can set them; over plain HTTP,
//! which is for one's own machine, browsers would refuse that.

use tracker_domain::text::Secret;

use crate::{Settings, factors::CHALLENGE_MINUTES, session::SESSION_DAYS};

/// The session's cookie.
pub fn session_name(settings: &Settings) -> &'static str {
    if settings.secure() { "__Host-session" } else { "session" }
}

/// The cookie that ties what a form left behind to a browser before anybody has signed in.
pub fn visitor_name(settings: &Settings) -> &'static str {
    if settings.secure() { "__Host-visitor" } else { "visitor" }
}

/// The cookie of a sign-in that waits for its second step.
pub fn pending_name(settings: &Settings) -> &'static str {
    if settings.secure() { "__Host-pending" } else { "pending" }
}

fn cookie(settings: &Settings, name: &str, value: &str, seconds: i64) -> String {
    let secure = if settings.secure() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// Sets the session.
pub fn session(settings: &Settings, token: &Secret) -> String {
    cookie(settings, session_name(settings), token.reveal(), SESSION_DAYS * 24 * 3600)
}

/// Takes the session away.
pub fn session_over(settings: &Settings) -> String {
    cookie(settings, session_name(settings), "", 0)
}

/// Sets the visitor's token for an hour.
pub fn visitor(settings: &Settings, token: &Secret) -> String {
    cookie(settings, visitor_name(settings), token.reveal(), 3600)
}

/// Sets the token of a sign-in that waits for its second step.
pub fn pending(settings: &Settings, token: &Secret) -> String {
    cookie(settings, pending_name(settings), token.reveal(), CHALLENGE_MINUTES * 60)
}

/// Takes it away.
pub fn pending_over(settings: &Settings) -> String {
    cookie(settings, pending_name(settings), "", 0)
}
