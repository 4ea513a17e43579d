//! Invitations.

use leptos::prelude::*;
use tracker_domain::{
    account::SignedIn,
    invitation::{InvitationsView, OfferView},
    org::Framed,
    profile::Saved,
    text::Secret,
};

use super::{Api, ApiError};

/// The open invitations of an organization.
#[server(prefix = "/api/v1", endpoint = "members/invitations", protocol = Api)]
pub async fn view_invitations(
    org: String,
    #[server(default)] flash: String,
) -> Result<Framed<InvitationsView>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.invitations.view(&caller, &org, &flash).await?)
}

/// Invites an address in a role. `member` is the id of an imported member whose history the person takes over.
#[server(prefix = "/api/v1", endpoint = "members/invite", protocol = Api)]
pub async fn invite_member(
    org: String,
    email: String,
    role: String,
    #[server(default)] member: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<Saved, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = tracker_domain::invitation::Invite { org, email, role, member, idempotency_key };
    Ok(ports.invitations.invite(&caller, command).await?)
}

/// Sends an invitation once more, with another link.
#[server(prefix = "/api/v1", endpoint = "members/resend_invitation", protocol = Api)]
pub async fn resend_invitation(
    org: String,
    id: i64,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<Saved, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = tracker_domain::invitation::InvitationRef {
        org,
        id: tracker_domain::id::InvitationId(id),
        idempotency_key,
    };
    Ok(ports.invitations.resend(&caller, command).await?)
}

/// Takes an invitation back.
#[server(prefix = "/api/v1", endpoint = "members/revoke_invitation", protocol = Api)]
pub async fn revoke_invitation(
    org: String,
    id: i64,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<Saved, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = tracker_domain::invitation::InvitationRef {
        org,
        id: tracker_domain::id::InvitationId(id),
        idempotency_key,
    };
    Ok(ports.invitations.revoke(&caller, command).await?)
}

/// What the link of an invitation offers.
#[server(prefix = "/api/v1", endpoint = "accounts/invitation", protocol = Api)]
pub async fn view_offer(token: Secret, #[server(default)] flash: String) -> Result<OfferView, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.invitations.offer(&caller, &token, &flash).await?)
}

/// Accepts an invitation. Who has no account yet sends name and password, and is signed in.
#[server(prefix = "/api/v1", endpoint = "accounts/accept_invitation", protocol = Api)]
pub async fn accept_invitation(
    token: Secret,
    #[server(default)] name: String,
    #[server(default)] password: Option<Secret>,
) -> Result<SignedIn, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let password = password.unwrap_or_else(|| Secret::new(""));
    Ok(ports
        .invitations
        .accept(&caller, tracker_domain::invitation::Accept { token, name, password })
        .await?)
}
