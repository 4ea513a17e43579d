//! One's own factors: seeing, adding and removing them. Each change asks who it is, and stands in the audit trail.

use app::ports::Caller;
use serde_json::Value;
use time::Duration;
use tracker_domain::{
    audit::AuditAction,
    error::AppError,
    factor::{FactorsDoor, FactorsView, PasskeyAnswer, PasskeyOptions},
    id::{PasskeyId, UserId},
    org::Framed,
    text::{DisplayName, Secret},
    time::Timestamp,
};

use super::{
    FactorsService, not_accepted,
    proof::{self, SHEET, TOTP},
};
use crate::{
    factors::{
        SETUP_MINUTES, SHEET_MINUTES, recovery,
        totp::{Authenticator, new_secret},
    },
    session::new_token,
    storage::{
        Identity, Tx,
        factors::{self, FactorsPage, FactorsRow, Purpose},
        frame::PageRow,
    },
};

/// How the audit trail calls an authenticator.
const AUTHENTICATOR: &str = "authenticator";
/// And recovery codes.
const CODES: &str = "recovery codes";

impl FactorsService {
    pub(super) async fn page(
        &self,
        caller: &Caller,
        org: &str,
        flash: &str,
    ) -> Result<Framed<FactorsView>, AppError> {
        let row = self.row(caller, &self.0.identity(caller, org)?, flash).await?;
        let (Framed { frame, view }, _) = row.framed()?;
        Ok(Framed { frame, view: self.shown(view)?.0 })
    }

    pub(super) async fn page_outside(&self, caller: &Caller, flash: &str) -> Result<FactorsDoor, AppError> {
        let row = self.row(caller, &self.identity(caller), flash).await?;
        let flash = row.read_flash();
        let (view, home) = self.shown(row.view)?;
        Ok(FactorsDoor { view, home, flash })
    }

