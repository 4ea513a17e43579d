//! One row of the list. All its cells are one reactive piece: a live change repaints them in place, and the link keeps
//! the focus.

use leptos::prelude::*;
use std::{collections::HashMap, time::Duration};
use tracker_domain::{
    id::IssueKey,
    issue::IssueRow,
    search::{Place, Snippet},
};

use super::live_rows::Changed;
use crate::ui::{Avatar, Nobody, Tag, Time, severity_html, status_html, thousands};

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
    /// Where the words of a search stand.
    snippet: Option<Snippet>,
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
            snippet: None,
        }
    }

    /// The rows of a page, each with where the words of its search stand.
    pub(super) fn page(rows: Vec<IssueRow>, snippets: Vec<(IssueKey, Snippet)>) -> Vec<Self> {
        let mut snippets: HashMap<_, _> = snippets.into_iter().collect();
        rows.into_iter().map(|row| Self { snippet: snippets.remove(&row.key), ..Self::loaded(row) }).collect()
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
    let ShownRow { data, changed, leaving, fresh, snippet, .. } = row;
    let class = move || match (leaving.get(), fresh) {
        (true, _) => "leaving",
        (false, true) => "fresh-row",
        (false, false) => "",
    };
    view! { <tr class=class>{move || cells(&org, data.get(), changed.get(), snippet.as_ref())}</tr> }
}

fn cells(org: &str, row: IssueRow, changed: Changed, snippet: Option<&Snippet>) -> impl IntoView + use<> {
    let link = format!("/{org}/issues/{}", row.key);
    let who = row
        .assignee
        .map_or_else(|| view! { <Nobody/> }.into_any(), |person| view! { <Avatar person/> }.into_any());
    let comments = (row.comments > 0).then(|| {
        view! { {thousands(row.comments)} <span class="vh">{if row.comments == 1 { " comment" } else { " comments" }}</span> }
    });
    let tags = row.tags.into_iter().take(TAGS).map(|name| view! { <Tag name/> }).collect_view();
    let (title, found) = texts(row.title, snippet);
    view! {
        <td class="k key">{row.key.to_string()}</td>
        <td class=class(["title", "title changed"], changed.title)><a href=link>{title}</a>{tags}{found}</td>
        <td class=class(["s", "s changed"], changed.status) inner_html=status_html(row.status)></td>
        <td class=class(["v", "v changed"], changed.severity) inner_html=severity_html(row.severity)></td>
        <td class=class(["w", "w changed"], changed.assignee)>{who}</td>
        <td class=class(["c dim num", "c dim num changed"], changed.comments)>{comments}</td>
        <td class="m dim"><Time at=row.updated_at/></td>
    }
}

/// The class of a cell: as it is, or just changed.
fn class(classes: [&'static str; 2], changed: bool) -> &'static str {
    classes[usize::from(changed)]
}

/// The title, and the line below it: the words of a search are marked in the one or the other.
fn texts(title: String, snippet: Option<&Snippet>) -> (AnyView, Option<AnyView>) {
    match snippet {
        // A title that changed meanwhile is shown as it is now.
        Some(Snippet { place: Place::Title, pieces })
            if pieces.iter().map(|(_, text)| text.as_str()).collect::<String>() == title =>
        {
            (marked(pieces), None)
        }
        Some(Snippet { place: Place::Description | Place::Comment, pieces }) => {
            (title.into_any(), Some(view! { <p class="found">{marked(pieces)}</p> }.into_any()))
        }
        _ => (title.into_any(), None),
    }
}

fn marked(pieces: &[(bool, String)]) -> AnyView {
    let piece = |(found, text): &(bool, String)| {
        let text = text.clone();
        if *found { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    };
    pieces.iter().map(piece).collect_view().into_any()
}
