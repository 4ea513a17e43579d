//! Issues.

use app::ports::{Caller, Issues};
use async_trait::async_trait;
use tracker_domain::{
    attachment::parse_ids,
    error::AppError,
    event::{Change, Facts},
    id::{AttachmentId, IssueKey, ProjectKey, UserId},
    issue::{
        CreateIssue, EditIssue, IssueChanged, IssueHead, IssueList, IssueRef, IssueView, ListIssues,
        PAGE_ROWS, Property, SEARCH_ROWS, SetProperty, Severity,
    },
    org::{Framed, Person},
    page::{Cursor, rows},
    policy::{Action, Actor, Decision, IssueFacts, OrgAction, ViewerCan},
    query::{CompleteQuery, Suggestion},
    tag,
    text::{IssueTitle, Markdown, TagName},
    time::Timestamp,
    workflow::Status,
};

use super::{complete, files, once, page::tell};
use crate::{
    App, markdown,
    policy::decide,
    policy::decide_org,
    storage::{
        Member, NewEvent, Tx,
        issue_page::{self, IssuePage},
        issues::{self, NewIssue, Resolved},
        list::{self, ListQuery},
    },
};

/// See the port.
#[derive(Debug)]
pub struct IssuesService(pub App);

#[async_trait]
impl Issues for IssuesService {
    async fn list(
        &self,
        caller: &Caller,
        command: ListIssues,
        flash: &str,
    ) -> Result<Framed<IssueList>, AppError> {
        tell(caller, self.read_list(caller, &command, flash).await)
    }

    async fn complete(&self, caller: &Caller, command: CompleteQuery) -> Result<Vec<Suggestion>, AppError> {
        complete::complete(&self.0, caller, &command).await
    }

    async fn blank(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<()>, AppError> {
        tell(caller, self.read_blank(caller, org, flash).await)
    }

    async fn view(
        &self,
        caller: &Caller,
        issue: IssueRef,
        flash: &str,
    ) -> Result<Framed<IssueView>, AppError> {
        tell(caller, self.read_issue(caller, &issue, flash).await)
    }

    async fn create(&self, caller: &Caller, command: CreateIssue) -> Result<IssueChanged, AppError> {
        let app = &self.0;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        let scope = member.actor.user.to_string();
        let claim = once::claim(app, scope, "issues/create", &command, command.idempotency_key.as_deref())?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok(answer);
        }
        decide_org(member.actor, OrgAction::CreateIssue).require()?;
        let new = Checked::read(&command)?;
        let html = markdown::render_apart(&new.description).await?;
        let issue = NewIssue {
            title: &new.title,
            description: &new.description,
            html: &html,
            severity: new.severity,
        };
        let now = app.clock.now();
        let issue = issues::insert(&mut tx, &member, new.project.as_str(), &issue, now)
            .await?
            .ok_or_else(|| AppError::invalid("project", format!("There is no project {}.", new.project)))?;
        let mut events =
            vec![event(&issue, issue.facts, now, Change::IssueCreated { title: issue.title.clone() })];
        events.extend(files::attach(&mut tx, &member, &issue, (None, &new.files), now).await?);
        once::finish(app, tx, &member, claim.as_ref(), (changed(command.org, &issue, 1), events)).await
    }

