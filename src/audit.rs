//! What an ADMIN can look up afterwards: who did what to accounts, members and settings, from where.
//!
//! To have something recorded, add its word to [`AuditAction`] and record it in the transaction that does it.

use serde::{Deserialize, Serialize};

use crate::{page::Cursor, time::Timestamp, words::words};

/// Entries of a page.
pub const PAGE_ENTRIES: u16 = 50;

words! {
    /// What was done.
    AuditAction as "action" {
        /// Somebody signed in.
        SignedIn = "SIGNED_IN", "signed in";
        /// Somebody tried to, and was refused.
        SignInFailed = "SIGN_IN_FAILED", "failed to sign in";
        /// Somebody signed out.
        SignedOut = "SIGNED_OUT", "signed out";
        /// A spent refresh token was used again: its sessions were ended.
        SessionReused = "SESSION_REUSED", "used a spent session";
        /// Sessions were ended from the list of them.
        SessionsEnded = "SESSIONS_ENDED", "ended sessions";
        /// An account was made.
        SignedUp = "SIGNED_UP", "created an account";
        /// A password was changed or set anew.
        PasswordChanged = "PASSWORD_CHANGED", "changed the password";
        /// Mail to set a password anew was asked for.
        ResetRequested = "RESET_REQUESTED", "asked for a new password";
        /// An address was confirmed or changed.
        AddressChanged = "ADDRESS_CHANGED", "changed the address";
        /// A second factor was added.
        FactorAdded = "FACTOR_ADDED", "added a second factor";
        /// A second factor was removed.
        FactorRemoved = "FACTOR_REMOVED", "removed a second factor";
        /// A second factor has another name, or recovery codes were made anew.
        FactorChanged = "FACTOR_CHANGED", "changed a second factor";
        /// A provider's account was tied to this one.
        ProviderLinked = "PROVIDER_LINKED", "linked a provider";
        /// It was untied.
        ProviderUnlinked = "PROVIDER_UNLINKED", "unlinked a provider";
        /// Somebody was invited.
        MemberInvited = "MEMBER_INVITED", "invited";
        /// An invitation was taken back.
        InvitationRevoked = "INVITATION_REVOKED", "took back the invitation of";
        /// An invitation was accepted.
        MemberJoined = "MEMBER_JOINED", "joined";
        /// A member has another role.
        RoleChanged = "ROLE_CHANGED", "changed the role of";
        /// A member was shut out.
        MemberDisabled = "MEMBER_DISABLED", "shut out";
        /// A member was let in again.
        MemberEnabled = "MEMBER_ENABLED", "let in again";
        /// A team was made.
        TeamCreated = "TEAM_CREATED", "created the team";
        /// A team has other people, projects or another name.
        TeamChanged = "TEAM_CHANGED", "changed the team";
        /// A team was dissolved.
        TeamDeleted = "TEAM_DELETED", "deleted the team";
        /// A project was made.
        ProjectCreated = "PROJECT_CREATED", "created the project";
        /// A project was renamed.
        ProjectChanged = "PROJECT_CHANGED", "changed the project";
        /// A token was made.
        TokenCreated = "TOKEN_CREATED", "created the token";
        /// A token was taken back.
        TokenRevoked = "TOKEN_REVOKED", "revoked the token";
        /// A scanner found something in a file that somebody uploaded.
        FileInfected = "FILE_INFECTED", "uploaded an infected file:";
        /// What holds for the whole organization was changed.
        SettingsChanged = "SETTINGS_CHANGED", "changed the settings";
        /// Everything of an organization, or a part, was taken out.
        Exported = "EXPORTED", "exported";
    }
}

/// Which entries are asked for; what is empty does not matter.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// An [`AuditAction`] word.
    pub action: String,
    /// Who did it or whom it was done to: an address, the part of it before the `@`, or a name.
    pub person: String,
    /// From this day on, UTC.
    pub from: String,
    /// Up to the end of this day, UTC.
    pub to: String,
}

/// Asks for a page of the audit trail.
#[derive(Debug, Clone)]
pub struct ListAudit {
    /// The organization's slug.
    pub org: String,
    /// Which entries.
    pub filter: AuditFilter,
    /// A [`Cursor`]; empty for the first page.
    pub after: String,
    /// Entries of the page, as [`crate::page::rows`] has it.
    pub limit: Option<i64>,
}

/// Something that was done, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// Their address; empty when it was no account.
    pub who_address: String,
    /// What: the label of its [`AuditAction`].
    pub what: String,
    /// To whom or what.
    pub target: String,
    /// What else there is to know.
    pub note: String,
    /// From which machine.
    pub address: String,
    /// By which browser or program.
    pub agent: String,
}

/// A page of the audit trail, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditList {
    /// They.
    pub entries: Vec<AuditEntry>,
    /// The page before.
    pub previous: Option<Cursor>,
    /// The page after.
    pub next: Option<Cursor>,
}
