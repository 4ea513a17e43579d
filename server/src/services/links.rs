//! Links in mails: asking for one, looking at it, and taking it.
//!
//! Nothing here says whether an address has an account: asking for a link does the same for both, and what the person gets
//! to know comes by mail to whoever owns the address.

use app::ports::{Caller, Links};
use async_trait::async_trait;
use serde_json::json;
use tracker_domain::{
    account::check_password,
    audit::AuditAction,
    error::AppError,
    id::UserId,
    profile::{Link, LinkKind, LinkView, Milestone, Reached},
    text::{Email, Secret},
};

use crate::{
    App,
    mail::Kind,
    storage::{Identity, Tx, accounts, audit, mail},
};

/// See the port.
#[derive(Debug)]
pub struct LinksService(pub App);

#[async_trait]
impl Links for LinksService {
    async fn forgot(&self, caller: &Caller, email: &str) -> Result<Reached, AppError> {
        let app = &self.0;
        let email = Email::parse(email)?;
        // Who never had a password (they came with an import) comes in by invitation.
        let user = accounts::find(&app.db, &email).await?.map(|account| account.user);
        let mut tx = app.db.write(&app.nowhere(caller)).await?;
        mail::queue(&mut tx, Kind::Reset, user).await?;
        self.record(&mut tx, caller, (user, AuditAction::ResetRequested, email.as_str())).await?;
        tx.end().await?;
        Ok(Reached { done: Milestone::LinkSent })
    }

    async fn view(&self, caller: &Caller, token: &Secret, flash: &str) -> Result<LinkView, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.nowhere(caller)).await?;
        let owner = app.flash_owner(caller);
        let row = mail::link(&mut tx, app.key.session(token), app.clock.now(), (flash, owner)).await?;
        let kind = row.kind.map(|kind| kind.parse::<LinkKind>()).transpose()?;
        let link = kind.zip(row.address).map(|(kind, address)| Link { kind, address });
        Ok(LinkView { link, flash: row.flash.and_then(|flash| serde_json::from_value(flash).ok()) })
    }

    async fn confirm(&self, caller: &Caller, token: &Secret) -> Result<Reached, AppError> {
        let app = &self.0;
        let mut tx = app.db.write(&app.nowhere(caller)).await?;
        let confirmed = mail::confirm(&mut tx, app.key.session(token), app.clock.now()).await?;
        let confirmed = confirmed.ok_or_else(old_link)?;
        let done = match confirmed.outcome.as_str() {
            "VERIFIED" => Milestone::Verified,
            "HALF" => Milestone::Half,
            "CHANGED" => Milestone::AddressChanged,
            _ => {
                tx.end().await?;
                return Err(AppError::invalid("token", "This address belongs to another account by now."));
            }
        };
        if done != Milestone::Half {
            let what = (Some(confirmed.user), AuditAction::AddressChanged, confirmed.address.as_str());
            self.record(&mut tx, caller, what).await?;
        }
        if done == Milestone::AddressChanged {
            mail::queue(&mut tx, Kind::AddressChanged, Some(confirmed.user)).await?;
        }
        tx.end().await?;
        Ok(Reached { done })
    }

    async fn reset_password(
        &self,
        caller: &Caller,
        token: &Secret,
        password: Secret,
    ) -> Result<Reached, AppError> {
        let app = &self.0;
        let (hash, now) = (app.key.session(token), app.clock.now());
        let mut tx = app.db.read(&app.nowhere(caller)).await?;
        let row = mail::link(&mut tx, hash, now, ("", None)).await?;
        drop(tx);
        let is_reset = row.kind.as_deref() == Some(LinkKind::Reset.word());
        let (Some(name), Some(email), true) = (row.name, row.address, is_reset) else {
            return Err(old_link());
        };
        check_password(&password, &name, &email)?;
        app.passwords.refuse_guessable(&password, &[&name, &email]).await?;
        let password_hash = Secret::new(app.passwords.hash(password).await?);
        let mut tx = app.db.write(&app.nowhere(caller)).await?;
        let user = mail::reset(&mut tx, hash, &password_hash, now).await?.ok_or_else(old_link)?;
        self.record(&mut tx, caller, (Some(user), AuditAction::PasswordChanged, &email)).await?;
        mail::queue(&mut tx, Kind::PasswordChanged, Some(user)).await?;
        tx.end().await?;
        Ok(Reached { done: Milestone::PasswordSet })
    }
}

/// What is said about a link that is not good; which of the reasons it is, nobody learns.
fn old_link() -> AppError {
    AppError::invalid("token", "This link is old or was used already. Ask for a new one.")
}

impl LinksService {
    async fn record(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (user, action, target): (Option<UserId>, AuditAction, &str),
    ) -> Result<(), AppError> {
        let app = &self.0;
        let (at, client, details) = (app.clock.now(), &caller.client, json!({}));
        let entry = audit::Entry { at, action, target, client, details };
        audit::record_account(tx, user, &app.settings.org, &entry).await
    }
}

impl App {
    /// Whoever asks before any organization is known: the one that one signs in to.
    pub(super) fn nowhere(&self, caller: &Caller) -> Identity {
        self.identity_in(caller, self.settings.org.clone())
    }
}
