//! The frame of the pages: sidebar and content for those who are inside, a small box for those at the door.

use leptos::prelude::*;
use tracker_domain::org::{Frame, OrgLink};

use super::{After, ApiForm, FlashDone, Hidden, account_menu::AccountMenu, endpoint, href, icon};
use crate::{
    api::SwitchOrg,
    live::{Connection, connection},
};

/// Which part of the sidebar the page belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// The issues.
    Issues,
    /// The numbers.
    Insights,
    /// What can be set; it has its own list beside the page.
    Settings,
}

/// The sign of the program.
#[component]
pub fn Mark(
    /// Its class.
    #[prop(default = "mark")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <span class=class aria-hidden="true">
            <svg viewBox="0 0 12 12" fill="currentColor">
                <rect x="2.4" y="1" width="2.6" height="10" rx="1"></rect>
                <rect x="7" y="1" width="2.6" height="10" rx="1"></rect>
            </svg>
        </span>
    }
}

/// A page of an organization.
#[component]
pub fn Shell(
    /// What stands around it.
    frame: Frame,
    /// Which part of the sidebar is current.
    here: Here,
    /// Whether the page lies on paper (panels) instead of being one sheet.
    #[prop(optional)]
    paper: bool,
    /// What stands in its bar.
    bar: AnyView,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <div class="shell">
            <Sidebar frame here/>
            <LiveSign/>
            <main id="main" tabindex="-1" class=if paper { "paper" } else { "" }>
                <header class="bar">
                    <button class="btn ghost square menu-btn" type="button" popovertarget="side" aria-label="Menu">
                        {icon(icondata_lu::LuMenu)}
                    </button>
                    {bar}
                </header>
                {children()}
            </main>
        </div>
        <FlashDone/>
    }
}

#[component]
fn Sidebar(frame: Frame, here: Here) -> impl IntoView {
    let issues = format!("/{}/issues", frame.org);
    let insights = format!("/{}/insights", frame.org);
    let current = move |this: Here| (here == this).then_some("page");
    let projects = frame
        .projects
        .into_iter()
        .map(|project| {
            let link = href(&issues, &[("q", &format!("project:{}", project.key))]);
            view! {
                <li>
                    <a class="item" href=link>
                        {icon(icondata_lu::LuBox)}
                        <span>{project.key.to_string()} " · " {project.name}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="side" id="side" popover aria-label="Main">
            {organization(frame.org.clone(), frame.org_name, frame.orgs)}
            <a class="jump" href=format!("{issues}#f-q")>{icon(icondata_lu::LuSearch)} "Search"</a>
            <a class="item" href=issues aria-current=current(Here::Issues)>{icon(icondata_lu::LuList)} <span>"Issues"</span></a>
            <a class="item" href=insights aria-current=current(Here::Insights)>{icon(icondata_lu::LuChartLine)} <span>"Insights"</span></a>
            <h2>"Projects"</h2>
            <ul>{projects}</ul>
            <AccountMenu viewer=frame.viewer org=frame.org/>
        </nav>
    }
    .into_any()
}

/// What the organization is called; for whoever belongs to more than one, a menu of them.
fn organization(org: String, name: String, all: Vec<OrgLink>) -> AnyView {
    if all.is_empty() {
        return view! { <a class="org" href=format!("/{org}")><Mark/> {name}</a> }.into_any();
    }
    let line = |to: OrgLink| {
        let current = (to.slug == org).then_some("true");
        view! {
            <ApiForm to={endpoint::<SwitchOrg>()} after=After::Load class="">
                <Hidden name="org" value=to.slug/>
                <button type="submit" aria-current=current>{to.name}</button>
            </ApiForm>
        }
    };
    let lines: Vec<_> = all.into_iter().map(line).collect();
    view! {
        <details class="orgs">
            <summary class="org" aria-label=format!("Organization {name}")><Mark/> <span>{name.clone()}</span> {icon(icondata_lu::LuChevronsUpDown)}</summary>
            <div class="menu">{lines}</div>
        </details>
    }
    .into_any()
}

/// Whether changes arrive by themselves.
#[component]
fn LiveSign() -> impl IntoView {
    let state = connection();
    let class = move || match state.get() {
        Connection::Connecting => "live connecting",
        Connection::Live => "live",
        Connection::Reconnecting => "live lost",
    };
    let text = move || match state.get() {
        Connection::Connecting => "",
        Connection::Live => "Live",
        Connection::Reconnecting => "Reconnecting…",
    };
    view! { <p class=class role="status">{text}</p> }
}

/// The box of the pages before sign-in.
#[component]
pub fn Door(
    /// What it is for.
    #[prop(into)]
    title: String,
    /// What the program is for, or what is special now.
    #[prop(into)]
    text: String,
    /// The form.
    children: Children,
) -> impl IntoView {
    view! {
        <main class="door" id="main" tabindex="-1">
            <div class="box">
                <Mark class="mark lg"/>
                <div>
                    <h1>{title}</h1>
                    <p class="dim">{text}</p>
                </div>
                {children()}
            </div>
        </main>
        <FlashDone/>
    }
}
