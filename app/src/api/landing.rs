//! Where a browser goes after a form without JavaScript was done, and a program finds what it made.

use tracker_domain::{
    account::{Door, SignedIn},
    comment::CommentAdded,
    issue::IssueChanged,
    org::Framed,
    provider::{LinkBegun, Unlinked},
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
