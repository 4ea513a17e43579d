//! Words that many trackers use, and what they are here. Keep the tables of `docs/import.md` the same.

use tracker_domain::{issue::Severity, workflow::Status};

const STATUSES: &[(Status, &[&str])] = &[
    (
        Status::Open,
        &[
            "open",
            "new",
            "to do",
            "todo",
            "received",
            "reopened",
            "backlog",
            "created",
            "submitted",
            "unconfirmed",
            "reported",
        ],
    ),
    (
        Status::Triaged,
        &[
            "triaged",
            "accepted",
            "confirmed",
            "acknowledged",
            "approved",
            "assigned",
            "planned",
            "ready",
            "selected for development",
            "on hold",
            "blocked",
            "waiting",
            "volunteer needed",
            "more details needed",
            "needs more info",
        ],
    ),
    (
        Status::InProgress,
        &[
            "in progress",
            "in_progress",
            "started",
            "doing",
            "in development",
            "in review",
            "review",
            "code review",
            "patch available",
            "in test",
            "in testing",
            "in qa",
            "in qe test",
            "testing",
        ],
    ),
    (
        Status::Done,
        &[
            "done",
            "closed",
            "resolved",
            "fixed",
            "completed",
            "complete",
            "verified",
            "released",
            "merged",
            "cancelled",
            "canceled",
            "rejected",
            "declined",
            "duplicate",
            "invalid",
            "won't fix",
            "won't do",
            "wontfix",
        ],
    ),
];

const SEVERITIES: &[(Severity, &[&str])] = &[
    (Severity::Low, &["low", "lowest", "trivial", "p3", "p4", "p5", "4", "5"]),
    (Severity::Medium, &["medium", "normal", "moderate", "minor", "none", "p2", "3"]),
    (Severity::High, &["high", "major", "important", "p1", "2"]),
    (
        Severity::Critical,
        &["critical", "highest", "blocker", "urgent", "immediate", "showstopper", "p0", "1"],
    ),
];

/// Labels that can mean nothing else.
const LABELS: &[&str] = &["critical", "blocker", "showstopper", "urgent", "p0", "p1", "p2", "p3", "p4", "p5"];

fn find<T: Copy>(table: &[(T, &[&str])], word: &str) -> Option<T> {
    table.iter().find(|(_, words)| words.contains(&word)).map(|(value, _)| *value)
}

/// The status of a word in lower case.
pub fn status(word: &str) -> Option<Status> {
    find(STATUSES, word)
}

/// The status of one of Jira's categories.
pub fn category(word: &str) -> Option<Status> {
    match word {
        "new" | "to do" => Some(Status::Open),
        "indeterminate" | "in progress" => Some(Status::InProgress),
        "done" => Some(Status::Done),
        _ => None,
    }
}

/// The severity of a word in lower case.
pub fn severity(word: &str) -> Option<Severity> {
    find(SEVERITIES, word)
}

/// The severity of a label in lower case that stands alone.
pub fn severity_label(label: &str) -> Option<Severity> {
    LABELS.contains(&label).then(|| severity(label)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_the_paper_are_these() {
        let paper = include_str!("../../../../docs/import.md");
        let statuses = STATUSES.iter().map(|(status, words)| (status.word(), *words));
        let severities = SEVERITIES.iter().map(|(severity, words)| (severity.word(), *words));
        for (word, words) in statuses.chain(severities) {
            let row = format!("| {word} | {} |", words.join(", "));
            assert!(paper.contains(&row), "docs/import.md has no {row}");
        }
    }
}
