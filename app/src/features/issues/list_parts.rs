//! What stands around the rows of the list: its columns, what waits above them, the pages before and after, and what is
//! said when there are none.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use tracker_domain::page::{Sort, SortKey};

use super::{list::ListState, list_query::ListQuery};
use crate::ui::{Empty, icon, plural, thousands};

/// The columns; each is a link that orders the list by it.
#[component]
pub(super) fn Head(org: String, list: ListQuery, sort: Sort) -> impl IntoView {
    let column = move |key: SortKey, label: &'static str| {
        let current = sort.key == key;
        let descending =
            if current { !sort.descending } else { matches!(key, SortKey::Severity | SortKey::Updated) };
        let order = current.then_some(if sort.descending { "descending" } else { "ascending" });
        let sign = current
            .then(|| icon(if sort.descending { icondata_lu::LuArrowDown } else { icondata_lu::LuArrowUp }));
        let link = list.sorted(key, descending).link(&org);
        view! { <th scope="col" aria-sort=order><a href=link>{label} {sign}</a></th> }
    };
    view! {
        <thead>
            <tr>
                {column(SortKey::Key, "Key")}
                {column(SortKey::Title, "Title")}
                {column(SortKey::Status, "Status")}
                {column(SortKey::Severity, "Severity")}
                <th scope="col">"Who"</th>
                <th scope="col">{icon(icondata_lu::LuMessageSquare)} <span class="vh">"Comments"</span></th>
                {column(SortKey::Updated, "Updated")}
            </tr>
        </thead>
    }
}

/// What arrived while somebody was reading.
#[component]
pub(super) fn Waiting(state: ListState, org: String, list: ListQuery, reload: Callback<()>) -> impl IntoView {
    let navigate = use_navigate();
    let show = Callback::new(move |()| match (state.show_waiting(), state.first_page()) {
        (true, _) => {}
        (false, true) => reload.run(()),
        (false, false) => navigate(&list.page(String::new()).link(&org), NavigateOptions::default()),
    });
    let count = move || state.waiting.with(Vec::len) as i64;
    view! {
        <div role="status">
            {move || (count() > 0).then(|| view! {
                <button class="fresh" type="button" on:click=move |_| show.run(())>
                    {plural(count(), "new issue above", "new issues above")}
                </button>
            })}
        </div>
    }
}

/// A list without rows.
pub(super) fn nothing_here(org: &str, list: &ListQuery) -> AnyView {
    if list.is_everything() {
        let new_issue = format!("/{org}/issues/new");
        return view! {
            <Empty sign=icondata_lu::LuInbox title="No issues yet" text="What is reported here shows up at once, for everybody who may see it.">
                <a class="btn" href=new_issue>"Report the first one"</a>
            </Empty>
        }
        .into_any();
    }
    nothing(org, list, "Nothing matches", "No issue that you may see is like that.")
}

/// The query that shows nothing, and how it could be written.
pub(super) fn nothing(org: &str, list: &ListQuery, title: &'static str, text: &'static str) -> AnyView {
    let all = format!("/{org}/issues");
    let asked = (!list.q.is_empty()).then(|| view! { <p><code class="asked">{list.q.clone()}</code></p> });
    view! {
        <div class="state">
            {icon(icondata_lu::LuSearchX)}
            <h2>{title}</h2>
            {asked}
            <p>{text}</p>
            <div class="actions">
                <a class="btn" href=all>"Clear search"</a>
                <button class="btn ghost" type="button" popovertarget="syntax">"How to search"</button>
            </div>
            <p class="dim">"Words, or conditions like " <code>"is:open"</code> ", " <code>"assignee:@me"</code> " and " <code>"updated:<7d"</code></p>
        </div>
    }
    .into_any()
}

/// How far a search looked that may have more than it shows.
pub(super) fn looked(at: Option<u16>) -> AnyView {
    let Some(texts) = at else { return ().into_any() };
    let texts = thousands(texts.into());
    view! { <p class="looked">{format!("A search looks at the newest {texts} texts that match. More words find older ones.")}</p> }
        .into_any()
}

/// To the pages before and after.
#[component]
pub(super) fn Pager(org: String, list: ListQuery, pages: [Option<String>; 2]) -> impl IntoView {
    let [previous, next] = pages;
    let link = move |cursor: String, label: &'static str, rel: &'static str| {
        view! { <a class="btn" href=list.page(cursor).link(&org) rel=rel>{label}</a> }
    };
    let some = previous.is_some() || next.is_some();
    some.then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {previous.map(|cursor| link(cursor, "Previous page", "prev"))}
                {next.map(|cursor| link(cursor, "Next page", "next"))}
            </nav>
        }
    })
}
