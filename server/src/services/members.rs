//! Members: their roles, shutting them out, and going from one organization to another.

use app::ports::{Caller, Members};
use async_trait::async_trait;
use serde_json::{Value, json};
use tracker_domain::{
    account::SignedIn,
    audit::AuditAction,
    error::AppError,
    event::Change,
    id::UserId,
    member::{ChangeMember, ListMembers, MemberChange, MemberChanged, MemberList, PAGE_MEMBERS},
    org::{Framed, Role},
    page::{Cursor, rows},
    policy::OrgAction,
};

use super::{once, page::tell};
use crate::{
    App,
    policy::decide_org,
    storage::{
        NewEvent, audit,
        members::{self, MemberQuery, Outcome},
    },
};

/// See the port.
#[derive(Debug)]
pub struct MembersService(pub App);

#[async_trait]
impl Members for MembersService {
    async fn list(
        &self,
        caller: &Caller,
        command: ListMembers,
        flash: &str,
    ) -> Result<Framed<MemberList>, AppError> {
        tell(caller, self.page(caller, &command, flash).await)
    }

    async fn change(&self, caller: &Caller, command: ChangeMember) -> Result<MemberChanged, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        decide_org(member.actor, OrgAction::ManageMembers).require()?;
        let (scope, key) = (member.actor.user.to_string(), command.idempotency_key.as_deref());
        let claim = once::claim(app, scope, "members/change", &command, key)?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok(answer);
        }
        let whom = UserId(command.member.parse().map_err(|_| AppError::NotFound)?);
        let wanted = Wanted::read(&command.change)?;
        let now = app.clock.now();
        let outcome = members::change(&mut tx, whom, wanted.role, wanted.shut, now).await?;
        let mut events = Vec::new();
        if let Some((from, address)) = wanted.done(outcome)? {
            let entry = audit::Entry {
                at: now,
                action: wanted.action,
                target: &address,
                client: &caller.client,
                details: wanted.details(from),
            };
            audit::record(&mut tx, &entry).await?;
            events.push(NewEvent { at: now, issue: None, change: wanted.event(whom, from) });
        }
        let answer = MemberChanged { org: command.org, member: whom };
        once::finish(app, tx, &member, claim.as_ref(), (answer, events)).await
    }

    async fn switch(&self, caller: &Caller, org: &str) -> Result<SignedIn, AppError> {
        let app = &self.0;
        let (mut tx, _) = app.write(caller, org).await?;
        members::use_org(&mut tx, app.clock.now()).await?;
        tx.end().await?;
        Ok(SignedIn::to(org))
    }
}

impl MembersService {
    async fn page(
        &self,
        caller: &Caller,
        command: &ListMembers,
        flash: &str,
    ) -> Result<Framed<MemberList>, AppError> {
        let app = &self.0;
        let role = Some(command.role.as_str()).filter(|role| !role.is_empty());
        let role = role.map(str::parse::<Role>).transpose()?;
        let after = Some(command.after.as_str()).filter(|after| !after.is_empty());
        let after = after.map(str::parse::<Cursor>).transpose()?;
        let q = command.q.trim();
        if q.contains('\0') {
            return Err(AppError::invalid("q", "A name has no NUL character."));
        }
        let (limit, flash) = (rows(command.limit, PAGE_MEMBERS)?, (flash, app.flash_owner(caller)));
        let query = MemberQuery { q, role, after: after.as_ref(), limit, flash };
        let mut tx = app.db.read(&app.identity(caller, &command.org)?).await?;
        let (page, actor) = members::page(&mut tx, &query).await?.framed()?;
        decide_org(actor, OrgAction::ManageMembers).require()?;
        Ok(page)
    }
}

/// A change as storage, the log and the audit trail know it.
struct Wanted {
    role: Option<Role>,
    shut: Option<bool>,
    action: AuditAction,
}

impl Wanted {
    fn read(change: &MemberChange) -> Result<Self, AppError> {
        let (role, shut, action) = match change {
            MemberChange::Role(word) => (Some(word.parse()?), None, AuditAction::RoleChanged),
            MemberChange::Disable => (None, Some(true), AuditAction::MemberDisabled),
            MemberChange::Enable => (None, Some(false), AuditAction::MemberEnabled),
        };
        Ok(Self { role, shut, action })
    }

    /// The role before and the address of whom it was done to; nothing when there was nothing to do.
    fn done(&self, outcome: Outcome) -> Result<Option<(Role, String)>, AppError> {
        let field = if self.role.is_some() { "role" } else { "member" };
        match outcome {
            Outcome::Done { from, address } => Ok(Some((from, address))),
            Outcome::Same => Ok(None),
            Outcome::NoMember => Err(AppError::NotFound),
            Outcome::NotAdmin => Err(AppError::forbidden("Only admins manage the organization.")),
            Outcome::LastAdmin => Err(AppError::invalid(
                field,
                "This is the last admin, and there must be one. Make somebody else admin first.",
            )),
        }
    }

    fn event(&self, user: UserId, from: Role) -> Change {
        match (self.role, self.shut) {
            (Some(to), _) => Change::RoleChanged { user, from, to },
            (None, Some(false)) => Change::MemberEnabled { user },
            (None, _) => Change::MemberDisabled { user },
        }
    }

    fn details(&self, from: Role) -> Value {
        self.role.map_or_else(|| json!({}), |to| json!({ "from": from, "to": to }))
    }
}
