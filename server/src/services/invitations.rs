//! Invitations: an ADMIN makes them, and whoever reads the mail accepts. They work when sign-up is closed.

use app::ports::{Caller, Invitations};
use async_trait::async_trait;
use serde_json::json;
use time::Duration;
use tracker_domain::{
    account::{SignedIn, check_password},
    audit::AuditAction,
    error::AppError,
    event::Change,
    id::UserId,
    invitation::{Accept, INVITATION_DAYS, InvitationRef, InvitationsView, Invite, Offer, OfferView, Step},
    org::{Framed, Role},
    policy::{Actor, OrgAction},
    profile::Saved,
    text::{DisplayName, Email, Secret},
    time::Timestamp,
};

use super::{entrance, once, page::tell};
use crate::{
    App,
    policy::decide_org,
    storage::{
        Member, NewEvent, Tx, audit,
        idempotency::Claim,
        invitations::{self, Accepted, NewInvitation, OfferRow},
        mail,
    },
};

/// See the port.
#[derive(Debug)]
pub struct InvitationsService(pub App);

#[async_trait]
impl Invitations for InvitationsService {
    async fn view(
        &self,
        caller: &Caller,
        org: &str,
        flash: &str,
    ) -> Result<Framed<InvitationsView>, AppError> {
        tell(caller, self.page(caller, org, flash).await)
    }

    async fn invite(&self, caller: &Caller, command: Invite) -> Result<Saved, AppError> {
        let app = &self.0;
        let key = command.idempotency_key.as_deref();
        let claim = |scope| once::claim(app, scope, "members/invite", &command, key);
        let (mut tx, member, claim, answer) = self.begin(caller, &command.org, claim).await?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        let (email, role, claimed) = read(&command)?;
        if let Some(claimed) = claimed
            && invitations::unclaimed(&mut tx, member.org, claimed).await?.is_none()
        {
            return Err(AppError::invalid(
                "member",
                "This member has an account that is in use. Choose another one.",
            ));
        }
        if invitations::is_member(&mut tx, member.org, &email).await? {
            return Err(AppError::invalid("email", "This person is a member already."));
        }
        let now = app.clock.now();
        let new = NewInvitation { email: &email, role, member: claimed, until: until(now) };
        let id = invitations::invite(&mut tx, &member, &new, now).await?;
        mail::queue_invitation(&mut tx, member.org, id).await?;
        let details = json!({ "role": role, "claims": claimed });
        self.record(&mut tx, caller, (AuditAction::MemberInvited, email.as_str()), details).await?;
        once::finish(app, tx, &member, claim.as_ref(), (saved(&command.org), Vec::new())).await
    }

    async fn resend(&self, caller: &Caller, command: InvitationRef) -> Result<Saved, AppError> {
        let app = &self.0;
        let key = command.idempotency_key.as_deref();
        let claim = |scope| once::claim(app, scope, "members/resend_invitation", &command, key);
        let (mut tx, member, claim, answer) = self.begin(caller, &command.org, claim).await?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        let until = until(app.clock.now());
        let email = invitations::extend(&mut tx, member.org, command.id, until).await?;
        let email = email.ok_or(AppError::NotFound)?;
        mail::queue_invitation(&mut tx, member.org, command.id).await?;
        let details = json!({ "again": true });
        self.record(&mut tx, caller, (AuditAction::MemberInvited, &email), details).await?;
        once::finish(app, tx, &member, claim.as_ref(), (saved(&command.org), Vec::new())).await
    }

    async fn revoke(&self, caller: &Caller, command: InvitationRef) -> Result<Saved, AppError> {
        let app = &self.0;
        let key = command.idempotency_key.as_deref();
        let claim = |scope| once::claim(app, scope, "members/revoke_invitation", &command, key);
        let (mut tx, member, claim, answer) = self.begin(caller, &command.org, claim).await?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        let email = invitations::revoke(&mut tx, member.org, command.id, app.clock.now()).await?;
        let email = email.ok_or(AppError::NotFound)?;
        self.record(&mut tx, caller, (AuditAction::InvitationRevoked, &email), json!({})).await?;
        once::finish(app, tx, &member, claim.as_ref(), (saved(&command.org), Vec::new())).await
    }

    async fn offer(&self, caller: &Caller, token: &Secret, flash: &str) -> Result<OfferView, AppError> {
        let row = self.look(caller, token, flash).await?;
        let flash = row.flash.clone().and_then(|flash| serde_json::from_value(flash).ok());
        Ok(OfferView { offer: offered(row)?, flash })
    }

    async fn accept(&self, caller: &Caller, command: Accept) -> Result<SignedIn, AppError> {
        let app = &self.0;
        let row = self.look(caller, &command.token, "").await?;
        let org = row.org_slug.clone().unwrap_or_default();
        let offer = offered(row)?.ok_or_else(over)?;
        let (name, password_hash) = self.read_person(&offer, &command).await?;
        let (hash, now) = (app.key.session(&command.token), app.clock.now());
        let mut tx = app.db.write(&app.nowhere(caller)).await?;
        let accepted = invitations::accept(&mut tx, hash, (&name, password_hash.as_deref()), now).await?;
        let member = match accepted.ok_or_else(over)? {
            Accepted::Done(member) => member,
            Accepted::SignIn => return Err(sign_in(&offer.email)),
            Accepted::Taken => return Err(taken(&offer.email)),
        };
        let Actor { user, role } = member.actor;
        if password_hash.is_some() {
            entrance::start_session(app, caller, &mut tx, user, now).await?;
        }
        let details = json!({ "role": role, "claimed": matches!(offer.step, Step::Claim(_)) });
        self.record(&mut tx, caller, (AuditAction::MemberJoined, &offer.email), details).await?;
        let joined = NewEvent { at: now, issue: None, change: Change::MemberJoined { user, role } };
        app.commit(tx, &member, &[joined]).await?;
        Ok(SignedIn::to(org))
    }
}

