//! The state of an open list, and what live changes do to it.

use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;
use tracker_domain::{
    id::IssueKey,
    issue::{IssueList, IssueRow, OPEN_COUNTED},
    page::Sort,
    query::{Facts, Query},
};

use super::{
    answer::fetch,
    list_query::ListQuery,
    live_rows::{Arrival, Belongs, Place, is_new, places},
    row::ShownRow,
};
use crate::ui::dom;

/// How long changes are collected before the server is asked about them.
const COLLECT: Duration = Duration::from_millis(1_000);
/// How long a row takes to go.
const LEAVES: Duration = Duration::from_millis(180);

/// See the module.
#[derive(Clone, Copy)]
pub(super) struct ListState {
    /// What is shown, in order.
    pub(super) rows: RwSignal<Vec<ShownRow>>,
    /// What waits above, newest first.
    pub(super) waiting: RwSignal<Vec<IssueRow>>,
    /// How many issues are not DONE.
    pub(super) open: RwSignal<i64>,
    query: StoredValue<Query>,
    facts: StoredValue<Facts>,
    sort: Sort,
    list: StoredValue<ListQuery>,
    org: StoredValue<String>,
    /// Whether all that waits belongs to the top.
    on_top: StoredValue<bool>,
    /// Rows of which only the server knows whether they still belong here.
    doubted: StoredValue<Vec<IssueKey>>,
    asked: StoredValue<bool>,
    last_page: bool,
}

impl ListState {
    /// The list as it was loaded.
    pub(super) fn new(org: &str, list: ListQuery, loaded: IssueList) -> Self {
        Self {
            rows: RwSignal::new(ShownRow::page(loaded.rows, loaded.snippets)),
            waiting: RwSignal::new(Vec::new()),
            open: RwSignal::new(loaded.open),
            query: StoredValue::new(loaded.query),
            facts: StoredValue::new(loaded.facts),
            sort: loaded.sort,
            list: StoredValue::new(list),
            org: StoredValue::new(org.to_owned()),
            on_top: StoredValue::new(true),
            doubted: StoredValue::new(Vec::new()),
            asked: StoredValue::new(false),
            last_page: loaded.next.is_none(),
        }
    }

    /// Whether it is the first page.
    pub(super) fn first_page(self) -> bool {
        self.list.with_value(|list| list.after.is_empty())
    }

    /// Takes in a row that is new or has changed.
    pub(super) fn take(self, row: IssueRow) {
        let admitted = self.admits(&row);
        if let Some(shown) = self.shown(&row.key) {
            let was_open = shown.data.with_untracked(|old| old.status.is_open());
            self.count(i64::from(row.status.is_open()) - i64::from(was_open));
            shown.repaint(row);
            match admitted {
                Some(true) => {}
                Some(false) => self.leave(&shown),
                None => {
                    self.doubted.update_value(|doubted| doubted.push(shown.key));
                    self.ask();
                }
            }
            return;
        }
        self.waiting.update(|waiting| waiting.retain(|other| other.key != row.key));
        if is_new(&row) {
            self.count(i64::from(row.status.is_open()));
        } else {
            // Whether it was open before, only the server knows.
            self.ask();
        }
        match self.query.with_value(|query| self.place(query).arrival(&row, admitted)) {
            Arrival::Ignore => {}
            Arrival::Ask => self.ask(),
            Arrival::Top => self.insert(0, row),
            Arrival::Wait => self.wait(row),
        }
    }

    /// Shows what waited; `false` when only the server knows where it belongs.
    pub(super) fn show_waiting(self) -> bool {
        let newest_first = self.query.with_value(|query| self.place(query).newest_first());
        if !(newest_first && self.first_page() && self.on_top.get_value()) {
            return false;
        }
        let waiting = std::mem::take(&mut *self.waiting.write());
        self.rows.update(|rows| {
            rows.splice(0..0, waiting.into_iter().map(ShownRow::arrived));
        });
        dom::scroll_to_top();
        true
    }

