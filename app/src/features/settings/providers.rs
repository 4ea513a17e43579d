//! `/{org}/settings/providers`

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    org::Framed,
    provider::{LinkedProvider, ProviderName, ProvidersView},
};

use super::{SettingsShell, Tab};
use crate::{
    api::{LinkProvider, UnlinkProvider, view_providers},
    features::param,
    ui::{After, ApiForm, Hidden, Skeleton, Submit, Time, endpoint, flash_id, framed, page_data, settled},
};

/// See the module.
#[component]
pub fn ProvidersPage() -> impl IntoView {
    let org = param("org");
    let page = page_data(move || (org(), flash_id()), |(org, flash)| view_providers(org, flash));
    let again = Callback::new(move |()| page.refetch());
    let show = move |answer| framed(answer, move |framed| view! { <Providers framed again/> }.into_any());
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn Providers(
    framed: Framed<ProvidersView>,
    /// Asks for the page again.
    again: Callback<()>,
) -> impl IntoView {
    let Framed { frame, view } = framed;
    let org = frame.org.clone();
    let none = || view! { <p class="dim">"No account of a provider is linked to yours."</p> }.into_any();
    let linked: Vec<_> = view.linked.into_iter().map(|provider| linked_row(&org, provider, again)).collect();
    let others: Vec<_> = view.others.into_iter().map(|provider| other_row(&org, provider)).collect();
    view! {
        <Title text=format!("Providers \u{b7} {}", frame.org_name)/>
        <SettingsShell frame tab=Tab::Providers>
            <section aria-labelledby="linked">
                <h2 id="linked">"Linked accounts"</h2>
                <p class="dim">"Each of them signs you in, without a password."</p>
                {if linked.is_empty() { none() } else { view! { <ul class="rows">{linked}</ul> }.into_any() }}
            </section>
            {(!others.is_empty()).then(|| view! {
                <section aria-labelledby="others">
                    <h2 id="others">"Other providers"</h2>
                    <ul class="rows">{others}</ul>
                </section>
            })}
        </SettingsShell>
    }
    .into_any()
}

fn linked_row(org: &str, provider: LinkedProvider, again: Callback<()>) -> AnyView {
    let label = provider.label.clone();
    let form = provider.can_unlink.then(|| {
        let (org, name) = (org.to_owned(), provider.name);
        view! {
            <ApiForm to={endpoint::<UnlinkProvider>()} after=After::Stay done=again>
                <Hidden name="org" value=org/>
                <Hidden name="provider" value=name/>
                <Submit label="Unlink" class="btn small" what=label/>
            </ApiForm>
        }
    });
    let only = (!provider.can_unlink).then(|| view! { <span class="dim">"Your only way to sign in"</span> });
    view! {
        <li>
            <div>
                <strong>{provider.label}</strong> " " <span>{provider.email}</span>
                <div class="dim">"Used " <Time at=provider.last_used_at long=true/> ", linked " <Time at=provider.created_at long=true/></div>
            </div>
            {form}
            {only}
        </li>
    }
    .into_any()
}

fn other_row(org: &str, provider: ProviderName) -> AnyView {
    let (org, name, label) = (org.to_owned(), provider.name, provider.label.clone());
    view! {
        <li>
            <strong>{label}</strong>
            <ApiForm to={endpoint::<LinkProvider>()} after=After::Load>
                <Hidden name="org" value=org/>
                <Hidden name="provider" value=name/>
                <Submit label="Link" class="btn small" what=provider.label/>
            </ApiForm>
        </li>
    }
    .into_any()
}
