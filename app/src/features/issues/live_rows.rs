//! What a live row does to an open list. Pure, so that the rules can be tested without a browser:
//! a row that is shown is repainted in place; one that is not goes to the top when nobody can be disturbed by it, else
//! it waits behind a button; where the list cannot know, the server is asked.

use tracker_domain::{
    issue::{IssueFilter, IssueRow},
    page::{Sort, SortKey},
};

/// What to do with a row that is not shown yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It does not belong here.
    Ignore,
    /// Only the database knows whether it belongs here.
    Ask,
    /// Show it above all others.
    Top,
    /// Say that it is there, and wait.
    Wait,
}

/// The list that the row arrives at.
pub(super) struct Place<'a> {
    /// What it shows.
    pub(super) filter: &'a IssueFilter,
    /// In which order.
    pub(super) sort: Sort,
    /// Whether it is the first page.
    pub(super) first_page: bool,
    /// Whether the reader looks elsewhere, or has the pointer or the focus on it.
    pub(super) occupied: bool,
}

/// Whether an issue was reported just now: nothing has happened to it yet.
pub(super) fn is_new(row: &IssueRow) -> bool {
    row.created_at == row.updated_at
}

impl Place<'_> {
    /// Decides about a row that is not shown.
    pub(super) fn arrival(&self, row: &IssueRow) -> Arrival {
        match self.filter.admits(row) {
            Some(false) => return Arrival::Ignore,
            None => return Arrival::Ask,
            Some(true) => {}
        }
        // An old issue that changed comes up only where the last change decides the order.
        let by_last_change = self.sort.key == SortKey::Updated && self.sort.descending;
        if !is_new(row) && !by_last_change {
            return Arrival::Ignore;
        }
        if self.newest_first() && self.first_page && !self.occupied { Arrival::Top } else { Arrival::Wait }
    }

    /// Whether what is new belongs to the top.
    pub(super) fn newest_first(&self) -> bool {
        self.sort.descending && matches!(self.sort.key, SortKey::Updated | SortKey::Created)
    }
}

/// Which cells of a row changed, to mark them for a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Changed {
    /// The title or the tags.
    pub(super) title: bool,
    /// The status.
    pub(super) status: bool,
    /// The severity.
    pub(super) severity: bool,
    /// Who works on it.
    pub(super) assignee: bool,
    /// How many comments there are.
    pub(super) comments: bool,
}

impl Changed {
    /// Compares what was shown with what will be.
    pub(super) fn between(old: &IssueRow, new: &IssueRow) -> Self {
        Self {
            title: old.title != new.title || old.tags != new.tags,
            status: old.status != new.status,
            severity: old.severity != new.severity,
            assignee: old.assignee != new.assignee,
            comments: old.comments != new.comments,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_domain::{id::UserId, issue::Severity, org::Person, time::Timestamp, workflow::Status};

    fn row(changed: bool) -> IssueRow {
        let at = |micros| Timestamp::from_micros(micros).unwrap();
        IssueRow {
            key: "CORE-1".parse().unwrap(),
            title: "It breaks".into(),
            status: Status::Open,
            severity: Severity::High,
            reporter: Person { id: UserId(1), name: "Ana".into() },
            assignee: None,
            tags: vec![],
            comments: 0,
            created_at: at(0),
            updated_at: at(i64::from(changed)),
            version: 1,
        }
    }

    fn arrival(
        sort: &str,
        text: &str,
        status: &str,
        first_page: bool,
        occupied: bool,
        changed: bool,
    ) -> Arrival {
        let filter = IssueFilter::parse(text, status, "").unwrap();
        Place { filter: &filter, sort: sort.parse().unwrap(), first_page, occupied }.arrival(&row(changed))
    }

    #[test]
    fn a_new_row_never_moves_what_somebody_looks_at() {
        assert_eq!(arrival("-updated", "", "", true, false, false), Arrival::Top);
        assert_eq!(arrival("-created", "", "", true, false, false), Arrival::Top);
        assert_eq!(arrival("-updated", "", "", true, true, false), Arrival::Wait);
        assert_eq!(arrival("-updated", "", "", false, false, false), Arrival::Wait);
        assert_eq!(arrival("title", "", "", true, false, false), Arrival::Wait);
    }

    #[test]
    fn what_does_not_belong_here_stays_away() {
        assert_eq!(arrival("-updated", "", "DONE", true, false, false), Arrival::Ignore);
        assert_eq!(arrival("-updated", "word", "", true, false, false), Arrival::Ask);
        assert_eq!(arrival("-created", "", "", true, false, true), Arrival::Ignore);
        assert_eq!(arrival("-updated", "", "", true, false, true), Arrival::Top);
    }

    #[test]
    fn a_changed_cell_is_known() {
        let changed = Changed::between(&row(false), &IssueRow { status: Status::Done, ..row(true) });
        assert_eq!(changed, Changed { status: true, ..Changed::default() });
    }
}
