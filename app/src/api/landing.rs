//! Where a browser goes after a form without JavaScript was done, and a program finds what it made.

use tracker_domain::{
    account::{Door, SignedIn},
    attachment::FileChanged,
    comment::CommentAdded,
    factor::{FactorsChanged, FactorsDoor, PasskeyOptions, RuleSet, SecondStep, factors_page},
    invitation::OfferView,
    issue::IssueChanged,
    member::MemberChanged,
    org::Framed,
    profile::{LinkView, Milestone, Reached, Saved, SignedUp},
    project::ProjectChanged,
    provider::{LinkBegun, Unlinked},
    query::Suggestion,
    session::SessionsEnded,
    team::TeamChanged,
    token::{TokenMade, TokensChanged},
};

/// The output of a server function knows its page.
pub trait Landing {
    /// The page to go to; `None` goes back to where the form was.
    fn landing(&self) -> Option<String> {
        None
    }
}

impl<T> Landing for Framed<T> {}
impl Landing for Door {}
impl Landing for SessionsEnded {}
impl Landing for String {}
impl Landing for FactorsDoor {}
impl Landing for PasskeyOptions {}
impl Landing for RuleSet {}
impl Landing for SecondStep {}
impl Landing for Vec<Suggestion> {}
impl Landing for MemberChanged {}

impl Landing for LinkView {}
impl Landing for OfferView {}

impl Landing for SignedUp {
    fn landing(&self) -> Option<String> {
        let first = || format!("/verify?done={}", Milestone::ConfirmFirst);
        Some(self.org.as_ref().map_or_else(first, |org| format!("/{org}")))
    }
}

impl Landing for Reached {
    fn landing(&self) -> Option<String> {
        Some(format!("/verify?done={}", self.done))
    }
}

impl Landing for Saved {
    fn landing(&self) -> Option<String> {
        Some(self.page.clone())
    }
}

impl Landing for SignedIn {
    fn landing(&self) -> Option<String> {
        Some(if self.second_step { "/login/second".to_owned() } else { format!("/{}", self.org) })
    }
}

/// Nothing is left to see after signing out but the door.
impl Landing for () {
    fn landing(&self) -> Option<String> {
        Some("/login".to_owned())
    }
}

impl Landing for FactorsChanged {
    fn landing(&self) -> Option<String> {
        Some(factors_page(&self.org))
    }
}

impl Landing for IssueChanged {
    fn landing(&self) -> Option<String> {
        Some(format!("/{}/issues/{}", self.org, self.key))
    }
}

/// A file that waits for its issue has no page.
impl Landing for FileChanged {
    fn landing(&self) -> Option<String> {
        self.key.as_ref().map(|key| format!("/{}/issues/{key}", self.org))
    }
}

impl Landing for LinkBegun {
    fn landing(&self) -> Option<String> {
        Some(format!("/login/{}/continue?state={}", self.provider, self.state))
    }
}

impl Landing for Unlinked {
    fn landing(&self) -> Option<String> {
        Some(format!("/{}/settings/providers", self.org))
    }
}

impl Landing for CommentAdded {
    fn landing(&self) -> Option<String> {
        Some(format!("/{}/issues/{}#comment-{}", self.org, self.key, self.id))
    }
}

impl Landing for TeamChanged {
    fn landing(&self) -> Option<String> {
        let team = self.team.as_deref().map(|team| format!("?team={team}"));
        Some(format!("/{}/settings/teams{}", self.org, team.unwrap_or_default()))
    }
}

impl Landing for ProjectChanged {
    fn landing(&self) -> Option<String> {
        Some(format!("/{}/settings/projects", self.org))
    }
}

/// The page of one's own tokens, or of the services.
fn tokens_page(org: &str, service: bool) -> String {
    format!("/{org}/settings/{}", if service { "services" } else { "tokens" })
}

impl Landing for TokenMade {
    fn landing(&self) -> Option<String> {
        Some(format!("{}?made={}", tokens_page(&self.org, self.service), self.shown))
    }
}

impl Landing for TokensChanged {
    fn landing(&self) -> Option<String> {
        Some(tokens_page(&self.org, self.service))
    }
}