    async fn edit(&self, caller: &Caller, command: EditIssue) -> Result<IssueChanged, AppError> {
        let app = &self.0;
        let key = command.issue.key.parse().map_err(|_| AppError::NotFound)?;
        let (mut tx, member) = app.write(caller, &command.issue.org).await?;
        let scope = member.actor.user.to_string();
        let claim = once::claim(app, scope, "issues/edit", &command, command.idempotency_key.as_deref())?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok(answer);
        }
        let issue = issues::resolve(&mut tx, &member, &key, Action::Edit).await?;
        let (title, description) = read_texts(&command.title, &command.description)?;
        if issue.version != command.version {
            return Err(conflict(issue));
        }
        let now = app.clock.now();
        let events = text_events(&issue, &title, &description, now);
        let mut version = issue.version;
        if !events.is_empty() {
            let html = markdown::render_apart(&description).await?;
            version =
                issues::update_texts(&mut tx, &member, &issue, (&title, &description, &html), now).await?;
        }
        once::finish(app, tx, &member, claim.as_ref(), (changed(command.issue.org, &issue, version), events))
            .await
    }

    async fn set(&self, caller: &Caller, command: SetProperty) -> Result<IssueChanged, AppError> {
        let app = &self.0;
        let key: IssueKey = command.issue.key.parse().map_err(|_| AppError::NotFound)?;
        let (mut tx, member) = app.write(caller, &command.issue.org).await?;
        let scope = member.actor.user.to_string();
        let claim = once::claim(app, scope, "issues/set", &command, command.idempotency_key.as_deref())?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok(answer);
        }
        let issue = issues::resolve(&mut tx, &member, &key, Action::Triage).await?;
        let now = app.clock.now();
        let events = match &command.property {
            Property::Status(word) => set_status(&mut tx, &member, &issue, word.parse()?, now).await?,
            Property::Severity(word) => set_severity(&mut tx, &member, &issue, word.parse()?, now).await?,
            Property::Assignee(id) => set_assignee(&mut tx, &member, &issue, id, now).await?,
            Property::Tags(text) => set_tags(&mut tx, &member, &issue, &tag::parse_list(text)?, now).await?,
        };
        let answer = changed(command.issue.org, &issue, issue.version);
        once::finish(app, tx, &member, claim.as_ref(), (answer, events)).await
    }
}

impl IssuesService {
    async fn read_list(
        &self,
        caller: &Caller,
        command: &ListIssues,
        flash: &str,
    ) -> Result<Framed<IssueList>, AppError> {
        let app = &self.0;
        let asked = command.query()?;
        let after = Some(command.after.as_str()).filter(|after| !after.is_empty());
        let after = after.map(str::parse::<Cursor>).transpose()?;
        let flash = (flash, app.flash_owner(caller));
        let identity = app.identity(caller, &command.org)?;
        let usual = if asked.searched().is_some() { SEARCH_ROWS } else { PAGE_ROWS };
        let (now, limit) = (identity.now, rows(command.limit, usual)?);
        let query = ListQuery { query: &asked, now, after: after.as_ref(), limit, flash };
        let mut tx = app.db.read(&identity).await?;
        Ok(list::page(&mut tx, &query).await?.framed()?.0)
    }

