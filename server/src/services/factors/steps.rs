//! Signing in with more than a password, or with a passkey in its place.

use app::ports::Caller;
use serde_json::Value;
use tracker_domain::{
    account::SignedIn,
    audit::AuditAction,
    error::AppError,
    factor::{PasskeyAnswer, PasskeyOptions, SecondStep},
    id::UserId,
    text::{Email, Secret},
    time::Timestamp,
};

use super::{
    FactorsService, not_accepted,
    proof::{self, Code},
};
use crate::{
    App,
    factors::CHALLENGE_MINUTES,
    http::cookies,
    services::entrance::{self, Proof},
    session::new_token,
    storage::{
        Tx,
        factors::{self, Purpose},
    },
};

/// Lets a sign-in wait for its second step: no session, but a token that leads to the page of it.
pub(in crate::services) async fn ask(
    app: &App,
    caller: &Caller,
    mut tx: Tx,
    user: UserId,
) -> Result<SignedIn, AppError> {
    let (token, now) = (new_token(), app.clock.now());
    let until = Timestamp(now.0 + time::Duration::minutes(CHALLENGE_MINUTES));
    let challenge = (app.key.session(&token), Purpose::SecondStep);
    factors::begin(&mut tx, Some(user), challenge, Value::Null, (now, until)).await?;
    tx.end().await?;
    caller.reply.cookie(cookies::pending(&app.settings, &token));
    Ok(SignedIn::second_step())
}

impl FactorsService {
    pub(super) async fn waiting(&self, caller: &Caller, flash: &str) -> Result<SecondStep, AppError> {
        let app = &self.0;
        let pending = caller.pending.as_ref().map(|token| app.key.session(token));
        let mut tx = app.db.read(&self.identity(caller)).await?;
        let flash = (flash, app.flash_owner(caller));
        let (step, flash) = factors::second_step(&mut tx, pending, flash, app.clock.now()).await?;
        let (totp, passkey) = step.ok_or(AppError::Unauthenticated)?;
        let passkey = passkey && self.passkeys().is_ok();
        Ok(SecondStep { totp, passkey, flash })
    }

    pub(super) async fn sign_in_by_code(&self, caller: &Caller, code: &Secret) -> Result<SignedIn, AppError> {
        let app = &self.0;
        let now = app.clock.now();
        let token = app.key.session(caller.pending.as_ref().ok_or(AppError::Unauthenticated)?);
        let mut tx = app.db.write(&self.identity(caller)).await?;
        let waiting = factors::try_challenge(&mut tx, token, Purpose::SecondStep, now).await?;
        let Some((user, email)) = waiting.and_then(|challenge| challenge.owner) else {
            caller.reply.cookie(cookies::pending_over(&app.settings));
            return Err(AppError::Unauthenticated);
        };
        proof::wait(app, &mut tx, user).await?;
        let taken = proof::take_code(app, &mut tx, user, code).await?;
        factors::count_try(&mut tx, user, taken.is_some(), now).await?;
        let proof = match taken {
            Some(Code::Totp) => Proof::Code,
            Some(Code::Recovery) => Proof::RecoveryCode,
            None => {
                self.record(caller, &mut tx, (user, AuditAction::SignInFailed, &email)).await?;
                tx.end().await?;
                return Err(AppError::invalid("code", "This code is not right. Wait for the next one."));
            }
        };
        factors::end_challenge(&mut tx, token).await?;
        caller.reply.cookie(cookies::pending_over(&app.settings));
        entrance::admit(app, caller, tx, user, proof).await
    }

    pub(super) async fn ask_for_sign_in(
        &self,
        caller: &Caller,
        email: &str,
    ) -> Result<PasskeyOptions, AppError> {
        let app = &self.0;
        let passkeys = self.passkeys()?;
        let pending = caller.pending.as_ref().map(|token| app.key.session(token));
        let email = if email.is_empty() && pending.is_some() { None } else { Some(Email::parse(email)?) };
        let (now, until) = self.challenge_time();
        let mut tx = app.db.write(&self.identity(caller)).await?;
        let known = factors::to_ask(&mut tx, email.as_ref(), pending, now).await?;
        let (options, state) = match &email {
            Some(email) if known.passkeys.is_empty() => passkeys.ask_in_vain(&app.key, email)?,
            None if known.passkeys.is_empty() => return Err(AppError::Unauthenticated),
            _ => passkeys.ask(&known.passkeys)?,
        };
        let token = new_token();
        let challenge = (app.key.session(&token), Purpose::SignIn);
        factors::begin(&mut tx, known.user, challenge, state, (now, until)).await?;
        tx.end().await?;
        Ok(PasskeyOptions { token, options })
    }

    pub(super) async fn sign_in_by_passkey(
        &self,
        caller: &Caller,
        answer: &PasskeyAnswer,
    ) -> Result<SignedIn, AppError> {
        let app = &self.0;
        let (passkeys, now) = (self.passkeys()?, app.clock.now());
        let token = app.key.session(&answer.token);
        let mut tx = app.db.write(&self.identity(caller)).await?;
        let challenge = factors::try_challenge(&mut tx, token, Purpose::SignIn, now).await?;
        let challenge = challenge.ok_or_else(not_accepted)?;
        // Whatever comes of it, this challenge is over.
        factors::end_challenge(&mut tx, token).await?;
        let Some((user, email)) = challenge.owner else {
            tx.end().await?;
            return Err(not_accepted());
        };
        let used = passkeys.used(answer.answer.reveal(), challenge.state);
        let noted = match &used {
            Some(used) => factors::note_use(&mut tx, user, used, now).await?,
            None => false,
        };
        if !noted {
            self.record(caller, &mut tx, (user, AuditAction::SignInFailed, &email)).await?;
            tx.end().await?;
            return Err(not_accepted());
        }
        if let Some(pending) = &caller.pending {
            factors::end_challenge(&mut tx, app.key.session(pending)).await?;
            caller.reply.cookie(cookies::pending_over(&app.settings));
        }
        entrance::admit(app, caller, tx, user, Proof::Passkey).await
    }
}
