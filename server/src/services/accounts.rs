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
    text::{DisplayName, Email},
    time::Timestamp,
};

use super::{
    entrance::{self, Proof},
    once,
};
use crate::{
    App,
    factors::passkeys::Passkeys,
    http::cookies,
    storage::{Identity, Member, NewEvent, Tx, accounts, audit},
};

/// The key and name of an organization's first project.
const FIRST_PROJECT: (&str, &str) = ("CORE", "Core");

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
            flash: row.flash,
        })
    }

    async fn sign_up(&self, caller: &Caller, command: SignUp) -> Result<SignedIn, AppError> {
        let app = &self.0;
        let (name, email) = read_person(&command)?;
        let claim = self.claim(&command)?;
        self.require_open(caller).await?;
        let hash = app.passwords.hash(command.password.clone()).await?;
        let mut tx = app.db.write(&self.identity(caller)).await?;
        if once::before::<SignedIn>(app, &mut tx, claim.as_ref()).await?.is_some() {
            // It was sent twice: the account is there, and its password lets its owner in.
            drop(tx);
            return self.sign_in(caller, SignIn { email: command.email, password: command.password }).await;
        }
        let now = app.clock.now();
        let member =
            accounts::create(&mut tx, (&name, &email), &hash, &app.settings.org, now).await?.ok_or_else(
                || AppError::invalid("email", "This address has an account already. Sign in instead."),
            )?;
        let events = self.welcome(&mut tx, &member, now).await?;
        entrance::start_session(app, caller, &mut tx, member.actor.user, now).await?;
        let entry = audit::Entry {
            at: now,
            action: AuditAction::SignedUp,
            target: email.as_str(),
            client: &caller.client,
            details: json!({ "role": member.actor.role }),
        };
        audit::record(&mut tx, &entry).await?;
        let answer = SignedIn::to(app.settings.org.to_string());
        once::finish(app, tx, &member, claim.as_ref(), (answer, events)).await
    }

    async fn sign_in(&self, caller: &Caller, command: SignIn) -> Result<SignedIn, AppError> {
        let app = &self.0;
        let wrong = || AppError::invalid("password", "Email or password is not right. Try again.");
        let email = Email::parse(&command.email)?;
        let account = accounts::find(&app.db, &email).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let right = app.passwords.check(command.password.clone(), hash).await?;
        let user = account.as_ref().map(|account| account.user);
        let (Some(account), Some(right)) = (account, right) else {
            self.record_failure(caller, user, &email).await?;
            return Err(wrong());
        };
        let renewed = if right.outdated { Some(app.passwords.hash(command.password).await?) } else { None };
        let mut tx = app.db.write(&self.identity(caller)).await?;
        if let Some(hash) = renewed {
            accounts::set_password_hash(&mut tx, account.user, &hash, app.clock.now()).await?;
        }
        entrance::admit(app, caller, tx, account.user, Proof::Password).await
    }

    async fn sign_out(&self, caller: &Caller) -> Result<(), AppError> {
        let app = &self.0;
        if let Some(session) = app.session(caller) {
            let mut tx = app.db.write(&self.identity(caller)).await?;
            accounts::end_session(&mut tx, session).await?;
            tx.end().await?;
        }
        caller.reply.cookie(cookies::session_over(&app.settings));
        Ok(())
    }
}

impl AccountsService {
    fn identity(&self, caller: &Caller) -> Identity {
        let app = &self.0;
        Identity { session: app.session(caller), org: app.settings.org.clone(), now: app.clock.now() }
    }

    fn claim(&self, command: &SignUp) -> Result<Option<crate::storage::idempotency::Claim>, AppError> {
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
    async fn welcome(&self, tx: &mut Tx, member: &Member, now: Timestamp) -> Result<Vec<NewEvent>, AppError> {
        let (user, role) = (member.actor.user, member.actor.role);
        let mut changes = vec![Change::MemberJoined { user, role }];
        if role == tracker_domain::org::Role::Admin {
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

/// Who wants an account; what is wrong with any field is said at once.
fn read_person(command: &SignUp) -> Result<(DisplayName, Email), AppError> {
    let name = DisplayName::parse(&command.name);
    let email = Email::parse(&command.email);
    let password = check_password(&command.password, &command.name, &command.email);
    match (name, email, password) {
        (Ok(name), Ok(email), Ok(())) => Ok((name, email)),
        (name, email, password) => Err(AppError::all([name.err(), email.err(), password.err()])),
    }
}
