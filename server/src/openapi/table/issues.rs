//! Issues and numbers.

use app::api::{
    AddComment, BlankIssue, CompleteQuery, CreateIssue, EditIssue, HideFile, ListIssues, PreviewText,
    RemoveFile, SetAssignee, SetSeverity, SetStatus, SetTags, ViewInsights, ViewIssue, ViewNumber,
};
use tracker_domain::policy::Action;

use super::{Row, reads, writes};
use crate::openapi::who::Who;

/// By noun.
pub(super) const ROWS: &[Row] = &[
    reads::<ListIssues>(
        "A page of the issues that a query finds",
        Who::Member,
        r#"{"org": "main", "q": "is:open severity:>=HIGH sort:-updated"}"#,
    ),
    reads::<ViewIssue>(
        "One issue with its comments and its history",
        Who::Issue(Action::See),
        r#"{"org": "main", "key": "CORE-1"}"#,
    ),
    writes::<CreateIssue>(
        "Reports an issue",
        Who::Member,
        r#"{"org": "main", "project": "CORE", "title": "Checkout fails on Safari", "description": "It spins *for ever*.", "severity": "HIGH"}"#,
    ),
    writes::<EditIssue>(
        "Changes title and description; a stale version is a conflict",
        Who::Issue(Action::Edit),
        r#"{"org": "main", "key": "CORE-1", "title": "Checkout fails on Safari 19", "description": "", "version": 1}"#,
    ),
    writes::<SetStatus>(
        "Moves an issue: forward by one step or more, back to any earlier one",
        Who::Issue(Action::Triage),
        r#"{"org": "main", "key": "CORE-1", "status": "TRIAGED"}"#,
    ),
    writes::<SetSeverity>(
        "Weighs an issue",
        Who::Issue(Action::Triage),
        r#"{"org": "main", "key": "CORE-1", "severity": "CRITICAL"}"#,
    ),
    writes::<SetAssignee>(
        "Gives an issue to a member, or to nobody",
        Who::Issue(Action::Triage),
        r#"{"org": "main", "key": "CORE-1", "assignee": "3"}"#,
    ),
    writes::<SetTags>(
        "Gives an issue exactly these tags; unknown ones are made",
        Who::Issue(Action::Triage),
        r#"{"org": "main", "key": "CORE-1", "tags": "safari, regression"}"#,
    ),
    reads::<CompleteQuery>(
        "At most ten values of a field of the query language that begin with a prefix",
        Who::Member,
        r#"{"org": "main", "field": "assignee", "prefix": "ma"}"#,
    ),
    reads::<BlankIssue>("The frame around the form for a new issue", Who::Member, r#"{"org": "main"}"#),
    writes::<AddComment>(
        "Comments on an issue",
        Who::Issue(Action::Comment),
        r#"{"org": "main", "key": "CORE-1", "body": "The same in a private window."}"#,
    ),
    writes::<RemoveFile>(
        "Takes a file away: one's own for 15 minutes, as a MAINTAINER one's own, as an ADMIN any",
        Who::Issue(Action::See),
        r#"{"org": "main", "file": "1"}"#,
    ),
    writes::<HideFile>(
        "Hides a file from reporters, as a MAINTAINER or an ADMIN",
        Who::Issue(Action::See),
        r#"{"org": "main", "file": "1"}"#,
    ),
    reads::<ViewInsights>(
        "The numbers of a range, and the charts of the page as options of ECharts",
        Who::Member,
        r#"{"org": "main", "range": "90d", "by": "week", "q": "severity:>=HIGH"}"#,
    ),
    reads::<ViewNumber>(
        "The rows that a number of the insights counts",
        Who::Member,
        r#"{"org": "main", "count": "OPENED", "since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}"#,
    ),
    reads::<PreviewText>("Markdown as safe HTML", Who::SignedIn, r#"{"text": "It *breaks*."}"#),
];
