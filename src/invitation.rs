//! Invitations: an address, a role, and for people who came with an import the member whose history they take over.

use serde::{Deserialize, Serialize};

use crate::{
    account::Flash,
    id::InvitationId,
    org::{Person, Role},
    text::Secret,
    time::Timestamp,
};

/// How long an invitation is good.
pub const INVITATION_DAYS: i64 = 7;

/// An invitation that nobody has accepted yet, as an ADMIN sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvitationView {
    /// Which.
    pub id: InvitationId,
    /// Whom it was sent to.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// Who invited them; nobody when it was done on the server.
    pub by: Option<String>,
    /// The member that they will take over.
    pub claims: Option<String>,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Whether it is not any more.
    pub expired: bool,
}

/// The page of invitations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvitationsView {
    /// Those that are open, the newest first.
    pub open: Vec<InvitationView>,
    /// Members who came with an import and whom nobody has claimed, by name; at most [`MAX_CLAIMABLE`].
    pub claimable: Vec<Person>,
}

/// Most unclaimed members that are offered in a menu.
pub const MAX_CLAIMABLE: i64 = 500;

/// Asks to invite somebody.
#[derive(Debug, Clone)]
pub struct Invite {
    /// To which organization.
    pub org: String,
    /// Their address.
    pub email: String,
    /// What they will be.
    pub role: String,
    /// The id of the imported member that they are; empty for nobody.
    pub member: String,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// One invitation.
#[derive(Debug, Clone)]
pub struct InvitationRef {
    /// Of which organization.
    pub org: String,
    /// Which.
    pub id: InvitationId,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// What the invited person has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Step {
    /// Say how they are called and choose a password.
    Join,
    /// Choose a password for the member of this name, whose history becomes theirs.
    Claim(String),
    /// Sign in: their address has an account.
    SignIn,
    /// Accept: they are signed in.
    Accept,
    /// Sign out first: somebody else is signed in, with this address.
    Other(String),
    /// Ask for another one: the address has an account, so it cannot take over the member of this name.
    Taken(String),
}

/// What an invitation offers, to whoever has its link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Offer {
    /// What the organization is called.
    pub org_name: String,
    /// Who invites; nobody when it was done on the server.
    pub by: Option<String>,
    /// As what.
    pub role: Role,
    /// The address that was invited.
    pub email: String,
    /// What comes next.
    pub step: Step,
}

/// The page of an invitation's link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OfferView {
    /// The offer; `None` when the invitation is old, was accepted or taken back, or never was one.
    pub offer: Option<Offer>,
    /// What came of a form that was sent without JavaScript.
    pub flash: Option<Flash>,
}

/// Accepts an invitation. Somebody who has an account needs neither name nor password.
#[derive(Debug, Clone)]
pub struct Accept {
    /// What the link has.
    pub token: Secret,
    /// How they want to be called.
    pub name: String,
    /// Their password.
    pub password: Secret,
}
