//! `/{org}/settings/factors`, and `/second-factor` outside of any organization: one's own second factors.
//!
//! The page shows how things are, with a link for each thing that can be done; `?do=` in the URL puts the form for that one
//! thing on the page, so that there is never more than one password to type. A new kind of factor is a section here.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use tracker_domain::{
    factor::{FactorsDoor, FactorsView, PasskeyView, factors_page},
    org::Framed,
};

use super::{
    SettingsShell, Tab,
    factors_parts::{NewCodes, Proof, Setup},
};
use crate::{
    api::{
        AddPasskey, ApiError, BeginPasskey, BeginTotp, EndTotp, RemovePasskey, RenamePasskey, RenewCodes,
        view_factors, view_factors_door,
    },
    features::{accounts::PasskeyButton, param},
    ui::{
        After, ApiForm, Door, Endpoint, ErrorPage, Field, Hidden, Skeleton, Submit, Time, endpoint, flash_id,
        framed, page_data, plural, provide_flash, settled,
    },
};

/// `/{org}/settings/factors`
#[component]
pub fn FactorsPage() -> impl IntoView {
    let org = param("org");
    let page = page_data(move || (org(), flash_id()), |(org, flash)| view_factors(org, flash));
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| {
        framed(answer, move |Framed { frame, view }| {
            let org = frame.org.clone();
            view! {
                <Title text="Second factor"/>
                <SettingsShell frame tab=Tab::Factors>{panel(view, org, reload)}</SettingsShell>
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

/// `/second-factor`
#[component]
pub fn FactorsDoorPage() -> impl IntoView {
    let page = page_data(flash_id, view_factors_door);
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer: Result<FactorsDoor, ApiError>| match answer {
        Ok(door) => outside(door, reload),
        Err(error) => view! { <ErrorPage error=error.0/> }.into_any(),
    };
    view! { <Transition>{move || Suspend::new(async move { show(settled(page).await) })}</Transition> }
}

fn outside(door: FactorsDoor, reload: Callback<()>) -> AnyView {
    provide_flash(door.flash);
    let text = if door.view.any() {
        "Your account has a second factor."
    } else {
        "Your account has none yet, and your organization may ask its members for one."
    };
    let on = door.view.any().then_some(door.home).flatten();
    let on = on.map(
        |org| view! { <p><a class="btn primary wide" href=format!("/{org}") rel="external">"Go on"</a></p> },
    );
    view! {
        <Title text="Second factor"/>
        <Door title="Second factor" text=text>
            {on}
            <div class="settings-page">{panel(door.view, String::new(), reload)}</div>
        </Door>
    }
    .into_any()
}

/// What the sections know.
#[derive(Clone, Copy)]
pub(super) struct Here {
    org: StoredValue<String>,
    reload: Callback<()>,
    has_password: bool,
    any: bool,
}

impl Here {
    fn link(self, what: &str) -> String {
        format!("{}?do={what}", self.org.with_value(|org| factors_page(org)))
    }

    /// A form of this page; it leads back to it. The fields are made inside of it, for it tells them what was typed.
    pub(super) fn form(self, to: Endpoint, fields: impl FnOnce() -> AnyView + Send + 'static) -> AnyView {
        let org = self.org.get_value();
        view! {
            <ApiForm to after=After::Visit done=self.reload>
                <Hidden name="org" value=org/>
                {fields()}
            </ApiForm>
        }
        .into_any()
    }

    /// The same, with the question who it is.
    fn proved(self, to: Endpoint, label: &'static str, fields: Option<AnyView>) -> AnyView {
        let asks = self.has_password || self.any;
        self.form(to, move || {
            view! {
                {fields}
                {asks.then(|| view! { <Proof password=self.has_password codes=self.any/> })}
                {self.buttons(label)}
            }
            .into_any()
        })
    }

    fn buttons(self, label: &'static str) -> AnyView {
        let back = self.org.with_value(|org| factors_page(org));
        view! { <div class="actions"><Submit label/> <a class="btn ghost" href=back>"Cancel"</a></div> }
            .into_any()
    }
}

fn panel(view: FactorsView, org: String, reload: Callback<()>) -> AnyView {
    let here = Here { org: StoredValue::new(org), reload, has_password: view.has_password, any: view.any() };
    let query = use_query_map();
    let doing =
        Memo::new(move |_| query.with(|query| (query.get("do").unwrap_or_default(), query.get("passkey"))));
    let fresh = (!view.new_codes.is_empty()).then(|| view! { <NewCodes here codes=view.new_codes.clone()/> });
    view! {
        {fresh}
        {authenticator(&view, here, doing)}
        {passkeys(&view, here, doing)}
        {view.any().then(|| recovery(view.codes_left, here, doing))}
    }
    .into_any()
}

/// What is being done: a word, and the passkey that it is done to.
type Doing = Memo<(String, Option<String>)>;

fn authenticator(view: &FactorsView, here: Here, doing: Doing) -> AnyView {
    let (since, setup) = (view.totp_since, view.setup.clone());
    let state = match since {
        Some(at) => view! { <p>"On since " <Time at long=true/> "."</p> }.into_any(),
        None => view! { <p class="dim">"Off. An app on your phone shows a code that is asked for after the password."</p> }
            .into_any(),
    };
    let form = move || match (doing.get().0.as_str(), since, setup.clone()) {
        ("end", Some(_), _) => here.proved(endpoint::<EndTotp>(), "Turn off", None),
        ("totp", None, None) => here.proved(endpoint::<BeginTotp>(), "Go on", None),
        (_, None, Some(setup)) => view! { <Setup here setup/> }.into_any(),
        (_, Some(_), _) => {
            view! { <p><a class="btn" href=here.link("end")>"Turn off authenticator"</a></p> }.into_any()
        }
        _ => view! { <p><a class="btn" href=here.link("totp")>"Set up authenticator"</a></p> }.into_any(),
    };
    view! { <section aria-labelledby="h-totp"><h2 id="h-totp">"Authenticator"</h2> {state} {form}</section> }
        .into_any()
}

fn passkeys(view: &FactorsView, here: Here, doing: Doing) -> AnyView {
    let (list, useless) = (view.passkeys.clone(), view.no_passkeys.clone());
    let rows = list.iter().map(|passkey| row(passkey, here)).collect_view();
    let usable = useless.is_none();
    let form = move || {
        let (what, which) = doing.get();
        let chosen = which.and_then(|id| list.iter().find(|passkey| passkey.id.to_string() == id)).cloned();
        match (what.as_str(), chosen) {
            ("passkey", _) if usable => adding(here),
            ("rename", Some(passkey)) => renaming(here, passkey),
            ("remove", Some(passkey)) => removing(here, passkey),
            _ if usable => {
                view! { <p class="js"><a class="btn" href=here.link("passkey")>"Add a passkey"</a></p> }
                    .into_any()
            }
            _ => ().into_any(),
        }
    };
    view! {
        <section aria-labelledby="h-passkeys">
            <h2 id="h-passkeys">"Passkeys"</h2>
            <p class="dim">
                "A key in your device, opened by finger, face or PIN. It takes the place of the password and the code."
            </p>
            {useless.map(|why| view! { <p>{why}</p> })}
            <ul class="rows">{rows}</ul>
            {form}
        </section>
    }
    .into_any()
}

fn row(passkey: &PasskeyView, here: Here) -> AnyView {
    let PasskeyView { id, name, created_at, last_used_at } = passkey.clone();
    let used = match last_used_at {
        Some(at) => view! { ", used " <Time at long=true/> }.into_any(),
        None => view! { ", not used yet" }.into_any(),
    };
    let link = move |what: &str, label: &'static str, name: &str| {
        let to = format!("{}&passkey={id}", here.link(what));
        view! { <a class="btn ghost" href=to>{label} <span class="vh">" " {name.to_owned()}</span></a> }
    };
    let links = (link("rename", "Rename", &name), link("remove", "Remove", &name));
    view! {
        <li>
            <div>
                <b>{name}</b>
                <p class="dim">"Added " <Time at=created_at long=true/> {used}</p>
            </div>
            {links.0} {links.1}
        </li>
    }
    .into_any()
}

fn adding(here: Here) -> AnyView {
    let (asks, back) = (here.has_password || here.any, here.org.with_value(|org| factors_page(org)));
    here.form(endpoint::<AddPasskey>(), move || {
        view! {
            <Field label="Name" name="name" value="Passkey" hint="What you will know it by: the device, for instance."/>
            {asks.then(|| view! { <Proof password=here.has_password codes=here.any/> })}
            <PasskeyButton does="create" ask=BeginPasskey::url() label="Add passkey" class="btn primary"/>
            <p><a class="link" href=back>"Cancel"</a></p>
        }
        .into_any()
    })
}

fn renaming(here: Here, passkey: PasskeyView) -> AnyView {
    here.form(endpoint::<RenamePasskey>(), move || {
        view! {
            <Hidden name="passkey" value=passkey.id.to_string()/>
            <Field label="Name" name="name" value=passkey.name/>
            {here.buttons("Rename")}
        }
        .into_any()
    })
}

fn removing(here: Here, passkey: PasskeyView) -> AnyView {
    let fields = view! {
        <Hidden name="passkey" value=passkey.id.to_string()/>
        <p>"Remove “" {passkey.name} "”? It opens nothing here any more. The device keeps its half; remove it there too."</p>
    };
    here.proved(endpoint::<RemovePasskey>(), "Remove", Some(fields.into_any()))
}

fn recovery(left: i64, here: Here, doing: Doing) -> AnyView {
    let text = format!(
        "{} left. Each opens the account once, in the place of a code.",
        plural(left, "recovery code", "recovery codes")
    );
    let form = move || match doing.get().0.as_str() {
        "codes" => here.proved(endpoint::<RenewCodes>(), "Make new codes", None),
        _ => view! { <p><a class="btn" href=here.link("codes")>"Make new recovery codes"</a></p> }.into_any(),
    };
    view! {
        <section aria-labelledby="h-codes">
            <h2 id="h-codes">"Recovery codes"</h2>
            <p>{text}</p>
            {form}
        </section>
    }
    .into_any()
}