    async fn read_blank(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<()>, AppError> {
        let app = &self.0;
        let mut tx = app.db.read(&app.identity(caller, org)?).await?;
        Ok(issue_page::blank(&mut tx, (flash, app.flash_owner(caller))).await?.framed()?.0)
    }

    async fn read_issue(
        &self,
        caller: &Caller,
        issue: &IssueRef,
        flash: &str,
    ) -> Result<Framed<IssueView>, AppError> {
        let app = &self.0;
        let identity = app.identity(caller, &issue.org)?;
        let mut tx = app.db.read(&identity).await?;
        let key = issue.key.parse().map_err(|_| AppError::NotFound)?;
        let (page, actor) =
            issue_page::page(&mut tx, &key, (flash, app.flash_owner(caller))).await?.framed()?;
        let view = page
            .view
            .map(|found| issue_view(found, actor, identity.now))
            .transpose()?
            .ok_or(AppError::NotFound)?;
        Ok(Framed { frame: page.frame, view })
    }
}

/// What of an issue an actor gets to see, after the policy was asked.
fn issue_view(page: IssuePage, actor: Actor, now: Timestamp) -> Result<IssueView, AppError> {
    let facts = IssueFacts { reporter: page.row.reporter.id, status: page.row.status };
    decide(actor, Action::See, facts).require()?;
    let IssuePage { row, description, description_html, timeline, files, links, people, known_tags } = page;
    let files = files::views(files, actor, facts, now);
    let head =
        IssueHead { row, description, description_html, files, viewer_can: ViewerCan::of(actor, facts) };
    Ok(IssueView { head, timeline, links, people, known_tags })
}

struct Checked {
    title: IssueTitle,
    description: Markdown,
    severity: Severity,
    project: ProjectKey,
    files: Vec<AttachmentId>,
}

impl Checked {
    fn read(command: &CreateIssue) -> Result<Self, AppError> {
        let (title, description) = read_texts(&command.title, &command.description)?;
        Ok(Self {
            title,
            description,
            severity: command.severity.parse()?,
            project: command.project.parse()?,
            files: parse_ids(&command.files)?,
        })
    }
}

/// Both texts of an issue; what is wrong with either is said at once.
fn read_texts(title: &str, description: &str) -> Result<(IssueTitle, Markdown), AppError> {
    match (IssueTitle::parse(title), Markdown::parse("description", description)) {
        (Ok(title), Ok(description)) => Ok((title, description)),
        (title, description) => Err(AppError::all([title.err(), description.err()])),
    }
}

fn event(issue: &Resolved, facts: Facts, at: Timestamp, change: Change) -> NewEvent {
    NewEvent { at, issue: Some((issue.id, facts)), change }
}

fn changed(org: String, issue: &Resolved, version: i64) -> IssueChanged {
    IssueChanged { org, key: issue.key.clone(), version }
}

fn conflict(issue: Resolved) -> AppError {
    let current = vec![("title".to_owned(), issue.title), ("description".to_owned(), issue.description)];
    AppError::Conflict { current, version: issue.version }
}

fn text_events(
    issue: &Resolved,
    title: &IssueTitle,
    description: &Markdown,
    now: Timestamp,
) -> Vec<NewEvent> {
    let mut events = Vec::new();
    if issue.title != title.as_str() {
        let change = Change::TitleChanged { from: issue.title.clone(), to: title.to_string() };
        events.push(event(issue, issue.facts, now, change));
    }
    if issue.description != description.as_str() {
        events.push(event(issue, issue.facts, now, Change::DescriptionChanged {}));
    }
    events
}

async fn set_status(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    to: Status,
    now: Timestamp,
) -> Result<Vec<NewEvent>, AppError> {
    let from = issue.facts.status;
    if from == to {
        return Ok(Vec::new());
    }
    issues::update_status(tx, member, issue, to, now).await?;
    let facts = Facts { status: to, ..issue.facts };
    Ok(vec![event(issue, facts, now, Change::StatusMoved { from, to })])
}

async fn set_severity(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    to: Severity,
    now: Timestamp,
) -> Result<Vec<NewEvent>, AppError> {
    let from = issue.facts.severity;
    if from == to {
        return Ok(Vec::new());
    }
    issues::update_severity(tx, member, issue, to, now).await?;
    let facts = Facts { severity: to, ..issue.facts };
    Ok(vec![event(issue, facts, now, Change::SeveritySet { from, to })])
}

async fn set_assignee(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    id: &str,
    now: Timestamp,
) -> Result<Vec<NewEvent>, AppError> {
    let to = find_assignee(tx, member, id).await?;
    if issue.assignee.as_ref().map(|p| p.id) == to.as_ref().map(|p| p.id) {
        return Ok(Vec::new());
    }
    issues::update_assignee(tx, member, issue, to.as_ref().map(|person| person.id), now).await?;
    let change = Change::AssigneeSet { from: issue.assignee.clone(), to };
    Ok(vec![event(issue, issue.facts, now, change)])
}

async fn find_assignee(tx: &mut Tx, member: &Member, id: &str) -> Result<Option<Person>, AppError> {
    if id.is_empty() {
        return Ok(None);
    }
    let unknown =
        || AppError::invalid("assignee", "This person cannot be given an issue here. Choose from the list.");
    let id = UserId(id.parse().map_err(|_| unknown())?);
    let (person, actor) = issues::colleague(tx, member, id).await?.ok_or_else(unknown)?;
    match decide_org(actor, OrgAction::TakeIssues) {
        Decision::Allow => Ok(Some(person)),
        Decision::Hide | Decision::Refuse(_) => Err(unknown()),
    }
}

async fn set_tags(
    tx: &mut Tx,
    member: &Member,
    issue: &Resolved,
    tags: &[TagName],
    now: Timestamp,
) -> Result<Vec<NewEvent>, AppError> {
    let wanted: Vec<String> = tags.iter().map(ToString::to_string).collect();
    let added: Vec<_> = wanted.iter().filter(|tag| !issue.tags.contains(tag)).cloned().collect();
    let removed: Vec<_> = issue.tags.iter().filter(|tag| !wanted.contains(tag)).cloned().collect();
    if added.is_empty() && removed.is_empty() {
        return Ok(Vec::new());
    }
    issues::update_tags(tx, member, issue, tags, now).await?;
    Ok(vec![event(issue, issue.facts, now, Change::TagsChanged { added, removed })])
}
