//! Links in mails: asking for one, looking at it, and taking it. Whoever has the link is believed; nobody is signed in.

use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    profile::{LinkView, Reached},
    text::Secret,
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Links: Send + Sync {
    /// Sends a link to set the password anew, if the address has an account. The answer is the same if it has none.
    async fn forgot(&self, caller: &Caller, email: &str) -> Result<Reached, AppError>;
    /// What a link is for; looking changes nothing.
    async fn view(&self, caller: &Caller, token: &Secret, flash: &str) -> Result<LinkView, AppError>;
    /// Takes a link that proves an address.
    async fn confirm(&self, caller: &Caller, token: &Secret) -> Result<Reached, AppError>;
    /// Takes a link to set the password anew, which ends every session of the account.
    async fn reset_password(
        &self,
        caller: &Caller,
        token: &Secret,
        password: Secret,
    ) -> Result<Reached, AppError>;
}
