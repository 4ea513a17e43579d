//! The audit trail.

use async_trait::async_trait;
use tracker_domain::{
    audit::{AuditList, ListAudit},
    error::AppError,
    org::Framed,
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Audit: Send + Sync {
    /// A page of it, for ADMINs.
    async fn view(
        &self,
        caller: &Caller,
        command: ListAudit,
        flash: &str,
    ) -> Result<Framed<AuditList>, AppError>;
}
