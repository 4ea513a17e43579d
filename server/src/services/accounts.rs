//! Accounts and sessions.

use app::ports::{Accounts, Caller};
use async_trait::async_trait;
use serde_json::json;
use tracker_domain::{
    account::{Door, SignIn, SignUp, SignedIn, check_password},
    audit::AuditAction,
    error::AppError,
    event::Change,
    id::UserId,
    org::Role,
    profile::SignedUp,
    text::{DisplayName, Email},
    time::Timestamp,
};

use super::{
    entrance::{self, Proof},
    once, patience, sessions,
};
use crate::{
    App,
    factors::passkeys::Passkeys,
    mail::Kind,
    storage::{
        Identity, Member, NewEvent, Tx, accounts, audit,
        idempotency::{self, Claim},
        mail,
    },
};

/// The key and name of an organization's first project.
pub(crate) const FIRST_PROJECT: (&str, &str) = ("CORE", "Core");

/// See the port.
#[derive(Debug)]
pub struct AccountsService(pub App);

#[async_trait]
impl Accounts for AccountsService {
    async fn door(&self, caller: &Caller, flash: &str) -> Result<Door, AppError> {
        let app = &self.0;
        let org = &app.settings.org;
        let mut tx = app.db.read(&self.identity(caller)).await?;
        let row = accounts::door(&mut tx, org, flash, app.flash_owner(caller)).await?;
        if let Some(home) = &row.home {
            caller.reply.redirect(format!("/{home}"));
        }
        Ok(Door {
            org_name: row.org_name.unwrap_or_else(|| "your new tracker".to_owned()),
            signup_open: app.settings.signup_open || !row.has_accounts,
            first: !row.has_accounts,
            passkeys: Passkeys::of(&app.settings).is_ok(),
            home: row.home,
            providers: app.providers.names(),
            flash: row.flash,
        })
    }

    async fn sign_up(&self, caller: &Caller, command: SignUp) -> Result<SignedUp, AppError> {
        let app = &self.0;
        let (name, email) = self.read_person(&command).await?;
        let claim = self.claim(&command)?;
        self.require_open(caller).await?;
        let hash = app.passwords.hash(command.password.clone()).await?;
        let mut tx = app.db.write(&self.identity(caller)).await?;
        if let Some(answer) = once::before::<SignedUp>(app, &mut tx, claim.as_ref()).await? {
            if answer.org.is_none() {
                return Ok(answer);
            }
            // It was sent twice: the account is there, and its password lets its owner in.
            drop(tx);
            let sign_in = SignIn { email: command.email, password: command.password };
            return self.sign_in(caller, sign_in).await.map(|inside| SignedUp { org: Some(inside.org) });
        }
        let now = app.clock.now();
        let created = accounts::create(&mut tx, (&name, &email), &hash, &app.settings.org, now).await?;
        let Some(member) = created else { return self.known(tx, &email, claim).await };
        let events = self.welcome(&mut tx, &member, now).await?;
        mail::queue(&mut tx, Kind::Verify, Some(member.actor.user)).await?;
        // Nobody is there yet from whom the first one would have to be told apart.
        let inside = !app.settings.verify || member.actor.role == Role::Admin;
        if inside {
            entrance::start_session(app, caller, &mut tx, member.actor.user, now).await?;
        }
        let entry = audit::Entry {
            at: now,
            action: AuditAction::SignedUp,
            target: email.as_str(),
            client: &caller.client,
            details: json!({ "role": member.actor.role }),
        };
        audit::record(&mut tx, &entry).await?;
        let answer = SignedUp { org: inside.then(|| app.settings.org.to_string()) };
        once::finish(app, tx, &member, claim.as_ref(), (answer, events)).await
    }

    async fn sign_in(&self, caller: &Caller, command: SignIn) -> Result<SignedIn, AppError> {
        let app = &self.0;
        let wrong = || AppError::invalid("password", "Email or password is not right. Try again.");
        let email = Email::parse(&command.email)?;
        let attempt = patience::begin(app, caller, "password", email.as_str()).await?;
        let account = accounts::find(&app.db, &email).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let right = app.passwords.check(command.password.clone(), hash).await?;
        let user = account.as_ref().map(|account| account.user);
        let (Some(account), Some(right)) = (account, right) else {
            self.record_failure(caller, user, &email).await?;
            return Err(wrong());
        };
        attempt.right(app).await?;
        let renewed = if right.outdated { Some(app.passwords.hash(command.password).await?) } else { None };
        let mut tx = app.db.write(&self.identity(caller)).await?;
        if let Some(hash) = renewed {
            accounts::set_password_hash(&mut tx, account.user, &hash, app.clock.now()).await?;
        }
        entrance::admit(app, caller, tx, account.user, Proof::Password).await
    }

