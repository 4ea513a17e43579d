//! What the server functions call: one trait a noun, implemented by `server`, handed in by context.
//!
//! To add a noun, add its trait in a file of its own and a field to [`Ports`]; to add a verb, add a method. Every
//! method gets the [`Caller`] first: nothing is decided by who called, only by what the port finds out about them.

mod accounts;
mod audit;
mod comments;
mod factors;
mod files;
mod insights;
mod invitations;
mod issues;
mod links;
mod members;
mod profiles;
mod projects;
mod providers;
mod sessions;
mod teams;
mod texts;
mod tokens;

pub use accounts::Accounts;
pub use audit::Audit;
pub use comments::Comments;
pub use factors::Factors;
pub use files::FilesPort;
pub use insights::InsightsPort;
pub use invitations::Invitations;
pub use issues::Issues;
use leptos::prelude::use_context;
pub use links::Links;
pub use members::Members;
pub use profiles::Profiles;
pub use projects::Projects;
pub use providers::ProvidersPort;
pub use sessions::Sessions;
use std::sync::{Arc, Mutex, PoisonError};
pub use teams::Teams;
pub use texts::Texts;
pub use tokens::Tokens;
use tracker_domain::{error::AppError, session::Session, text::Secret};

/// All the ports.
#[derive(Clone)]
pub struct Ports {
    /// Accounts and sessions.
    pub accounts: Arc<dyn Accounts>,
    /// The audit trail.
    pub audit: Arc<dyn Audit>,
    /// Comments.
    pub comments: Arc<dyn Comments>,
    /// Second factors.
    pub factors: Arc<dyn Factors>,
    /// Files that were attached.
    pub files: Arc<dyn FilesPort>,
    /// Statistics.
    pub insights: Arc<dyn InsightsPort>,
    /// Invitations.
    pub invitations: Arc<dyn Invitations>,
    /// Issues.
    pub issues: Arc<dyn Issues>,
    /// One's own sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Members.
    pub members: Arc<dyn Members>,
    /// Projects.
    pub projects: Arc<dyn Projects>,
    /// Teams.
    pub teams: Arc<dyn Teams>,
    /// Links in mails.
    pub links: Arc<dyn Links>,
    /// One's own account.
    pub profiles: Arc<dyn Profiles>,
    /// Accounts elsewhere.
    pub providers: Arc<dyn ProvidersPort>,
    /// Texts.
    pub texts: Arc<dyn Texts>,
    /// Tokens and services.
    pub tokens: Arc<dyn Tokens>,
}

/// One request: who sent it, as far as the transport knows, and what the answer shall carry beside its body.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The session that its cookies are good for. Whether that has ended is known to the database alone.
    pub session: Option<Session>,
    /// The token that a program sent. Whoever sends one has no session and no visitor's token.
    pub token: Option<Secret>,
    /// The visitor's token: ties what a form left behind to this browser before anybody has signed in.
    pub visitor: Option<Secret>,
    /// The token of a sign-in that waits for its second step.
    pub pending: Option<Secret>,
    /// The request's id in the log.
    pub request_id: String,
    /// The machine that it came from.
    pub client: Client,
    /// What the answer shall carry.
    pub reply: Reply,
}

/// The machine that a request came from, as far as it can be believed.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Its address; empty when nobody knows.
    pub address: String,
    /// What its browser or program calls itself.
    pub agent: String,
}

/// What an answer carries beside its body.
#[derive(Clone, Debug, Default)]
pub struct Reply(Arc<Mutex<ReplyParts>>);

/// The collected parts of a [`Reply`].
#[derive(Clone, Debug, Default)]
pub struct ReplyParts {
    /// The status of a page, when it is not 200.
    pub status: Option<u16>,
    /// Where a page sends the reader instead.
    pub location: Option<String>,
    /// `Set-Cookie` values.
    pub cookies: Vec<String>,
}

impl Reply {
    /// Gives the page a status.
    pub fn status(&self, status: u16) {
        self.with(|parts| parts.status = Some(status));
    }

    /// Sends the reader of the page elsewhere.
    pub fn redirect(&self, location: String) {
        self.with(|parts| parts.location = Some(location));
    }

    /// Sets a cookie.
    pub fn cookie(&self, cookie: String) {
        self.with(|parts| parts.cookies.push(cookie));
    }

    /// Takes what was collected.
    pub fn take(&self) -> ReplyParts {
        self.with(std::mem::take)
    }

    fn with<T>(&self, change: impl FnOnce(&mut ReplyParts) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The ports and the caller of the request that is being served.
pub fn request() -> Result<(Ports, Caller), AppError> {
    use_context::<Ports>()
        .zip(use_context::<Caller>())
        .ok_or_else(|| AppError::Internal { reference: "no-request-context".to_owned() })
}
