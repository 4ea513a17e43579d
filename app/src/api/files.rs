//! Files that were attached.

use leptos::prelude::*;
use tracker_domain::attachment::{ChangeFile, FileChanged};

use super::{Api, ApiError};

/// Takes a file away: one's own for a quarter of an hour, as a maintainer one's own, as an admin any.
#[server(prefix = "/api/v1", endpoint = "files/remove", protocol = Api)]
pub async fn remove_file(
    org: String,
    file: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<FileChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.files.remove(&caller, ChangeFile { org, file, idempotency_key }).await?)
}

/// Hides a file from reporters.
#[server(prefix = "/api/v1", endpoint = "files/hide", protocol = Api)]
pub async fn hide_file(
    org: String,
    file: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<FileChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.files.hide(&caller, ChangeFile { org, file, idempotency_key }).await?)
}
