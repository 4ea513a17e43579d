//! Issues.

use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    issue::{CreateIssue, EditIssue, IssueChanged, IssueList, IssueRef, IssueView, ListIssues, SetProperty},
    org::Framed,
    query::{CompleteQuery, Suggestion},
};

use super::Caller;

/// See the module.
#[async_trait]
pub trait Issues: Send + Sync {
    /// A page of the list.
    async fn list(
        &self,
        caller: &Caller,
        command: ListIssues,
        flash: &str,
    ) -> Result<Framed<IssueList>, AppError>;
    /// Values of a field of the query language that begin with what was typed, as far as the viewer may know them.
    async fn complete(&self, caller: &Caller, command: CompleteQuery) -> Result<Vec<Suggestion>, AppError>;
    /// The frame around the form for a new issue.
    async fn blank(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<()>, AppError>;
    /// One issue with its timeline.
    async fn view(
        &self,
        caller: &Caller,
        issue: IssueRef,
        flash: &str,
    ) -> Result<Framed<IssueView>, AppError>;
    /// Reports an issue.
    async fn create(&self, caller: &Caller, command: CreateIssue) -> Result<IssueChanged, AppError>;
    /// Changes title and description; a version that is not the present one is a conflict.
    async fn edit(&self, caller: &Caller, command: EditIssue) -> Result<IssueChanged, AppError>;
    /// Changes one property.
    async fn set(&self, caller: &Caller, command: SetProperty) -> Result<IssueChanged, AppError>;
}
