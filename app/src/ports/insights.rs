//! Statistics.

use async_trait::async_trait;
use tracker_domain::{error::AppError, insight::Insights, org::Framed};

use super::Caller;

/// See the module.
#[async_trait]
pub trait InsightsPort: Send + Sync {
    /// The insights page of an organization. The frame's position is the one that the statistics have reached.
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<Insights>, AppError>;
}
