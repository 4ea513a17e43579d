//! One's own account.

use leptos::prelude::*;
use tracker_domain::{
    org::Framed,
    profile::{ProfileView, Saved},
    text::Secret,
};

use super::{Api, ApiError};

/// The profile page.
#[server(prefix = "/api/v1", endpoint = "accounts/profile", protocol = Api)]
pub async fn view_profile(
    org: String,
    #[server(default)] flash: String,
) -> Result<Framed<ProfileView>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.profiles.view(&caller, &org, &flash).await?)
}

/// Changes one's name.
#[server(prefix = "/api/v1", endpoint = "accounts/set_name", protocol = Api)]
pub async fn set_name(org: String, name: String) -> Result<Saved, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.profiles.set_name(&caller, tracker_domain::profile::SetName { org, name }).await?)
}

/// Changes whose days one's charts are of.
#[server(prefix = "/api/v1", endpoint = "accounts/set_zone", protocol = Api)]
pub async fn set_zone(org: String, #[server(default)] zone: String) -> Result<Saved, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.profiles.set_zone(&caller, tracker_domain::profile::SetZone { org, zone }).await?)
}

/// Changes one's password; every other session ends.
#[server(prefix = "/api/v1", endpoint = "accounts/change_password", protocol = Api)]
pub async fn change_password(
    org: String,
    current_password: Secret,
    new_password: Secret,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<Saved, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command =
        tracker_domain::profile::ChangePassword { org, current_password, new_password, idempotency_key };
    Ok(ports.profiles.change_password(&caller, command).await?)
}

/// Asks for another address; it changes when it was confirmed at both ends within a day.
#[server(prefix = "/api/v1", endpoint = "accounts/change_address", protocol = Api)]
pub async fn change_address(
    org: String,
    email: String,
    password: Secret,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<Saved, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = tracker_domain::profile::ChangeAddress { org, email, password, idempotency_key };
    Ok(ports.profiles.change_address(&caller, command).await?)
}

/// Sends the mail that confirms one's address once more.
#[server(prefix = "/api/v1", endpoint = "accounts/send_verification", protocol = Api)]
pub async fn send_verification(
    org: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<Saved, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = tracker_domain::profile::SendVerification { org, idempotency_key };
    Ok(ports.profiles.send_verification(&caller, command).await?)
}
