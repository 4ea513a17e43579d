//! What one event is for one page and one viewer: the only place where the live path decides who sees what.
//!
//! To make a new page live, give it a [`TopicPage`], a [`LiveItem`] and an arm in [`item`]; hub, tailer and socket
//! do not change.

use std::sync::Arc;
use tracker_domain::{
    attachment::FileRow,
    event::{Change, Facts},
    follow::LogEvent,
    id::Seq,
    insight::is_counted,
    issue::{IssueHead, IssueRow, TimelineEntry},
    live::{LiveItem, TopicPage},
    org::Person,
    policy::{Action, Actor, Decision, IssueFacts, ViewerCan},
    time::Timestamp,
};

use crate::{policy::decide, services::files::views};

/// An event of the log with what the pages need to show it.
#[derive(Debug, Clone)]
pub struct LoadedEvent {
    /// Its position.
    pub seq: Seq,
    /// When it happened.
    pub at: Timestamp,
    /// When it came to be known; the measure of the live path's lag.
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: Person,
    /// What happened.
    pub change: Change,
    /// The issue's facts after it.
    pub facts: Option<Facts>,
    /// The issue as it is now: at least as new as the event.
    pub issue: Option<Arc<LoadedIssue>>,
    /// The comment as safe HTML, when it was a comment.
    pub comment_html: Option<String>,
}

/// An issue as all pages together need it.
#[derive(Debug, Clone)]
pub struct LoadedIssue {
    /// Its row in a list.
    pub row: IssueRow,
    /// Markdown, as it was written.
    pub description: String,
    /// The same as safe HTML.
    pub description_html: String,
    /// Its files.
    pub files: Vec<FileRow>,
}

impl LoadedIssue {
    fn facts(&self) -> IssueFacts {
        IssueFacts { reporter: self.row.reporter.id, status: self.row.status }
    }
}

/// What `event` is for `actor` on `page`; `None` when it does not belong there or does not exist for them.
pub fn item(page: &TopicPage, actor: Actor, event: &LoadedEvent) -> Option<LiveItem> {
    match page {
        TopicPage::Issues => row(actor, event),
        TopicPage::Issue(key) => event
            .issue
            .as_ref()
            .filter(|issue| issue.row.key == *key)
            .and_then(|issue| entry(actor, event, issue)),
        TopicPage::Insights => counted(actor, event),
    }
}

/// Whether a program that follows the log gets an event, with its issue as that is now.
pub fn shows(actor: Actor, event: &LogEvent) -> bool {
    sees(actor, IssueFacts { reporter: event.issue.reporter.id, status: event.issue.status })
}

fn sees(actor: Actor, facts: IssueFacts) -> bool {
    decide(actor, Action::See, facts) == Decision::Allow
}

fn row(actor: Actor, event: &LoadedEvent) -> Option<LiveItem> {
    let issue = event.issue.as_ref().filter(|issue| sees(actor, issue.facts()))?;
    Some(LiveItem::Row { seq: event.seq, row: Box::new(issue.row.clone()) })
}

fn entry(actor: Actor, event: &LoadedEvent, issue: &LoadedIssue) -> Option<LiveItem> {
    let facts = issue.facts();
    if !sees(actor, facts) {
        return None;
    }
    let entry = TimelineEntry {
        seq: event.seq,
        at: event.at,
        actor: event.actor.clone(),
        change: event.change.clone(),
        comment_html: event.comment_html.clone(),
    };
    let head = IssueHead {
        row: issue.row.clone(),
        description: issue.description.clone(),
        description_html: issue.description_html.clone(),
        // As they were at the event: whoever is late is refused by the server.
        files: views(issue.files.clone(), actor, facts, event.at),
        viewer_can: ViewerCan::of(actor, facts),
    };
    Some(LiveItem::Entry { seq: event.seq, entry: Box::new(entry), head: Box::new(head) })
}

fn counted(actor: Actor, event: &LoadedEvent) -> Option<LiveItem> {
    let facts = event.facts?;
    let seen = sees(actor, IssueFacts { reporter: facts.reporter, status: facts.status });
    (seen && is_counted(&event.change)).then_some(LiveItem::Counted { seq: event.seq })
}
