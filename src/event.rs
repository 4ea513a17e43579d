//! The vocabulary of the log: what can have happened.
//!
//! An event is written in the transaction of the change and never altered; every reader (history, live, statistics)
//! understands it without looking anything up, so its payload carries the facts that they need. A kind is never
//! changed in place: a new shape gets a new `version`, and [`Change::read`] keeps understanding the old one.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use crate::{
    attachment::FileState,
    id::{AttachmentId, CommentId, ProjectId, ProjectKey, UserId},
    issue::Severity,
    org::{Person, Role},
    words::words,
    workflow::Status,
};

/// The version in which events are written now.
pub const VERSION: i16 = 1;

words! {
    /// Where an event came from.
    Origin as "origin" {
        /// A person in the browser.
        Person = "PERSON", "person";
        /// An import of history; nobody is notified.
        Import = "IMPORT", "import";
        /// A program with a token.
        Api = "API", "program";
        /// The tracker's own jobs.
        Job = "JOB", "job";
    }
}

/// What happened; on the wire `{"<kind>": {<members>}}`, the form that costs the browser least to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// An issue was reported.
    IssueCreated {
        /// Its title then.
        title: String,
    },
    /// It was called something else.
    TitleChanged {
        /// Before.
        from: String,
        /// After.
        to: String,
    },
    /// Its description was rewritten.
    DescriptionChanged {},
    /// It moved through its life.
    StatusMoved {
        /// Before.
        from: Status,
        /// After.
        to: Status,
    },
    /// It was weighed anew.
    SeveritySet {
        /// Before.
        from: Severity,
        /// After.
        to: Severity,
    },
    /// It was given to somebody, or to nobody.
    AssigneeSet {
        /// Before.
        from: Option<Person>,
        /// After.
        to: Option<Person>,
    },
    /// Tags came or went.
    TagsChanged {
        /// New ones.
        added: Vec<String>,
        /// Those taken away.
        removed: Vec<String>,
    },
    /// Somebody commented.
    CommentAdded {
        /// Which comment.
        comment: CommentId,
    },
    /// Somebody added a file.
    AttachmentAdded {
        /// Which.
        attachment: AttachmentId,
    },
    /// A file was taken away, by whoever may.
    AttachmentRemoved {
        /// Which.
        attachment: AttachmentId,
    },
    /// A maintainer has hidden a file from reporters.
    AttachmentHidden {
        /// Which.
        attachment: AttachmentId,
    },
    /// A scanner has looked at a file.
    AttachmentChecked {
        /// Which.
        attachment: AttachmentId,
        /// What came of it.
        state: FileState,
    },
    /// Somebody joined the organization.
    MemberJoined {
        /// Who.
        user: UserId,
        /// As what.
        role: Role,
    },
    /// A member may do more or less from now on.
    RoleChanged {
        /// Who.
        user: UserId,
        /// Before.
        from: Role,
        /// After.
        to: Role,
    },
    /// A member was shut out.
    MemberDisabled {
        /// Who.
        user: UserId,
    },
    /// A member was let in again.
    MemberEnabled {
        /// Who.
        user: UserId,
    },
    /// A project began.
    ProjectCreated {
        /// Its key.
        key: ProjectKey,
    },
}

/// The state of the issue after the change, so that readers need no look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Facts {
    /// Where it belongs.
    pub project: ProjectId,
    /// Who reported it.
    pub reporter: UserId,
    /// How much it hurts.
    pub severity: Severity,
    /// Where it stands.
    pub status: Status,
}

/// The `payload` column: the change's members and the facts beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Payload {
    /// The members of the [`Change`].
    pub data: Value,
    /// The issue after the change; `None` for events that are not about an issue.
    pub facts: Option<Facts>,
}

impl Change {
    /// The `kind` column and the members.
    pub fn split(&self) -> Result<(String, Value), serde_json::Error> {
        let (kind, data) = serde_json::from_value::<BTreeMap<String, Value>>(serde_json::to_value(self)?)?
            .pop_first()
            .unwrap_or_default();
        Ok((kind, data))
    }

    /// The change that a row of the log tells.
    pub fn read(kind: &str, _version: i16, data: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(serde_json::json!({ kind: data }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Change> {
        let ana = Person { id: UserId(1), name: "Ana".into() };
        vec![
            Change::IssueCreated { title: "It breaks".into() },
            Change::TitleChanged { from: "A".into(), to: "B".into() },
            Change::DescriptionChanged {},
            Change::StatusMoved { from: Status::Open, to: Status::Triaged },
            Change::SeveritySet { from: Severity::Low, to: Severity::High },
            Change::AssigneeSet { from: None, to: Some(ana) },
            Change::TagsChanged { added: vec!["ui".into()], removed: vec![] },
            Change::CommentAdded { comment: CommentId(7) },
            Change::AttachmentAdded { attachment: AttachmentId(9) },
            Change::AttachmentRemoved { attachment: AttachmentId(9) },
            Change::AttachmentHidden { attachment: AttachmentId(9) },
            Change::AttachmentChecked { attachment: AttachmentId(9), state: FileState::Clean },
            Change::MemberJoined { user: UserId(1), role: Role::Admin },
            Change::RoleChanged { user: UserId(1), from: Role::Reporter, to: Role::Maintainer },
            Change::MemberDisabled { user: UserId(1) },
            Change::MemberEnabled { user: UserId(1) },
            Change::ProjectCreated { key: "CORE".parse().unwrap() },
        ]
    }

    #[test]
    fn every_kind_is_read_back_from_its_columns() {
        for change in all() {
            let (kind, data) = change.split().unwrap();
            assert_eq!(Change::read(&kind, VERSION, data).unwrap(), change);
        }
    }

    #[test]
    fn the_written_form_does_not_change_unnoticed() {
        let lines: Vec<_> = all().iter().map(|change| serde_json::to_string(change).unwrap()).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
