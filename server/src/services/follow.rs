//! Following the log: who asks is found out anew at every look, so that whoever may see less from now on sees less from
//! the next look on.

use app::ports::Caller;
use tracker_domain::{
    error::AppError,
    follow::LogPage,
    id::{OrgId, Seq},
    policy::Actor,
};

use crate::{
    App, live,
    storage::{Member, Tx, follow},
};

/// Somebody who follows the log of an organization.
#[derive(Debug)]
pub struct Follower {
    app: App,
    caller: Caller,
    slug: String,
    /// Whose log it is.
    pub org: OrgId,
    /// As whom.
    pub actor: Actor,
}

impl Follower {
    /// Begins; gives the end of the log too.
    pub async fn begin(app: &App, caller: &Caller, slug: &str) -> Result<(Self, Seq), AppError> {
        let (mut tx, member) = look(app, caller, slug).await?;
        let head = follow::head(&mut tx).await?;
        let (app, caller, slug) = (app.clone(), caller.clone(), slug.to_owned());
        Ok((Self { app, caller, slug, org: member.org, actor: member.actor }, head))
    }

    /// What happened after a position; `None` when they are somebody else from now on and have to begin anew.
    pub async fn after(&self, place: Seq, limit: u16) -> Result<Option<LogPage>, AppError> {
        let (mut tx, member) = look(&self.app, &self.caller, &self.slug).await?;
        if member.actor != self.actor || member.org != self.org {
            return Ok(None);
        }
        let mut page = follow::page(&mut tx, place, limit).await?;
        page.events.retain(|event| live::shows(member.actor, event));
        Ok(Some(page))
    }
}

async fn look(app: &App, caller: &Caller, slug: &str) -> Result<(Tx, Member), AppError> {
    let mut tx = app.db.read(&app.identity(caller, slug)?).await?;
    let member = tx.member().await?;
    Ok((tx, member))
}
