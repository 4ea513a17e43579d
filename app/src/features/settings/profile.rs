//! `/{org}/settings/profile`: one's name, address and password.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    account::MIN_PASSWORD_CHARS,
    org::Framed,
    profile::{AddressChange, ProfileView},
};

use super::{SettingsShell, Tab};
use crate::{
    api::{ChangeAddress, ChangePassword, SendVerification, SetName, SetZone, view_profile},
    features::param,
    ui::{After, ApiForm, Field, Hidden, Skeleton, Submit, endpoint, flash_id, framed, page_data, settled},
};

/// See the module.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let org = param("org");
    let page = page_data(move || (org(), flash_id()), |(org, flash)| view_profile(org, flash));
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| framed(answer, move |framed| view! { <Profile framed reload/> }.into_any());
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn Profile(framed: Framed<ProfileView>, reload: Callback<()>) -> impl IntoView {
    let Framed { frame, view } = framed;
    let org = frame.org.clone();
    let has_password = view.has_password;
    let password = if has_password {
        password(org.clone())
    } else {
        view! { <p class="dim">"This account has no password: you sign in by a provider."</p> }.into_any()
    };
    let name = name(&view, org.clone(), reload);
    let zone = zone(&view, org.clone(), reload);
    let address = address(&view, org.clone(), reload);
    view! {
        <Title text="Profile"/>
        <SettingsShell frame tab=Tab::Profile>
            <section aria-labelledby="name">
                <h2 id="name">"Your name"</h2>
                {name}
            </section>
            <section aria-labelledby="zone">
                <h2 id="zone">"Your time zone"</h2>
                {zone}
            </section>
            <section aria-labelledby="email">
                <h2 id="email">"Your email"</h2>
                {address}
                {has_password.then(|| change(org, reload))}
            </section>
            <section aria-labelledby="password">
                <h2 id="password">"Your password"</h2>
                {password}
            </section>
        </SettingsShell>
    }
    .into_any()
}

fn name(view: &ProfileView, org: String, reload: Callback<()>) -> AnyView {
    let name = view.name.clone();
    view! {
        <ApiForm to={endpoint::<SetName>()} after=After::Stay done=reload>
            <Hidden name="org" value=Signal::stored(org)/>
            <Field label="Name" name="name" value=name autocomplete="name"/>
            <div class="actions"><Submit label="Save name"/></div>
        </ApiForm>
    }
    .into_any()
}

fn zone(view: &ProfileView, org: String, reload: Callback<()>) -> AnyView {
    let zone = view.zone.clone();
    view! {
        <ApiForm to={endpoint::<SetZone>()} after=After::Stay done=reload>
            <Hidden name="org" value=Signal::stored(org)/>
            <Field label="Time zone" name="zone" value=zone hint="Whose days the charts are of, for instance Europe/Lisbon or UTC. Empty: the organization's."/>
            <div class="actions"><Submit label="Save time zone"/></div>
        </ApiForm>
    }
    .into_any()
}

/// The address as it is, and what is still to be confirmed.
fn address(view: &ProfileView, org: String, reload: Callback<()>) -> AnyView {
    let state = if view.verified { "Confirmed" } else { "Not confirmed yet" };
    let again = (!view.verified).then(|| {
        view! {
            <ApiForm to={endpoint::<SendVerification>()} after=After::Stay done=reload>
                <Hidden name="org" value=Signal::stored(org)/>
                <p class="dim">"Open the link in the mail that was sent to this address."</p>
                <div class="actions"><Submit label="Send again" class="btn"/></div>
            </ApiForm>
        }
    });
    view! {
        <p><b>{view.email.clone()}</b> " · " {state}</p>
        {again}
        {view.changing.as_ref().map(waiting)}
    }
    .into_any()
}

fn waiting(change: &AddressChange) -> AnyView {
    let missing = match (change.new_confirmed, change.old_confirmed) {
        (false, false) => "Both addresses have got a mail; the change is done when both have agreed.",
        (false, true) => "It has got a mail; the change is done when it was confirmed there.",
        (true, _) => "It is confirmed there; the present address has got a mail and must agree.",
    };
    view! { <p role="note">"Waiting for " <b>{change.to.clone()}</b> ". " {missing}</p> }.into_any()
}

fn change(org: String, reload: Callback<()>) -> AnyView {
    view! {
        <ApiForm to={endpoint::<ChangeAddress>()} after=After::Clear done=reload>
            <Hidden name="org" value=Signal::stored(org)/>
            <Field label="New email" name="email" kind="email" autocomplete="email"/>
            <Field label="Password" name="password" kind="password" autocomplete="current-password"/>
            <div class="actions"><Submit label="Change email" class="btn"/></div>
        </ApiForm>
    }
    .into_any()
}

fn password(org: String) -> AnyView {
    view! {
        <p class="dim">"Your other sessions end when you change it."</p>
        <ApiForm to={endpoint::<ChangePassword>()} after=After::Clear>
            <Hidden name="org" value=Signal::stored(org)/>
            <Field label="Current password" name="current_password" kind="password" autocomplete="current-password"/>
            <Field
                label="New password" name="new_password" kind="password" autocomplete="new-password"
                hint=format!("At least {MIN_PASSWORD_CHARS} characters; a sentence is easy to remember.")
            />
            <div class="actions"><Submit label="Change password" class="btn"/></div>
        </ApiForm>
    }
    .into_any()
}