    async fn sign_out(&self, caller: &Caller) -> Result<(), AppError> {
        sessions::sign_out(&self.0, caller).await
    }
}

impl AccountsService {
    /// Somebody wants an account with an address that has one. Where addresses are confirmed first the answer is that of a
    /// new account, and its owner gets to know by mail; else the answer is a session, so it cannot be the same.
    async fn known(&self, mut tx: Tx, email: &Email, claim: Option<Claim>) -> Result<SignedUp, AppError> {
        let app = &self.0;
        if !app.settings.verify {
            return Err(AppError::invalid("email", "This address has an account already. Sign in instead."));
        }
        let user = accounts::find(&app.db, email).await?.map(|account| account.user);
        mail::queue(&mut tx, Kind::HasAccount, user).await?;
        let answer = SignedUp { org: None };
        if let Some(claim) = &claim {
            idempotency::answer(&mut tx, claim, &answer).await?;
        }
        tx.end().await?;
        Ok(answer)
    }

    /// Who wants an account; what is wrong with any field is said at once.
    async fn read_person(&self, command: &SignUp) -> Result<(DisplayName, Email), AppError> {
        let (name, email) = (DisplayName::parse(&command.name), Email::parse(&command.email));
        let about = [command.name.as_str(), command.email.as_str()];
        let guessable = self.0.passwords.refuse_guessable(&command.password, &about).await;
        let password = check_password(&command.password, &command.name, &command.email).and(guessable);
        match (name, email, password) {
            (Ok(name), Ok(email), Ok(())) => Ok((name, email)),
            (name, email, password) => Err(AppError::all([name.err(), email.err(), password.err()])),
        }
    }

    fn identity(&self, caller: &Caller) -> Identity {
        let app = &self.0;
        app.identity_in(caller, app.settings.org.clone())
    }

    fn claim(&self, command: &SignUp) -> Result<Option<Claim>, AppError> {
        let key = command.idempotency_key.as_deref();
        once::claim(&self.0, "sign-up".to_owned(), "accounts/sign_up", command, key)
    }

    async fn require_open(&self, caller: &Caller) -> Result<(), AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&self.identity(caller)).await?;
        let door = accounts::door(&mut tx, &app.settings.org, "", None).await?;
        if app.settings.signup_open || !door.has_accounts {
            return Ok(());
        }
        Err(AppError::forbidden("New accounts are made by invitation here. Ask an admin for one."))
    }

    /// What a new member brings into the log; the first one finds a project to start with.
    pub(super) async fn welcome(
        &self,
        tx: &mut Tx,
        member: &Member,
        now: Timestamp,
    ) -> Result<Vec<NewEvent>, AppError> {
        let (user, role) = (member.actor.user, member.actor.role);
        let mut changes = vec![Change::MemberJoined { user, role }];
        if role == Role::Admin {
            let (key, name) = FIRST_PROJECT;
            accounts::create_project(tx, member.org, key, name, now).await?;
            changes.push(Change::ProjectCreated { key: key.parse()? });
        }
        Ok(changes.into_iter().map(|change| NewEvent { at: now, issue: None, change }).collect())
    }

    /// Somebody gave a password that was not right, or an address that nobody has.
    async fn record_failure(
        &self,
        caller: &Caller,
        user: Option<UserId>,
        email: &Email,
    ) -> Result<(), AppError> {
        let app = &self.0;
        let entry = audit::Entry {
            at: app.clock.now(),
            action: AuditAction::SignInFailed,
            target: email.as_str(),
            client: &caller.client,
            details: json!({}),
        };
        let mut tx = app.db.write(&self.identity(caller)).await?;
        audit::record_account(&mut tx, user, &app.settings.org, &entry).await?;
        tx.end().await
    }
}