    async fn row(
        &self,
        caller: &Caller,
        identity: &Identity,
        flash: &str,
    ) -> Result<PageRow<FactorsPage>, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(identity).await?;
        let times = (self.setup_since(), app.clock.now());
        factors::page(&mut tx, &identity.org, (flash, app.flash_owner(caller)), times).await
    }

    /// An authenticator that was begun before this was given up.
    fn setup_since(&self) -> Timestamp {
        Timestamp(self.0.clock.now().0 - Duration::minutes(SETUP_MINUTES))
    }

    /// The page with what was sealed opened, and where its person belongs.
    fn shown(&self, page: FactorsPage) -> Result<(FactorsView, Option<String>), AppError> {
        let app = &self.0;
        let (Some(user), Some(row)) = (page.user, page.row) else { return Err(AppError::Unauthenticated) };
        let FactorsRow { email, totp_since, passkeys, codes_left, has_password, issuer, home } = row;
        let secret = page.setup.and_then(|sealed| app.key.open(TOTP, &user.0.to_be_bytes(), &sealed));
        let setup = secret.map(|secret| Authenticator::new(secret, &issuer, &email)?.setup()).transpose()?;
        let codes = page
            .sheet
            .and_then(|sealed| app.key.open(SHEET, &user.0.to_be_bytes(), &sealed))
            .unwrap_or_default();
        let new_codes = String::from_utf8_lossy(&codes).lines().map(str::to_owned).collect();
        let no_passkeys = self.passkeys().err().map(|why| why.to_string());
        let view =
            FactorsView { totp_since, setup, passkeys, codes_left, new_codes, has_password, no_passkeys };
        Ok((view, home))
    }

    pub(super) async fn set_up_totp(&self, caller: &Caller, proof: Option<Secret>) -> Result<(), AppError> {
        let app = &self.0;
        let (tx, user) = self.write_own(caller).await?;
        let (mut tx, _) = proof::require(app, tx, user, proof).await?;
        let sealed = app.key.seal(TOTP, &user.0.to_be_bytes(), &new_secret())?;
        if !factors::begin_totp(&mut tx, user, &sealed, app.clock.now()).await? {
            return Err(AppError::forbidden("An authenticator is on already. Turn it off first."));
        }
        tx.end().await
    }

    pub(super) async fn turn_totp_on(&self, caller: &Caller, code: &Secret) -> Result<(), AppError> {
        let app = &self.0;
        let (mut tx, user) = self.write_own(caller).await?;
        let sealed = factors::unconfirmed_totp(&mut tx, user, self.setup_since()).await?;
        let secret = sealed.and_then(|sealed| app.key.open(TOTP, &user.0.to_be_bytes(), &sealed));
        let secret = secret.ok_or_else(|| AppError::forbidden("No authenticator is being set up."))?;
        let code = recovery::meant(code.reveal());
        let step = Authenticator::new(secret, "", "")?.step_of(&code, app.clock.now());
        let step = step.ok_or_else(|| {
            let wrong = "This code is not right. Is the clock of the device with the app right?";
            AppError::invalid("code", wrong)
        })?;
        if factors::confirm_totp(&mut tx, user, step, app.clock.now()).await? {
            self.added(caller, &mut tx, user, AUTHENTICATOR).await?;
        }
        tx.end().await
    }

    pub(super) async fn turn_totp_off(&self, caller: &Caller, proof: Option<Secret>) -> Result<(), AppError> {
        let (tx, user) = self.write_own(caller).await?;
        let (mut tx, _) = proof::require(&self.0, tx, user, proof).await?;
        if factors::end_totp(&mut tx, user).await? {
            self.removed(caller, &mut tx, user, AUTHENTICATOR).await?;
        }
        tx.end().await
    }

    pub(super) async fn make_new_codes(
        &self,
        caller: &Caller,
        proof: Option<Secret>,
    ) -> Result<(), AppError> {
        let (tx, user) = self.write_own(caller).await?;
        let (mut tx, _) = proof::require(&self.0, tx, user, proof).await?;
        if !factors::has_factor(&mut tx, user).await? {
            return Err(AppError::forbidden("Recovery codes come with a second factor. Add one first."));
        }
        self.new_codes(&mut tx, user).await?;
        self.record(caller, &mut tx, (user, AuditAction::FactorChanged, CODES)).await?;
        tx.end().await
    }

    pub(super) async fn hide_codes(&self, caller: &Caller) -> Result<(), AppError> {
        let (mut tx, user) = self.write_own(caller).await?;
        factors::forget_sheet(&mut tx, user).await?;
        tx.end().await
    }

    pub(super) async fn ask_for_new_passkey(
        &self,
        caller: &Caller,
        proof: Option<Secret>,
    ) -> Result<PasskeyOptions, AppError> {
        let app = &self.0;
        let (tx, user) = self.write_own(caller).await?;
        let passkeys = self.passkeys()?;
        let (mut tx, email) = proof::require(app, tx, user, proof).await?;
        let known = factors::passkeys(&mut tx, user).await?;
        let (options, state) = passkeys.ask_new(&app.key, (user, &email), &known)?;
        let token = new_token();
        let challenge = (app.key.session(&token), Purpose::AddPasskey);
        factors::begin(&mut tx, Some(user), challenge, state, self.challenge_time()).await?;
        tx.end().await?;
        Ok(PasskeyOptions { token, options })
    }

    pub(super) async fn take_new_passkey(
        &self,
        caller: &Caller,
        name: &str,
        answer: &PasskeyAnswer,
    ) -> Result<(), AppError> {
        let app = &self.0;
        let (mut tx, user) = self.write_own(caller).await?;
        let (passkeys, name, now) = (self.passkeys()?, DisplayName::parse(name)?, app.clock.now());
        let token = app.key.session(&answer.token);
        let asked = factors::try_challenge(&mut tx, token, Purpose::AddPasskey, now).await?;
        let asked = asked.filter(|asked| asked.owner.as_ref().is_some_and(|(owner, _)| *owner == user));
        let state = asked.map_or(Value::Null, |asked| asked.state);
        let passkey = passkeys.made(answer.answer.reveal(), state).ok_or_else(not_accepted)?;
        factors::end_challenge(&mut tx, token).await?;
        if !factors::add_passkey(&mut tx, user, (&name, &passkey), now).await? {
            return Err(AppError::invalid("answer", "This passkey is in use already."));
        }
        self.added(caller, &mut tx, user, name.as_str()).await?;
        tx.end().await
    }

    pub(super) async fn call_passkey(
        &self,
        caller: &Caller,
        passkey: PasskeyId,
        name: &str,
    ) -> Result<(), AppError> {
        let (mut tx, user) = self.write_own(caller).await?;
        let name = DisplayName::parse(name)?;
        let before = factors::rename_passkey(&mut tx, user, passkey, &name).await?;
        let before = before.ok_or(AppError::NotFound)?;
        self.record(caller, &mut tx, (user, AuditAction::FactorChanged, &format!("{before}, now {name}")))
            .await?;
        tx.end().await
    }

    pub(super) async fn forget_passkey(
        &self,
        caller: &Caller,
        passkey: PasskeyId,
        proof: Option<Secret>,
    ) -> Result<(), AppError> {
        let (tx, user) = self.write_own(caller).await?;
        let (mut tx, _) = proof::require(&self.0, tx, user, proof).await?;
        // One that is gone already is what was asked for.
        if let Some(name) = factors::remove_passkey(&mut tx, user, passkey).await? {
            self.removed(caller, &mut tx, user, &name).await?;
        }
        tx.end().await
    }

    /// A factor was added: the first one brings recovery codes.
    async fn added(&self, caller: &Caller, tx: &mut Tx, user: UserId, what: &str) -> Result<(), AppError> {
        if !factors::has_codes(tx, user).await? {
            self.new_codes(tx, user).await?;
        }
        self.record(caller, tx, (user, AuditAction::FactorAdded, what)).await
    }

    /// One was removed: the last one takes the recovery codes along.
    async fn removed(&self, caller: &Caller, tx: &mut Tx, user: UserId, what: &str) -> Result<(), AppError> {
        factors::forget_codes_without_factor(tx, user).await?;
        self.record(caller, tx, (user, AuditAction::FactorRemoved, what)).await
    }

    async fn new_codes(&self, tx: &mut Tx, user: UserId) -> Result<(), AppError> {
        let app = &self.0;
        let codes = recovery::new_codes();
        let hashes: Vec<_> = codes.iter().map(|code| recovery::hash(&app.key, user, code)).collect();
        let sealed = app.key.seal(SHEET, &user.0.to_be_bytes(), codes.join("\n").as_bytes())?;
        let until = Timestamp(app.clock.now().0 + Duration::minutes(SHEET_MINUTES));
        factors::replace_codes(tx, user, &hashes, (&sealed, until)).await
    }
}
