//! The insights.

use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    insight::{AskInsights, AskRows, InsightsView, NumberRows},
    org::Framed,
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait InsightsPort: Send + Sync {
    /// The insights page of an organization. The frame's position is the one that the numbers stand for.
    async fn view(
        &self,
        caller: &Caller,
        ask: AskInsights,
        flash: &str,
    ) -> Result<Framed<InsightsView>, AppError>;

    /// The rows behind a number, from a place on; of `ask` the query, the moment and the position count.
    async fn rows(
        &self,
        caller: &Caller,
        ask: AskInsights,
        rows: Result<AskRows, AppError>,
        after_and_flash: (&str, &str),
    ) -> Result<Framed<NumberRows>, AppError>;
}
