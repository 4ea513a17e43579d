//! `/{org}/settings/invitations`: inviting people, and the invitations that nobody has accepted yet.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    invitation::{InvitationView, InvitationsView},
    org::{Framed, Person, Role},
};

use super::{SettingsShell, Tab};
use crate::{
    api::{InviteMember, ResendInvitation, RevokeInvitation, view_invitations},
    features::param,
    ui::{
        After, ApiForm, Choice, Endpoint, Field, Hidden, Select, Skeleton, Submit, endpoint, flash_id,
        framed, page_data, settled,
    },
};

/// See the module.
#[component]
pub fn InvitationsPage() -> impl IntoView {
    let org = param("org");
    let page = page_data(move || (org(), flash_id()), |(org, flash)| view_invitations(org, flash));
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| {
        framed(answer, move |framed: Framed<InvitationsView>| {
            let Framed { frame, view } = framed;
            let org = frame.org.clone();
            view! {
                <Title text="Invitations"/>
                <SettingsShell frame tab=Tab::Invitations>
                    <Invitations org view reload/>
                </SettingsShell>
            }
            .into_any()
        })
    };
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

/// The form and the list.
#[component]
pub fn Invitations(
    /// The organization.
    org: String,
    /// What is open.
    view: InvitationsView,
    /// Called after a change.
    reload: Callback<()>,
) -> impl IntoView {
    let rows = view.open.into_iter().map(|invitation| row(&org, invitation, reload)).collect_view();
    let none = rows.is_empty().then(|| view! { <p class="dim">"No invitation is open."</p> });
    view! {
        <section aria-labelledby="invite">
            <h2 id="invite">"Invite somebody"</h2>
            <p class="dim">"They get a mail with a link that is good for seven days, also when sign-up is closed."</p>
            {form(org, view.claimable, reload)}
        </section>
        <section aria-labelledby="open">
            <h2 id="open">"Open invitations"</h2>
            {none}
            <ul class="rows">{rows}</ul>
        </section>
    }
    .into_any()
}

fn form(org: String, claimable: Vec<Person>, reload: Callback<()>) -> AnyView {
    let roles = Role::ALL.iter().map(|role| Choice::new(role.word(), role.label())).collect();
    let mut members = vec![Choice::new("", "Nobody: a new member")];
    members.extend(claimable.into_iter().map(|person| Choice::new(person.id.to_string(), person.name)));
    let claims = (members.len() > 1).then(|| {
        view! {
            <Select label="Takes over the imported member" name="member" choices=members chosen=""/>
        }
    });
    view! {
        <ApiForm to={endpoint::<InviteMember>()} after=After::Clear done=reload>
            <Hidden name="org" value=Signal::stored(org)/>
            <Field label="Email" name="email" kind="email" autocomplete="off"/>
            <Select label="Role" name="role" choices=roles chosen=Role::Reporter.word()/>
            {claims}
            <div class="actions"><Submit label="Invite"/></div>
        </ApiForm>
    }
    .into_any()
}

fn row(org: &str, invitation: InvitationView, reload: Callback<()>) -> AnyView {
    let InvitationView { id, email, role, by, claims, expires_at, expired } = invitation;
    let good = if expired { "expired on" } else { "good until" };
    let by = by.map(|by| format!(", invited by {by}"));
    let claims = claims.map(|name| format!(", takes over {name}"));
    let button = |to: Endpoint, label: &'static str| {
        let (org, email) = (org.to_owned(), email.clone());
        view! {
            <ApiForm to after=After::Stay done=reload class="">
                <Hidden name="org" value=Signal::stored(org)/>
                <Hidden name="id" value=Signal::stored(id.to_string())/>
                <button class="btn" type="submit">{label} <span class="vh">" " {email}</span></button>
            </ApiForm>
        }
    };
    view! {
        <li>
            <div>
                <b>{email.clone()}</b> " as " {role.label()}
                <p class="dim">{good} " " {expires_at.day().to_string()} {by} {claims}</p>
            </div>
            {button(endpoint::<ResendInvitation>(), "Send again")}
            {button(endpoint::<RevokeInvitation>(), "Revoke")}
        </li>
    }
    .into_any()
}
