//! What a live row does to an open list. Pure, so that the rules can be tested without a browser:
//! a row that is shown is repainted in place, and goes when the query does not admit it any more; one that is not shown
//! comes in where nobody can be disturbed by it, else it waits behind a button; where the list cannot know, the server
//! is asked for the same page, and [`places`] says where its rows belong.

use tracker_domain::{
    id::IssueKey,
    issue::IssueRow,
    page::{Sort, SortKey},
    query::Query,
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
    pub(super) query: &'a Query,
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
    /// Decides about a row that is not shown; `admitted` says whether the query admits it, as far as that is known.
    pub(super) fn arrival(&self, row: &IssueRow, admitted: Option<bool>) -> Arrival {
        match admitted {
            Some(false) => return Arrival::Ignore,
            None => return Arrival::Ask,
            Some(true) => {}
        }
        // An old issue that changed comes up only where the last change decides the order.
        let by_last_change = self.sort.key == SortKey::Updated && self.sort.descending;
        if !is_new(row) && !by_last_change {
            // Without conditions it was there before; with them it may just have come to fulfil them.
            return if self.query.is_empty() { Arrival::Ignore } else { Arrival::Ask };
        }
        if self.newest_first() && self.first_page && !self.occupied { Arrival::Top } else { Arrival::Wait }
    }

    /// Whether what is new belongs to the top.
    pub(super) fn newest_first(&self) -> bool {
        self.sort.descending && matches!(self.sort.key, SortKey::Updated | SortKey::Created)
    }
}

/// Where a row belongs that the server put into a page, and the page does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
    /// Before all that is shown.
    Above,
    /// Before the row that is shown at this place.
    Within(usize),
    /// After all that is shown.
    Below,
}

/// Compares the keys that a page shows with those that the server put into it, both in order: the place of each that is
/// missing.
pub(super) fn places(shown: &[IssueKey], answer: &[IssueKey]) -> Vec<(usize, Belongs)> {
    let at = |key: &IssueKey| shown.iter().position(|other| other == key);
    let last = answer.iter().rposition(|key| at(key).is_some());
    let mut before = None;
    let mut missing = Vec::new();
    for (index, key) in answer.iter().enumerate() {
        match (at(key), before) {
            (Some(place), _) => before = Some(place),
            (None, _) if last.is_none_or(|last| index > last) => missing.push((index, Belongs::Below)),
            (None, None) => missing.push((index, Belongs::Above)),
            (None, Some(place)) => missing.push((index, Belongs::Within(place + 1))),
        }
    }
    missing
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
    use tracker_domain::{
        id::UserId, issue::Severity, org::Person, query::Facts, time::Timestamp, workflow::Status,
    };

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
            closed_at: None,
            version: 1,
        }
    }

    fn arrival(query: &str, first_page: bool, occupied: bool, changed: bool) -> Arrival {
        let query = Query::parse(query).unwrap();
        let row = row(changed);
        let facts = Facts { me: UserId(1), people: vec![], teams: vec![], now: row.updated_at };
        let place = Place { query: &query, sort: query.order(), first_page, occupied };
        place.arrival(&row, query.admits(&row, &facts))
    }

    #[test]
    fn a_new_row_never_moves_what_somebody_looks_at() {
        assert_eq!(arrival("", true, false, false), Arrival::Top);
        assert_eq!(arrival("sort:-created", true, false, false), Arrival::Top);
        assert_eq!(arrival("", true, true, false), Arrival::Wait);
        assert_eq!(arrival("", false, false, false), Arrival::Wait);
        assert_eq!(arrival("sort:title", true, false, false), Arrival::Wait);
    }

    #[test]
    fn what_does_not_belong_here_stays_away() {
        assert_eq!(arrival("status:DONE", true, false, false), Arrival::Ignore);
        assert_eq!(arrival("word", true, false, false), Arrival::Ask);
        assert_eq!(arrival("sort:-created", true, false, true), Arrival::Ignore);
        assert_eq!(arrival("", true, false, true), Arrival::Top);
    }

    #[test]
    fn an_old_row_may_come_to_fulfil_the_conditions() {
        assert_eq!(arrival("status:OPEN sort:-created", true, false, true), Arrival::Ask);
        assert_eq!(arrival("status:OPEN", true, false, true), Arrival::Top);
    }

    #[test]
    fn what_the_server_put_into_the_page_has_its_place() {
        let keys = |numbers: &[i64]| -> Vec<IssueKey> {
            numbers.iter().map(|n| format!("CORE-{n}").parse().unwrap()).collect()
        };
        let places = |shown: &[i64], answer: &[i64]| places(&keys(shown), &keys(answer));
        assert_eq!(places(&[1, 2], &[1, 2]), []);
        assert_eq!(places(&[1, 2], &[9, 1, 2]), [(0, Belongs::Above)]);
        assert_eq!(places(&[1, 2], &[1, 9, 2]), [(1, Belongs::Within(1))]);
        assert_eq!(places(&[1, 2], &[1, 2, 9]), [(2, Belongs::Below)]);
        assert_eq!(places(&[], &[8, 9]), [(0, Belongs::Below), (1, Belongs::Below)]);
    }

    #[test]
    fn a_changed_cell_is_known() {
        let changed = Changed::between(&row(false), &IssueRow { status: Status::Done, ..row(true) });
        assert_eq!(changed, Changed { status: true, ..Changed::default() });
    }
}
