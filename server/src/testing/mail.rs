//! Mail as the tests see it: caught on its way, after the job that sends it was done.

use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};
use tracker_domain::time::Timestamp;

use crate::mail::{Letter, MailError, Mailer};

/// Keeps what is sent; clones keep it in the same place.
#[derive(Debug, Clone, Default)]
pub struct CapturedMail(Arc<Mutex<Vec<Letter>>>);

#[async_trait]
impl Mailer for CapturedMail {
    async fn send(&self, letter: &Letter, _now: Timestamp) -> Result<(), MailError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
        Ok(())
    }
}

impl CapturedMail {
    /// What was sent to an address, the oldest first.
    pub fn to(&self, address: &str) -> Vec<Letter> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|letter| letter.to.as_str() == address).cloned().collect()
    }

    /// How many were sent to anybody.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Letter {
    /// The path and query of the link in it.
    #[track_caller]
    pub fn link(&self) -> String {
        let start = self.text.find("http://tracker.test/").unwrap();
        let url = self.text[start..].split_whitespace().next().unwrap();
        assert!(self.html.contains(url), "the two forms have different links: {self:?}");
        url.trim_start_matches("http://tracker.test").to_owned()
    }

    /// The token of its link.
    #[track_caller]
    pub fn token(&self) -> String {
        self.link().split_once("token=").unwrap().1.to_owned()
    }
}
