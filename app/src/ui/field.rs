//! Fields. Label above, hint and error below, tied together for screen readers. They start from an attribute and are
//! never written to afterwards, so that what was typed before the page was hydrated stays.

use leptos::prelude::*;

use super::{icon, use_form};

/// The id of a field's control.
fn control_id(name: &str) -> String {
    format!("f-{name}")
}

/// The ids of what describes a field, for `aria-describedby`.
pub(super) fn described_by(name: &str, hint: bool, error: bool) -> Option<String> {
    match (hint, error) {
        (false, false) => None,
        (true, false) => Some(format!("h-{name}")),
        (false, true) => Some(format!("e-{name}")),
        (true, true) => Some(format!("e-{name} h-{name}")),
    }
}

/// What is wrong with a field, said at once.
#[component]
pub(super) fn FieldError(
    /// The field.
    name: &'static str,
) -> impl IntoView {
    let form = use_form();
    move || {
        form.about(name).map(|message| {
            view! {
                <p class="err" id=format!("e-{name}") role="alert">
                    {icon(icondata_lu::LuCircleAlert)}
                    <span>{message}</span>
                </p>
            }
        })
    }
}

/// One line of text.
#[component]
pub fn Field(
    /// Its accessible name.
    label: &'static str,
    /// Its name in the form.
    name: &'static str,
    /// `text`, `email`, `password` …
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What the browser may fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Whether it has the focus when the page is new.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let form = use_form();
    form.register(name);
    // A secret is never sent back into a page.
    let value = if kind == "password" { String::new() } else { form.typed(name, value) };
    let wrong = move || form.about(name).is_some();
    let has_hint = hint.is_some();
    view! {
        <div class="field">
            <label for=control_id(name)>{label}</label>
            <input
                class="input"
                id=control_id(name)
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                autofocus=autofocus
                aria-invalid=move || wrong().then_some("true")
                aria-describedby=move || described_by(name, has_hint, wrong())
            />
            {hint.map(|hint| view! { <p class="hint" id=format!("h-{name}")>{hint}</p> })}
            <FieldError name/>
        </div>
    }
    .into_any()
}

/// What can be chosen: its value and its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// The options of a select.
pub(crate) fn options(choices: Vec<Choice>, chosen: &str) -> Vec<impl IntoView + use<>> {
    choices
        .into_iter()
        .map(|choice| {
            let selected = choice.value == chosen;
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect()
}

/// One of a few.
#[component]
pub fn Select(
    /// Its accessible name.
    label: &'static str,
    /// Its name in the form.
    name: &'static str,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// What is chosen at first.
    #[prop(into)]
    chosen: String,
) -> impl IntoView {
    let form = use_form();
    form.register(name);
    let chosen = form.typed(name, chosen);
    let wrong = move || form.about(name).is_some();
    view! {
        <div class="field">
            <label for=control_id(name)>{label}</label>
            <select
                class="input"
                id=control_id(name)
                name=name
                aria-invalid=move || wrong().then_some("true")
                aria-describedby=move || described_by(name, false, wrong())
            >
                {options(choices, &chosen)}
            </select>
            <FieldError name/>
        </div>
    }
    .into_any()
}

/// A value that goes with the form without being asked for.
#[component]
pub fn Hidden(
    /// Its name in the form.
    name: &'static str,
    /// What it is.
    #[prop(into)]
    value: Signal<String>,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=move || value.get()/> }
}
