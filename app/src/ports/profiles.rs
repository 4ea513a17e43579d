//! One's own account: name, address and password.

use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    org::Framed,
    profile::{ChangeAddress, ChangePassword, ProfileView, Saved, SendVerification, SetName, SetZone},
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Profiles: Send + Sync {
    /// The profile page.
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<ProfileView>, AppError>;
    /// Changes the name, everywhere.
    async fn set_name(&self, caller: &Caller, command: SetName) -> Result<Saved, AppError>;
    /// Changes the time zone of the charts.
    async fn set_zone(&self, caller: &Caller, command: SetZone) -> Result<Saved, AppError>;
    /// Changes the password and ends every other session.
    async fn change_password(&self, caller: &Caller, command: ChangePassword) -> Result<Saved, AppError>;
    /// Asks both addresses whether one shall take the place of the other.
    async fn change_address(&self, caller: &Caller, command: ChangeAddress) -> Result<Saved, AppError>;
    /// Sends the mail that proves the address once more.
    async fn send_verification(&self, caller: &Caller, command: SendVerification) -> Result<Saved, AppError>;
}
