//! Accounts elsewhere that one signs in by.

use leptos::prelude::*;
use tracker_domain::{org::Framed, provider as domain};

use super::{Api, ApiError};

/// Those that are linked to one's account, and the others.
#[server(prefix = "/api/v1", endpoint = "providers/view", protocol = Api)]
pub async fn view_providers(
    org: String,
    #[server(default)] flash: String,
) -> Result<Framed<domain::ProvidersView>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.providers.view(&caller, &org, &flash).await?)
}

/// Begins to link a provider; the page that it lands on leads there.
#[server(prefix = "/api/v1", endpoint = "providers/link", protocol = Api)]
pub async fn link_provider(org: String, provider: String) -> Result<domain::LinkBegun, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.providers.link(&caller, domain::ChooseProvider { org, provider }).await?)
}

/// Unlinks a provider.
#[server(prefix = "/api/v1", endpoint = "providers/unlink", protocol = Api)]
pub async fn unlink_provider(org: String, provider: String) -> Result<domain::Unlinked, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.providers.unlink(&caller, domain::ChooseProvider { org, provider }).await?)
}
