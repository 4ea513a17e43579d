//! Tokens and services.
//!
//! A token is shown once. Its page finds it sealed under a short-lived id, takes it away while it reads it, and shows it:
//! so it works without JavaScript, and the token is in no URL, no log and, once it was seen, nowhere but with its owner.

use app::ports::{Caller, Tokens};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use tracker_domain::{
    audit::AuditAction,
    error::AppError,
    event::Change,
    id::UserId,
    org::{Framed, Role},
    policy::{Actor, Decision, OrgAction},
    text::{DisplayName, Secret},
    time::Timestamp,
    token::{
        MakeService, MakeToken, SERVICE_MARK, SERVICE_NAME_CHARS, ServicesView, TokenMade, TokenScope,
        TokensChanged, TokensView,
    },
};

use super::{once, page::tell};
use crate::{
    App,
    policy::decide_org,
    session::{SessionHash, random_text},
    storage::{
        Member, NewEvent, Tx, audit,
        tokens::{self as storage, NewToken},
    },
    tokens::{Kind, ending, new},
};

/// What a token is sealed for.
const PURPOSE: &str = "token";

/// See the port.
#[derive(Debug)]
pub struct TokensService(pub App);

#[async_trait]
impl Tokens for TokensService {
    async fn view(
        &self,
        caller: &Caller,
        org: &str,
        ids: (&str, &str),
    ) -> Result<Framed<TokensView>, AppError> {
        tell(caller, self.read_own(caller, org, ids).await)
    }

    async fn create(&self, caller: &Caller, command: MakeToken) -> Result<TokenMade, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        let scope = member.actor.user.to_string();
        let claim = once::claim(app, scope, "tokens/create", &command, command.idempotency_key.as_deref())?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok(answer);
        }
        let owner = self.owner(&mut tx, &member, command.service).await?;
        let wanted = Wanted::read(&mut tx, &member, &command).await?;
        let now = app.clock.now();
        let token = new(if command.service.is_some() { Kind::Service } else { Kind::Personal });
        let id = self.insert(&mut tx, (&member, &owner), &wanted, &token, now).await?;
        let shown = self.keep_for_page(caller, &mut tx, &token, now).await?;
        let details = json!({
            "id": id, "scopes": wanted.scopes, "projects": wanted.projects.iter().map(|(_, key)| key).collect::<Vec<_>>(),
            "days": wanted.days, "as": owner.service,
        });
        self.record(caller, &mut tx, (AuditAction::TokenCreated, wanted.name.as_str()), details, now).await?;
        let answer = TokenMade { org: command.org, id, token: None, shown, service: owner.service.is_some() };
        let answer = once::finish(app, tx, &member, claim.as_ref(), (answer, Vec::new())).await?;
        Ok(TokenMade { token: Some(token), ..answer })
    }

    async fn revoke(&self, caller: &Caller, org: &str, id: i64) -> Result<TokensChanged, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, org).await?;
        let now = app.clock.now();
        let ended = storage::revoke(&mut tx, &member, id, now).await?.ok_or(AppError::NotFound)?;
        self.record(caller, &mut tx, (AuditAction::TokenRevoked, &ended.name), json!({ "id": id }), now)
            .await?;
        tx.end().await?;
        Ok(TokensChanged { org: org.to_owned(), service: ended.service })
    }

    async fn services(
        &self,
        caller: &Caller,
        org: &str,
        ids: (&str, &str),
    ) -> Result<Framed<ServicesView>, AppError> {
        tell(caller, self.read_services(caller, org, ids).await)
    }

    async fn make_service(&self, caller: &Caller, command: MakeService) -> Result<TokensChanged, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        let scope = member.actor.user.to_string();
        let claim = once::claim(app, scope, "services/create", &command, command.idempotency_key.as_deref())?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok(answer);
        }
        decide_org(member.actor, OrgAction::ManageServices).require()?;
        let (name, role) = read_service(&command)?;
        let now = app.clock.now();
        let made = storage::make_service(&mut tx, &name, role, now).await?;
        let user = made.ok_or_else(|| AppError::forbidden("Only admins manage the organization."))?;
        let details = json!({ "role": role, "service": true });
        self.record(caller, &mut tx, (AuditAction::MemberJoined, &name), details, now).await?;
        let joined = NewEvent { at: now, issue: None, change: Change::MemberJoined { user, role } };
        let answer = TokensChanged { org: command.org, service: true };
        once::finish(app, tx, &member, claim.as_ref(), (answer, vec![joined])).await
    }

    async fn end_service(
        &self,
        caller: &Caller,
        org: &str,
        service: UserId,
    ) -> Result<TokensChanged, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, org).await?;
        decide_org(member.actor, OrgAction::ManageServices).require()?;
        let now = app.clock.now();
        let name = storage::end_service(&mut tx, service, now).await?.ok_or(AppError::NotFound)?;
        let details = json!({ "service": true });
        self.record(caller, &mut tx, (AuditAction::MemberDisabled, &name), details, now).await?;
        tx.end().await?;
        Ok(TokensChanged { org: org.to_owned(), service: true })
    }
}

