//! The ports of `app`, implemented: find out who asks, resolve what they ask about for the action, write, commit.
//!
//! To add a verb, add the method to its port and write it here as a short line of steps; everything that decides is in
//! `tracker_domain::policy`, everything that touches a table in `storage`.

pub mod accounts;
mod arrival;
pub mod audit;
pub mod comments;
mod complete;
pub mod entrance;
pub mod factors;
pub mod files;
pub mod follow;
pub mod insights;
pub mod invitations;
pub mod issues;
pub mod journey;
pub mod links;
pub mod members;
pub(crate) mod once;
mod page;
pub mod patience;
pub mod profile;
pub mod projects;
pub mod providers;
pub mod sessions;
pub mod teams;
pub mod texts;
pub mod tokens;
pub(crate) mod upload;

use app::ports::{Caller, Ports};
use std::sync::Arc;
use tracker_domain::{error::AppError, id::OrgId, text::OrgSlug};

use crate::{
    App,
    session::SessionHash,
    storage::{Credential, Identity, Member, NewEvent, Tx},
};

/// Every port on one database.
pub fn ports(app: &App) -> Ports {
    Ports {
        accounts: Arc::new(accounts::AccountsService(app.clone())),
        audit: Arc::new(audit::AuditService(app.clone())),
        comments: Arc::new(comments::CommentsService(app.clone())),
        factors: Arc::new(factors::FactorsService(app.clone())),
        files: Arc::new(files::FilesService(app.clone())),
        insights: Arc::new(insights::InsightsService(app.clone())),
        invitations: Arc::new(invitations::InvitationsService(app.clone())),
        issues: Arc::new(issues::IssuesService(app.clone())),
        sessions: Arc::new(sessions::SessionsService(app.clone())),
        members: Arc::new(members::MembersService(app.clone())),
        projects: Arc::new(projects::ProjectsService(app.clone())),
        teams: Arc::new(teams::TeamsService(app.clone())),
        links: Arc::new(links::LinksService(app.clone())),
        profiles: Arc::new(profile::ProfilesService(app.clone())),
        providers: Arc::new(providers::ProvidersService(app.clone())),
        texts: Arc::new(texts::TextsService(app.clone())),
        tokens: Arc::new(tokens::TokensService(app.clone())),
    }
}

impl App {
    /// Who sent a request, as far as the database can find out from it. A name that no organization can have is one
    /// that does not exist.
    pub fn identity(&self, caller: &Caller, org: &str) -> Result<Identity, AppError> {
        let org = OrgSlug::parse(org).map_err(|_| AppError::NotFound)?;
        Ok(self.identity_in(caller, org))
    }

    /// The same in an organization that is named already.
    pub fn identity_in(&self, caller: &Caller, org: OrgSlug) -> Identity {
        Identity { credential: self.credential(caller), org, now: self.clock.now() }
    }

    /// What a request shows to say who it is from: the one place where that is chosen.
    pub fn credential(&self, caller: &Caller) -> Credential {
        match &caller.token {
            Some(token) => Credential::Token(self.key.session(token)),
            None => caller.session.map_or(Credential::Nobody, Credential::Session),
        }
    }

    /// Who may read what a form left behind: the session, or before sign-in the browser.
    pub fn flash_owner(&self, caller: &Caller) -> Option<SessionHash> {
        let session = caller.session.map(|session| self.key.owner(session));
        session.or_else(|| caller.visitor.as_ref().map(|token| self.key.session(token)))
    }

    /// Begins a write of a member.
    pub(crate) async fn write(&self, caller: &Caller, org: &str) -> Result<(Tx, Member), AppError> {
        let mut tx = self.db.write(&self.identity(caller, org)?).await?;
        let member = tx.member().await?;
        Ok((tx, member))
    }

    /// Ends a write, and tells those who wait for its events.
    pub(crate) async fn commit(&self, tx: Tx, member: &Member, events: &[NewEvent]) -> Result<(), AppError> {
        tx.commit(member, events).await?;
        self.ring(member.org, events);
        Ok(())
    }

    fn ring(&self, org: OrgId, events: &[NewEvent]) {
        if !events.is_empty() {
            self.bell.ring(org);
        }
    }
}
