//! What a person sets for themselves, and an ADMIN for the organization: one list of pages beside each of them.
//!
//! To add a page, add it to [`Tab`], put it into a file here, and give it a route in `root`.

mod audit;
mod factors;
mod factors_parts;
mod invitations;
mod members;
mod profile;
mod projects;
mod providers;
mod security;
mod services;
mod sign_in;
mod teams;
mod token_parts;
mod tokens;

pub use audit::AuditPage;
pub use factors::{FactorsDoorPage, FactorsPage};
pub use invitations::{Invitations, InvitationsPage};
use leptos::prelude::*;
pub use members::MembersPage;
pub use profile::ProfilePage;
pub use projects::ProjectsPage;
pub use providers::ProvidersPage;
pub use security::SecurityPage;
pub use services::ServicesPage;
pub use sign_in::SignInPage;
pub use teams::TeamsPage;
pub use tokens::TokensPage;
use tracker_domain::{org::Frame, policy::OrgAction};

use crate::ui::{Here, Shell, href};

/// The pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Name, address and password.
    Profile,
    /// Sessions.
    Security,
    /// Accounts elsewhere that one signs in by.
    Providers,
    /// One's own second factors.
    Factors,
    /// One's own tokens.
    Tokens,
    /// Members.
    Members,
    /// Invitations that nobody has accepted yet.
    Invitations,
    /// Teams.
    Teams,
    /// Projects.
    Projects,
    /// How members sign in.
    SignIn,
    /// Tokens of services.
    Services,
    /// The audit trail.
    Audit,
}

impl Tab {
    /// All of them, in the order of the list.
    const ALL: &'static [Self] = &[
        Self::Profile,
        Self::Security,
        Self::Providers,
        Self::Factors,
        Self::Tokens,
        Self::Members,
        Self::Invitations,
        Self::Teams,
        Self::Projects,
        Self::SignIn,
        Self::Services,
        Self::Audit,
    ];

    /// The last part of its path, what it is called, and whether it is there for ADMINs only.
    const fn parts(self) -> (&'static str, &'static str, bool) {
        match self {
            Self::Profile => ("profile", "Profile", false),
            Self::Security => ("security", "Security", false),
            Self::Providers => ("providers", "Providers", false),
            Self::Factors => ("factors", "Second factor", false),
            Self::Tokens => ("tokens", "Tokens", false),
            Self::Members => ("members", "Members", true),
            Self::Invitations => ("invitations", "Invitations", true),
            Self::Teams => ("teams", "Teams", true),
            Self::Projects => ("projects", "Projects", true),
            Self::SignIn => ("sign-in", "Sign-in", true),
            Self::Services => ("services", "Services", true),
            Self::Audit => ("audit", "Audit", true),
        }
    }
}

/// A page of the settings.
#[component]
pub fn SettingsShell(
    /// What stands around it.
    frame: Frame,
    /// Which page it is.
    tab: Tab,
    /// The page.
    children: Children,
) -> impl IntoView {
    let (_, name, _) = tab.parts();
    let own = links(&frame.org, tab, false);
    let admin = frame.viewer.may(OrgAction::ManageMembers);
    let of_admins = admin.then(|| (frame.org_name.clone(), links(&frame.org, tab, true)));
    view! {
        <Shell frame here=Here::Settings paper=true bar=view! { <h1>{name}</h1> }.into_any()>
            <div class="settings">
                <nav aria-label="Settings">
                    <h2>"You"</h2>
                    <ul>{own}</ul>
                    {of_admins.map(|(org, links)| view! { <h2>{org}</h2> <ul>{links}</ul> })}
                </nav>
                <div class="settings-page">{children()}</div>
            </div>
        </Shell>
    }
    .into_any()
}

fn links(org: &str, here: Tab, of_admins: bool) -> Vec<AnyView> {
    let ours = Tab::ALL.iter().filter(|tab| tab.parts().2 == of_admins);
    ours.map(|&tab| {
        let (path, name, _) = tab.parts();
        let current = (tab == here).then_some("page");
        view! { <li><a class="item" href=format!("/{org}/settings/{path}") aria-current=current>{name}</a></li> }.into_any()
    })
    .collect()
}

/// To the pages before and after of a list whose filter is `query`.
#[component]
pub(crate) fn Pager(
    path: String,
    query: Vec<(&'static str, String)>,
    pages: [Option<String>; 2],
) -> impl IntoView {
    let link = move |cursor: &str, label: &'static str, rel: &'static str| {
        let mut pairs: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pairs.push(("after", cursor));
        view! { <a class="btn" href=href(&path, &pairs) rel=rel>{label}</a> }
    };
    let [previous, next] = pages;
    let some = previous.is_some() || next.is_some();
    some.then(|| {
        view! {
            <nav class="pages" aria-label="Pages">
                {previous.map(|cursor| link(&cursor, "Previous page", "prev"))}
                {next.map(|cursor| link(&cursor, "Next page", "next"))}
            </nav>
        }
    })
}
