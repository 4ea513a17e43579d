//! Accounts and sessions.

use leptos::prelude::*;
use tracker_domain::{
    account::{Door, SignedIn},
    profile::SignedUp,
    text::Secret,
};

use super::{Api, ApiError};

/// What the pages before sign-in show.
#[server(prefix = "/api/v1", endpoint = "accounts/door", protocol = Api)]
pub async fn view_door(#[server(default)] flash: String) -> Result<Door, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.accounts.door(&caller, &flash).await?)
}

/// Makes an account and signs it in, unless its address must be confirmed first.
#[server(prefix = "/api/v1", endpoint = "accounts/sign_up", protocol = Api)]
pub async fn sign_up(
    name: String,
    email: String,
    password: Secret,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<SignedUp, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = tracker_domain::account::SignUp { name, email, password, idempotency_key };
    Ok(ports.accounts.sign_up(&caller, command).await?)
}

/// Starts a session.
#[server(prefix = "/api/v1", endpoint = "accounts/sign_in", protocol = Api)]
pub async fn sign_in(email: String, password: Secret) -> Result<SignedIn, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.accounts.sign_in(&caller, tracker_domain::account::SignIn { email, password }).await?)
}

/// Ends the session.
#[server(prefix = "/api/v1", endpoint = "accounts/sign_out", protocol = Api)]
pub async fn sign_out() -> Result<(), ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.accounts.sign_out(&caller).await?)
}