impl TokensService {
    async fn read_own(
        &self,
        caller: &Caller,
        org: &str,
        (made, flash): (&str, &str),
    ) -> Result<Framed<TokensView>, AppError> {
        let app = &self.0;
        let identity = app.identity(caller, org)?;
        let made = self.take(caller, made).await?;
        let mut tx = app.db.read(&identity).await?;
        let page = storage::page(&mut tx, (flash, app.flash_owner(caller)), identity.now).await?;
        let (Framed { frame, view: tokens }, _) = page.framed()?;
        Ok(Framed { frame, view: TokensView { tokens, made } })
    }

    async fn read_services(
        &self,
        caller: &Caller,
        org: &str,
        (made, flash): (&str, &str),
    ) -> Result<Framed<ServicesView>, AppError> {
        let app = &self.0;
        let identity = app.identity(caller, org)?;
        let made = self.take(caller, made).await?;
        let mut tx = app.db.read(&identity).await?;
        let page = storage::services(&mut tx, (flash, app.flash_owner(caller)), identity.now).await?;
        let (Framed { frame, view: services }, actor) = page.framed()?;
        decide_org(actor, OrgAction::ManageServices).require()?;
        Ok(Framed { frame, view: ServicesView { services, made } })
    }

    /// As whom the token shall act: oneself, or a service for those who manage them.
    async fn owner(&self, tx: &mut Tx, member: &Member, of: Option<UserId>) -> Result<Owner, AppError> {
        let Some(user) = of else { return Ok(Owner { user: member.actor.user, service: None }) };
        decide_org(member.actor, OrgAction::ManageServices).require()?;
        let name = storage::service(tx, member, user).await?.ok_or(AppError::NotFound)?;
        Ok(Owner { user, service: Some(name) })
    }

    async fn insert(
        &self,
        tx: &mut Tx,
        (member, owner): (&Member, &Owner),
        wanted: &Wanted,
        token: &Secret,
        now: Timestamp,
    ) -> Result<i64, AppError> {
        let projects: Vec<i64> = wanted.projects.iter().map(|(id, _)| *id).collect();
        let token = NewToken {
            user: owner.user,
            service: owner.service.is_some(),
            hash: self.0.key.session(token),
            ending: ending(token),
            name: &wanted.name,
            scopes: &wanted.scopes,
            projects: &projects,
            until: Timestamp(now.0 + time::Duration::days(wanted.days)),
        };
        storage::insert(tx, member, &token, now).await
    }

    /// Seals the token for the page that comes next in the same browser.
    async fn keep_for_page(
        &self,
        caller: &Caller,
        tx: &mut Tx,
        token: &Secret,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let app = &self.0;
        let owner = app.flash_owner(caller).ok_or(AppError::Unauthenticated)?;
        let id = random_text(12);
        let sealed = app.key.seal(PURPOSE, &about(&id, owner), token.reveal().as_bytes())?;
        let sealed = URL_SAFE_NO_PAD.encode(sealed);
        storage::keep_sealed(tx, &id, owner, &sealed, now).await?;
        Ok(id)
    }

