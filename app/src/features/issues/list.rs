//! The state of an open list, and what live changes do to it.

use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;
use tracker_domain::{
    issue::{IssueFilter, IssueList, IssueRow},
    page::Sort,
};

use super::{
    filter::ListQuery,
    live_rows::{Arrival, Place, is_new},
    row::ShownRow,
};
use crate::{api::list_issues, ui::dom};

/// How long changes are collected before the server is asked about them.
const COLLECT: Duration = Duration::from_millis(1_000);

/// See the module.
#[derive(Clone, Copy)]
pub(super) struct ListState {
    /// What is shown, in order.
    pub(super) rows: RwSignal<Vec<ShownRow>>,
    /// What waits above, newest first.
    pub(super) waiting: RwSignal<Vec<IssueRow>>,
    /// How many issues are not DONE.
    pub(super) open: RwSignal<i64>,
    /// Which issues these are.
    pub(super) filter: StoredValue<IssueFilter>,
    /// In which order.
    pub(super) sort: Sort,
    query: StoredValue<ListQuery>,
    org: StoredValue<String>,
    asked: StoredValue<bool>,
}

impl ListState {
    /// The list as it was loaded; hands back the rest of it.
    pub(super) fn new(org: &str, query: ListQuery, list: IssueList) -> Self {
        Self {
            rows: RwSignal::new(ShownRow::page(list.rows, list.snippets)),
            waiting: RwSignal::new(Vec::new()),
            open: RwSignal::new(list.open),
            filter: StoredValue::new(list.filter),
            sort: list.sort,
            query: StoredValue::new(query),
            org: StoredValue::new(org.to_owned()),
            asked: StoredValue::new(false),
        }
    }

    /// Whether it is the first page.
    pub(super) fn first_page(self) -> bool {
        self.query.with_value(|query| query.after.is_empty())
    }

    /// Takes in a row that is new or has changed.
    pub(super) fn take(self, row: IssueRow) {
        if let Some(shown) = self.shown(&row) {
            let was_open = shown.data.with_untracked(|old| old.status.is_open());
            self.open.update(|open| *open += i64::from(row.status.is_open()) - i64::from(was_open));
            shown.repaint(row);
            return;
        }
        if is_new(&row) {
            self.open.update(|open| *open += i64::from(row.status.is_open()));
        } else {
            // Whether it was open before, only the server knows.
            self.ask();
        }
        self.arrive(row);
    }

    /// Shows what waited.
    pub(super) fn show_waiting(self) {
        let waiting = std::mem::take(&mut *self.waiting.write());
        self.rows.update(|rows| {
            rows.splice(0..0, waiting.into_iter().map(ShownRow::arrived));
        });
        dom::scroll_to_top();
    }

    /// Whether new rows belong to the top of this page.
    pub(super) fn newest_first(self) -> bool {
        self.filter.with_value(|filter| self.place(filter).newest_first()) && self.first_page()
    }

    fn place(self, filter: &IssueFilter) -> Place<'_> {
        let occupied = !self.waiting.with_untracked(Vec::is_empty)
            || dom::scrolled() > 8.0
            || dom::exists(".table tbody:hover, .table tbody:focus-within");
        Place { filter, sort: self.sort, first_page: self.first_page(), occupied }
    }

    fn arrive(self, row: IssueRow) {
        match self.filter.with_value(|filter| self.place(filter).arrival(&row)) {
            Arrival::Ignore => {}
            Arrival::Ask => self.ask(),
            Arrival::Top => self.rows.update(|rows| rows.insert(0, ShownRow::arrived(row))),
            Arrival::Wait => self.waiting.update(|waiting| {
                waiting.retain(|other| other.key != row.key);
                waiting.insert(0, row);
            }),
        }
    }

    fn shown(self, row: &IssueRow) -> Option<ShownRow> {
        self.rows.with_untracked(|rows| rows.iter().find(|shown| shown.key == row.key).cloned())
    }

    /// Asks the server for the same page in a moment, and takes from it what is not here.
    fn ask(self) {
        if self.asked.try_update_value(|asked| std::mem::replace(asked, true)) != Some(false) {
            return;
        }
        set_timeout(move || spawn_local(self.answer()), COLLECT);
    }

    async fn answer(self) {
        self.asked.try_update_value(|asked| *asked = false);
        let Some((org, query)) = self.org.try_get_value().zip(self.query.try_get_value()) else {
            return;
        };
        let ListQuery { q, status, severity, sort, after } = query;
        let Ok(answer) = list_issues(org, q, status, severity, sort, after, String::new()).await else {
            return;
        };
        // The page may have been left meanwhile.
        if self.open.try_set(answer.view.open).is_some() {
            return;
        }
        for row in answer.view.rows.into_iter().rev() {
            match self.shown(&row) {
                Some(shown) => shown.repaint(row),
                None => self.admit(row),
            }
        }
    }

    /// A row that the database put into this page.
    fn admit(self, row: IssueRow) {
        let all = IssueFilter::default();
        match self.place(&all).arrival(&row) {
            Arrival::Top => self.rows.update(|rows| rows.insert(0, ShownRow::arrived(row))),
            Arrival::Wait => self.waiting.update(|waiting| {
                waiting.retain(|other| other.key != row.key);
                waiting.insert(0, row);
            }),
            Arrival::Ignore | Arrival::Ask => {}
        }
    }
}
