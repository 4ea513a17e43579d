//! The ports, answered from recordings. What no measured page asks for is not found.

use app::ports::{
    Accounts, Audit, Caller, Comments, InsightsPort, Issues, Members, Ports, Projects, Sessions, Teams,
    Texts, Tokens,
};
use async_trait::async_trait;
use std::{collections::HashMap, sync::Arc};
use tracker_domain::{
    account::{Door, SignIn, SignUp, SignedIn},
    audit::{AuditList, ListAudit},
    comment::{AddComment, CommentAdded},
    error::AppError,
    id::{SessionId, UserId},
    insight::Insights,
    issue::{CreateIssue, EditIssue, IssueChanged, IssueList, IssueRef, IssueView, ListIssues, SetProperty},
    member::{ChangeMember, ListMembers, MemberChanged, MemberList},
    org::Framed,
    project::{ProjectChanged, ProjectList, SaveProject},
    query::{CompleteQuery, Suggestion},
    session::{SecurityView, SessionsEnded},
    team::{ChangeTeam, CreateTeam, DeleteTeam, TeamChanged, TeamView},
    token::{MakeService, MakeToken, ServicesView, TokenMade, TokensChanged, TokensView},
};

use crate::recordings::Recordings;

/// Every port on the recordings.
pub fn ports(recordings: &Arc<Recordings>) -> Ports {
    let recorded = Arc::new(Recorded(recordings.clone()));
    Ports {
        accounts: recorded.clone(),
        audit: recorded.clone(),
        comments: recorded.clone(),
        insights: recorded.clone(),
        issues: recorded.clone(),
        sessions: recorded.clone(),
        members: recorded.clone(),
        projects: recorded.clone(),
        teams: recorded.clone(),
        texts: recorded.clone(),
        tokens: recorded,
    }
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
impl Sessions for Recorded {
    async fn security(&self, _: &Caller, _: &str, _: &str) -> Result<Framed<SecurityView>, AppError> {
        Err(AppError::NotFound)
    }

    async fn end(&self, _: &Caller, _: SessionId) -> Result<SessionsEnded, AppError> {
        Err(AppError::NotFound)
    }

    async fn end_others(&self, _: &Caller) -> Result<SessionsEnded, AppError> {
        Err(AppError::NotFound)
    }

    async fn end_all(&self, _: &Caller) -> Result<(), AppError> {
        Err(AppError::NotFound)
    }
}

#[async_trait]
impl Audit for Recorded {
    async fn view(&self, _: &Caller, _: ListAudit, _: &str) -> Result<Framed<AuditList>, AppError> {
        Err(AppError::NotFound)
    }
}

#[async_trait]
impl Members for Recorded {
    async fn list(&self, _: &Caller, _: ListMembers, _: &str) -> Result<Framed<MemberList>, AppError> {
        Err(AppError::NotFound)
    }

    async fn change(&self, _: &Caller, _: ChangeMember) -> Result<MemberChanged, AppError> {
        Err(AppError::NotFound)
    }

    async fn switch(&self, _: &Caller, _: &str) -> Result<SignedIn, AppError> {
        Err(AppError::NotFound)
    }
}

#[async_trait]
impl Teams for Recorded {
    async fn view(&self, _: &Caller, _: &str, _: &str) -> Result<Framed<Vec<TeamView>>, AppError> {
        Err(AppError::NotFound)
    }

    async fn create(&self, _: &Caller, _: CreateTeam) -> Result<TeamChanged, AppError> {
        Err(AppError::NotFound)
    }

    async fn change(&self, _: &Caller, _: ChangeTeam) -> Result<TeamChanged, AppError> {
        Err(AppError::NotFound)
    }

    async fn delete(&self, _: &Caller, _: DeleteTeam) -> Result<TeamChanged, AppError> {
        Err(AppError::NotFound)
    }
}

#[async_trait]
impl Projects for Recorded {
    async fn view(&self, _: &Caller, _: &str, _: &str) -> Result<Framed<ProjectList>, AppError> {
        Err(AppError::NotFound)
    }

    async fn create(&self, _: &Caller, _: SaveProject) -> Result<ProjectChanged, AppError> {
        Err(AppError::NotFound)
    }

    async fn edit(&self, _: &Caller, _: SaveProject) -> Result<ProjectChanged, AppError> {
        Err(AppError::NotFound)
    }
}

#[async_trait]
impl Tokens for Recorded {
    async fn view(&self, _: &Caller, _: &str, _: (&str, &str)) -> Result<Framed<TokensView>, AppError> {
        Err(AppError::NotFound)
    }

    async fn create(&self, _: &Caller, _: MakeToken) -> Result<TokenMade, AppError> {
        Err(AppError::NotFound)
    }

    async fn revoke(&self, _: &Caller, _: &str, _: i64) -> Result<TokensChanged, AppError> {
        Err(AppError::NotFound)
    }

    async fn services(&self, _: &Caller, _: &str, _: (&str, &str)) -> Result<Framed<ServicesView>, AppError> {
        Err(AppError::NotFound)
    }

    async fn make_service(&self, _: &Caller, _: MakeService) -> Result<TokensChanged, AppError> {
        Err(AppError::NotFound)
    }

    async fn end_service(&self, _: &Caller, _: &str, _: UserId) -> Result<TokensChanged, AppError> {
        Err(AppError::NotFound)
    }
}
