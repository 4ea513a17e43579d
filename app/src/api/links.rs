//! Links in mails.

use leptos::prelude::*;
use tracker_domain::{
    profile::{LinkView, Reached},
    text::Secret,
};

use super::{Api, ApiError};

/// Sends a link to set the password anew, if the address has an account; the answer does not say whether it has.
#[server(prefix = "/api/v1", endpoint = "accounts/forgot", protocol = Api)]
pub async fn forgot_password(email: String) -> Result<Reached, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.links.forgot(&caller, &email).await?)
}

/// What the link of a mail is for.
#[server(prefix = "/api/v1", endpoint = "accounts/link", protocol = Api)]
pub async fn view_link(token: Secret, #[server(default)] flash: String) -> Result<LinkView, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.links.view(&caller, &token, &flash).await?)
}

/// Confirms an address by the link of a mail.
#[server(prefix = "/api/v1", endpoint = "accounts/confirm", protocol = Api)]
pub async fn confirm_address(token: Secret) -> Result<Reached, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.links.confirm(&caller, &token).await?)
}

/// Sets a password anew by the link of a mail; every session of the account ends.
#[server(prefix = "/api/v1", endpoint = "accounts/reset_password", protocol = Api)]
pub async fn reset_password(token: Secret, password: Secret) -> Result<Reached, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.links.reset_password(&caller, &token, password).await?)
}
