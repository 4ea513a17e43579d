//! `/{org}/issues`: the list.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    components::Redirect,
    hooks::{use_navigate, use_url},
};
use tracker_domain::{
    issue::{IssueList, OPEN_COUNTED},
    live::{LiveItem, Topic, TopicPage},
    org::Framed,
    page::Sort,
};

use super::{
    answer::fetch,
    filter::{FilterForm, Syntax},
    list::ListState,
    list_parts::{Head, Pager, Waiting, looked, nothing, nothing_here},
    list_query::ListQuery,
    row::Row,
    search::Search,
};
use crate::{
    features::param,
    live::use_live,
    ui::{Here, Shell, Skeleton, dom, encode, flash_id, framed, icon, page_data, settled, thousands},
};

/// See the module.
#[component]
pub fn IssuesPage() -> impl IntoView {
    let (list, moved) = untrack(ListQuery::current);
    let org = param("org");
    let org = Memo::new(move |_| org());
    if is_server() && moved {
        // A plain form was sent, or a link is older than the query language.
        let path = list.at(&format!("/{}/issues", encode(&org.get_untracked())));
        return view! { <Redirect path/> }.into_any();
    }
    let list = Memo::new(|_| ListQuery::current().0);
    let search = Search::new(org, list, visit());
    keep_the_address();
    Effect::new(move |before: Option<ListQuery>| {
        let now = list.get();
        if before.is_some_and(|before| before != now) {
            search.moved(&now);
        }
        now
    });
    let page = page_data(
        move || (org.get(), list.get(), flash_id()),
        move |(org, list, flash)| {
            let ready = search.take_ready(&list);
            async move {
                match ready {
                    Some(answer) => answer,
                    None => fetch(org, list, flash).await,
                }
            }
        },
    );
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| {
        framed(answer, move |framed| {
            view! { <List framed list=list.get_untracked() search reload/> }.into_any()
        })
    };
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
    .into_any()
}

/// Goes to a URL of this page, in the place of the present one or after it.
fn visit() -> Callback<(String, bool)> {
    let navigate = use_navigate();
    Callback::new(move |(url, replace): (String, bool)| {
        navigate(&url, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        if dom::address() != url {
            dom::set_address(&url, false);
        }
    })
}

/// The router leaves the address bar alone when it goes where it has last gone to, although the reader may have gone
/// back meanwhile.
fn keep_the_address() {
    let url = use_url();
    Effect::new(move |before: Option<()>| {
        let (path, search) = url.with(|url| (url.path().to_owned(), url.search().to_owned()));
        let full = if search.is_empty() { path.clone() } else { format!("{path}?{search}") };
        if before.is_some() && path == dom::path() && full != dom::address() {
            dom::set_address(&full, false);
        }
    });
}

#[component]
fn List(
    framed: Framed<Option<IssueList>>,
    list: ListQuery,
    search: Search,
    reload: Callback<()>,
) -> impl IntoView {
    let Framed { frame, view } = framed;
    let org = frame.org.clone();
    let topic = view.is_some().then(|| Topic { org: org.clone(), page: TopicPage::Issues });
    let pages = view
        .as_ref()
        .map(|view| [&view.previous, &view.next].map(|cursor| cursor.as_ref().map(ToString::to_string)));
    let sort = view.as_ref().map(|view| view.sort);
    let looked_at = view.as_ref().and_then(|view| view.looked_at);
    let state = view.map(|view| ListState::new(&org, list.clone(), view));
    use_live(
        Signal::stored(topic),
        Signal::stored(frame.seq),
        move |item| {
            if let (LiveItem::Row { row, .. }, Some(state)) = (item, state) {
                state.take(*row);
            }
        },
        move || reload.run(()),
    );
    let new_issue = format!("/{org}/issues/new");
    let count = state.map(|state| {
        view! { <span class="dim num">{move || open_count(state.open.get())} " open"</span> }
    });
    let bar = view! {
        <h1>"Issues"</h1>
        {count}
        <span class="grow"></span>
        <a class="btn primary" href=new_issue>{icon(icondata_lu::LuPlus)} "New issue"</a>
    }
    .into_any();
    let title = format!("Issues \u{b7} {}", frame.org_name);
    let rows = match (state, sort, pages) {
        (Some(state), Some(sort), Some(pages)) => {
            view! { <Rows state org=org.clone() list=list.clone() sort pages looked_at reload/> }.into_any()
        }
        _ => nothing(
            &org,
            &list,
            "This search cannot be read",
            "Put right what is marked above, or start anew.",
        ),
    };
    view! {
        <Title text=title/>
        <Shell frame here=Here::Issues bar>
            <FilterForm org query=list search/>
            <Syntax/>
            <p class="vh" role="status">{search.found}</p>
            <div aria-busy=move || search.busy.get().then_some("true")>{rows}</div>
        </Shell>
    }
}

#[component]
fn Rows(
    state: ListState,
    org: String,
    list: ListQuery,
    sort: Sort,
    pages: [Option<String>; 2],
    looked_at: Option<u16>,
    reload: Callback<()>,
) -> impl IntoView {
    let empty = move || state.rows.with(Vec::is_empty);
    let row_org = org.clone();
    let none = {
        let (org, list) = (org.clone(), list.clone());
        move || empty().then(|| nothing_here(&org, &list))
    };
    view! {
        <Waiting state org=org.clone() list=list.clone() reload/>
        <table class="table" hidden=empty>
            <caption class="vh">"Issues"</caption>
            <Head org=org.clone() list=list.clone() sort/>
            <tbody>
                <For each=move || state.rows.get() key=|row| row.key.clone() let:row>
                    <Row row org=row_org.clone()/>
                </For>
            </tbody>
        </table>
        {none}
        {looked(looked_at)}
        <Pager org list pages/>
    }
    .into_any()
}

/// More than were counted are not told apart.
fn open_count(open: i64) -> String {
    if open < OPEN_COUNTED { thousands(open) } else { format!("{}+", OPEN_COUNTED - 1) }
}
