//! `/{org}/issues`: the list.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use tracker_domain::{
    issue::IssueList,
    live::{LiveItem, Topic, TopicPage},
    org::Framed,
    page::{Sort, SortKey},
};

use super::{
    filter::{FilterForm, ListQuery, follow_the_url},
    list::ListState,
    row::Row,
};
use crate::{
    api::list_issues,
    features::param,
    live::use_live,
    ui::{Empty, Here, Shell, Skeleton, flash_id, framed, icon, plural, settled, thousands},
};

/// See the module.
#[component]
pub fn IssuesPage() -> impl IntoView {
    let org = param("org");
    let query = Memo::new(|_| ListQuery::current());
    let page = Resource::new_blocking(
        move || (org(), query.get(), flash_id()),
        |(org, query, flash)| {
            let ListQuery { q, status, severity, sort, after } = query;
            list_issues(org, q, status, severity, sort, after, flash)
        },
    );
    follow_the_url(query);
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| {
        framed(answer, move |framed| view! { <List framed query=query.get_untracked() reload/> }.into_any())
    };
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn List(framed: Framed<IssueList>, query: ListQuery, reload: Callback<()>) -> impl IntoView {
    let Framed { frame, view } = framed;
    let org = frame.org.clone();
    let pages =
        (view.previous.as_ref().map(ToString::to_string), view.next.as_ref().map(ToString::to_string));
    let sort = view.sort;
    let state = ListState::new(&org, query.clone(), view);
    let topic = Topic { org: org.clone(), page: TopicPage::Issues };
    use_live(
        Signal::stored(Some(topic)),
        Signal::stored(frame.seq),
        move |item| {
            if let LiveItem::Row { row, .. } = item {
                state.take(*row);
            }
        },
        move || reload.run(()),
    );
    let new_issue = format!("/{org}/issues/new");
    let bar = view! {
        <h1>"Issues"</h1>
        <span class="dim num">{move || thousands(state.open.get())} " open"</span>
        <span class="grow"></span>
        <a class="btn primary" href=new_issue>{icon(icondata_lu::LuPlus)} "New issue"</a>
    }
    .into_any();
    let rows_org = org.clone();
    let empty = move || state.rows.with(Vec::is_empty);
    let nothing = {
        let (org, query) = (org.clone(), query.clone());
        move || empty().then(|| nothing_here(&org, state, &query))
    };
    view! {
        <Title text=format!("Issues \u{b7} {}", frame.org_name)/>
        <Shell frame here=Here::Issues bar>
            <FilterForm org=org.clone() query=query.clone()/>
            <Waiting state org=org.clone() query=query.clone() reload/>
            <table class="table" hidden=empty>
                <caption class="vh">"Issues"</caption>
                <Head org=org.clone() query=query.clone() sort/>
                <tbody>
                    <For each=move || state.rows.get() key=|row| row.key.clone() let:row>
                        <Row row org=rows_org.clone()/>
                    </For>
                </tbody>
            </table>
            {nothing}
            <Pager org query pages/>
        </Shell>
    }
}

/// The columns; each is a link that orders the list by it.
#[component]
fn Head(org: String, query: ListQuery, sort: Sort) -> impl IntoView {
    let column = move |key: SortKey, label: &'static str| {
        let current = sort.key == key;
        let descending =
            if current { !sort.descending } else { matches!(key, SortKey::Severity | SortKey::Updated) };
        let order = current.then_some(if sort.descending { "descending" } else { "ascending" });
        let sign = current
            .then(|| icon(if sort.descending { icondata_lu::LuArrowDown } else { icondata_lu::LuArrowUp }));
        let link = query.sorted(Sort { key, descending }).link(&org);
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

/// What arrived above while somebody was reading.
#[component]
fn Waiting(state: ListState, org: String, query: ListQuery, reload: Callback<()>) -> impl IntoView {
    let navigate = use_navigate();
    let show = Callback::new(move |()| {
        if state.newest_first() {
            state.show_waiting();
        } else if state.first_page() {
            reload.run(());
        } else {
            navigate(&query.page(String::new()).link(&org), NavigateOptions::default());
        }
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

fn nothing_here(org: &str, state: ListState, query: &ListQuery) -> AnyView {
    let filtered = state.filter.with_value(|filter| !filter.is_empty()) || !query.after.is_empty();
    if filtered {
        let all = format!("/{org}/issues");
        return view! {
            <Empty sign=icondata_lu::LuSearchX title="Nothing matches" text="No issue that you may see is like that.">
                <a class="btn" href=all>"Clear the filter"</a>
            </Empty>
        }
        .into_any();
    }
    let new_issue = format!("/{org}/issues/new");
    view! {
        <Empty sign=icondata_lu::LuInbox title="No issues yet" text="What is reported here shows up at once, for everybody who may see it.">
            <a class="btn" href=new_issue>"Report the first one"</a>
        </Empty>
    }
    .into_any()
}

#[component]
fn Pager(org: String, query: ListQuery, pages: (Option<String>, Option<String>)) -> impl IntoView {
    let (previous, next) = pages;
    let link = move |cursor: String, label: &'static str, rel: &'static str| {
        view! { <a class="btn" href=query.page(cursor).link(&org) rel=rel>{label}</a> }
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
