//! One's own sessions.

use leptos::prelude::*;
use tracker_domain::{
    org::Framed,
    session::{SecurityView, SessionsEnded},
};

use super::{Api, ApiError};

/// The page about the safety of one's account.
#[server(prefix = "/api/v1", endpoint = "accounts/security", protocol = Api)]
pub async fn view_security(
    org: String,
    #[server(default)] flash: String,
) -> Result<Framed<SecurityView>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.sessions.security(&caller, &org, &flash).await?)
}

/// Ends one of one's sessions.
#[server(prefix = "/api/v1", endpoint = "sessions/end", protocol = Api)]
pub async fn end_session(id: i64) -> Result<SessionsEnded, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.sessions.end(&caller, tracker_domain::id::SessionId(id)).await?)
}

/// Ends all of one's sessions but the one that asks.
#[server(prefix = "/api/v1", endpoint = "sessions/end_others", protocol = Api)]
pub async fn end_other_sessions() -> Result<SessionsEnded, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.sessions.end_others(&caller).await?)
}

/// Ends all of one's sessions.
#[server(prefix = "/api/v1", endpoint = "accounts/sign_out_everywhere", protocol = Api)]
pub async fn sign_out_everywhere() -> Result<(), ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.sessions.end_all(&caller).await?)
}
