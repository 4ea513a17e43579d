//! Teams.

use leptos::prelude::*;
use tracker_domain::{org::Framed, team as domain};

use super::{Api, ApiError};

/// All teams with their people and projects.
#[server(prefix = "/api/v1", endpoint = "teams/view", protocol = Api)]
pub async fn view_teams(
    org: String,
    #[server(default)] flash: String,
) -> Result<Framed<Vec<domain::TeamView>>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.teams.view(&caller, &org, &flash).await?)
}

/// Makes a team. `slug` is its name in queries; when it is empty it is made of the name.
#[server(prefix = "/api/v1", endpoint = "teams/create", protocol = Api)]
pub async fn create_team(
    org: String,
    name: String,
    #[server(default)] slug: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::TeamChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.teams.create(&caller, domain::CreateTeam { org, name, slug, idempotency_key }).await?)
}

/// Gives a team other names; `version` is the one that the editor saw.
#[server(prefix = "/api/v1", endpoint = "teams/edit", protocol = Api)]
pub async fn edit_team(
    org: String,
    team: String,
    name: String,
    #[server(default)] slug: String,
    version: i64,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::TeamChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let change = domain::TeamChange::Names { name, slug, version };
    Ok(ports.teams.change(&caller, domain::ChangeTeam { org, team, change, idempotency_key }).await?)
}

/// Takes a member into a team; `person` is their address.
#[server(prefix = "/api/v1", endpoint = "teams/add_person", protocol = Api)]
pub async fn add_to_team(
    org: String,
    team: String,
    person: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::TeamChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let change = domain::TeamChange::Add(person);
    Ok(ports.teams.change(&caller, domain::ChangeTeam { org, team, change, idempotency_key }).await?)
}

/// Lets somebody go from a team; `person` is their id.
#[server(prefix = "/api/v1", endpoint = "teams/remove_person", protocol = Api)]
pub async fn remove_from_team(
    org: String,
    team: String,
    person: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::TeamChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let change = domain::TeamChange::Remove(person);
    Ok(ports.teams.change(&caller, domain::ChangeTeam { org, team, change, idempotency_key }).await?)
}

/// Dissolves a team; its projects belong to none then.
#[server(prefix = "/api/v1", endpoint = "teams/delete", protocol = Api)]
pub async fn delete_team(
    org: String,
    team: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::TeamChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.teams.delete(&caller, domain::DeleteTeam { org, team, idempotency_key }).await?)
}
