//! `/login/second`: the second step, after a password that was right; and the passkey in its place.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use tracker_domain::factor::SecondStep;

use super::passkey::PasskeyButton;
use crate::{
    api::{ApiError, AskPasskey, GiveCode, GivePasskey, view_second_step},
    ui::{
        After, ApiForm, Door, ErrorPage, Field, Submit, endpoint, flash_id, page_data, provide_flash, settled,
    },
};

/// See the module.
#[component]
pub fn SecondStepPage() -> impl IntoView {
    let step = page_data(flash_id, view_second_step);
    let show = move |answer: Result<SecondStep, ApiError>| match answer {
        Ok(step) => {
            provide_flash(step.flash.clone());
            form(&step)
        }
        Err(error) => view! { <ErrorPage error=error.0/> }.into_any(),
    };
    view! { <Suspense>{move || Suspend::new(async move { show(settled(step).await) })}</Suspense> }
}

fn form(step: &SecondStep) -> AnyView {
    let hint = if step.totp {
        "The six digits that your authenticator shows, or a recovery code."
    } else {
        "A recovery code."
    };
    let passkey = step.passkey.then(|| view! { <PasskeySignIn label="Use a passkey"/> });
    view! {
        <Title text="Second step"/>
        <Door title="Is it you?" text="The password was right. This account asks for one thing more.">
            {passkey}
            <ApiForm to={endpoint::<GiveCode>()} after=After::Load>
                <Field label="Code" name="code" autocomplete="one-time-code" hint=hint autofocus=true/>
                <Submit label="Verify" class="btn primary wide"/>
            </ApiForm>
            <p class="dim foot"><a class="link" href="/login" rel="external">"Begin again"</a></p>
        </Door>
    }
    .into_any()
}

/// Signing in by a passkey: of the address that was typed on the page, or of the sign-in that waits.
#[component]
pub fn PasskeySignIn(
    /// What the button says.
    label: &'static str,
) -> impl IntoView {
    view! {
        <ApiForm to={endpoint::<GivePasskey>()} after=After::Load class="form passkey">
            <PasskeyButton does="get" ask=AskPasskey::url() label class="btn wide"/>
        </ApiForm>
    }
    .into_any()
}
