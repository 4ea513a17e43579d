//! The insights page, from the daily statistics.

use app::ports::{Caller, InsightsPort};
use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    insight::{DAYS, Insights},
    org::Framed,
};

use super::page::tell;
use crate::{App, storage::stats};

/// See the module.
#[derive(Debug)]
pub struct InsightsService(pub App);

#[async_trait]
impl InsightsPort for InsightsService {
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<Insights>, AppError> {
        tell(caller, self.page(caller, org, flash).await)
    }
}

impl InsightsService {
    async fn page(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<Insights>, AppError> {
        let today = self.0.clock.now().day();
        let mut tx = self.0.db.read(&self.0.identity(caller, org)?).await?;
        let row = stats::page(&mut tx, today.minus(DAYS - 1), (flash, self.0.flash_owner(caller))).await?;
        let (Framed { mut frame, view }, _) = row.framed()?;
        // What the statistics have not seen yet comes to the open page as a live event.
        frame.seq = view.seq;
        Ok(Framed { frame, view: Insights::new(today, &view.days, view.stock) })
    }
}
