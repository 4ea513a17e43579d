//! A history as rows: the issues as they are in the end, then the log with comments.

use time::OffsetDateTime;
use tokio::sync::mpsc::Sender;
use tracker_domain::{
    event::{Change, Facts, Payload},
    id::{CommentId, ProjectId, UserId},
    org::Person,
    time::Timestamp,
};

use super::{
    course::{Act, Step},
    history::{History, Visitor},
    issue::{Issue, Now},
    team::Who,
    texts::Library,
};
use crate::storage::demo::{Batch, Table, Value, origin};

/// What the database calls everything.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    /// The organization.
    pub(super) org: i64,
    /// Projects, by product.
    pub(super) projects: Vec<i64>,
    /// People, by their place in the team.
    pub(super) people: Vec<i64>,
    /// Tags, by bit.
    pub(super) tags: Vec<i64>,
    /// The first issue; the others follow.
    pub(super) issue: i64,
    /// The first comment.
    pub(super) comment: i64,
    /// The last position before.
    pub(super) head: i64,
    /// When the events came to be known.
    pub(super) recorded: OffsetDateTime,
}

/// What every walk that writes has.
pub(super) struct Pen<'a> {
    pub(super) history: &'a History,
    pub(super) library: &'a Library,
    pub(super) ids: &'a Ids,
    pub(super) sender: Sender<Batch>,
}

impl Pen<'_> {
    /// Sends a batch when it is full; `false` when nobody takes it any more.
    fn send_full(&self, batch: &mut Batch) -> bool {
        !batch.is_full() || self.send(batch)
    }

    fn send(&self, batch: &mut Batch) -> bool {
        let table = batch.table();
        self.sender.blocking_send(std::mem::replace(batch, Batch::new(table))).is_ok()
    }

    fn person(&self, who: Who) -> i64 {
        self.ids.people[usize::from(who)]
    }

    fn issue(&self, issue: &Issue) -> i64 {
        self.ids.issue + issue.index as i64
    }
}

/// Counts what there will be.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// Comments.
    pub(super) comments: i64,
    /// Events about issues.
    pub(super) steps: i64,
    /// Issues, by product.
    pub(super) issues: Vec<i64>,
}

impl Visitor for Count {
    fn step(&mut self, issue: &Issue, _: Now, step: &Step) -> bool {
        self.steps += 1;
        match step.act {
            Act::Said(_) => self.comments += 1,
            Act::Created => {
                self.issues.resize(self.issues.len().max(issue.product + 1), 0);
                self.issues[issue.product] += 1;
            }
            _ => {}
        }
        true
    }

    fn ended(&mut self, _: &Issue) -> bool {
        true
    }
}

/// Writes issues with their tags, each when nothing will happen to it any more.
pub(super) struct IssueLines<'a> {
    pen: Pen<'a>,
    issues: Batch,
    tags: Batch,
}

impl<'a> IssueLines<'a> {
    /// Without lines yet.
    pub(super) fn new(pen: Pen<'a>) -> Self {
        Self { pen, issues: Batch::new(Table::Issues), tags: Batch::new(Table::IssueTags) }
    }

    /// Sends what is left.
    pub(super) fn finish(mut self) -> bool {
        self.pen.send(&mut self.issues) && self.pen.send(&mut self.tags)
    }
}

impl Visitor for IssueLines<'_> {
    fn step(&mut self, _: &Issue, _: Now, _: &Step) -> bool {
        true
    }

    fn ended(&mut self, issue: &Issue) -> bool {
        let Pen { history, library, ids, .. } = self.pen;
        let (place, cast) = (issue.place(), issue.cast(&history.team, issue.reporter));
        let title = library.title(place, cast, issue.kind(), issue.is_vague());
        let description = library.description(place, cast, issue.wanted());
        let (id, now) = (self.pen.issue(issue), &issue.now);
        self.issues.row(
            ids.org,
            &[
                Value::Number(id),
                Value::Number(ids.projects[issue.product]),
                Value::Number(issue.number),
                Value::Text(&title),
                Value::Text(&description.markdown),
                Value::Text(&description.html),
                Value::Word(now.status.word()),
                Value::Word(now.severity.word()),
                Value::Number(self.pen.person(issue.reporter)),
                Value::Maybe(now.assignee.map(|who| self.pen.person(who))),
                Value::Number(now.comments.into()),
                Value::Number(issue.version()),
                Value::Time(issue.created),
                Value::Time(now.updated),
                Value::MaybeTime(now.closed),
            ],
        );
        for (bit, tag) in ids.tags.iter().enumerate() {
            if now.tags & (1 << bit) != 0 {
                self.tags.row(ids.org, &[Value::Number(id), Value::Number(*tag)]);
            }
        }
        self.pen.send_full(&mut self.issues) && self.pen.send_full(&mut self.tags)
    }
}

/// Something that happened to the organization: when, whose, and what.
pub(super) type OrgEvent = (i64, Who, Change);

/// Writes the log, with comments.
pub(super) struct LogLines<'a> {
    pen: Pen<'a>,
    events: Batch,
    comments: Batch,
    tags: Vec<&'static str>,
    seq: i64,
    comment: i64,
    /// What happened to the organization and is not written yet, the first last.
    org_events: Vec<OrgEvent>,
    fault: Option<serde_json::Error>,
}

