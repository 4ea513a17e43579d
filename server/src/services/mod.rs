//! The ports of `app`, implemented: find out who asks, resolve what they ask about for the action, write, commit.
//!
//! To add a verb, add the method to its port and write it here as a short line of steps; everything that decides is in
//! `tracker_domain::policy`, everything that touches a table in `storage`.

pub mod accounts;
pub mod comments;
mod complete;
pub mod entrance;
pub mod factors;
pub mod insights;
pub mod issues;
mod once;
mod page;
pub mod texts;

use app::ports::{Caller, Ports};
use std::sync::Arc;
use tracker_domain::{error::AppError, id::OrgId, text::OrgSlug};

use crate::{
    App,
    session::SessionHash,
    storage::{Identity, Member, NewEvent, Tx},
};

/// Every port on one database.
pub fn ports(app: &App) -> Ports {
    Ports {
        accounts: Arc::new(accounts::AccountsService(app.clone())),
        comments: Arc::new(comments::CommentsService(app.clone())),
        factors: Arc::new(factors::FactorsService(app.clone())),
        insights: Arc::new(insights::InsightsService(app.clone())),
        issues: Arc::new(issues::IssuesService(app.clone())),
        texts: Arc::new(texts::TextsService(app.clone())),
    }
}

impl App {
    /// Who sent a request, as far as the database can find out from it. A name that no organization can have is one
    /// that does not exist.
    pub fn identity(&self, caller: &Caller, org: &str) -> Result<Identity, AppError> {
        let org = OrgSlug::parse(org).map_err(|_| AppError::NotFound)?;
        Ok(Identity { session: self.session(caller), org, now: self.clock.now() })
    }

    /// The hash of a request's session.
    pub fn session(&self, caller: &Caller) -> Option<SessionHash> {
        caller.session.as_ref().map(|token| self.key.session(token))
    }

    /// Who may read what a form left behind: the session, or before sign-in the browser.
    pub fn flash_owner(&self, caller: &Caller) -> Option<SessionHash> {
        caller.session.as_ref().or(caller.visitor.as_ref()).map(|token| self.key.session(token))
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
