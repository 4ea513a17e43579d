//! Accounts elsewhere that one signs in by.

use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    org::Framed,
    provider::{ChooseProvider, LinkBegun, ProvidersView, Unlinked},
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait ProvidersPort: Send + Sync {
    /// Those that are linked, and the others.
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<ProvidersView>, AppError>;
    /// Begins to link one; the browser goes on at the provider.
    async fn link(&self, caller: &Caller, command: ChooseProvider) -> Result<LinkBegun, AppError>;
    /// Unlinks one, unless it is the last way to sign in.
    async fn unlink(&self, caller: &Caller, command: ChooseProvider) -> Result<Unlinked, AppError>;
}
