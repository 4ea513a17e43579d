//! The ports, answered from recordings. What no measured page asks for is not found.

use app::ports::{Accounts, Caller, Comments, InsightsPort, Issues, Ports, ProvidersPort, Texts};
use async_trait::async_trait;
use std::{collections::HashMap, sync::Arc};
use tracker_domain::{
    account::{Door, SignIn, SignUp, SignedIn},
    comment::{AddComment, CommentAdded},
    error::AppError,
    insight::Insights,
    issue::{CreateIssue, EditIssue, IssueChanged, IssueList, IssueRef, IssueView, ListIssues, SetProperty},
    org::Framed,
    provider::{ChooseProvider, LinkBegun, ProvidersView, Unlinked},
    query::{CompleteQuery, Suggestion},
};

use crate::recordings::Recordings;

/// Every port on the recordings.
pub fn ports(recordings: &Arc<Recordings>) -> Ports {
    let recorded = Arc::new(Recorded(recordings.clone()));
    Ports {
        accounts: recorded.clone(),
        comments: recorded.clone(),
        insights: recorded.clone(),
        issues: recorded.clone(),
        providers: recorded.clone(),
        texts: recorded,
    }
}

#[derive(Debug)]
struct Recorded(Arc<Recordings>);

/// The recording that the caller's session names.
fn named<T: Clone>(all: &HashMap<String, T>, caller: &Caller) -> Result<T, AppError> {
    let name = caller.session.as_ref().ok_or(AppError::Unauthenticated)?;
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
    async fn view(&self, caller: &Caller, _: &str, _: &str) -> Result<Framed<Insights>, AppError> {
        named(&self.0.insights, caller)
    }
}

#[async_trait]
impl Accounts for Recorded {
    async fn door(&self, _: &Caller, _: &str) -> Result<Door, AppError> {
        Err(AppError::NotFound)
    }

    async fn sign_up(&self, _: &Caller, _: SignUp) -> Result<SignedIn, AppError> {
        Err(AppError::NotFound)
    }

    async fn sign_in(&self, _: &Caller, _: SignIn) -> Result<SignedIn, AppError> {
        Err(AppError::NotFound)
    }

    async fn sign_out(&self, _: &Caller) -> Result<(), AppError> {
        Err(AppError::NotFound)
    }
}

#[async_trait]
impl Comments for Recorded {
    async fn add(&self, _: &Caller, _: AddComment) -> Result<CommentAdded, AppError> {
        Err(AppError::NotFound)
    }
}

#[async_trait]
impl Texts for Recorded {
    async fn preview(&self, _: &Caller, _: &str) -> Result<String, AppError> {
        Err(AppError::NotFound)
    }
}

#[async_trait]
impl ProvidersPort for Recorded {
    async fn view(&self, _: &Caller, _: &str, _: &str) -> Result<Framed<ProvidersView>, AppError> {
        Err(AppError::NotFound)
    }

    async fn link(&self, _: &Caller, _: ChooseProvider) -> Result<LinkBegun, AppError> {
        Err(AppError::NotFound)
    }

    async fn unlink(&self, _: &Caller, _: ChooseProvider) -> Result<Unlinked, AppError> {
        Err(AppError::NotFound)
    }
}
