//! Tokens of one's own, and services with theirs. No token may call these.
#![expect(
    clippy::too_many_arguments,
    reason = "the arguments of a server function are the fields of its form"
)]

use leptos::prelude::*;
use tracker_domain::{org::Framed, token as domain};

use super::{Api, ApiError};

/// One's own tokens; `made` is what the answer to making one named, and shows that one, once.
#[server(prefix = "/api/v1", endpoint = "tokens/view", protocol = Api)]
pub async fn view_tokens(
    org: String,
    #[server(default)] made: String,
    #[server(default)] flash: String,
) -> Result<Framed<domain::TokensView>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.tokens.view(&caller, &org, (&made, &flash)).await?)
}

/// Makes a token. It is valid for `days` (90 unless it is said), at most 366; `projects` are the keys of the only projects
/// that exist for it, separated by commas.
#[server(prefix = "/api/v1", endpoint = "tokens/create", protocol = Api)]
pub async fn create_token(
    org: String,
    name: String,
    #[server(default)] read: bool,
    #[server(default)] write: bool,
    #[server(default)] admin: bool,
    #[server(default)] projects: String,
    #[server(default)] days: Option<i64>,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::TokenMade, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let scopes = [read, write, admin];
    let command = domain::MakeToken { org, service: None, name, scopes, projects, days, idempotency_key };
    Ok(ports.tokens.create(&caller, command).await?)
}

/// Ends a token, of one's own or of a service.
#[server(prefix = "/api/v1", endpoint = "tokens/revoke", protocol = Api)]
pub async fn revoke_token(org: String, id: i64) -> Result<domain::TokensChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.tokens.revoke(&caller, &org, id).await?)
}

/// The services of an organization; `made` as for one's own tokens.
#[server(prefix = "/api/v1", endpoint = "services/view", protocol = Api)]
pub async fn view_services(
    org: String,
    #[server(default)] made: String,
    #[server(default)] flash: String,
) -> Result<Framed<domain::ServicesView>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.tokens.services(&caller, &org, (&made, &flash)).await?)
}

/// Makes a service: an account that only tokens act for.
#[server(prefix = "/api/v1", endpoint = "services/create", protocol = Api)]
pub async fn create_service(
    org: String,
    called: String,
    role: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::TokensChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = domain::MakeService { org, called, role, idempotency_key };
    Ok(ports.tokens.make_service(&caller, command).await?)
}

/// Makes a token of a service; the rest as for one's own.
#[server(prefix = "/api/v1", endpoint = "services/create_token", protocol = Api)]
pub async fn create_service_token(
    org: String,
    service: i64,
    name: String,
    #[server(default)] read: bool,
    #[server(default)] write: bool,
    #[server(default)] admin: bool,
    #[server(default)] projects: String,
    #[server(default)] days: Option<i64>,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::TokenMade, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let (service, scopes) = (Some(tracker_domain::id::UserId(service)), [read, write, admin]);
    let command = domain::MakeToken { org, service, name, scopes, projects, days, idempotency_key };
    Ok(ports.tokens.create(&caller, command).await?)
}

/// Ends a service: its tokens are revoked, and what it did stays.
#[server(prefix = "/api/v1", endpoint = "services/remove", protocol = Api)]
pub async fn remove_service(org: String, service: i64) -> Result<domain::TokensChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.tokens.end_service(&caller, &org, tracker_domain::id::UserId(service)).await?)
}
