//! What the URL of a list says: one query as its canonical text, and where the page begins (`?q=is:open&after=…`).
//!
//! The form sends more than that: the text, what stands in the menus, and the query that it was made with (`from`). A
//! menu that was not touched says nothing, so a text that was changed by hand wins over the menus that still show what
//! was before. [`ListForm::merged`] makes one query of it, the same in the browser and, without JavaScript, on the
//! server, which then sends the reader to the canonical URL.

use leptos::prelude::*;
use leptos_router::hooks::use_url;
use serde::Deserialize;
use tracker_domain::{
    page::{Sort, SortKey},
    query::Query,
};

use super::menus::Menu;
use crate::ui::{href, query_part};

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ListQuery {
    /// The query's canonical text; what cannot be read stays as it was written.
    pub(super) q: String,
    /// The page.
    pub(super) after: String,
}

impl ListQuery {
    /// The first page of a query.
    pub(super) fn first(q: String) -> Self {
        Self { q, after: String::new() }
    }

    /// The list of the present URL, and whether that says it in more than `q`, as plain forms and older links do.
    pub(super) fn current() -> (Self, bool) {
        use_url().with(|url| {
            let part = |name| query_part(url.search(), name).unwrap_or_default();
            let [q, from, status] = [part("q"), part("from"), part("status")];
            let [severity, sort, instead] = [part("severity"), part("sort"), part("instead")];
            let form = ListForm { q, from, status, severity, sort, instead };
            let list = Self { q: form.merged(), after: part("after") };
            let more = ["from", "status", "severity", "sort", "instead"];
            (list, more.iter().any(|name| query_part(url.search(), name).is_some()))
        })
    }

    /// Whether it is the first page of all issues, in whatever order.
    pub(super) fn is_everything(&self) -> bool {
        self.after.is_empty() && Query::parse(&self.q).is_ok_and(|query| query.is_empty())
    }

    /// The path and query of this list.
    pub(super) fn at(&self, path: &str) -> String {
        href(path, &[("q", &self.q), ("after", &self.after)])
    }

    /// The link to this list.
    pub(super) fn link(&self, org: &str) -> String {
        self.at(&format!("/{org}/issues"))
    }

    /// The first page in another order.
    pub(super) fn sorted(&self, key: SortKey, descending: bool) -> Self {
        let query = Query::parse(&self.q).unwrap_or_default();
        Self::first(query.sorted(Sort { key, descending }).to_string())
    }

    /// Another page of the same list.
    pub(super) fn page(&self, after: String) -> Self {
        Self { after, ..self.clone() }
    }
}

/// The canonical text; what cannot be read stays as it was written.
pub(super) fn canonical(text: &str) -> String {
    Query::parse(text).map_or_else(|_| text.trim().to_owned(), |query| query.to_string())
}

/// What the form sends; see the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct ListForm {
    /// The text.
    pub(super) q: String,
    from: String,
    status: String,
    severity: String,
    sort: String,
    /// The whole text with a word put right, when that was chosen.
    pub(super) instead: String,
}

impl ListForm {
    /// What was sent as one canonical text. What cannot be read is kept, so that it can be shown and put right.
    pub(super) fn merged(&self) -> String {
        let from = Query::parse(&self.from).unwrap_or_default();
        let typed = if self.instead.is_empty() { &self.q } else { &self.instead };
        let sent = [(Menu::Status, &self.status), (Menu::Severity, &self.severity), (Menu::Sort, &self.sort)];
        let touched = sent.into_iter().filter(|(menu, value)| menu.touched(&from, value));
        touched.fold(canonical(typed), |text, (menu, value)| menu.applied(&text, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_one_url() {
        let list = ListQuery { q: "a b".into(), after: "n~1~x".into() };
        assert_eq!(list.link("main"), "/main/issues?q=a%20b&after=n~1~x");
        assert_eq!(list.sorted(SortKey::Key, false).link("main"), "/main/issues?q=a%20b%20sort%3Akey");
        assert_eq!(ListQuery::default().sorted(SortKey::Updated, true).link("main"), "/main/issues");
    }

    fn form(q: &str, from: &str, [status, severity, sort]: [&str; 3]) -> ListForm {
        let [q, from, status] = [q, from, status].map(str::to_owned);
        ListForm { q, from, status, severity: severity.into(), sort: sort.into(), instead: String::new() }
    }

    #[test]
    fn what_was_touched_counts() {
        let merged = |q, from, menus| form(q, from, menus).merged();
        assert_eq!(merged("export", "", ["OPEN", "", ""]), "export status:OPEN");
        // The text was changed, the menus still show what was before.
        assert_eq!(merged("status:DONE", "status:OPEN sort:title", ["OPEN", "", "title"]), "status:DONE");
        // A menu was changed, the text still says what was before.
        assert_eq!(merged("status:OPEN ui", "status:OPEN ui", ["", "HIGH", ""]), "ui severity:HIGH");
        assert_eq!(merged("ui", "ui", ["open", "", "-created"]), "ui is:open sort:-created");
        assert_eq!(merged("ui sort:title", "ui sort:title", ["", "", ""]), "ui");
    }

    #[test]
    fn what_an_older_link_says_is_understood() {
        assert_eq!(
            form("", "", ["OPEN,DONE", "HIGH", "title"]).merged(),
            "status:OPEN,DONE severity:HIGH sort:title"
        );
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        assert_eq!(form("stauts:OPEN", "", ["", "HIGH", ""]).merged(), "stauts:OPEN severity:HIGH");
        assert_eq!(form("ui", "", ["CLOSED", "", ""]).merged(), "ui status:CLOSED");
        let put_right = ListForm { instead: "status:OPEN".into(), ..form("stauts:OPEN", "", ["", "", ""]) };
        assert_eq!(put_right.merged(), "status:OPEN");
    }
}
