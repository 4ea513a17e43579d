//! Accounts and sessions.

use async_trait::async_trait;
use tracker_domain::{
    account::{Door, SignIn, SignUp, SignedIn},
    error::AppError,
    profile::SignedUp,
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// What the pages before sign-in show; `flash` is the id in the URL.
    async fn door(&self, caller: &Caller, flash: &str) -> Result<Door, AppError>;
    /// Makes an account and signs it in, unless its address must be confirmed first. The first one becomes ADMIN.
    async fn sign_up(&self, caller: &Caller, command: SignUp) -> Result<SignedUp, AppError>;
    /// Starts a session.
    async fn sign_in(&self, caller: &Caller, command: SignIn) -> Result<SignedIn, AppError>;
    /// Ends the session.
    async fn sign_out(&self, caller: &Caller) -> Result<(), AppError>;
}
