//! Who is signed in, how the page looks, and the way out.

use leptos::prelude::*;
use tracker_domain::org::{Person, Viewer};

use super::{After, ApiForm, Avatar, dom, endpoint, icon};
use crate::api::SignOut;

/// The account menu at the foot of the sidebar.
#[component]
pub(super) fn AccountMenu(
    /// Who.
    viewer: Viewer,
    /// In which organization, as its URLs name it.
    org: String,
) -> impl IntoView {
    let person = Person { id: viewer.id, name: viewer.name.clone() };
    view! {
        <details class="account">
            <summary aria-label=format!("Account of {}", viewer.name)>
                <Avatar person silent=true/>
                <span>{viewer.name.clone()}</span>
            </summary>
            <div class="menu">
                <p>{viewer.name} ", " {viewer.role.label()}</p>
                <ThemeChoice/>
                <hr class="js"/>
                <a class="item" href=format!("/{org}/settings/security")>{icon(icondata_lu::LuSettings)} "Settings"</a>
                <ApiForm to={endpoint::<SignOut>()} after=After::Load class="">
                    <button type="submit">{icon(icondata_lu::LuLogOut)} "Sign out"</button>
                </ApiForm>
            </div>
        </details>
    }
}

const THEMES: [(&str, &str, &icondata_core::IconData); 3] = [
    ("", "As the system", icondata_lu::LuMonitor),
    ("light", "Light", icondata_lu::LuSun),
    ("dark", "Dark", icondata_lu::LuMoon),
];

/// Light, dark, or as the system has it. Kept by this browser, for it is a matter of the screen and not of the account.
#[component]
fn ThemeChoice() -> impl IntoView {
    let theme = RwSignal::new(String::new());
    Effect::new(move |_| theme.set(dom::theme()));
    let button =
        move |(word, label, sign): (&'static str, &'static str, &'static icondata_core::IconData)| {
            let choose = move |_| {
                dom::set_theme(word);
                theme.set(word.to_owned());
            };
            view! {
                <button
                    type="button" data-replay title=label aria-label=label
                    aria-pressed=move || theme.with(|theme| theme == word).to_string()
                    on:click=choose
                >
                    {icon(sign)}
                </button>
            }
        };
    view! { <div class="choice js" role="group" aria-label="Theme">{THEMES.map(button).collect_view()}</div> }
}
