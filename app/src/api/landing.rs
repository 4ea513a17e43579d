//! Where a browser goes after a form without JavaScript was done, and a program finds what it made.

use tracker_domain::{
    account::{Door, SignedIn},
    comment::CommentAdded,
    factor::{FactorsChanged, FactorsDoor, PasskeyOptions, RuleSet, SecondStep, factors_page},
    issue::IssueChanged,
    org::Framed,
    query::Suggestion,
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
impl Landing for String {}
impl Landing for FactorsDoor {}
impl Landing for PasskeyOptions {}
impl Landing for RuleSet {}
impl Landing for SecondStep {}
impl Landing for Vec<Suggestion> {}

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

impl Landing for CommentAdded {
    fn landing(&self) -> Option<String> {
        Some(format!("/{}/issues/{}#comment-{}", self.org, self.key, self.id))
    }
}
