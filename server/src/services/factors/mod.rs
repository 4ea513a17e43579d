//! Second factors: the second step of signing in (`steps`), one's own factors (`own`), and an organization's rules
//! (`rules`). What proves that it is really them is in `proof`.

mod own;
mod proof;
mod rules;
mod steps;

use app::ports::{Caller, Factors};
use async_trait::async_trait;
use serde_json::json;
pub(super) use steps::ask;
use time::Duration;
use tracker_domain::{
    account::SignedIn,
    audit::AuditAction,
    error::AppError,
    factor::{FactorsDoor, FactorsView, PasskeyAnswer, PasskeyOptions, RuleSet, SecondStep, SignInRules},
    id::{PasskeyId, UserId},
    org::Framed,
    text::Secret,
    time::Timestamp,
};

use super::page::tell;
use crate::{
    App,
    factors::{CHALLENGE_MINUTES, passkeys::Passkeys},
    storage::{Identity, Tx, audit},
};

/// See the port.
#[derive(Debug)]
pub struct FactorsService(pub App);

#[async_trait]
impl Factors for FactorsService {
    async fn second_step(&self, caller: &Caller, flash: &str) -> Result<SecondStep, AppError> {
        tell(caller, self.waiting(caller, flash).await)
    }

    async fn give_code(&self, caller: &Caller, code: Secret) -> Result<SignedIn, AppError> {
        self.sign_in_by_code(caller, &code).await
    }

    async fn ask_passkey(&self, caller: &Caller, email: &str) -> Result<PasskeyOptions, AppError> {
        self.ask_for_sign_in(caller, email).await
    }

    async fn give_passkey(&self, caller: &Caller, answer: PasskeyAnswer) -> Result<SignedIn, AppError> {
        self.sign_in_by_passkey(caller, &answer).await
    }

    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<FactorsView>, AppError> {
        tell(caller, self.page(caller, org, flash).await)
    }

    async fn door(&self, caller: &Caller, flash: &str) -> Result<FactorsDoor, AppError> {
        tell(caller, self.page_outside(caller, flash).await)
    }

    async fn begin_totp(&self, caller: &Caller, proof: Option<Secret>) -> Result<(), AppError> {
        self.set_up_totp(caller, proof).await
    }

    async fn confirm_totp(&self, caller: &Caller, code: Secret) -> Result<(), AppError> {
        self.turn_totp_on(caller, &code).await
    }

    async fn end_totp(&self, caller: &Caller, proof: Option<Secret>) -> Result<(), AppError> {
        self.turn_totp_off(caller, proof).await
    }

    async fn renew_codes(&self, caller: &Caller, proof: Option<Secret>) -> Result<(), AppError> {
        self.make_new_codes(caller, proof).await
    }

    async fn keep_codes(&self, caller: &Caller) -> Result<(), AppError> {
        self.hide_codes(caller).await
    }

    async fn begin_passkey(
        &self,
        caller: &Caller,
        proof: Option<Secret>,
    ) -> Result<PasskeyOptions, AppError> {
        self.ask_for_new_passkey(caller, proof).await
    }

    async fn add_passkey(&self, caller: &Caller, name: &str, answer: PasskeyAnswer) -> Result<(), AppError> {
        self.take_new_passkey(caller, name, &answer).await
    }

    async fn rename_passkey(&self, caller: &Caller, passkey: PasskeyId, name: &str) -> Result<(), AppError> {
        self.call_passkey(caller, passkey, name).await
    }

    async fn remove_passkey(
        &self,
        caller: &Caller,
        passkey: PasskeyId,
        proof: Option<Secret>,
    ) -> Result<(), AppError> {
        self.forget_passkey(caller, passkey, proof).await
    }

    async fn rules(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<SignInRules>, AppError> {
        tell(caller, self.rules_page(caller, org, flash).await)
    }

    async fn require(&self, caller: &Caller, org: &str, required: bool) -> Result<RuleSet, AppError> {
        self.set_rule(caller, org, required).await
    }
}

impl FactorsService {
    /// What is about an account and no organization: nobody is kept out of it.
    fn identity(&self, caller: &Caller) -> Identity {
        let app = &self.0;
        app.identity_in(caller, app.settings.org.clone())
    }

    /// Begins a write to the account of whoever is signed in.
    async fn write_own(&self, caller: &Caller) -> Result<(Tx, UserId), AppError> {
        let mut tx = self.0.db.write(&self.identity(caller)).await?;
        let user = tx.user().await?;
        Ok((tx, user))
    }

    /// The present, and until when what begins now has to be done.
    fn challenge_time(&self) -> (Timestamp, Timestamp) {
        let now = self.0.clock.now();
        (now, Timestamp(now.0 + Duration::minutes(CHALLENGE_MINUTES)))
    }

    fn passkeys(&self) -> Result<Passkeys, AppError> {
        Passkeys::of(&self.0.settings).map_err(AppError::forbidden)
    }

    /// Writes down what happened to an account.
    async fn record(
        &self,
        caller: &Caller,
        tx: &mut Tx,
        (user, action, target): (UserId, AuditAction, &str),
    ) -> Result<(), AppError> {
        let app = &self.0;
        let (at, client) = (app.clock.now(), &caller.client);
        let entry = audit::Entry { at, action, target, client, details: json!({}) };
        audit::record_account(tx, Some(user), &app.settings.org, &entry).await
    }
}

/// A passkey's answer that does not hold. Why is in the log; who tries it learns nothing.
fn not_accepted() -> AppError {
    AppError::invalid("answer", "This passkey was not accepted. Try again, or use another way.")
}
