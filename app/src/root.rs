//! The document and the routes.
//!
//! To add a page, add its route here; every page renders on the server as a whole ([`SsrMode::Async`]), for its status
//! is known only when its one resource has answered.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
    path,
};
use std::time::Duration;
use tracker_domain::error::AppError;

use crate::{
    features::{
        accounts::{
            FailedPage, ForgotPage, InvitationPage, LoginPage, ResetPage, SecondStepPage, SignupPage,
            VerifyPage,
        },
        insights::{InsightsPage, NumberPage},
        issues::{IssuePage, IssuesPage, NewIssuePage},
        settings::{
            AuditPage, FactorsDoorPage, FactorsPage, InvitationsPage, MembersPage, ProfilePage, ProjectsPage,
            ProvidersPage, SecurityPage, ServicesPage, SignInPage, TeamsPage, TokensPage,
        },
    },
    live::provide_live,
    ui::{ErrorPage, Toasts, dom, provide_now, provide_toasts},
};

/// What runs before the first paint; see the file.
const EARLY: &str = include_str!("early.js");

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <script nonce=use_nonce()>{EARLY}</script>
                <HashedStylesheet options=options.clone() id="css"/>
                <link rel="preload" href="/fonts/inter.woff2" r#as="font" type="font/woff2" crossorigin="anonymous"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options defer=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The program: what all pages share, and the routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_now();
    provide_toasts();
    provide_live();
    Effect::new(|_| {
        dom::forget_flash();
        dom::mark_hydrated();
    });
    let (moving, set_moving) = signal(false);
    // Asked here, for the title is put together where nobody knows any more.
    let on_server = is_server();
    view! {
        <Title formatter=move |text: String| whole_title(&text, on_server)/>
        <div class="busy-bar" class:on=moving></div>
        <Router set_is_routing=set_moving>
            <FocusOnArrival moving/>
            <FlatRoutes fallback=|| view! { <ErrorPage error=AppError::NotFound/> }>
                <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                <Route path=path!("/login/failed") view=FailedPage ssr=SsrMode::Async/>
                <Route path=path!("/login/second") view=SecondStepPage ssr=SsrMode::Async/>
                <Route path=path!("/second-factor") view=FactorsDoorPage ssr=SsrMode::Async/>
                <Route path=path!("/signup") view=SignupPage ssr=SsrMode::Async/>
                <Route path=path!("/forgot") view=ForgotPage ssr=SsrMode::Async/>
                <Route path=path!("/reset") view=ResetPage ssr=SsrMode::Async/>
                <Route path=path!("/verify") view=VerifyPage ssr=SsrMode::Async/>
                <Route path=path!("/invitation") view=InvitationPage ssr=SsrMode::Async/>
                <Route path=path!("/:org") view=IssuesPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/issues") view=IssuesPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/issues/new") view=NewIssuePage ssr=SsrMode::Async/>
                <Route path=path!("/:org/issues/:key") view=IssuePage ssr=SsrMode::Async/>
                <Route path=path!("/:org/insights") view=InsightsPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/insights/rows") view=NumberPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/security") view=SecurityPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/members") view=MembersPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/teams") view=TeamsPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/projects") view=ProjectsPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/audit") view=AuditPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/tokens") view=TokensPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/services") view=ServicesPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/profile") view=ProfilePage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/invitations") view=InvitationsPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/providers") view=ProvidersPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/factors") view=FactorsPage ssr=SsrMode::Async/>
                <Route path=path!("/:org/settings/sign-in") view=SignInPage ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
        <Toasts/>
    }
}

/// How often it is looked whether a page that was gone to is there, and how long at most.
const SETTLED: Duration = Duration::from_millis(50);
const LOOKS: u8 = 200;

/// The name of the program in titles.
const NAME: &str = "Issues & Insights";

/// The title of a page. `leptos_meta` puts it between the tags as it is, and a title can be what somebody wrote: on the
/// server it is escaped here; the browser takes it as text.
fn whole_title(text: &str, on_server: bool) -> String {
    let title = if text.is_empty() { NAME.to_owned() } else { format!("{text} \u{b7} {NAME}") };
    if on_server { title.replace('&', "&amp;").replace('<', "&lt;") } else { title }
}

/// After going to another page by a link the focus is in that page, as after a full load.
#[component]
fn FocusOnArrival(moving: ReadSignal<bool>) -> impl IntoView {
    let location = use_location();
    Effect::new(move |before: Option<(String, String)>| {
        let now = (location.pathname.get(), location.hash.get());
        if before.is_some_and(|before| before != now) {
            arrive(moving, LOOKS);
        }
        now
    });
}

/// Moves the focus once the page is there: until its data have come, the page before it still stands.
fn arrive(moving: ReadSignal<bool>, looks: u8) {
    let look = move || {
        let waiting = moving.try_get_untracked().unwrap_or_default() || !dom::exists("#main");
        match looks.checked_sub(1).filter(|_| waiting) {
            Some(left) => arrive(moving, left),
            None => dom::arrive(),
        }
    };
    set_timeout(look, SETTLED);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_stays_a_text_wherever_it_is_put_together() {
        let written = "</title><b>";
        assert_eq!(whole_title(written, true), "&lt;/title>&lt;b> \u{b7} Issues &amp; Insights");
        assert_eq!(whole_title(written, false), "</title><b> \u{b7} Issues & Insights");
        assert_eq!(whole_title("", false), NAME);
    }
}
