//! Organizations, their members and projects, and the frame that every page of one stands in.

use serde::{Deserialize, Serialize};

use crate::{
    account::Flash,
    id::{ProjectKey, Seq, UserId},
    policy::{Actor, Decision, OrgAction, decide_org},
    words::words,
};

words! {
    /// What a member may do in an organization; `policy` says what that is.
    Role as "role" {
        /// Reports issues and follows their own.
        Reporter = "REPORTER", "Reporter";
        /// Triages and resolves all issues.
        Maintainer = "MAINTAINER", "Maintainer";
        /// Runs the organization.
        Admin = "ADMIN", "Admin";
    }
}

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// How they are called.
    pub name: String,
}

/// The person who looks at the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Viewer {
    /// Who.
    pub id: UserId,
    /// How they are called.
    pub name: String,
    /// Their role in the organization of the page.
    pub role: Role,
}

impl Viewer {
    /// Whether they may do `action` in the organization of the page.
    pub fn may(&self, action: OrgAction) -> bool {
        decide_org(Actor { user: self.id, role: self.role }, action) == Decision::Allow
    }
}

/// An organization that somebody belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrgLink {
    /// Its name in URLs.
    pub slug: String,
    /// What it is called.
    pub name: String,
}

/// A project as the sidebar and the forms show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProjectView {
    /// The short name in issue keys.
    pub key: ProjectKey,
    /// What it is called.
    pub name: String,
}

/// What stands around every page of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Frame {
    /// The organization's name in URLs.
    pub org: String,
    /// What the organization is called.
    pub org_name: String,
    /// The viewer's organizations, this one too, by name; empty when they have no other.
    pub orgs: Vec<OrgLink>,
    /// Who looks.
    pub viewer: Viewer,
    /// Its projects, by key.
    pub projects: Vec<ProjectView>,
    /// The position of the log that the page was rendered at.
    pub seq: Seq,
    /// What came of a form that was sent without JavaScript.
    pub flash: Option<Flash>,
}

/// A page's view in its frame: all that one page needs, in one answer, at one position of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Framed<T> {
    /// What stands around it.
    pub frame: Frame,
    /// The page itself.
    pub view: T,
}
