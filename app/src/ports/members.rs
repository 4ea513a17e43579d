//! Members.

use async_trait::async_trait;
use tracker_domain::{
    account::SignedIn,
    error::AppError,
    member::{ChangeMember, ListMembers, MemberChanged, MemberList},
    org::Framed,
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Members: Send + Sync {
    /// A page of the members, for ADMINs.
    async fn list(
        &self,
        caller: &Caller,
        command: ListMembers,
        flash: &str,
    ) -> Result<Framed<MemberList>, AppError>;
    /// Changes one of them; the last ADMIN stays one.
    async fn change(&self, caller: &Caller, command: ChangeMember) -> Result<MemberChanged, AppError>;
    /// Goes to another of the caller's organizations, and remembers that.
    async fn switch(&self, caller: &Caller, org: &str) -> Result<SignedIn, AppError>;
}
