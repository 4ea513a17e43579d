//! Texts.

use async_trait::async_trait;
use tracker_domain::error::AppError;

use super::Caller;

/// See the module.
#[async_trait]
pub trait Texts: Send + Sync {
    /// Markdown as safe HTML, for the preview of somebody who is signed in.
    async fn preview(&self, caller: &Caller, text: &str) -> Result<String, AppError>;
}
