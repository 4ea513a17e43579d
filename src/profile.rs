//! What people change about their own account, and the links in mails that prove who they are.
//!
//! To send another link, give it a [`LinkKind`] here, a letter in `server/src/mail/letters.rs`, and what taking it does in
//! the database, beside `tracker_confirm`.

use serde::{Deserialize, Serialize};

use crate::{account::Flash, text::Secret, words::words};

/// The profile page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileView {
    /// How the person is called.
    pub name: String,
    /// Their mail address.
    pub email: String,
    /// Whether they proved that it is theirs.
    pub verified: bool,
    /// Whether the account has a password; one that came by a provider has none.
    pub has_password: bool,
    /// Whose days their charts are of: an IANA time zone; empty for the organization's.
    pub zone: String,
    /// The address that is to take the place of this one.
    pub changing: Option<AddressChange>,
}

/// A change of address that waits to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddressChange {
    /// The new address.
    pub to: String,
    /// Whether it was confirmed there.
    pub new_confirmed: bool,
    /// Whether it was confirmed at the old one, or need not be.
    pub old_confirmed: bool,
}

/// Asks for another name.
#[derive(Debug, Clone)]
pub struct SetName {
    /// The organization of the page.
    pub org: String,
    /// The new name.
    pub name: String,
}

/// Asks for another time zone.
#[derive(Debug, Clone)]
pub struct SetZone {
    /// The organization of the page.
    pub org: String,
    /// An IANA time zone; empty for the organization's.
    pub zone: String,
}

/// Asks for another password.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The organization of the page.
    pub org: String,
    /// The password until now.
    pub current_password: Secret,
    /// The one from now on.
    pub new_password: Secret,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// Asks for another address.
#[derive(Debug, Clone)]
pub struct ChangeAddress {
    /// The organization of the page.
    pub org: String,
    /// The new address.
    pub email: String,
    /// The account's password.
    pub password: Secret,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// Asks for the mail that proves the address once more.
#[derive(Debug, Clone)]
pub struct SendVerification {
    /// The organization of the page.
    pub org: String,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// Something of a settings page was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Saved {
    /// The page to see it on.
    pub page: String,
}

words! {
    /// What a link in a mail is for.
    LinkKind as "kind" {
        /// Proves the address of an account.
        Verify = "VERIFY", "confirm the address";
        /// Sets a password anew.
        Reset = "RESET", "set a new password";
        /// Agrees to a change of address, at the old one.
        ChangeOld = "CHANGE_OLD", "agree to the new address";
        /// Proves the new address of a change.
        ChangeNew = "CHANGE_NEW", "confirm the new address";
    }
}

/// A link that is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Link {
    /// What it is for.
    pub kind: LinkKind,
    /// The address that it was sent to.
    pub address: String,
}

/// The page that a link in a mail leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkView {
    /// The link; `None` when it is old, was used, or never was one.
    pub link: Option<Link>,
    /// What came of a form that was sent without JavaScript.
    pub flash: Option<Flash>,
}

words! {
    /// How far somebody at the door has come.
    Milestone as "done" {
        /// If the address has an account, a link is on its way.
        LinkSent = "LINK_SENT", "Look into your mail";
        /// The account is there, and its address must be confirmed first.
        ConfirmFirst = "CONFIRM_FIRST", "Confirm your address";
        /// The address is confirmed.
        Verified = "VERIFIED", "Your address is confirmed";
        /// One end of a change of address is.
        Half = "HALF", "One address is confirmed";
        /// Both are.
        AddressChanged = "ADDRESS_CHANGED", "Your address is changed";
        /// A password was set anew.
        PasswordSet = "PASSWORD_SET", "Your password is set";
    }
}

/// What was done at the door, and where one reads what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reached {
    /// What.
    pub done: Milestone,
}

/// Where a person stands after signing up: inside, or before the proof of their address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignedUp {
    /// The organization to go to; `None` when the address must be confirmed first.
    pub org: Option<String>,
}
