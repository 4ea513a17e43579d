//! The live protocol: JSON over one WebSocket at `/live`.
//!
//! The contract: *what a page showed at position N, plus every event after N, is what it would show now.* The server
//! puts N into the page; the browser subscribes with `since: N`, applies each event once in order, and after a lost
//! connection subscribes again from the last position it has seen.
//!
//! A message is `{"kind": {members}}`, or `"kind"` alone when it has none. A tag beside the members would read nicer, but
//! makes the browser's decoder three times as heavy.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

use crate::{
    error::AppError,
    id::{IssueKey, Seq},
    issue::{IssueHead, IssueRow, TimelineEntry},
};

/// The version of this protocol. A browser with another one is told to load the page anew.
pub const VERSION: u16 = 3;

/// Close codes of the application (RFC 6455 leaves 4000-4999 to it).
pub mod close {
    /// The session is over: sign in again.
    pub const SIGN_IN: u16 = 4401;
    /// This organization is not (or no longer) the viewer's.
    pub const FORBIDDEN: u16 = 4403;
    /// The browser reads too slowly; it may come back and catch up.
    pub const TOO_SLOW: u16 = 4408;
    /// The page is older than the server.
    pub const OLD_VERSION: u16 = 4426;
}

/// What a page listens to. Written `main/issues`, `main/issues/CORE-12`, `main/insights`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Topic {
    /// The organization's slug.
    pub org: String,
    /// Which page of it.
    pub page: TopicPage,
}

/// A page that can be listened to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopicPage {
    /// The list.
    Issues,
    /// One issue.
    Issue(IssueKey),
    /// The statistics.
    Insights,
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.page {
            TopicPage::Issues => write!(f, "{}/issues", self.org),
            TopicPage::Issue(key) => write!(f, "{}/issues/{key}", self.org),
            TopicPage::Insights => write!(f, "{}/insights", self.org),
        }
    }
}

impl FromStr for Topic {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let unknown = || AppError::invalid("topic", "A topic is ORG/issues, ORG/issues/KEY or ORG/insights.");
        let (org, page) = text.split_once('/').ok_or_else(unknown)?;
        let page = match page {
            "issues" => TopicPage::Issues,
            "insights" => TopicPage::Insights,
            _ => TopicPage::Issue(page.strip_prefix("issues/").ok_or_else(unknown)?.parse()?),
        };
        Ok(Self { org: org.to_owned(), page })
    }
}

impl TryFrom<String> for Topic {
    type Error = AppError;

    fn try_from(text: String) -> Result<Self, AppError> {
        text.parse()
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.to_string()
    }
}

/// What the browser says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientMessage {
    /// First: which version it speaks.
    Hello {
        /// [`VERSION`] of the page.
        version: u16,
    },
    /// Send everything about `topic` after `since`.
    Subscribe {
        /// What.
        topic: Topic,
        /// The last position that the page has.
        since: Seq,
    },
    /// No more of `topic`.
    Unsubscribe {
        /// What.
        topic: Topic,
    },
    /// Still here.
    Pong,
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerMessage {
    /// The answer to hello.
    Welcome {
        /// [`VERSION`] of the server.
        version: u16,
        /// Seconds between pings; silence of three times that is a lost connection.
        ping_every: u16,
    },
    /// Everything in `from..=to` that is for this page and this viewer.
    Events {
        /// What they are about.
        topic: Topic,
        /// The first position covered: one after the last that the page has.
        from: Seq,
        /// The last position covered.
        to: Seq,
        /// In order; empty when nothing in the range is for this page.
        items: Vec<LiveItem>,
    },
    /// Nothing is missing up to `seq`.
    CaughtUp {
        /// What.
        topic: Topic,
        /// The position.
        seq: Seq,
    },
    /// Too much was missed to be told one by one: load the page's data anew.
    Resync {
        /// What.
        topic: Topic,
    },
    /// Are you still there?
    Ping,
    /// A message was not understood or is not allowed.
    Error {
        /// Why.
        error: AppError,
        /// About what, when it was a subscription.
        topic: Option<Topic>,
    },
}

/// One event, as the page of its topic needs it. What it carries is the state at least as new as the event; applying
/// a state twice changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveItem {
    /// For a list: a row is new or has changed.
    Row {
        /// The event's position.
        seq: Seq,
        /// The row now.
        row: Box<IssueRow>,
    },
    /// For an issue: what happened, and what it looks like now.
    Entry {
        /// The event's position.
        seq: Seq,
        /// The line of the timeline.
        entry: Box<TimelineEntry>,
        /// The issue now.
        head: Box<IssueHead>,
    },
    /// For the insights: their numbers are others now.
    Counted {
        /// The event's position.
        seq: Seq,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_reads_back_and_messages_keep_their_form() {
        for text in ["main/issues", "main/issues/CORE-12", "main/insights"] {
            assert_eq!(text.parse::<Topic>().unwrap().to_string(), text);
        }
        for bad in ["main", "main/", "main/board", "main/issues/", "main/issues/x"] {
            assert!(bad.parse::<Topic>().is_err(), "{bad}");
        }
        let subscribe = ClientMessage::Subscribe { topic: "main/issues".parse().unwrap(), since: Seq(7) };
        assert_eq!(
            serde_json::to_string(&subscribe).unwrap(),
            r#"{"subscribe":{"topic":"main/issues","since":7}}"#
        );
    }
}
