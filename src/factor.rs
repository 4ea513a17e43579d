//! Second factors: an authenticator's codes, recovery codes and passkeys, and what their pages show.
//!
//! A factor belongs to an account. To add a kind, give [`FactorsView`] what its owner sees of it, and say in
//! `server/src/services/entrance.rs` whether it proves enough by itself.

use serde::{Deserialize, Serialize};

use crate::{account::Flash, id::PasskeyId, text::Secret, time::Timestamp};

/// How many recovery codes are made at once.
pub const RECOVERY_CODES: usize = 10;

/// What the page of one's second factors shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorsView {
    /// Since when an authenticator's codes are asked for.
    pub totp_since: Option<Timestamp>,
    /// An authenticator that is being set up.
    pub setup: Option<TotpSetup>,
    /// Passkeys, oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// How many recovery codes were not used yet.
    pub codes_left: i64,
    /// New recovery codes that were not kept yet; empty ever after.
    pub new_codes: Vec<String>,
    /// Whether the account has a password.
    pub has_password: bool,
    /// Why passkeys cannot be used at this address.
    pub no_passkeys: Option<String>,
}

impl FactorsView {
    /// Whether there is any.
    pub fn any(&self) -> bool {
        self.totp_since.is_some() || !self.passkeys.is_empty()
    }
}

/// What an authenticator needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TotpSetup {
    /// To be typed, in groups of four.
    pub secret: String,
    /// To be scanned: the path of the dark squares of a QR code, in units of one square.
    pub qr: String,
    /// How many squares wide that is, with the quiet zone around it.
    pub qr_size: usize,
}

/// A passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasskeyView {
    /// Which.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// When it was used last.
    pub last_used_at: Option<Timestamp>,
}

/// The same page outside of any organization, for somebody whom all of theirs keep out until they have a factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorsDoor {
    /// What it shows.
    pub view: FactorsView,
    /// The organization to go on to.
    pub home: Option<String>,
    /// What came of a form that was sent without JavaScript.
    pub flash: Option<Flash>,
}

/// One's factors were changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorsChanged {
    /// The organization on whose page it was done; empty outside of all.
    pub org: String,
}

/// The path of the page of one's factors in an organization, or outside of all.
pub fn factors_page(org: &str) -> String {
    if org.is_empty() { "/second-factor".to_owned() } else { format!("/{org}/settings/factors") }
}

/// What the page of the second step shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SecondStep {
    /// Whether an authenticator's codes are taken; recovery codes always are.
    pub totp: bool,
    /// Whether there is a passkey.
    pub passkey: bool,
    /// What came of a form that was sent without JavaScript.
    pub flash: Option<Flash>,
}

/// What a browser asks a passkey with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasskeyOptions {
    /// What the answer is sent with.
    pub token: Secret,
    /// What `navigator.credentials` takes, as JSON.
    pub options: String,
}

/// A passkey's answer, on its way in.
#[derive(Debug, Clone)]
pub struct PasskeyAnswer {
    /// From [`PasskeyOptions`].
    pub token: Secret,
    /// What `navigator.credentials` gave, as JSON.
    pub answer: Secret,
}

/// How the members of an organization have to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignInRules {
    /// Whether a second factor is asked of everybody.
    pub require_factor: bool,
    /// How many members have none.
    pub without_factor: i64,
    /// Whether the viewer has one.
    pub viewer_has_factor: bool,
}

/// The rules were set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleSet {
    /// Whether a second factor is asked of everybody now.
    pub require_factor: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_never_printed() {
        let answer = PasskeyAnswer { token: Secret::new("t-1"), answer: Secret::new("a-1") };
        let options = PasskeyOptions { token: Secret::new("t-1"), options: "{}".to_owned() };
        let printed = format!("{answer:?} {options:?}");
        assert!(!printed.contains("t-1") && !printed.contains("a-1"), "{printed}");
    }
}
