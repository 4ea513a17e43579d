//! `/{org}/settings/security`: where one is signed in, and the way out of it.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    org::Framed,
    session::{SecurityView, SessionRow},
};

use super::{SettingsShell, Tab};
use crate::{
    api::{EndOtherSessions, EndSession, SignOutEverywhere, view_security},
    features::param,
    ui::{After, ApiForm, Hidden, Skeleton, Submit, Time, endpoint, flash_id, framed, page_data, settled},
};

/// See the module.
#[component]
pub fn SecurityPage() -> impl IntoView {
    let org = param("org");
    let page = page_data(move || (org(), flash_id()), |(org, flash)| view_security(org, flash));
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| framed(answer, move |framed| security(framed, reload));
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

fn security(framed: Framed<SecurityView>, reload: Callback<()>) -> AnyView {
    let Framed { frame, view } = framed;
    let others = view.sessions.iter().any(|session| !session.current);
    let rows: Vec<_> = view.sessions.into_iter().map(|session| row(session, reload)).collect();
    let end_others = others.then(|| {
        view! {
            <ApiForm to={endpoint::<EndOtherSessions>()} after=After::Stay class="" done=reload>
                <Submit label="End all other sessions" class="btn"/>
            </ApiForm>
        }
    });
    view! {
        <Title text=format!("Security \u{b7} {}", frame.org_name)/>
        <SettingsShell frame tab=Tab::Security>
            <section aria-labelledby="sessions">
                <h2 id="sessions">"Sessions"</h2>
                <p class="dim">"Where you are signed in. End what you do not know, and set another password."</p>
                <ul class="rows">{rows}</ul>
                <div class="actions">
                    {end_others}
                    <ApiForm to={endpoint::<SignOutEverywhere>()} after=After::Load class="">
                        <Submit label="Sign out everywhere" class="btn"/>
                    </ApiForm>
                </div>
            </section>
        </SettingsShell>
    }
    .into_any()
}

fn row(session: SessionRow, reload: Callback<()>) -> AnyView {
    let SessionRow { id, device, address, created_at, used_at, current } = session;
    let what = format!("of {device}");
    let end = (!current).then(|| {
        view! {
            <ApiForm to={endpoint::<EndSession>()} after=After::Stay class="" done=reload>
                <Hidden name="id" value=id.to_string()/>
                <Submit label="End session" class="btn small" what=what/>
            </ApiForm>
        }
    });
    let from = (!address.is_empty()).then(|| format!(" from {address}"));
    let when = if current {
        view! { <strong>"This session"</strong> }.into_any()
    } else {
        view! { "Last used " <Time at=used_at long=true/> }.into_any()
    };
    view! {
        <li>
            <div>
                <div>{device}</div>
                <div class="dim">{when} {from} ", signed in " <Time at=created_at long=true/></div>
            </div>
            {end}
        </li>
    }
    .into_any()
}
