//! Projects, as an ADMIN keeps them.

use app::ports::{Caller, Projects};
use async_trait::async_trait;
use serde_json::{Value, json};
use tracker_domain::{
    audit::AuditAction,
    error::AppError,
    event::Change,
    id::ProjectKey,
    org::Framed,
    policy::OrgAction,
    project::{ProjectChanged, ProjectList, SaveProject},
    text::DisplayName,
    time::Timestamp,
};

use super::{once, page::tell};
use crate::{
    App,
    policy::decide_org,
    storage::{
        Member, NewEvent, Tx, audit,
        projects::{self, Owner},
    },
};

/// See the port.
#[derive(Debug)]
pub struct ProjectsService(pub App);

#[async_trait]
impl Projects for ProjectsService {
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<ProjectList>, AppError> {
        tell(caller, self.page(caller, org, flash).await)
    }

    async fn create(&self, caller: &Caller, command: SaveProject) -> Result<ProjectChanged, AppError> {
        self.save(caller, command, true).await
    }

    async fn edit(&self, caller: &Caller, command: SaveProject) -> Result<ProjectChanged, AppError> {
        self.save(caller, command, false).await
    }
}

impl ProjectsService {
    async fn page(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<ProjectList>, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.identity(caller, org)?).await?;
        let (page, actor) = projects::page(&mut tx, (flash, app.flash_owner(caller))).await?.framed()?;
        decide_org(actor, OrgAction::ManageProjects).require()?;
        Ok(page)
    }

    async fn save(
        &self,
        caller: &Caller,
        command: SaveProject,
        new: bool,
    ) -> Result<ProjectChanged, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        decide_org(member.actor, OrgAction::ManageProjects).require()?;
        let (scope, sent) = (member.actor.user.to_string(), command.idempotency_key.as_deref());
        let endpoint = if new { "projects/create" } else { "projects/edit" };
        let claim = once::claim(app, scope, endpoint, &command, sent)?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok(answer);
        }
        let (wanted, now) = (Wanted::read(&mut tx, &member, &command, new).await?, app.clock.now());
        let (details, events) = if new {
            create(&mut tx, &member, &wanted, now).await?
        } else {
            (edit(&mut tx, &member, &wanted, command.version).await?, Vec::new())
        };
        if let Some(details) = details {
            let action = if new { AuditAction::ProjectCreated } else { AuditAction::ProjectChanged };
            let target = wanted.key.as_str();
            audit::record(
                &mut tx,
                &audit::Entry { at: now, action, target, client: &caller.client, details },
            )
            .await?;
        }
        let answer = ProjectChanged { org: command.org, key: wanted.key };
        once::finish(app, tx, &member, claim.as_ref(), (answer, events)).await
    }
}

/// What was asked for, as far as it can be had.
struct Wanted {
    key: ProjectKey,
    name: DisplayName,
    team: String,
    owner: Option<Owner>,
}

impl Wanted {
    /// What is wrong with any field is said at once. A key that no project has is not found, unless it is a new one's.
    async fn read(tx: &mut Tx, member: &Member, command: &SaveProject, new: bool) -> Result<Self, AppError> {
        let team = command.team.trim();
        let owner = match team {
            "" => None,
            slug => projects::owner(tx, member, slug).await?,
        };
        let known = owner.is_some() || team.is_empty();
        let team_error = (!known).then(|| AppError::invalid("team", format!("There is no team {team}.")));
        let key = command.key.parse::<ProjectKey>().map_err(|error| match new {
            true => AppError::invalid("key", error.to_string()),
            false => AppError::NotFound,
        });
        match (key, DisplayName::parse(&command.name), team_error) {
            (Ok(key), Ok(name), None) => Ok(Self { key, name, team: team.to_owned(), owner }),
            (key, name, team) => Err(AppError::all([key.err(), name.err(), team])),
        }
    }

    fn details(&self) -> Value {
        json!({ "name": self.name.as_str(), "team": self.team })
    }
}

async fn create(
    tx: &mut Tx,
    member: &Member,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<(Option<Value>, Vec<NewEvent>), AppError> {
    let Wanted { key, name, owner, .. } = wanted;
    if !projects::insert(tx, member, (key, name), *owner, now).await? {
        return Err(AppError::invalid(
            "key",
            format!("There is a project {key} already. Choose another key."),
        ));
    }
    let change = Change::ProjectCreated { key: key.clone() };
    Ok((Some(wanted.details()), vec![NewEvent { at: now, issue: None, change }]))
}

async fn edit(
    tx: &mut Tx,
    member: &Member,
    wanted: &Wanted,
    seen: Option<i64>,
) -> Result<Option<Value>, AppError> {
    let project = projects::find(tx, member, &wanted.key).await?;
    if seen != Some(project.version) {
        let team = project.team.unwrap_or_default();
        let current = vec![("name".to_owned(), project.name), ("team".to_owned(), team)];
        return Err(AppError::Conflict { current, version: project.version });
    }
    let same =
        project.name == wanted.name.as_str() && project.team.as_deref().unwrap_or_default() == wanted.team;
    if same {
        return Ok(None);
    }
    projects::update(tx, member, &project, &wanted.name, wanted.owner).await?;
    Ok(Some(wanted.details()))
}
