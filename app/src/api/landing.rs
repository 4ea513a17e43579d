//! Where a browser goes after a form without JavaScript was done, and a program finds what it made.

use tracker_domain::{
    account::{Door, SignedIn},
    comment::CommentAdded,
    invitation::OfferView,
    issue::IssueChanged,
    org::Framed,
    profile::{LinkView, Milestone, Reached, Saved, SignedUp},
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
impl Landing for Vec<Suggestion> {}

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
        Some(format!("/{}", self.org))
    }
}

/// Nothing is left to see after signing out but the door.
impl Landing for () {
    fn landing(&self) -> Option<String> {
        Some("/login".to_owned())
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
