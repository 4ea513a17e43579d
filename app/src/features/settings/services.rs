//! `/{org}/settings/services`: accounts that only tokens act for.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    org::{Framed, Role},
    token::{ServiceView, ServicesView},
};

use super::{
    SettingsShell, Tab,
    token_parts::{MadeToken, TokenFields, TokenRows},
    tokens::made_id,
};
use crate::{
    api::{CreateService, CreateServiceToken, RemoveService, view_services},
    features::param,
    ui::{
        After, ApiForm, Choice, Field, Hidden, Select, Skeleton, Submit, endpoint, flash_id, framed,
        page_data, settled,
    },
};

/// See the module.
#[component]
pub fn ServicesPage() -> impl IntoView {
    let org = param("org");
    let page = page_data(
        move || (org(), made_id(), flash_id()),
        |(org, made, flash)| view_services(org, made, flash),
    );
    let changed = Callback::new(move |()| page.refetch());
    let show = move |answer| framed(answer, |framed| view! { <Services framed changed/> }.into_any());
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn Services(framed: Framed<ServicesView>, changed: Callback<()>) -> impl IntoView {
    let Framed { frame, view } = framed;
    let org = frame.org.clone();
    let choices: Vec<_> = view
        .services
        .iter()
        .map(|service| Choice::new(service.id.to_string(), service.name.clone()))
        .collect();
    let none = choices.is_empty();
    let each = view.services.into_iter().map(|service| one(org.clone(), service, changed)).collect_view();
    view! {
        <Title text=format!("Services \u{b7} {}", frame.org_name)/>
        <SettingsShell frame tab=Tab::Services>
            {view.made.map(|token| view! { <MadeToken token/> })}
            {none.then(|| view! {
                <section><p class="dim">"No services yet. A service is an account of a program: nobody signs in with it."</p></section>
            })}
            {each}
            {(!none).then(|| new_token(org.clone(), choices))}
            {new_service(org, changed)}
        </SettingsShell>
    }
}

fn one(org: String, service: ServiceView, changed: Callback<()>) -> AnyView {
    let name = service.name.clone();
    view! {
        <section>
            <h2>{service.name}</h2>
            <p class="dim">{service.role.label()}</p>
            <TokenRows org=org.clone() tokens=service.tokens changed/>
            <ApiForm to={endpoint::<RemoveService>()} after=After::Stay done=changed>
                <Hidden name="org" value=org/>
                <Hidden name="service" value=service.id.to_string()/>
                <div class="actions">
                    <button class="btn" type="submit">"Remove" <span class="vh">" " {name}</span></button>
                </div>
            </ApiForm>
        </section>
    }
    .into_any()
}

fn new_token(org: String, choices: Vec<Choice>) -> AnyView {
    let first = choices.first().map(|choice| choice.value.clone()).unwrap_or_default();
    view! {
        <section>
            <h2>"New token"</h2>
            <ApiForm to={endpoint::<CreateServiceToken>()} after=After::Load>
                <Hidden name="org" value=org/>
                <Select label="Service" name="service" choices chosen=first/>
                <TokenFields admin=true/>
                <div class="actions"><Submit label="Create token"/></div>
            </ApiForm>
        </section>
    }
    .into_any()
}

fn new_service(org: String, changed: Callback<()>) -> AnyView {
    let roles = Role::ALL.iter().map(|role| Choice::new(role.word(), role.label())).collect();
    view! {
        <section>
            <h2>"New service"</h2>
            <ApiForm to={endpoint::<CreateService>()} after=After::Clear done=changed>
                <Hidden name="org" value=org/>
                <Field label="Service name" name="called" hint="What the program is called, for instance CI." autocomplete="off"/>
                <Select label="Role" name="role" choices=roles chosen=Role::Reporter.word()/>
                <div class="actions"><Submit label="Create service"/></div>
            </ApiForm>
        </section>
    }
    .into_any()
}