impl InvitationsService {
    async fn page(
        &self,
        caller: &Caller,
        org: &str,
        flash: &str,
    ) -> Result<Framed<InvitationsView>, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.identity(caller, org)?).await?;
        let row = invitations::page(&mut tx, app.clock.now(), (flash, app.flash_owner(caller))).await?;
        let (framed, actor) = row.framed()?;
        decide_org(actor, OrgAction::ManageMembers).require()?;
        Ok(framed)
    }

    /// A write about invitations: allowed, and with the answer if it was sent before.
    async fn begin(
        &self,
        caller: &Caller,
        org: &str,
        claim: impl FnOnce(String) -> Result<Option<Claim>, AppError> + Send,
    ) -> Result<(Tx, Member, Option<Claim>, Option<Saved>), AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, org).await?;
        decide_org(member.actor, OrgAction::ManageMembers).require()?;
        let claim = claim(member.actor.user.to_string())?;
        let answer = once::before(app, &mut tx, claim.as_ref()).await?;
        Ok((tx, member, claim, answer))
    }

    async fn look(&self, caller: &Caller, token: &Secret, flash: &str) -> Result<OfferRow, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.nowhere(caller)).await?;
        let flash = (flash, app.flash_owner(caller));
        invitations::offer(&mut tx, app.key.session(token), app.clock.now(), flash).await
    }

    /// Name and password of somebody who has none yet; what is wrong with either is said at once.
    async fn read_person(
        &self,
        offer: &Offer,
        command: &Accept,
    ) -> Result<(String, Option<String>), AppError> {
        let name = match &offer.step {
            Step::Accept => return Ok((String::new(), None)),
            Step::SignIn | Step::Other(_) => return Err(sign_in(&offer.email)),
            Step::Taken(_) => return Err(taken(&offer.email)),
            Step::Claim(name) => Ok(name.clone()),
            Step::Join => DisplayName::parse(&command.name).map(|name| name.to_string()),
        };
        let called = name.clone().unwrap_or_default();
        let passwords = &self.0.passwords;
        let guessable = passwords.refuse_guessable(&command.password, &[&called, &offer.email]).await;
        let password = check_password(&command.password, &called, &offer.email).and(guessable);
        match (name, password) {
            (Ok(name), Ok(())) => Ok((name, Some(passwords.hash(command.password.clone()).await?))),
            (name, password) => Err(AppError::all([name.err(), password.err()])),
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

/// What was asked for; what is wrong with any field is said at once.
fn read(command: &Invite) -> Result<(Email, Role, Option<UserId>), AppError> {
    let email = Email::parse(&command.email).and_then(|email| {
        let real = !email.as_str().ends_with(".invalid");
        let refused = || AppError::invalid("email", "No mail reaches this address. Write their own one.");
        real.then_some(email).ok_or_else(refused)
    });
    let role: Result<Role, _> = command.role.parse();
    let unknown = |_| AppError::invalid("member", "There is no such member.");
    let member = Some(command.member.trim()).filter(|text| !text.is_empty());
    let member = member.map(|text| text.parse().map(UserId).map_err(unknown)).transpose();
    match (email, role, member) {
        (Ok(email), Ok(role), Ok(member)) => Ok((email, role, member)),
        (email, role, member) => Err(AppError::all([email.err(), role.err(), member.err()])),
    }
}

fn offered(row: OfferRow) -> Result<Option<Offer>, AppError> {
    let (Some(org_name), Some(role), Some(email), Some(state)) =
        (row.org_name, row.role, row.address, row.state)
    else {
        return Ok(None);
    };
    let name = row.name.unwrap_or_default();
    let step = match (state.as_str(), row.viewer_email) {
        ("KNOWN", _) if row.viewer.is_some() && row.viewer == row.user_id => Step::Accept,
        (_, Some(other)) => Step::Other(other),
        ("NEW", None) => Step::Join,
        ("CLAIM", None) => Step::Claim(name),
        ("KNOWN", None) => Step::SignIn,
        _ => Step::Taken(name),
    };
    Ok(Some(Offer { org_name, by: row.inviter, role: role.parse()?, email, step }))
}

fn until(now: Timestamp) -> Timestamp {
    Timestamp(now.0 + Duration::days(INVITATION_DAYS))
}

fn saved(org: &str) -> Saved {
    Saved { page: format!("/{org}/settings/invitations") }
}

fn over() -> AppError {
    AppError::invalid("token", "This invitation is over. Ask whoever invited you for another one.")
}

fn sign_in(email: &str) -> AppError {
    AppError::forbidden(format!("{email} has an account. Sign in with it, then open the link again."))
}

fn taken(email: &str) -> AppError {
    AppError::forbidden(format!(
        "{email} has an account already, so it cannot take over another one. Ask for an invitation that claims nobody."
    ))
}
