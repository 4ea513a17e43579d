//! One's own account: name, address and password.

use app::ports::{Caller, Profiles};
use async_trait::async_trait;
use serde_json::json;
use time::Duration;
use tracker_domain::{
    account::check_password,
    audit::AuditAction,
    error::{AppError, FieldError},
    org::Framed,
    profile::{ChangeAddress, ChangePassword, ProfileView, Saved, SendVerification, SetName, SetZone},
    text::{DisplayName, Email, Secret},
    time::Timestamp,
};

use super::{once, page::tell};
use crate::{
    App,
    fault::fault,
    insights::Zone,
    mail::Kind,
    storage::{
        Tx, accounts, audit,
        idempotency::Claim,
        mail,
        profile::{self, Own},
        sessions,
    },
};

/// How long both ends of a change have to agree.
const CHANGE: Duration = Duration::hours(24);

/// See the port.
#[derive(Debug)]
pub struct ProfilesService(pub App);

#[async_trait]
impl Profiles for ProfilesService {
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<ProfileView>, AppError> {
        tell(caller, self.page(caller, org, flash).await)
    }

    async fn set_name(&self, caller: &Caller, command: SetName) -> Result<Saved, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        let name = DisplayName::parse(&command.name)?;
        profile::set_name(&mut tx, member.actor.user, &name).await?;
        let details = json!({ "name": { "from": member.name, "to": name.as_str() } });
        self.record(&mut tx, caller, (AuditAction::SettingsChanged, name.as_str()), details).await?;
        tx.end().await?;
        Ok(saved(&command.org))
    }

    async fn set_zone(&self, caller: &Caller, command: SetZone) -> Result<Saved, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        let zone = if command.zone.is_empty() { None } else { Some(Zone::parse(&command.zone)?) };
        profile::set_zone(&mut tx, member.actor.user, zone.as_ref().map(Zone::name)).await?;
        tx.end().await?;
        Ok(saved(&command.org))
    }

    async fn change_password(&self, caller: &Caller, command: ChangePassword) -> Result<Saved, AppError> {
        let app = &self.0;
        let endpoint = "accounts/change_password";
        let key = command.idempotency_key.as_deref();
        let begun =
            self.begin(caller, &command.org, |scope| once::claim(app, scope, endpoint, &command, key));
        let Begun { tx, own, answer, .. } = begun.await?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        // Hashing takes its time, and nobody else should wait for this connection. The write takes its name again.
        tx.give_up().await?;
        let new = &command.new_password;
        self.require_password(&own, command.current_password.clone(), "current_password").await?;
        let guessable = app.passwords.refuse_guessable(new, &[&own.name, &own.email]).await;
        check_password(new, &own.name, &own.email)
            .and(guessable)
            .map_err(|error| at("new_password", error))?;
        let hash = app.passwords.hash(new.clone()).await?;
        let begun =
            self.begin(caller, &command.org, |scope| once::claim(app, scope, endpoint, &command, key));
        let Begun { mut tx, member, claim, answer, .. } = begun.await?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        let (user, now) = (member.actor.user, app.clock.now());
        accounts::set_password_hash(&mut tx, user, &hash, now).await?;
        let ended = match caller.session {
            Some(session) => sessions::end_others(&mut tx, session).await?,
            None => 0,
        };
        let details = json!({ "sessions_ended": ended });
        self.record(&mut tx, caller, (AuditAction::PasswordChanged, &own.email), details).await?;
        mail::queue(&mut tx, Kind::PasswordChanged, Some(user)).await?;
        once::finish(app, tx, &member, claim.as_ref(), (saved(&command.org), Vec::new())).await
    }

    async fn change_address(&self, caller: &Caller, command: ChangeAddress) -> Result<Saved, AppError> {
        let app = &self.0;
        let endpoint = "accounts/change_address";
        let key = command.idempotency_key.as_deref();
        let begun =
            self.begin(caller, &command.org, |scope| once::claim(app, scope, endpoint, &command, key));
        let Begun { tx, own, answer, .. } = begun.await?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        tx.give_up().await?;
        let new = Email::parse(&command.email)?;
        if new.as_str() == own.email {
            return Err(AppError::invalid("email", "This is your address already."));
        }
        self.require_password(&own, command.password.clone(), "password").await?;
        let begun =
            self.begin(caller, &command.org, |scope| once::claim(app, scope, endpoint, &command, key));
        let Begun { mut tx, member, claim, own, answer } = begun.await?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        let (user, now) = (member.actor.user, app.clock.now());
        let until = Timestamp(now.0 + CHANGE);
        profile::ask_change(&mut tx, user, (&own.email, &new, own.verified), (now, until)).await?;
        mail::queue(&mut tx, Kind::ChangeNew, Some(user)).await?;
        if own.verified {
            mail::queue(&mut tx, Kind::ChangeOld, Some(user)).await?;
        }
        let details = json!({ "asked": true, "from": own.email });
        self.record(&mut tx, caller, (AuditAction::AddressChanged, new.as_str()), details).await?;
        once::finish(app, tx, &member, claim.as_ref(), (saved(&command.org), Vec::new())).await
    }

    async fn send_verification(&self, caller: &Caller, command: SendVerification) -> Result<Saved, AppError> {
        let app = &self.0;
        let key = command.idempotency_key.as_deref();
        let claim = |scope| once::claim(app, scope, "accounts/send_verification", &command, key);
        let Begun { mut tx, member, claim, own, answer } = self.begin(caller, &command.org, claim).await?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        if own.verified {
            return Err(AppError::invalid("email", "Your address is confirmed already."));
        }
        mail::queue(&mut tx, Kind::Verify, Some(member.actor.user)).await?;
        once::finish(app, tx, &member, claim.as_ref(), (saved(&command.org), Vec::new())).await
    }
}

