//! A record's history as events of the log: each at its true time, in the order of time, with the issue after it.

use tracker_domain::{
    event::{Change, Facts},
    id::{CommentId, IssueId, ProjectId},
    time::Timestamp,
    workflow::Status,
};

use super::{
    ImportError,
    people::Cast,
    record::{Changed, Record, What},
};
use crate::storage::import_issues::EventRow;

/// What the events of one issue name by id.
pub(super) struct Ids<'a> {
    /// Where it belongs.
    pub(super) project: ProjectId,
    /// The issue.
    pub(super) issue: IssueId,
    /// Its comments, in the order of the record.
    pub(super) comments: &'a [CommentId],
}

/// Everything that happened to an issue. What a source does not date, its tags and whom it was given to at first,
/// happened when it was reported.
pub(super) fn events(record: &Record, ids: &Ids<'_>, cast: &Cast) -> Result<Vec<EventRow>, ImportError> {
    let reporter = cast.id(record.reporter.as_ref())?;
    let facts =
        Facts { project: ids.project, reporter, severity: record.opening.severity, status: Status::Open };
    let mut log = Log { issue: ids.issue, facts, events: Vec::new() };
    let (at, title) = (record.created_at, record.opening.title.to_string());
    log.push(at, reporter, Change::IssueCreated { title });
    if let Some(to) = cast.optional(record.opening.assignee.as_ref())? {
        log.push(at, reporter, Change::AssigneeSet { from: None, to: Some(to) });
    }
    if !record.tags.is_empty() {
        let added = record.tags.iter().map(ToString::to_string).collect();
        log.push(at, reporter, Change::TagsChanged { added, removed: Vec::new() });
    }
    let mut changes = record.changes.iter().peekable();
    for (comment, id) in record.comments.iter().zip(ids.comments) {
        while let Some(change) = changes.next_if(|change| change.at <= comment.at) {
            log.change(change, cast)?;
        }
        log.push(comment.at, cast.id(comment.author.as_ref())?, Change::CommentAdded { comment: *id });
    }
    changes.try_for_each(|change| log.change(change, cast))?;
    Ok(log.events)
}

/// How often the texts of a record were edited; an issue's version counts it.
pub(super) fn edits(record: &Record) -> i64 {
    let is_edit = |change: &&Changed| matches!(change.what, What::Title { .. } | What::Description);
    record.changes.iter().filter(is_edit).count() as i64
}

struct Log {
    issue: IssueId,
    facts: Facts,
    events: Vec<EventRow>,
}

impl Log {
    fn push(&mut self, at: Timestamp, actor: tracker_domain::id::UserId, change: Change) {
        self.events.push(EventRow { at, actor, issue: Some((self.issue, self.facts)), change });
    }

    fn change(&mut self, changed: &Changed, cast: &Cast) -> Result<(), ImportError> {
        let change = match &changed.what {
            What::Status { from, to } => {
                self.facts.status = *to;
                Change::StatusMoved { from: *from, to: *to }
            }
            What::Severity { from, to } => {
                self.facts.severity = *to;
                Change::SeveritySet { from: *from, to: *to }
            }
            What::Assignee { from, to } => {
                Change::AssigneeSet { from: cast.optional(from.as_ref())?, to: cast.optional(to.as_ref())? }
            }
            What::Title { from, to } => Change::TitleChanged { from: from.to_string(), to: to.to_string() },
            What::Description => Change::DescriptionChanged {},
        };
        self.push(changed.at, cast.id(changed.actor.as_ref())?, change);
        Ok(())
    }
}
