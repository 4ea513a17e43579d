//! One row of the list. All its cells are one reactive piece: a live change repaints them in place, and the link keeps
//! the focus.

use leptos::prelude::*;
use std::time::Duration;
use tracker_domain::{id::IssueKey, issue::IssueRow};

use super::live_rows::Changed;
use crate::ui::{Avatar, Nobody, SeverityBadge, StatusBadge, Tag, Time, thousands};

/// How long a changed cell is marked.
const MARKED: Duration = Duration::from_millis(1_200);
/// How many tags a row has room for.
const TAGS: usize = 3;

/// A row that is shown.
#[derive(Clone)]
pub(super) struct ShownRow {
    /// Which issue.
    pub(super) key: IssueKey,
    /// The issue now.
    pub(super) data: ArcRwSignal<IssueRow>,
    changed: ArcRwSignal<Changed>,
    /// Whether it is about to go.
    pub(super) leaving: ArcRwSignal<bool>,
    /// Whether it arrived while the page was open.
    fresh: bool,
}

impl ShownRow {
    /// A row of the page as it was loaded.
    pub(super) fn loaded(row: IssueRow) -> Self {
        Self {
            key: row.key.clone(),
            data: ArcRwSignal::new(row),
            changed: ArcRwSignal::default(),
            leaving: ArcRwSignal::default(),
            fresh: false,
        }
    }

    /// A row that arrived later.
    pub(super) fn arrived(row: IssueRow) -> Self {
        Self { fresh: true, ..Self::loaded(row) }
    }

    /// Shows another state of the same issue, and marks what changed.
    pub(super) fn repaint(&self, row: IssueRow) {
        let changed = self.data.with_untracked(|old| Changed::between(old, &row));
        self.data.set(row);
        self.leaving.set(false);
        if changed == Changed::default() {
            return;
        }
        self.changed.set(changed);
        let mark = self.changed.clone();
        set_timeout(move || mark.set(Changed::default()), MARKED);
    }
}

/// See the module.
#[component]
pub(super) fn Row(row: ShownRow, org: String) -> impl IntoView {
    let ShownRow { data, changed, leaving, fresh, .. } = row;
    let class = move || match (leaving.get(), fresh) {
        (true, _) => "leaving",
        (false, true) => "fresh-row",
        (false, false) => "",
    };
    view! { <tr class=class>{move || cells(&org, data.get(), changed.get())}</tr> }
}

fn cells(org: &str, row: IssueRow, changed: Changed) -> impl IntoView + use<> {
    let class = |name: &'static str, marked: bool| {
        if marked { format!("{name} changed") } else { name.to_owned() }
    };
    let link = format!("/{org}/issues/{}", row.key);
    let who = row
        .assignee
        .map_or_else(|| view! { <Nobody/> }.into_any(), |person| view! { <Avatar person/> }.into_any());
    let comments = (row.comments > 0).then(|| {
        view! { {thousands(row.comments)} <span class="vh">{if row.comments == 1 { " comment" } else { " comments" }}</span> }
    });
    view! {
        <td class="k key">{row.key.to_string()}</td>
        <td class=class("title", changed.title)>{title(link, row.title, row.tags)}</td>
        <td class=class("s", changed.status)><StatusBadge status=row.status/></td>
        <td class=class("v", changed.severity)><SeverityBadge severity=row.severity/></td>
        <td class=class("w", changed.assignee)>{who}</td>
        <td class=class("c dim num", changed.comments)>{comments}</td>
        <td class="m dim"><Time at=row.updated_at/></td>
    }
}

/// What the issue is called, and below it whatever else is to be read in the widest cell.
fn title(link: String, title: String, tags: Vec<String>) -> impl IntoView {
    let tags = tags.into_iter().take(TAGS).map(|name| view! { <Tag name/> }).collect_view();
    view! { <a href=link>{title}</a>{tags} }
}
