//! The members of GitHub's answers that are read.

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};
use std::fmt;

use super::super::{fit, json::Word};
use crate::import::record::PersonName;

#[derive(Deserialize)]
pub struct Issue {
    pub number: u64,
    pub title: Option<String>,
    pub body: Option<String>,
    pub state: String,
    pub state_reason: Option<String>,
    pub r#type: Option<Name>,
    pub user: Option<User>,
    pub assignee: Option<User>,
    #[serde(default)]
    pub assignees: Vec<User>,
    #[serde(default)]
    pub labels: Vec<Name>,
    pub milestone: Option<Milestone>,
    /// How many there are, or the comments themselves.
    #[serde(default)]
    pub comments: Comments,
    pub timeline: Option<Vec<Event>>,
    pub created_at: String,
    pub updated_at: Option<String>,
    pub closed_at: Option<String>,
    pub pull_request: Option<IgnoredAny>,
    pub html_url: Option<String>,
    pub url: Option<String>,
}

#[derive(Deserialize, Clone)]
pub struct User {
    pub login: String,
    name: Option<String>,
    email: Option<String>,
}

/// Accounts that were deleted are `null`.
pub fn person(user: Option<User>) -> Option<PersonName> {
    let user = user?;
    fit::person(&user.login, user.name.as_deref(), user.email.as_deref())
}

#[derive(Deserialize)]
pub struct Milestone {
    pub title: Option<String>,
}

#[derive(Deserialize)]
pub struct Comment {
    pub id: Option<Word>,
    pub user: Option<User>,
    pub body: Option<String>,
    pub created_at: String,
    pub updated_at: Option<String>,
    pub issue_url: Option<String>,
}

#[derive(Deserialize, Clone)]
pub struct Event {
    #[serde(default)]
    pub event: String,
    pub id: Option<Word>,
    pub actor: Option<User>,
    pub user: Option<User>,
    pub created_at: Option<String>,
    pub body: Option<String>,
    pub assignee: Option<User>,
    pub label: Option<Name>,
    pub rename: Option<Rename>,
    pub source: Option<Origin>,
}

#[derive(Deserialize, Clone)]
pub struct Rename {
    pub from: Option<String>,
    pub to: Option<String>,
}

#[derive(Deserialize, Clone)]
pub struct Origin {
    pub issue: Option<Mentioning>,
}

#[derive(Deserialize, Clone)]
pub struct Mentioning {
    pub number: u64,
    pub html_url: Option<String>,
    pub pull_request: Option<IgnoredAny>,
}

/// A list of comments; a count of them is none.
#[derive(Default)]
pub struct Comments(pub Vec<Comment>);

impl<'de> Deserialize<'de> for Comments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Comments;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of comments, or how many there are")
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Comments, E> {
                Ok(Comments::default())
            }

            fn visit_unit<E: Error>(self) -> Result<Comments, E> {
                Ok(Comments::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Comments, A::Error> {
                let mut comments = Vec::new();
                while let Some(comment) = list.next_element()? {
                    comments.push(comment);
                }
                Ok(Comments(comments))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A name by itself, or an object that has one.
#[derive(Clone)]
pub struct Name(pub Option<String>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Object { name: Option<String> },
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Text(name) => Self(Some(name)),
            Either::Object { name } => Self(name),
        })
    }
}

/// `owner/repository#12` and the repository, from an address of the issue.
pub fn key_of(html: Option<&str>, api: Option<&str>, number: u64) -> (String, Option<String>) {
    let path = html.or(api).and_then(|url| url.split_once("://")).map_or("", |(_, rest)| rest);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.iter().rposition(|part| *part == "issues" || *part == "pull") {
        Some(at) if at >= 3 => {
            let (owner, repository) = (parts[at - 2], parts[at - 1]);
            (format!("{owner}/{repository}#{number}"), Some(repository.to_owned()))
        }
        _ => (format!("#{number}"), None),
    }
}
