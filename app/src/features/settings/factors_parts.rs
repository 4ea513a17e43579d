//! Parts of the page of one's second factors.

use leptos::prelude::*;
use tracker_domain::factor::TotpSetup;

use super::factors::Here;
use crate::{
    api::{ConfirmTotp, KeepCodes},
    ui::{Field, Submit, endpoint},
};

/// The question who it is.
#[component]
pub(super) fn Proof(
    /// Whether there is a password.
    password: bool,
    /// Whether there is a factor whose codes do as well.
    codes: bool,
) -> impl IntoView {
    let (label, hint) = match (password, codes) {
        (true, true) => ("Password", Some("Or a code: of your authenticator, or a recovery code.")),
        (true, false) => ("Password", None),
        (false, _) => ("Code", Some("Of your authenticator, or a recovery code.")),
    };
    let hint = hint.map(str::to_owned);
    match hint {
        Some(hint) => {
            view! { <Field label name="proof" kind="password" autocomplete="current-password" hint=hint/> }
                .into_any()
        }
        None => {
            view! { <Field label name="proof" kind="password" autocomplete="current-password"/> }.into_any()
        }
    }
}

/// An authenticator that waits for its first code.
#[component]
pub(super) fn Setup(here: Here, setup: TotpSetup) -> impl IntoView {
    let frame = format!("0 0 {0} {0}", setup.qr_size);
    let fields = || {
        view! {
            <Field
                label="Code" name="code" autocomplete="one-time-code"
                hint="The six digits that the app shows now."
            />
            <Submit label="Turn on"/>
        }
        .into_any()
    };
    view! {
        <p>"Scan this with an authenticator app, or type the key into it. Then give the first code."</p>
        <svg class="qr" viewBox=frame role="img" aria-label="QR code of the key">
            <rect width="100%" height="100%"></rect>
            <path d=setup.qr></path>
        </svg>
        <p>"Key: " <code class="secret">{setup.secret}</code></p>
        {here.form(endpoint::<ConfirmTotp>(), fields)}
    }
    .into_any()
}

/// New recovery codes, until they were kept.
#[component]
pub(super) fn NewCodes(here: Here, codes: Vec<String>) -> impl IntoView {
    let list = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view();
    view! {
        <section aria-labelledby="h-new-codes">
            <h2 id="h-new-codes">"Keep these recovery codes"</h2>
            <p>
                "Each lets you in once when your other factor is lost. Print them or put them into a password manager: "
                "they are shown now and never again."
            </p>
            <ul class="codes">{list}</ul>
            {here.form(endpoint::<KeepCodes>(), || view! { <Submit label="I have kept them"/> }.into_any())}
        </section>
    }
    .into_any()
}
