//! Members.

use leptos::prelude::*;
use tracker_domain::{account::SignedIn, member as domain, org::Framed};

use super::{Api, ApiError};

/// A page of the members by name: those whose name or address has `q` in it, of one role.
#[server(prefix = "/api/v1", endpoint = "members/list", protocol = Api)]
pub async fn list_members(
    org: String,
    #[server(default)] q: String,
    #[server(default)] role: String,
    #[server(default)] after: String,
    #[server(default)] flash: String,
    #[server(default)] limit: Option<i64>,
) -> Result<Framed<domain::MemberList>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.members.list(&caller, domain::ListMembers { org, q, role, after, limit }, &flash).await?)
}

/// Gives a member another role. It holds from their next request on, and on their open pages at once.
#[server(prefix = "/api/v1", endpoint = "members/set_role", protocol = Api)]
pub async fn set_role(
    org: String,
    member: String,
    role: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::MemberChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let change = domain::MemberChange::Role(role);
    Ok(ports.members.change(&caller, domain::ChangeMember { org, member, change, idempotency_key }).await?)
}

/// Shuts a member out. What they wrote stays.
#[server(prefix = "/api/v1", endpoint = "members/disable", protocol = Api)]
pub async fn disable_member(
    org: String,
    member: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::MemberChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let change = domain::MemberChange::Disable;
    Ok(ports.members.change(&caller, domain::ChangeMember { org, member, change, idempotency_key }).await?)
}

/// Lets a member in again.
#[server(prefix = "/api/v1", endpoint = "members/enable", protocol = Api)]
pub async fn enable_member(
    org: String,
    member: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::MemberChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let change = domain::MemberChange::Enable;
    Ok(ports.members.change(&caller, domain::ChangeMember { org, member, change, idempotency_key }).await?)
}

/// Goes to another organization of one's own; from now on one is taken there.
#[server(prefix = "/api/v1", endpoint = "members/switch", protocol = Api)]
pub async fn switch_org(org: String) -> Result<SignedIn, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.members.switch(&caller, &org).await?)
}
