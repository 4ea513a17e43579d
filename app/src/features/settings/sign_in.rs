//! `/{org}/settings/sign-in`: how the members of an organization have to sign in. For ADMINs.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{factor::SignInRules, org::Framed};

use super::{SettingsShell, Tab};
use crate::{
    api::{RequireFactor, view_sign_in_rules},
    features::param,
    ui::{After, ApiForm, Hidden, Skeleton, Submit, endpoint, flash_id, framed, page_data, settled},
};

/// See the module.
#[component]
pub fn SignInPage() -> impl IntoView {
    let org = param("org");
    let page = page_data(move || (org(), flash_id()), |(org, flash)| view_sign_in_rules(org, flash));
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| framed(answer, move |framed| rules(framed, reload));
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

fn rules(framed: Framed<SignInRules>, reload: Callback<()>) -> AnyView {
    let Framed { frame, view } = framed;
    let (org, own) = (frame.org.clone(), format!("/{}/settings/factors", frame.org));
    let state = if view.require_factor {
        "Every member needs a second factor: an authenticator or a passkey. Whoever has none is asked to add one first."
    } else {
        "A password alone is enough. Members can add a second factor to their account."
    };
    let without = match view.without_factor {
        0 => "Every member with a password has a second factor.".to_owned(),
        1 => "1 member has none yet.".to_owned(),
        count => format!("{count} members have none yet."),
    };
    let first = (!view.require_factor && !view.viewer_has_factor).then(|| {
        view! { <p>"Before you ask it of others, " <a class="link" href=own>"add one to your own account"</a> "."</p> }
    });
    let label = if view.require_factor { "Require no second factor" } else { "Require a second factor" };
    view! {
        <Title text="Sign-in"/>
        <SettingsShell frame tab=Tab::SignIn>
            <section aria-labelledby="h-require">
                <h2 id="h-require">"Second factor"</h2>
                <p>{state}</p>
                <p>{without}</p>
                <p class="dim">"Members without a password sign in through a provider, which asks for its own."</p>
                {first}
                <ApiForm to={endpoint::<RequireFactor>()} after=After::Stay done=reload>
                    <Hidden name="org" value=org/>
                    <Hidden name="required" value=(!view.require_factor).to_string()/>
                    <Submit label/>
                </ApiForm>
            </section>
        </SettingsShell>
    }
    .into_any()
}