    /// More open issues than were counted stay as many.
    fn count(self, more: i64) {
        if more != 0 && self.open.get_untracked() < OPEN_COUNTED {
            self.open.update(|open| *open += more);
        }
    }

    /// Ages in a query are measured from the change itself: the reader's clock may be wrong.
    fn admits(self, row: &IssueRow) -> Option<bool> {
        let facts = self.facts.get_value();
        let facts = Facts { now: facts.now.max(row.updated_at), ..facts };
        self.query.with_value(|query| query.admits(row, &facts))
    }

    fn place(self, query: &Query) -> Place<'_> {
        Place { query, sort: self.sort, first_page: self.first_page(), occupied: self.occupied() }
    }

    /// Whether somebody reads, points at or stands on the rows.
    fn occupied(self) -> bool {
        !self.waiting.with_untracked(Vec::is_empty)
            || dom::scrolled() > 8.0
            || dom::exists(".table tbody:hover, .table tbody:focus-within")
    }

    fn insert(self, at: usize, row: IssueRow) {
        self.rows.update(|rows| rows.insert(at.min(rows.len()), ShownRow::arrived(row)));
    }

    fn wait(self, row: IssueRow) {
        self.waiting.update(|waiting| {
            waiting.retain(|other| other.key != row.key);
            waiting.insert(0, row);
        });
    }

    fn shown(self, key: &IssueKey) -> Option<ShownRow> {
        self.rows.with_untracked(|rows| rows.iter().find(|shown| shown.key == *key).cloned())
    }

    /// A row that does not belong here any more goes calmly, unless it comes back meanwhile.
    fn leave(self, shown: &ShownRow) {
        shown.leaving.set(true);
        let (key, leaving) = (shown.key.clone(), shown.leaving.clone());
        let gone = move || {
            if !leaving.get_untracked() || self.rows.is_disposed() {
                return;
            }
            if dom::exists("tr.leaving:focus-within") {
                let next = "tr.leaving:focus-within + tr a";
                dom::focus(if dom::exists(next) { next } else { "#main" });
            }
            self.rows.update(|rows| rows.retain(|row| row.key != key));
        };
        set_timeout(gone, LEAVES);
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
        let Some((org, list)) = self.org.try_get_value().zip(self.list.try_get_value()) else {
            return;
        };
        let doubted = self.doubted.try_update_value(std::mem::take).unwrap_or_default();
        let Ok(Some(answer)) = fetch(org, list, String::new()).await.map(|framed| framed.view) else {
            return;
        };
        // The page may have been left meanwhile.
        if self.open.try_set(answer.open).is_some() {
            return;
        }
        let keys: Vec<IssueKey> = answer.rows.iter().map(|row| row.key.clone()).collect();
        let gone = doubted.iter().filter(|key| !keys.contains(key)).filter_map(|key| self.shown(key));
        gone.for_each(|shown| self.leave(&shown));
        let shown: Vec<IssueKey> =
            self.rows.with_untracked(|rows| rows.iter().map(|row| row.key.clone()).collect());
        let mut missing = places(&shown, &keys);
        // From below, so that the places above stay what they are.
        for (index, row) in answer.rows.into_iter().enumerate().rev() {
            if let Some((_, belongs)) = missing.pop_if(|(at, _)| *at == index) {
                self.bring_in(row, belongs, shown.len());
            } else if let Some(known) = self.shown(&row.key) {
                known.repaint(row);
            }
        }
    }

    /// A row that the server put into this page.
    fn bring_in(self, row: IssueRow, belongs: Belongs, end: usize) {
        match belongs {
            // Else it is on the next page, which begins where this one ended.
            Belongs::Below if self.last_page => self.insert(end, row),
            Belongs::Below => {}
            Belongs::Above if self.first_page() && !self.occupied() => self.insert(0, row),
            Belongs::Above => self.wait(row),
            Belongs::Within(at) if !self.occupied() => self.insert(at, row),
            Belongs::Within(_) => {
                self.on_top.set_value(false);
                self.wait(row);
            }
        }
    }
}
