//! Invitations.

use async_trait::async_trait;
use tracker_domain::{
    account::SignedIn,
    error::AppError,
    invitation::{Accept, InvitationRef, InvitationsView, Invite, OfferView},
    org::Framed,
    profile::Saved,
    text::Secret,
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Invitations: Send + Sync {
    /// The page of those that are open.
    async fn view(
        &self,
        caller: &Caller,
        org: &str,
        flash: &str,
    ) -> Result<Framed<InvitationsView>, AppError>;
    /// Invites an address; the invitation takes the place of an older one.
    async fn invite(&self, caller: &Caller, command: Invite) -> Result<Saved, AppError>;
    /// Sends it once more, with another link, and for as long as a new one.
    async fn resend(&self, caller: &Caller, command: InvitationRef) -> Result<Saved, AppError>;
    /// Takes it back.
    async fn revoke(&self, caller: &Caller, command: InvitationRef) -> Result<Saved, AppError>;
    /// What a link offers; looking changes nothing.
    async fn offer(&self, caller: &Caller, token: &Secret, flash: &str) -> Result<OfferView, AppError>;
    /// Accepts.
    async fn accept(&self, caller: &Caller, command: Accept) -> Result<SignedIn, AppError>;
}
