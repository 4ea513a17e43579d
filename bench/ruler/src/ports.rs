//! The ports that measured pages ask, answered from recordings. The others are the real ones, which have no database.

use app::ports::{Caller, InsightsPort, Issues, Ports};
use async_trait::async_trait;
use server::{App, services};
use std::{collections::HashMap, sync::Arc};
use tracker_domain::{
    error::AppError,
    insight::{AskInsights, AskRows, InsightsView, NumberRows},
    issue::{CreateIssue, EditIssue, IssueChanged, IssueList, IssueRef, IssueView, ListIssues, SetProperty},
    org::Framed,
    query::{CompleteQuery, Suggestion},
};

use crate::recordings::Recordings;

/// Every port, those of measured pages on the recordings.
pub fn ports(app: &App, recordings: &Arc<Recordings>) -> Ports {
    let recorded = Arc::new(Recorded(recordings.clone()));
    Ports { insights: recorded.clone(), issues: recorded, ..services::ports(app) }
}

#[derive(Debug)]
struct Recorded(Arc<Recordings>);

/// The recording that the visitor's cookie names: a session would be looked for in the database.
fn named<T: Clone>(all: &HashMap<String, T>, caller: &Caller) -> Result<T, AppError> {
    let name = caller.visitor.as_ref().ok_or(AppError::Unauthenticated)?;
    all.get(name.reveal()).cloned().ok_or(AppError::NotFound)
}

#[async_trait]
impl Issues for Recorded {
    async fn list(&self, caller: &Caller, _: ListIssues, _: &str) -> Result<Framed<IssueList>, AppError> {
        named(&self.0.lists, caller)
    }

    async fn complete(&self, _: &Caller, _: CompleteQuery) -> Result<Vec<Suggestion>, AppError> {
        Err(AppError::NotFound)
    }

    async fn blank(&self, _: &Caller, _: &str, _: &str) -> Result<Framed<()>, AppError> {
        Err(AppError::NotFound)
    }

    async fn view(&self, caller: &Caller, _: IssueRef, _: &str) -> Result<Framed<IssueView>, AppError> {
        named(&self.0.issues, caller)
    }

    async fn create(&self, _: &Caller, _: CreateIssue) -> Result<IssueChanged, AppError> {
        Err(AppError::NotFound)
    }

    async fn edit(&self, _: &Caller, _: EditIssue) -> Result<IssueChanged, AppError> {
        Err(AppError::NotFound)
    }

    async fn set(&self, _: &Caller, _: SetProperty) -> Result<IssueChanged, AppError> {
        Err(AppError::NotFound)
    }
}

#[async_trait]
impl InsightsPort for Recorded {
    async fn view(&self, caller: &Caller, _: AskInsights, _: &str) -> Result<Framed<InsightsView>, AppError> {
        named(&self.0.insights, caller)
    }

    async fn rows(
        &self,
        _: &Caller,
        _: AskInsights,
        _: Result<AskRows, AppError>,
        _: (&str, &str),
    ) -> Result<Framed<NumberRows>, AppError> {
        Err(AppError::NotFound)
    }
}
