//! The button of a passkey. What the browser does for it is in `public/passkeys.js`, which is fetched by the pages that have
//! one; the button is hidden where that did not happen, or where the browser knows no passkeys.

use leptos::prelude::*;

use crate::ui::dom;

/// Stands in a form that goes to the function which takes the answer.
#[component]
pub fn PasskeyButton(
    /// `get` for one that is there, `create` for a new one.
    does: &'static str,
    /// The function that says what to ask the browser.
    ask: &'static str,
    /// What it says.
    label: &'static str,
    /// Its class.
    #[prop(default = "btn")]
    class: &'static str,
) -> impl IntoView {
    Effect::new(|_| dom::load_script("/passkeys.js"));
    view! {
        <input type="hidden" name="token"/>
        <input type="hidden" name="answer"/>
        <p class="alert" role="alert" data-said hidden></p>
        <button type="button" class=format!("{class} passkey") data-passkey=does data-ask=ask>{label}</button>
    }
    .into_any()
}
