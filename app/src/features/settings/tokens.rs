//! `/{org}/settings/tokens`: one's own tokens.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use tracker_domain::{org::Framed, policy::OrgAction, token::TokensView};

use super::{
    SettingsShell, Tab,
    token_parts::{MadeToken, TokenFields, TokenRows},
};
use crate::{
    api::{CreateToken, view_tokens},
    features::param,
    ui::{After, ApiForm, Hidden, Skeleton, Submit, endpoint, flash_id, framed, page_data, settled},
};

/// The id in the URL under which the token that was just made is shown.
pub(super) fn made_id() -> String {
    use_query_map().with(|query| query.get("made")).unwrap_or_default()
}

/// See the module.
#[component]
pub fn TokensPage() -> impl IntoView {
    let org = param("org");
    let page =
        page_data(move || (org(), made_id(), flash_id()), |(org, made, flash)| view_tokens(org, made, flash));
    let changed = Callback::new(move |()| page.refetch());
    let show = move |answer| framed(answer, |framed| view! { <OwnTokens framed changed/> }.into_any());
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn OwnTokens(framed: Framed<TokensView>, changed: Callback<()>) -> impl IntoView {
    let Framed { frame, view } = framed;
    let (org, admin) = (frame.org.clone(), frame.viewer.may(OrgAction::ManageServices));
    view! {
        <Title text=format!("Tokens \u{b7} {}", frame.org_name)/>
        <SettingsShell frame tab=Tab::Tokens>
            {view.made.map(|token| view! { <MadeToken token/> })}
            <section>
                <h2>"Your tokens"</h2>
                <p class="dim">
                    "A program that sends one acts as you, within its scopes, in this organization. "
                    <a class="link" href="/docs" rel="external">"How programs use it"</a>
                </p>
                <TokenRows org=org.clone() tokens=view.tokens changed/>
            </section>
            <section>
                <h2>"New token"</h2>
                <ApiForm to={endpoint::<CreateToken>()} after=After::Load>
                    <Hidden name="org" value=org/>
                    <TokenFields admin/>
                    <div class="actions"><Submit label="Create token"/></div>
                </ApiForm>
            </section>
        </SettingsShell>
    }
}