impl<'a> LogLines<'a> {
    /// Without lines yet; `org_events` in the order of time.
    pub(super) fn new(pen: Pen<'a>, tags: Vec<&'static str>, mut org_events: Vec<OrgEvent>) -> Self {
        org_events.reverse();
        let (seq, comment) = (pen.ids.head, pen.ids.comment - 1);
        Self {
            pen,
            events: Batch::new(Table::Events),
            comments: Batch::new(Table::Comments),
            tags,
            seq,
            comment,
            org_events,
            fault: None,
        }
    }

    /// Sends what is left; gives the last position.
    pub(super) fn finish(mut self) -> Result<i64, Option<serde_json::Error>> {
        self.write_org_events(i64::MAX).map_err(Some)?;
        let sent = self.pen.send(&mut self.events) && self.pen.send(&mut self.comments);
        if sent { Ok(self.seq) } else { Err(self.fault) }
    }

    /// What went wrong, when a walk was ended early.
    pub(super) fn fault(self) -> Option<serde_json::Error> {
        self.fault
    }

    fn write_org_events(&mut self, until: i64) -> Result<(), serde_json::Error> {
        while let Some((at, who, change)) = self.org_events.pop_if(|(at, ..)| *at <= until) {
            self.event(at, who, None, &change)?;
        }
        Ok(())
    }

    fn event(
        &mut self,
        at: i64,
        who: Who,
        issue: Option<(i64, Facts)>,
        change: &Change,
    ) -> Result<(), serde_json::Error> {
        let (kind, data) = change.split()?;
        let payload = serde_json::to_string(&Payload { data, facts: issue.map(|(_, facts)| facts) })?;
        let (origin, version) = origin();
        self.seq += 1;
        self.events.row(
            self.pen.ids.org,
            &[
                Value::Number(self.seq),
                Value::Time(at),
                Value::Time(Timestamp(self.pen.ids.recorded).micros()),
                Value::Number(self.pen.person(who)),
                Value::Word(origin),
                Value::Maybe(issue.map(|(id, _)| id)),
                Value::Word(&kind),
                Value::Number(version),
                Value::Text(&payload),
            ],
        );
        Ok(())
    }

    fn write(&mut self, issue: &Issue, before: Now, step: &Step) -> Result<(), serde_json::Error> {
        self.write_org_events(step.at)?;
        let facts = Facts {
            project: ProjectId(self.pen.ids.projects[issue.product]),
            reporter: UserId(self.pen.person(issue.reporter)),
            severity: issue.now.severity,
            status: issue.now.status,
        };
        let change = self.change(issue, before, step);
        self.event(step.at, step.who, Some((self.pen.issue(issue), facts)), &change)
    }

    fn change(&mut self, issue: &Issue, before: Now, step: &Step) -> Change {
        match step.act {
            Act::Created => Change::IssueCreated { title: self.title(issue, issue.is_vague()) },
            Act::Retitled => {
                Change::TitleChanged { from: self.title(issue, true), to: self.title(issue, false) }
            }
            Act::Described => Change::DescriptionChanged {},
            Act::Moved(to) => Change::StatusMoved { from: before.status, to },
            Act::Weighed(to) => Change::SeveritySet { from: before.severity, to },
            Act::Given(to) => Change::AssigneeSet {
                from: before.assignee.map(|who| self.named(who)),
                to: Some(self.named(to)),
            },
            Act::Tagged(tags) => {
                let new = tags & !before.tags;
                let named = self.tags.iter().enumerate().filter(|(bit, _)| new & (1 << bit) != 0);
                let mut added: Vec<String> = named.map(|(_, name)| (*name).to_owned()).collect();
                added.sort();
                Change::TagsChanged { added, removed: Vec::new() }
            }
            Act::Said(talk) => {
                let cast = issue.cast(&self.pen.history.team, step.who);
                let text = self.pen.library.comment(issue.place(), cast, (talk, step.at, before.comments));
                self.comment += 1;
                self.comments.row(
                    self.pen.ids.org,
                    &[
                        Value::Number(self.comment),
                        Value::Number(self.pen.issue(issue)),
                        Value::Number(self.pen.person(step.who)),
                        Value::Text(&text.markdown),
                        Value::Text(&text.html),
                        Value::Time(step.at),
                    ],
                );
                Change::CommentAdded { comment: CommentId(self.comment) }
            }
        }
    }

    fn title(&self, issue: &Issue, vague: bool) -> String {
        let cast = issue.cast(&self.pen.history.team, issue.reporter);
        self.pen.library.title(issue.place(), cast, issue.kind(), vague)
    }

    fn named(&self, who: Who) -> Person {
        Person { id: UserId(self.pen.person(who)), name: self.pen.history.team.name(who).to_owned() }
    }
}

impl Visitor for LogLines<'_> {
    fn step(&mut self, issue: &Issue, before: Now, step: &Step) -> bool {
        if let Err(fault) = self.write(issue, before, step) {
            self.fault = Some(fault);
            return false;
        }
        self.pen.send_full(&mut self.events) && self.pen.send_full(&mut self.comments)
    }

    fn ended(&mut self, _: &Issue) -> bool {
        true
    }
}
