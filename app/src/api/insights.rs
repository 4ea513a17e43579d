//! The insights.
#![expect(clippy::too_many_arguments, reason = "a server function's arguments are its fields on the wire")]

use leptos::prelude::*;
use tracker_domain::{
    insight::{InsightsView, NumberRows},
    org::Framed,
};

use super::{Api, ApiError};

/// The insights of an organization: of the issues of a query `q` (fields project, team, severity, tag, assignee, reporter), over
/// a range (`range` is 30d, 90d, 180d, 1y, 2y or 5y; or `from` and `to`, two days) in steps (`by` day, week or month) of the days
/// of a time zone; `compare` is `before` for the range before too. They are about the moment `at` (now, if it is not said), as
/// known at position `seq` of the log (the present one).
#[server(prefix = "/api/v1", endpoint = "insights/view", protocol = Api)]
pub async fn view_insights(
    org: String,
    #[server(default)] range: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
    #[server(default)] by: String,
    #[server(default)] q: String,
    #[server(default)] compare: String,
    #[server(default)] zone: String,
    #[server(default)] at: String,
    #[server(default)] seq: String,
    #[server(default)] flash: String,
) -> Result<Framed<InsightsView>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let ask = tracker_domain::insight::AskInsights { org, range, from, to, by, q, compare, zone, at, seq };
    Ok(ports.insights.view(&caller, ask, &flash).await?)
}

/// The issues, or what happened to them, that a number of the insights counts: one row each, the newest first. `count` says what
/// is counted, between the instants `since` and `until`; `bins` are durations, as the numbers' dots have them.
#[server(prefix = "/api/v1", endpoint = "insights/rows", protocol = Api)]
pub async fn view_number(
    org: String,
    #[server(default)] count: String,
    #[server(default)] since: String,
    #[server(default)] until: String,
    #[server(default)] status: String,
    #[server(default)] severity: String,
    #[server(default)] bins: String,
    #[server(default)] q: String,
    #[server(default)] at: String,
    #[server(default)] seq: String,
    #[server(default)] after: String,
    #[server(default)] flash: String,
) -> Result<Framed<NumberRows>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let rows = tracker_domain::insight::AskRows::read(&count, [&since, &until], [&status, &severity], &bins);
    let ask = tracker_domain::insight::AskInsights { org, q, at, seq, ..Default::default() };
    Ok(ports.insights.rows(&caller, ask, rows, (&after, &flash)).await?)
}
