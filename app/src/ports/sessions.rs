//! One's own sessions.

use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    id::SessionId,
    org::Framed,
    session::{SecurityView, SessionsEnded},
};

use super::Caller;

/// See the module. Each verb takes a session of the person: no program does it with a token.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// The page with the sessions of the person who asks.
    async fn security(
        &self,
        caller: &Caller,
        org: &str,
        flash: &str,
    ) -> Result<Framed<SecurityView>, AppError>;
    /// Ends one of them.
    async fn end(&self, caller: &Caller, session: SessionId) -> Result<SessionsEnded, AppError>;
    /// Ends all but the one that asks.
    async fn end_others(&self, caller: &Caller) -> Result<SessionsEnded, AppError>;
    /// Ends all.
    async fn end_all(&self, caller: &Caller) -> Result<(), AppError>;
}
