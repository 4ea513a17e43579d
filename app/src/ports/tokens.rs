//! Tokens and services.

use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    id::UserId,
    org::Framed,
    token::{MakeService, MakeToken, ServicesView, TokenMade, TokensChanged, TokensView},
};

use super::Caller;

/// See the module. Pages get the ids in their URLs: of the token that was just made, and of the flash.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// One's own tokens.
    async fn view(
        &self,
        caller: &Caller,
        org: &str,
        ids: (&str, &str),
    ) -> Result<Framed<TokensView>, AppError>;
    /// Makes a token, for oneself or a service.
    async fn create(&self, caller: &Caller, command: MakeToken) -> Result<TokenMade, AppError>;
    /// Ends a token.
    async fn revoke(&self, caller: &Caller, org: &str, id: i64) -> Result<TokensChanged, AppError>;
    /// The services.
    async fn services(
        &self,
        caller: &Caller,
        org: &str,
        ids: (&str, &str),
    ) -> Result<Framed<ServicesView>, AppError>;
    /// Makes a service.
    async fn make_service(&self, caller: &Caller, command: MakeService) -> Result<TokensChanged, AppError>;
    /// Ends a service with its tokens.
    async fn end_service(
        &self,
        caller: &Caller,
        org: &str,
        service: UserId,
    ) -> Result<TokensChanged, AppError>;
}
