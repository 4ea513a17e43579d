//! Boxes to tick, together under one name.

use leptos::prelude::*;

use super::{
    field::{FieldError, described_by},
    use_flash, use_form,
};

/// One box.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name in the form; what is sent is `true`.
    pub name: &'static str,
    /// Its accessible name.
    pub label: &'static str,
    /// What it means.
    pub hint: &'static str,
    /// Whether it is ticked at first.
    pub on: bool,
}

/// Several boxes.
#[component]
pub fn Checks(
    /// What they are called together.
    label: &'static str,
    /// The field that what is wrong with them is said about.
    name: &'static str,
    /// The boxes.
    boxes: Vec<Check>,
) -> impl IntoView {
    let form = use_form();
    form.register(name);
    let wrong = move || form.about(name).is_some();
    // A box that was not ticked is not sent: after a refusal what was sent counts, and not how it is at first.
    let ticked = |check: &Check| {
        let sent = use_flash(|flash| {
            (flash.action == form.action && flash.error.is_some())
                .then(|| flash.typed(form.action, check.name).is_some())
        });
        sent.unwrap_or(check.on)
    };
    let boxes = boxes
        .iter()
        .map(|check| {
            let (id, on) = (format!("f-{}", check.name), ticked(check));
            view! {
                <div class="check">
                    <input type="checkbox" id=id.clone() name=check.name value="true" checked=on/>
                    <label for=id>{check.label}</label>
                    <span class="hint">{check.hint}</span>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field checks" aria-describedby=move || described_by(name, false, wrong())>
            <legend class="label">{label}</legend>
            {boxes}
            <FieldError name/>
        </fieldset>
    }
    .into_any()
}