    async fn take(&self, caller: &Caller, id: &str) -> Result<Option<Secret>, AppError> {
        let app = &self.0;
        let Some(owner) = app.flash_owner(caller).filter(|_| !id.is_empty()) else { return Ok(None) };
        let sealed = storage::take_sealed(&app.db, id, owner, app.clock.now()).await?;
        let sealed = sealed.and_then(|sealed| URL_SAFE_NO_PAD.decode(sealed).ok());
        let token = sealed.and_then(|sealed| app.key.open(PURPOSE, &about(id, owner), &sealed));
        Ok(token.and_then(|token| String::from_utf8(token).ok()).map(Secret::new))
    }

    async fn record(
        &self,
        caller: &Caller,
        tx: &mut Tx,
        (action, target): (AuditAction, &str),
        details: serde_json::Value,
        at: Timestamp,
    ) -> Result<(), AppError> {
        audit::record(tx, &audit::Entry { at, action, target, client: &caller.client, details }).await
    }
}

fn about(id: &str, owner: SessionHash) -> Vec<u8> {
    [id.as_bytes(), &owner.0].concat()
}

/// As whom a token acts.
struct Owner {
    user: UserId,
    service: Option<String>,
}

/// What was asked for, checked.
struct Wanted {
    name: DisplayName,
    scopes: Vec<TokenScope>,
    projects: Vec<(i64, String)>,
    days: i64,
}

impl Wanted {
    /// What is wrong with any field is said at once.
    async fn read(tx: &mut Tx, member: &Member, command: &MakeToken) -> Result<Self, AppError> {
        let keys = command.projects();
        let found = match &keys {
            Ok(keys) => storage::projects(tx, member, keys).await?,
            Err(_) => Vec::new(),
        };
        let unknown = keys.as_ref().ok().and_then(|keys| {
            let missing = keys.iter().find(|key| !found.iter().any(|(_, known)| known == key.as_str()))?;
            Some(AppError::invalid("projects", format!("There is no project {missing}.")))
        });
        let (name, days) = (DisplayName::parse(&command.name), command.days());
        let scopes = command.scopes().and_then(|scopes| admins_only(scopes, member.actor, command.service));
        match (name, scopes, days, keys, unknown) {
            (Ok(name), Ok(scopes), Ok(days), Ok(_), None) => Ok(Self { name, scopes, projects: found, days }),
            (name, scopes, days, keys, unknown) => {
                Err(AppError::all([name.err(), scopes.err(), keys.err(), unknown, days.err()]))
            }
        }
    }
}

/// A scope that its person has nothing for would be a surprise on the day of their promotion.
fn admins_only(
    scopes: Vec<TokenScope>,
    actor: Actor,
    service: Option<UserId>,
) -> Result<Vec<TokenScope>, AppError> {
    let runs = decide_org(actor, OrgAction::ManageServices) == Decision::Allow;
    if scopes.contains(&TokenScope::Admin) && service.is_none() && !runs {
        return Err(AppError::invalid("scopes", "Only an admin's token can run the organization."));
    }
    Ok(scopes)
}

/// The name of a service says everywhere that it is one.
fn read_service(command: &MakeService) -> Result<(String, Role), AppError> {
    let called = command.called.trim();
    let name = match called.chars().count() {
        0 => Err("The name is missing.".to_owned()),
        n if n > SERVICE_NAME_CHARS => {
            Err(format!("The name has {n} characters; at most {SERVICE_NAME_CHARS} are possible."))
        }
        _ if called.chars().any(char::is_control) => {
            Err("The name must be a single line of text.".to_owned())
        }
        _ => Ok(format!("{called}{SERVICE_MARK}")),
    };
    let name = name.map_err(|why| AppError::invalid("called", why));
    match (name, command.role.parse::<Role>()) {
        (Ok(name), Ok(role)) => Ok((name, role)),
        (name, role) => Err(AppError::all([name.err(), role.err()])),
    }
}