/// A write of one's own account: who, what they are like now, and what was answered if it was sent before.
struct Begun {
    tx: Tx,
    member: crate::storage::Member,
    claim: Option<Claim>,
    own: Own,
    answer: Option<Saved>,
}

impl ProfilesService {
    async fn page(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<ProfileView>, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.identity(caller, org)?).await?;
        let row = profile::page(&mut tx, app.clock.now(), (flash, app.flash_owner(caller))).await?;
        let (Framed { frame, view }, _) = row.framed()?;
        Ok(Framed { frame, view: view.ok_or_else(|| fault(&"a member has no account"))? })
    }

    async fn begin(
        &self,
        caller: &Caller,
        org: &str,
        claim: impl FnOnce(String) -> Result<Option<Claim>, AppError> + Send,
    ) -> Result<Begun, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, org).await?;
        let claim = claim(member.actor.user.to_string())?;
        let answer = once::before(app, &mut tx, claim.as_ref()).await?;
        let own = profile::own(&mut tx).await?;
        Ok(Begun { tx, member, claim, own, answer })
    }

    /// Refuses a password that is not the account's; an account without one takes as long.
    async fn require_password(&self, own: &Own, password: Secret, field: &str) -> Result<(), AppError> {
        match self.0.passwords.check(password, own.password_hash.clone()).await? {
            Some(_) => Ok(()),
            None => Err(AppError::invalid(field, "This is not your password.")),
        }
    }

    async fn record(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (action, target): (AuditAction, &str),
        details: serde_json::Value,
    ) -> Result<(), AppError> {
        let entry = audit::Entry { at: self.0.clock.now(), action, target, client: &caller.client, details };
        audit::record(tx, &entry).await
    }
}

fn saved(org: &str) -> Saved {
    Saved { page: format!("/{org}/settings/profile") }
}

/// What is wrong with a password, said at the field that it was typed into.
fn at(field: &str, error: AppError) -> AppError {
    match error {
        AppError::Invalid { errors } => AppError::Invalid {
            errors: errors.into_iter().map(|error| FieldError { field: field.to_owned(), ..error }).collect(),
        },
        other => other,
    }
}
