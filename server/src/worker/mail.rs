//! The job that sends a mail. Its payload has ids only: what the mail says is read when it goes out, and a link gets its
//! token then, of which the database keeps the keyed hash.
//!
//! The hash is committed before the mail goes out, so no link arrives that is not known. A job that failed, or whose
//! process died, is done again with another token; should both mails arrive, the link of the later one is good.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use time::Duration;
use tracker_domain::{
    error::AppError,
    id::{InvitationId, OrgId, UserId},
    org::Role,
    text::{Email, Secret},
    time::Timestamp,
};

use crate::{
    fault::{fault, unavailable},
    mail::{
        Kind, Letter,
        letters::{self, Facts},
    },
    session::new_token,
    state::App,
    storage::mail,
};

/// How long the links are good; `tracker_mail_link` knows the hour.
const RESET: Duration = Duration::hours(1);
const PROOF: Duration = Duration::hours(24);

/// See the module.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SendMail {
    kind: Kind,
    user: Option<i64>,
    org: Option<i64>,
    invitation: Option<i64>,
}

impl TaskHandler for SendMail {
    const IDENTIFIER: &'static str = "send_mail";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(app) = context.get_ext::<App>() else {
            return Err("the job has no application".to_owned());
        };
        // What went wrong is in the log under this reference; the queue keeps the reference.
        self.send(app).await.map_err(|error| error.to_string())
    }
}

impl SendMail {
    async fn send(self, app: &App) -> Result<(), AppError> {
        let now = app.clock.now();
        let Some(letter) = self.letter(app, now).await? else {
            return Ok(());
        };
        app.mailer.send(&letter, now).await.map_err(|error| unavailable(&error))?;
        tracing::info!(kind = self.kind.word(), "a mail went out");
        Ok(())
    }

    /// What is to be sent; nothing when nobody wants it any more.
    async fn letter(&self, app: &App, now: Timestamp) -> Result<Option<Letter>, AppError> {
        if let (Some(org), Some(id)) = (self.org, self.invitation) {
            return invitation(app, (OrgId(org), InvitationId(id)), now).await;
        }
        let Some(user) = self.user.map(UserId) else { return Ok(None) };
        let pool = &app.db.system;
        let Some(person) = mail::recipient(pool, user).await.map_err(|error| fault(&error))? else {
            return Ok(None);
        };
        let change = match self.kind {
            Kind::ChangeOld | Kind::ChangeNew | Kind::AddressChanged => {
                mail::change(pool, user, now).await.map_err(|error| fault(&error))?
            }
            _ => None,
        };
        let facts = |address: &str| facts(app, address, &person.name);
        Ok(Some(match (self.kind, change) {
            (Kind::Verify, _) => {
                let facts = facts(&person.email)?;
                letters::verify(&facts, &link(app, (user, self.kind, &facts.to), now).await?)
            }
            (Kind::Reset, _) => {
                let facts = facts(&person.email)?;
                letters::reset(&facts, &link(app, (user, self.kind, &facts.to), now).await?)
            }
            (Kind::PasswordChanged, _) => letters::password_changed(&facts(&person.email)?),
            (Kind::HasAccount, _) => letters::has_account(&facts(&person.email)?),
            (Kind::ChangeNew, Some(change)) if change.taken => {
                letters::has_account(&Facts { name: String::new(), ..facts(&change.new_address)? })
            }
            (Kind::ChangeNew, Some(change)) if !change.done => {
                let facts = facts(&change.new_address)?;
                letters::change_new(&facts, &link(app, (user, self.kind, &facts.to), now).await?)
            }
            (Kind::ChangeOld, Some(change)) if !change.done => {
                let facts = facts(&change.old_address)?;
                let link = link(app, (user, self.kind, &facts.to), now).await?;
                letters::change_old(&facts, &change.new_address, &link)
            }
            (Kind::AddressChanged, Some(change)) if change.done => {
                letters::address_changed(&facts(&change.old_address)?, &change.new_address)
            }
            _ => return Ok(None),
        }))
    }
}

fn facts(app: &App, address: &str, name: &str) -> Result<Facts, AppError> {
    let site = app.settings.public_url.clone();
    Ok(Facts { to: Email::parse(address)?, name: name.to_owned(), site })
}

/// A link with a new token, whose hash takes the place of the one before.
async fn link(
    app: &App,
    (user, kind, address): (UserId, Kind, &Email),
    now: Timestamp,
) -> Result<String, AppError> {
    let token = new_token();
    let (path, life) = if kind == Kind::Reset { ("reset", RESET) } else { ("verify", PROOF) };
    let (hash, until) = (app.key.session(&token), Timestamp(now.0 + life));
    let kept = mail::keep_token(&app.db.system, (user, kind, address), hash, until).await;
    kept.map_err(|error| fault(&error))?;
    Ok(with_token(app, path, &token))
}

/// The address of a link. The tokens are made of what a URL may have.
fn with_token(app: &App, path: &str, token: &Secret) -> String {
    format!("{}/{path}?token={}", app.settings.public_url, token.reveal())
}

async fn invitation(
    app: &App,
    which: (OrgId, InvitationId),
    now: Timestamp,
) -> Result<Option<Letter>, AppError> {
    let token = new_token();
    let row = mail::invitation(&app.db.system, which, app.key.session(&token), now).await;
    let Some(row) = row.map_err(|error| fault(&error))? else { return Ok(None) };
    let facts = facts(app, &row.address, row.name.as_deref().unwrap_or_default())?;
    let role: Role = row.role.parse()?;
    let link = with_token(app, "invitation", &token);
    Ok(Some(letters::invitation(&facts, (&row.org_name, row.by.as_deref(), role), &link)))
}
