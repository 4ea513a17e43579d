//! The members of Jira's answers that are read.

use serde::Deserialize;
use serde_json::Value;

use super::super::{fit, json::Word};
use crate::import::record::PersonName;

#[derive(Deserialize)]
pub struct Issue {
    pub key: String,
    pub fields: Fields,
    pub changelog: Option<Changelog>,
}

#[derive(Deserialize)]
pub struct Fields {
    pub project: Option<Key>,
    pub summary: Option<String>,
    pub description: Option<Value>,
    pub issuetype: Option<Named>,
    pub status: Status,
    pub priority: Option<Named>,
    pub resolution: Option<Named>,
    pub labels: Option<Vec<String>>,
    pub components: Option<Vec<Named>>,
    pub versions: Option<Vec<Named>>,
    #[serde(rename = "fixVersions")]
    pub fix_versions: Option<Vec<Named>>,
    pub environment: Option<Value>,
    pub reporter: Option<User>,
    pub creator: Option<User>,
    pub assignee: Option<User>,
    pub created: String,
    pub updated: Option<String>,
    pub resolutiondate: Option<String>,
    pub parent: Option<Key>,
    pub subtasks: Option<Vec<Key>>,
    pub issuelinks: Option<Vec<Tie>>,
    pub attachment: Option<Vec<File>>,
    pub comment: Option<Comments>,
}

#[derive(Deserialize)]
pub struct Named {
    pub name: String,
}

#[derive(Deserialize)]
pub struct Key {
    pub key: String,
}

#[derive(Deserialize)]
pub struct Status {
    pub name: String,
    #[serde(rename = "statusCategory")]
    pub status_category: Option<Category>,
}

#[derive(Deserialize)]
pub struct Category {
    pub key: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    name: Option<String>,
    account_id: Option<String>,
    key: Option<String>,
    display_name: Option<String>,
    email_address: Option<String>,
}

/// Servers name people by a login, the cloud by an account's id.
pub fn person(user: User) -> Option<PersonName> {
    let handle = user.name.or(user.account_id).or(user.key).or_else(|| user.display_name.clone())?;
    fit::person(&handle, user.display_name.as_deref(), user.email_address.as_deref())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tie {
    pub r#type: Named,
    pub outward_issue: Option<Key>,
    pub inward_issue: Option<Key>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    pub filename: String,
    pub size: Option<u64>,
    pub mime_type: Option<String>,
    pub author: Option<User>,
    pub created: Option<String>,
}

#[derive(Deserialize, Default)]
pub struct Comments {
    #[serde(default)]
    pub comments: Vec<Comment>,
    pub total: Option<u64>,
}

#[derive(Deserialize)]
pub struct Comment {
    pub id: Option<Word>,
    pub author: Option<User>,
    pub body: Option<Value>,
    pub created: String,
    pub updated: Option<String>,
}

#[derive(Deserialize)]
pub struct Changelog {
    #[serde(default)]
    pub histories: Vec<History>,
}

#[derive(Deserialize)]
pub struct History {
    pub created: String,
    pub author: Option<User>,
    #[serde(default)]
    pub items: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    pub field: String,
    pub from: Option<String>,
    pub from_string: Option<String>,
    pub to: Option<String>,
    pub to_string: Option<String>,
}
