//! Accounts elsewhere that one signs in by: providers of OpenID Connect, and GitHub.
//!
//! What can go wrong on the way is a [`ProviderTrouble`]: its word travels in the URL of the page that explains it, so that
//! nothing of what a provider wrote is ever shown. To add one, add it here and give it a sentence.

use serde::{Deserialize, Serialize};

use crate::{time::Timestamp, words::words};

/// A provider that one can continue with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProviderName {
    /// Its name in URLs.
    pub name: String,
    /// What people call it.
    pub label: String,
}

/// An account elsewhere that lets somebody in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkedProvider {
    /// Its name in URLs.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// The account's address or name there.
    pub email: String,
    /// When it was linked.
    pub created_at: Timestamp,
    /// When it was signed in with for the last time.
    pub last_used_at: Timestamp,
    /// Whether it can be unlinked: there is another way to sign in.
    pub can_unlink: bool,
}

/// The page on which somebody links and unlinks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProvidersView {
    /// Linked ones, by name.
    pub linked: Vec<LinkedProvider>,
    /// Those that are not.
    pub others: Vec<ProviderName>,
}

/// Asks for an account elsewhere to be linked or unlinked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChooseProvider {
    /// The organization whose settings are open.
    pub org: String,
    /// Which provider.
    pub provider: String,
}

/// Linking has begun; the browser goes on at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkBegun {
    /// Which provider.
    pub provider: String,
    /// What the provider will send back.
    pub state: String,
}

/// A provider does not let its person in any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unlinked {
    /// The organization whose settings were open.
    pub org: String,
}

words! {
    /// Why somebody who came back from a provider was not let in.
    ProviderTrouble as "why" {
        /// The person said no there.
        Cancelled = "CANCELLED", "You stopped at the provider";
        /// The way back is not the one that was begun here.
        Expired = "EXPIRED", "This sign-in is over";
        /// The provider's answer does not stand up to a check.
        Refused = "REFUSED", "The provider's answer cannot be trusted";
        /// The provider does not answer.
        Unreachable = "UNREACHABLE", "The provider does not answer";
        /// The provider has not verified the address.
        Unverified = "UNVERIFIED", "Your address is not verified there";
        /// Addresses of this domain may not sign up.
        Domain = "DOMAIN", "This address cannot sign up";
        /// Nobody may sign up by this provider.
        Closed = "CLOSED", "Sign-up is closed";
        /// The address has an account here whose address is not verified.
        LinkFirst = "LINK_FIRST", "This address has an account already";
        /// The address has an account here that is linked to another account of the provider.
        Another = "ANOTHER", "Your account is linked to another one there";
        /// The provider's account is linked to another account here.
        Taken = "TAKEN", "That account is linked to somebody else";
        /// Somebody else is signed in by now.
        Changed = "CHANGED", "You are signed in as somebody else";
        /// A fault of the program.
        Fault = "FAULT", "Something went wrong on our side";
        /// The account is a member of nothing.
        ShutOut = "SHUT_OUT", "This account has no organization";
    }
}

impl ProviderTrouble {
    /// What it means and what to do.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Cancelled => "Nothing was changed. Sign in again, or choose another way.",
            Self::Expired => {
                "It was begun in another browser, more than ten minutes ago, or has been used already. Begin again."
            }
            Self::Refused => {
                "Nothing was changed. Begin again; if it happens again, give the reference to whoever runs this tracker."
            }
            Self::Unreachable => "Nothing was changed. Try again in a moment, or sign in another way.",
            Self::Unverified => {
                "An account is found by an address that the provider has verified. Verify your address there, then begin again."
            }
            Self::Domain => {
                "Accounts are made here for addresses of certain domains only. Ask an admin for an invitation."
            }
            Self::Closed => "New accounts are made by invitation here. Ask an admin for one.",
            Self::LinkFirst => {
                "Sign in with your password, then link the provider in your settings under Providers."
            }
            Self::Another => {
                "Sign in another way, unlink the old account in your settings under Providers, then link this one."
            }
            Self::Taken => "Sign in with it to use that account, or unlink it there first.",
            Self::Changed => {
                "Linking was begun by another account in this browser. Begin again in your settings."
            }
            Self::Fault => "Nothing was changed. Begin again, or sign in another way.",
            Self::ShutOut => "Ask an admin to let you in again.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_says_what_it_is_and_what_to_do() {
        for trouble in ProviderTrouble::ALL {
            assert!(!trouble.label().ends_with('.') && trouble.advice().ends_with('.'), "{trouble}");
            assert_eq!(trouble.word().parse(), Ok(*trouble));
        }
    }
}
