//! Projects.

use leptos::prelude::*;
use tracker_domain::{org::Framed, project as domain};

use super::{Api, ApiError};

/// All projects with the teams that own them.
#[server(prefix = "/api/v1", endpoint = "projects/view", protocol = Api)]
pub async fn view_projects(
    org: String,
    #[server(default)] flash: String,
) -> Result<Framed<domain::ProjectList>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.projects.view(&caller, &org, &flash).await?)
}

/// Makes a project; `team` is the short name of the team that owns it, or empty.
#[server(prefix = "/api/v1", endpoint = "projects/create", protocol = Api)]
pub async fn create_project(
    org: String,
    key: String,
    name: String,
    #[server(default)] team: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::ProjectChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = domain::SaveProject { org, key, name, team, version: None, idempotency_key };
    Ok(ports.projects.create(&caller, command).await?)
}

/// Gives a project another name and owner; its key stays. `version` is the one that the editor saw.
#[server(prefix = "/api/v1", endpoint = "projects/edit", protocol = Api)]
pub async fn edit_project(
    org: String,
    key: String,
    name: String,
    #[server(default)] team: String,
    version: i64,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::ProjectChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = domain::SaveProject { org, key, name, team, version: Some(version), idempotency_key };
    Ok(ports.projects.edit(&caller, command).await?)
}
