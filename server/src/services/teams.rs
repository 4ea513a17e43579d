//! Teams. They are no part of the log: nothing that is derived from it depends on them, and the audit trail has who
//! changed what.

use app::ports::{Caller, Teams};
use async_trait::async_trait;
use serde_json::{Value, json};
use tracker_domain::{
    audit::AuditAction,
    error::AppError,
    id::UserId,
    org::Framed,
    policy::OrgAction,
    team::{ChangeTeam, CreateTeam, DeleteTeam, TeamChange, TeamChanged, TeamView},
    text::{DisplayName, Email, TeamSlug},
};

use super::{once, page::tell};
use crate::{
    App,
    policy::decide_org,
    storage::{Member, Tx, audit, idempotency::Claim, teams},
};

/// See the port.
#[derive(Debug)]
pub struct TeamsService(pub App);

#[async_trait]
impl Teams for TeamsService {
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<Vec<TeamView>>, AppError> {
        tell(caller, self.page(caller, org, flash).await)
    }

    async fn create(&self, caller: &Caller, command: CreateTeam) -> Result<TeamChanged, AppError> {
        let (mut writing, before) =
            self.begin(caller, &command.org, &command, command.idempotency_key.as_deref()).await?;
        if let Some(answer) = before {
            return Ok(answer);
        }
        let (name, slug) = names(&command.name, &command.slug)?;
        teams::insert(&mut writing.tx, &writing.member, (&name, &slug), self.0.clock.now()).await?;
        writing.record(self, caller, AuditAction::TeamCreated, slug.as_str(), json!({})).await?;
        writing.finish(self, TeamChanged { org: command.org, team: Some(slug.to_string()) }).await
    }

    async fn change(&self, caller: &Caller, command: ChangeTeam) -> Result<TeamChanged, AppError> {
        let (mut writing, before) =
            self.begin(caller, &command.org, &command, command.idempotency_key.as_deref()).await?;
        if let Some(answer) = before {
            return Ok(answer);
        }
        let team = teams::find(&mut writing.tx, &writing.member, &command.team).await?;
        let (slug, details) = apply(&mut writing, &team, &command.change).await?;
        if let Some(details) = details {
            writing.record(self, caller, AuditAction::TeamChanged, &team.slug, details).await?;
        }
        writing.finish(self, TeamChanged { org: command.org, team: Some(slug) }).await
    }

    async fn delete(&self, caller: &Caller, command: DeleteTeam) -> Result<TeamChanged, AppError> {
        let (mut writing, before) =
            self.begin(caller, &command.org, &command, command.idempotency_key.as_deref()).await?;
        if let Some(answer) = before {
            return Ok(answer);
        }
        let team = teams::find(&mut writing.tx, &writing.member, &command.team).await?;
        teams::delete(&mut writing.tx, &writing.member, &team).await?;
        writing.record(self, caller, AuditAction::TeamDeleted, &team.slug, json!({})).await?;
        writing.finish(self, TeamChanged { org: command.org, team: None }).await
    }
}

/// A write of an ADMIN that has begun.
struct Writing {
    tx: Tx,
    member: Member,
    claim: Option<Claim>,
}

impl TeamsService {
    async fn page(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<Vec<TeamView>>, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.identity(caller, org)?).await?;
        let (page, actor) = teams::page(&mut tx, (flash, app.flash_owner(caller))).await?.framed()?;
        decide_org(actor, OrgAction::ManageTeams).require()?;
        Ok(page)
    }

    /// Begins a write; the answer, if the same one was sent before.
    async fn begin(
        &self,
        caller: &Caller,
        org: &str,
        command: &(impl std::fmt::Debug + Sync),
        key: Option<&str>,
    ) -> Result<(Writing, Option<TeamChanged>), AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, org).await?;
        decide_org(member.actor, OrgAction::ManageTeams).require()?;
        let claim = once::claim(app, member.actor.user.to_string(), "teams/change", command, key)?;
        let before = once::before(app, &mut tx, claim.as_ref()).await?;
        Ok((Writing { tx, member, claim }, before))
    }
}

impl Writing {
    async fn record(
        &mut self,
        service: &TeamsService,
        caller: &Caller,
        action: AuditAction,
        target: &str,
        details: Value,
    ) -> Result<(), AppError> {
        let at = service.0.clock.now();
        let entry = audit::Entry { at, action, target, client: &caller.client, details };
        audit::record(&mut self.tx, &entry).await
    }

    async fn finish(self, service: &TeamsService, answer: TeamChanged) -> Result<TeamChanged, AppError> {
        once::finish(&service.0, self.tx, &self.member, self.claim.as_ref(), (answer, Vec::new())).await
    }
}

/// The team's name in queries after the change, and what the audit trail has to know, if anything is different.
async fn apply(
    writing: &mut Writing,
    team: &teams::Team,
    change: &TeamChange,
) -> Result<(String, Option<Value>), AppError> {
    let Writing { tx, member, .. } = writing;
    match change {
        TeamChange::Names { name, slug, version } => {
            let (name, slug) = names(name, slug)?;
            if *version != team.version {
                return Err(conflict(team));
            }
            teams::rename(tx, member, team, (&name, &slug)).await?;
            let changed = name.as_str() != team.name || slug.as_str() != team.slug;
            let details = json!({ "name": name.as_str(), "short name": slug.as_str() });
            Ok((slug.to_string(), changed.then_some(details)))
        }
        TeamChange::Add(address) => {
            let unknown = || AppError::invalid("person", "Nobody who comes in here has this address.");
            let address =
                Email::parse(address).map_err(|error| AppError::invalid("person", error.to_string()))?;
            teams::add(tx, member, team, &address).await?.ok_or_else(unknown)?;
            Ok((team.slug.clone(), Some(json!({ "added": address.as_str() }))))
        }
        TeamChange::Remove(id) => {
            let id = UserId(id.parse().map_err(|_| AppError::NotFound)?);
            let gone = teams::remove(tx, member, team, id).await?;
            Ok((team.slug.clone(), gone.map(|address| json!({ "removed": address }))))
        }
    }
}

fn conflict(team: &teams::Team) -> AppError {
    let current = vec![("name".to_owned(), team.name.clone()), ("slug".to_owned(), team.slug.clone())];
    AppError::Conflict { current, version: team.version }
}

/// Both names of a team; what is wrong with either is said at once. Without a short name it is made of the name.
fn names(name: &str, slug: &str) -> Result<(DisplayName, TeamSlug), AppError> {
    let name = DisplayName::parse(name);
    let slug = match (&name, slug.trim()) {
        (Ok(name), "") => TeamSlug::of_name(name),
        (Err(_), "") => return Err(AppError::all([name.err()])),
        (_, slug) => TeamSlug::parse(slug),
    };
    match (name, slug) {
        (Ok(name), Ok(slug)) => Ok((name, slug)),
        (name, slug) => Err(AppError::all([name.err(), slug.err()])),
    }
}
