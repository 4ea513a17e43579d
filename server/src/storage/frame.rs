//! What every page has beside its view, read in the page's one statement.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracker_domain::{
    error::AppError,
    id::{Seq, UserId},
    org::{Frame, Framed, OrgLink, ProjectView, Viewer},
    policy::Actor,
};

use crate::fault::fault;

/// A page's raw parts.
#[derive(Debug)]
pub struct PageRow<T> {
    /// Who asks; `None` when nobody is signed in.
    pub user: Option<i64>,
    /// See `tracker_frame`; `None` for a stranger to the organization, and for a member who is kept out of it the reason.
    pub frame: Option<Value>,
    /// What a form left behind.
    pub flash: Option<Value>,
    /// The page itself.
    pub view: T,
}

#[derive(Serialize, Deserialize)]
struct FrameRow {
    org: String,
    org_name: String,
    orgs: Vec<OrgLink>,
    viewer: Viewer,
    projects: Vec<ProjectView>,
    seq: Seq,
}

impl<T> PageRow<T> {
    /// Decides whether there is a page for this viewer, and puts its parts together.
    pub fn framed(self) -> Result<(Framed<T>, Actor), AppError> {
        let Some(user) = self.user else { return Err(AppError::Unauthenticated) };
        let Some(frame) = self.frame else { return Err(AppError::NotFound) };
        if frame.get("blocked").is_some() {
            return Err(AppError::FactorNeeded);
        }
        let row: FrameRow = serde_json::from_value(frame).map_err(|error| fault(&error))?;
        let actor = Actor { user: UserId(user), role: row.viewer.role };
        let FrameRow { org, org_name, orgs, viewer, projects, seq } = row;
        let flash = self.flash.and_then(|value| serde_json::from_value(value).ok());
        Ok((
            Framed { frame: Frame { org, org_name, orgs, viewer, projects, seq, flash }, view: self.view },
            actor,
        ))
    }
}
