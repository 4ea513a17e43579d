//! The audit trail.
#![expect(clippy::too_many_arguments, reason = "a server function's arguments are its fields on the wire")]

use leptos::prelude::*;
use tracker_domain::{audit as domain, org::Framed};

use super::{Api, ApiError};

/// A page of the trail, newest first. `action` is a word of the trail, `person` whoever did it or had it done to them,
/// `from` and `to` days in UTC.
#[server(prefix = "/api/v1", endpoint = "audit/view", protocol = Api)]
pub async fn view_audit(
    org: String,
    #[server(default)] action: String,
    #[server(default)] person: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
    #[server(default)] after: String,
    #[server(default)] flash: String,
    #[server(default)] limit: Option<i64>,
) -> Result<Framed<domain::AuditList>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let filter = domain::AuditFilter { action, person, from, to };
    Ok(ports.audit.view(&caller, domain::ListAudit { org, filter, after, limit }, &flash).await?)
}
