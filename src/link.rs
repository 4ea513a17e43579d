//! Ties between issues, as they came with an imported history.

use serde::{Deserialize, Serialize};

use crate::{id::IssueKey, words::words, workflow::Status};

words! {
    /// What one issue is to another.
    Relation as "relation" {
        /// The other one is a part of this one.
        ParentOf = "PARENT_OF", "Parent of";
        /// This one is a part of the other one.
        ChildOf = "CHILD_OF", "Part of";
        /// The other one waits for this one.
        Blocks = "BLOCKS", "Blocks";
        /// This one waits for the other one.
        BlockedBy = "BLOCKED_BY", "Blocked by";
        /// This one says again what the other one said.
        Duplicates = "DUPLICATES", "Duplicates";
        /// The other one says it again.
        DuplicatedBy = "DUPLICATED_BY", "Duplicated by";
        /// They have to do with each other.
        Relates = "RELATES", "Related to";
    }
}

impl Relation {
    /// The same tie seen from the other end.
    pub const fn reversed(self) -> Self {
        match self {
            Self::Relates => Self::Relates,
            Self::Blocks => Self::BlockedBy,
            Self::BlockedBy => Self::Blocks,
            Self::Duplicates => Self::DuplicatedBy,
            Self::DuplicatedBy => Self::Duplicates,
            Self::ParentOf => Self::ChildOf,
            Self::ChildOf => Self::ParentOf,
        }
    }
}

/// A tie as an issue's page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IssueLink {
    /// What this issue is to the other one.
    pub relation: Relation,
    /// What the other one is called where the tie came from.
    pub target: String,
    /// The other one, if it is here and the viewer may see it.
    pub issue: Option<LinkedIssue>,
}

/// The other end of a tie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkedIssue {
    /// Its key here.
    pub key: IssueKey,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: Status,
}

impl IssueLink {
    /// The order on the page: by relation, then by key as people count.
    pub fn order(&self) -> (Relation, String, i64) {
        let key = self.issue.as_ref().map(|issue| issue.key.clone()).or_else(|| self.target.parse().ok());
        match key {
            Some(key) => (self.relation, key.project.to_string(), key.number),
            None => (self.relation, self.target.clone(), 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stand_by_relation_and_then_as_people_count() {
        let link = |relation, target: &str| IssueLink { relation, target: target.into(), issue: None };
        let mut links = [
            link(Relation::Relates, "CORE-2"),
            link(Relation::Blocks, "CORE-10"),
            link(Relation::Blocks, "CORE-9"),
            link(Relation::ChildOf, "elsewhere"),
        ];
        links.sort_by_key(IssueLink::order);
        assert_eq!(
            links.map(|link| format!("{} {}", link.relation.label(), link.target)),
            ["Part of elsewhere", "Blocks CORE-9", "Blocks CORE-10", "Related to CORE-2"]
        );
    }
}
