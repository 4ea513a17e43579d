//! What a person sets for themselves, and an ADMIN for the organization: one list of pages beside each of them.
//!
//! To add a page, add it to [`Tab`], put it into a file here, and give it a route in `root`.

mod factors;
mod factors_parts;
mod sign_in;

pub use factors::{FactorsDoorPage, FactorsPage};
use leptos::prelude::*;
pub use sign_in::SignInPage;
use tracker_domain::org::{Frame, Role};

use crate::ui::{Here, Shell};

/// The pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Name, address and password.
    Profile,
    /// Sessions, second factors and providers.
    Security,
    /// One's own second factors.
    Factors,
    /// One's own tokens.
    Tokens,
    /// Members and invitations.
    Members,
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
        Self::Factors,
        Self::Tokens,
        Self::Members,
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
            Self::Factors => ("factors", "Second factor", false),
            Self::Tokens => ("tokens", "Tokens", false),
            Self::Members => ("members", "Members", true),
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
    let of_admins =
        (frame.viewer.role == Role::Admin).then(|| (frame.org_name.clone(), links(&frame.org, tab, true)));
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
