//! Statistics.

use leptos::prelude::*;
use tracker_domain::{insight::Insights, org::Framed};

use super::{Api, ApiError};

/// The insights page of an organization.
#[server(prefix = "/api/v1", endpoint = "insights/view", protocol = Api)]
pub async fn view_insights(
    org: String,
    #[server(default)] flash: String,
) -> Result<Framed<Insights>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.insights.view(&caller, &org, &flash).await?)
}
