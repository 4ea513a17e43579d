//! The cookies. Over TLS they carry the `__Host-` prefix, so that no sibling domain can set them; over plain HTTP,
//! which is for one's own machine, browsers would refuse that.

use tracker_domain::text::Secret;

use crate::{
    Settings,
    factors::CHALLENGE_MINUTES,
    session::{ACCESS_SECONDS, SESSION_DAYS},
};

/// The cookie of the access token: who asks, for a quarter of an hour.
pub fn access_name(settings: &Settings) -> &'static str {
    if settings.secure() { "__Host-access" } else { "access" }
}

/// The cookie of the refresh token, which is exchanged for the next pair.
pub fn refresh_name(settings: &Settings) -> &'static str {
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

/// Sets both tokens of a session.
pub fn session(settings: &Settings, access: &Secret, refresh: &Secret) -> [String; 2] {
    [
        cookie(settings, access_name(settings), access.reveal(), ACCESS_SECONDS),
        cookie(settings, refresh_name(settings), refresh.reveal(), SESSION_DAYS * 24 * 3600),
    ]
}

/// Takes both away.
pub fn session_over(settings: &Settings) -> [String; 2] {
    [access_name(settings), refresh_name(settings)].map(|name| cookie(settings, name, "", 0))
}

/// Sets the visitor's token for an hour.
pub fn visitor(settings: &Settings, token: &Secret) -> String {
    cookie(settings, visitor_name(settings), token.reveal(), 3600)
}

/// The cookie that ties a sign-in by a provider to the browser that began it.
pub fn provider_name(settings: &Settings) -> &'static str {
    if settings.secure() { "__Host-provider" } else { "provider" }
}

/// Sets it for as long as somebody may be away.
pub fn provider(settings: &Settings, token: &Secret, seconds: i64) -> String {
    cookie(settings, provider_name(settings), token.reveal(), seconds)
}

/// Takes it away.
pub fn provider_over(settings: &Settings) -> String {
    cookie(settings, provider_name(settings), "", 0)
}

/// Sets the token of a sign-in that waits for its second step.
pub fn pending(settings: &Settings, token: &Secret) -> String {
    cookie(settings, pending_name(settings), token.reveal(), CHALLENGE_MINUTES * 60)
}

/// Takes it away.
pub fn pending_over(settings: &Settings) -> String {
    cookie(settings, pending_name(settings), "", 0)
}
